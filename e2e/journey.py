"""The way of a customer through the recovery, step by step, as the bank publishes it."""

from time import monotonic
from typing import Final

from e2e.bank import NEW_PASSWORD, Bank, Customer
from e2e.pages import PATIENCE_SECONDS, Visitor

ID_TYPES: Final = {"CC": "Cédula de ciudadanía (CC)", "PA": "Pasaporte (PA)"}
SENT: Final = "Enviamos el código a su"


def give_document(visitor: Visitor, customer: Customer) -> None:
    """Fill in the document, at whichever step asks for it."""
    visitor.choose("Tipo de identificación", ID_TYPES[customer.id_type])
    visitor.fill("Número de identificación", customer.id_number)


def identify(visitor: Visitor, customer: Customer) -> None:
    """Ask for a link."""
    visitor.go("/personas/clave")
    visitor.stands_at("identify")
    give_document(visitor, customer)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")


def open_link(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """Follow the newest link that was mailed."""
    visitor.go(bank.link(customer))
    visitor.stands_at("reidentify")


def confirm_document(visitor: Visitor, customer: Customer) -> None:
    """Give the document once more."""
    give_document(visitor, customer)
    visitor.press("Continuar")


def wait_for_code(visitor: Visitor, words: str = SENT, look: str = "Ver si ya se envió") -> None:
    """Wait until the page says that the code is on its way; without scripts by asking again."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not visitor.scripts and not visitor.reads(words) and monotonic() < deadline:
        visitor.follow(look)
    visitor.sees(words)
    visitor.at_rest()


def ask_for_code(visitor: Visitor) -> None:
    """Confirm the contacts."""
    visitor.press("Enviar")
    visitor.stands_at("code")
    wait_for_code(visitor)


def give_code(visitor: Visitor, code: str) -> None:
    """Type the code."""
    visitor.fill("Código de 6 dígitos", code)
    visitor.press("Continuar")


def answer(visitor: Visitor, customer: Customer, bank: Bank, *, rightly: bool = True) -> None:
    """Answer every question, all rightly or the last one wrongly."""
    known = bank.answers(customer)
    for about in known:
        wrongly = not rightly and about is known[-1]
        visitor.pick(about.question, about.wrong if wrongly else about.right)
    visitor.press("Continuar")


def set_password(visitor: Visitor, password: str = NEW_PASSWORD, again: str | None = None) -> None:
    """Type the new password twice."""
    visitor.fill("Nueva contraseña", password)
    visitor.fill("Confirme la nueva contraseña", password if again is None else again)
    visitor.press("Asignar contraseña")


def log_in(visitor: Visitor, customer: Customer, password: str) -> None:
    """Type the bank's address and log in."""
    visitor.go("/personas")
    give_document(visitor, customer)
    visitor.fill("Contraseña", password)
    visitor.press("Ingresar")


def begin_again(visitor: Visitor, button: str = "Empezar de nuevo") -> None:
    """One press leads from wherever a recovery ended to the start."""
    visitor.press(button)
    visitor.stands_at("identify")


def reach_link(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """From the start to the document once more."""
    identify(visitor, customer)
    open_link(visitor, customer, bank)


def reach_contacts(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """From the start to the masked contacts."""
    reach_link(visitor, customer, bank)
    confirm_document(visitor, customer)
    visitor.stands_at("contacts")


def reach_code(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """From the start to the code."""
    reach_contacts(visitor, customer, bank)
    ask_for_code(visitor)


def reach_questions(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """From the start to the questions."""
    reach_code(visitor, customer, bank)
    give_code(visitor, bank.code(customer))
    visitor.stands_at("questions")


def reach_password(visitor: Visitor, customer: Customer, bank: Bank) -> None:
    """From the start to the new password."""
    reach_questions(visitor, customer, bank)
    answer(visitor, customer, bank)
    visitor.stands_at("password")


def recover(visitor: Visitor, customer: Customer, bank: Bank, password: str = NEW_PASSWORD) -> None:
    """From the start to the end."""
    reach_password(visitor, customer, bank)
    set_password(visitor, password)
    visitor.stands_at("done")
