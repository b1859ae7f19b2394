"""«No fui yo»: whoever reads the customer's messages can stop what somebody else did."""

from e2e.bank import NEW_PASSWORD, Bank, Customer
from e2e.conftest import Visit
from e2e.journey import log_in, reach_contacts, reach_password, recover
from e2e.ways import with_scripts

FROZEN = "Su contraseña está suspendida"


def alarm(bank: Bank, customer: Customer, subject: str) -> str:
    """The address behind «No fui yo» in a mail."""
    (mail, *_) = bank.wait_for(customer, lambda message: message.subject.startswith(subject))
    return mail.link_to("no-fui-yo") or ""


def test_it_was_not_me_freezes_the_new_password_once_the_button_is_pressed(visit: Visit, bank: Bank) -> None:
    alicia, mallory, visitor = bank.new_customer(), visit(), visit()
    recover(mallory, alicia, bank)
    visitor.go(alarm(bank, alicia, "Su contraseña cambió"))
    visitor.sees_heading("No fui yo")
    log_in(mallory, alicia, NEW_PASSWORD)
    mallory.sees_heading("Es un gusto saludarle")
    visitor.press("Suspender mi contraseña")
    visitor.sees_heading(FROZEN)
    mallory.go("/personas/portal")
    log_in(mallory, alicia, NEW_PASSWORD)
    mallory.sees(FROZEN)
    assert bank.notices(alicia, "presionó “No fui yo”") >= alicia.addresses


@with_scripts
def test_it_was_not_me_ends_a_recovery_that_is_under_way(visit: Visit, bank: Bank) -> None:
    alicia, mallory, visitor = bank.new_customer(), visit(), visit()
    reach_contacts(mallory, alicia, bank)
    visitor.go(alarm(bank, alicia, "Su enlace"))
    visitor.press("Suspender mi contraseña")
    visitor.sees_heading(FROZEN)
    mallory.press("Enviar")
    mallory.stands_at("refused")
    assert not [message for message in bank.messages(alicia) if "código" in message.subject]


@with_scripts
def test_a_made_up_alarm_only_says_whom_to_call(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave/no-fui-yo/inventado")
    visitor.sees_heading("Este enlace ya no sirve")
    visitor.sees("Este aviso es muy antiguo o llegó incompleto")


@with_scripts
def test_a_page_under_somebody_s_hands_follows_when_the_recovery_is_ended_elsewhere(visit: Visit, bank: Bank) -> None:
    alicia, mallory, visitor = bank.new_customer(), visit(), visit()
    reach_password(mallory, alicia, bank)
    visitor.go(alarm(bank, alicia, "Su enlace"))
    visitor.press("Suspender mi contraseña")
    visitor.sees_heading(FROZEN)
    mallory.type("Nueva contraseña", "faroles")
    mallory.stands_at("refused")
