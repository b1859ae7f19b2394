"""axe-core and more on every step, every error and every end, in light and in dark."""

from e2e.audit import Audit
from e2e.bank import NEW_PASSWORD, OLD_PASSWORD, SOMEBODY_ELSES_CARD, Bank
from e2e.conftest import House, VisitChromium
from e2e.journey import (
    answer,
    begin_again,
    confirm_document,
    give_code,
    give_document,
    log_in,
    open_link,
    reach_code,
    reach_contacts,
    reach_link,
    set_password,
    wait_for_code,
)
from e2e.pages import ChromiumVisitor


def look_at_step(audit: Audit, visitor: ChromiumVisitor, step: str, button: str = "Continuar") -> None:
    """The step as it comes, and with what it says when nothing was filled in."""
    visitor.stands_at(step)
    audit.look(visitor, step)
    visitor.press(button)
    visitor.sees_error("")
    audit.look(visitor, f"{step}, refused")


def test_every_step_up_to_the_code_is_accessible(visit_chromium: VisitChromium, bank: Bank, audit: Audit) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/personas/clave")
    look_at_step(audit, visitor, "identify")
    give_document(visitor, alicia)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    audit.look(visitor, "link_sent")
    open_link(visitor, alicia, bank)
    look_at_step(audit, visitor, "reidentify")
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")
    audit.look(visitor, "contacts")


def test_every_step_from_the_code_on_is_accessible(visit_chromium: VisitChromium, bank: Bank, audit: Audit) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    reach_contacts(visitor, alicia, bank)
    visitor.press("Enviar")
    visitor.stands_at("code")
    wait_for_code(visitor)
    look_at_step(audit, visitor, "code")
    give_code(visitor, bank.code(alicia))
    look_at_step(audit, visitor, "questions")
    answer(visitor, alicia, bank)
    look_at_step(audit, visitor, "password", "Asignar contraseña")
    visitor.type("Nueva contraseña", "jirafa")
    visitor.at_rest()
    audit.look(visitor, "password, rules ticked")
    set_password(visitor)
    visitor.stands_at("done")
    audit.look(visitor, "done")


def test_every_end_is_accessible(visit_chromium: VisitChromium, bank: Bank, audit: Audit) -> None:
    alicia, bruno, visitor = bank.new_customer(), bank.new_customer(products=[SOMEBODY_ELSES_CARD]), visit_chromium()
    visitor.go("/personas/clave/enlace/inventado")
    visitor.stands_at("used")
    audit.look(visitor, "used")
    begin_again(visitor)
    reach_link(visitor, bruno, bank)
    confirm_document(visitor, bruno)
    visitor.stands_at("refused")
    audit.look(visitor, "refused")
    begin_again(visitor, "Volver al comienzo")
    reach_link(visitor, alicia, bank)
    for words in ("Le quedan 2", "Le queda 1", "Hubo"):
        confirm_document(visitor, bruno)
        visitor.sees(words)
    visitor.stands_at("locked")
    audit.look(visitor, "locked")


def test_a_code_whose_time_is_over_and_a_pause_that_ends_are_accessible(
    visit_chromium: VisitChromium, bank: Bank, audit: Audit
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_contacts(visitor, alicia, bank)
    visitor.page.clock.fast_forward(4 * 60_000 + 30_000)
    audit.look(visitor, "a pause almost over")
    visitor.press("Enviar")
    visitor.stands_at("code")
    wait_for_code(visitor)
    visitor.page.clock.fast_forward(2 * 60_000)
    visitor.sees("El tiempo del código se terminó")
    audit.look(visitor, "a code's time over")


def test_a_recovery_that_is_over_is_accessible(visit_chromium: VisitChromium, hasty: House, audit: Audit) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit_chromium(house=hasty)
    reach_code(visitor, alicia, hasty.bank)
    visitor.fill("Código de 6 dígitos", hasty.bank.code(alicia))
    visitor.sees("El tiempo del código se terminó")
    visitor.enter()
    visitor.stands_at("expired")
    audit.look(visitor, "expired")


def test_the_front_page_log_in_and_the_portal_are_accessible(
    visit_chromium: VisitChromium, bank: Bank, audit: Audit
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/")
    audit.look(visitor, "front page")
    visitor.go("/personas")
    audit.look(visitor, "log-in")
    visitor.press("Ingresar")
    audit.look(visitor, "log-in, nothing filled in")
    log_in(visitor, alicia, OLD_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    audit.look(visitor, "portal")
    for words in ("Le quedan 2", "Le queda 1", "Su contraseña está bloqueada"):
        log_in(visitor, alicia, NEW_PASSWORD)
        visitor.sees(words)
        audit.look(visitor, f"log-in, {words}")


def test_errors_alarm_and_demo_pages_are_accessible(visit_chromium: VisitChromium, bank: Bank, audit: Audit) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    reach_link(visitor, alicia, bank)
    (mail, *_) = bank.messages(alicia)
    visitor.go(mail.link_to("no-fui-yo") or "")
    audit.look(visitor, "alarm")
    visitor.press("Suspender mi contraseña")
    visitor.sees_heading("Su contraseña está suspendida")
    audit.look(visitor, "alarm, done")
    for address in ("/no-existe", "/demo/buzon", "/demo/personas"):
        visitor.go(address)
        audit.look(visitor, address)
