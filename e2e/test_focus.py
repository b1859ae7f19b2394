"""After every swap: the focus on the heading or on what is wrong, and a title that says where one is (A1)."""

from e2e.bank import Bank
from e2e.conftest import Visit
from e2e.journey import (
    answer,
    confirm_document,
    give_code,
    give_document,
    log_in,
    open_link,
    set_password,
    wait_for_code,
)
from e2e.pages import HEADING, SUMMARY, Visitor, group
from e2e.ways import with_scripts

BANK = "Banco del Páramo"


def arrived(visitor: Visitor, step: str) -> None:
    """The step has come, its heading has the focus and gives the title."""
    visitor.stands_at(step)
    visitor.sees_focus_on(HEADING)
    visitor.has_title(f"{visitor.headline} – {BANK}")


def refused(visitor: Visitor, step: str) -> None:
    """The step has stayed, the summary has the focus, and the title begins with the error."""
    visitor.sees_focus_on(SUMMARY)
    visitor.stands_at(step)
    visitor.has_title(f"Error: {visitor.headline} – {BANK}")


def fails_at(visitor: Visitor, step: str, button: str = "Continuar") -> None:
    """Pressing the button with nothing filled in is refused."""
    visitor.press(button)
    refused(visitor, step)


@with_scripts
def test_focus_and_title_follow_every_swap(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    visitor.go("/personas/clave")
    visitor.has_title(f"{visitor.headline} – {BANK}")
    fails_at(visitor, "identify")
    give_document(visitor, alicia)
    visitor.press("Continuar")
    arrived(visitor, "link_sent")
    open_link(visitor, alicia, bank)
    fails_at(visitor, "reidentify")
    confirm_document(visitor, alicia)
    arrived(visitor, "contacts")
    visitor.press("Enviar")
    arrived(visitor, "code")
    wait_for_code(visitor)
    visitor.sees_focus_on(HEADING)
    fails_at(visitor, "code")
    give_code(visitor, bank.code(alicia))
    arrived(visitor, "questions")
    fails_at(visitor, "questions")
    answer(visitor, alicia, bank)
    arrived(visitor, "password")
    fails_at(visitor, "password", "Asignar contraseña")
    set_password(visitor)
    arrived(visitor, "done")


@with_scripts
def test_starting_again_moves_the_focus_too(visit: Visit, bank: Bank) -> None:
    visitor = visit()
    visitor.go("/personas/clave/enlace/inventado")
    visitor.stands_at("used")
    visitor.press("Empezar de nuevo")
    arrived(visitor, "identify")


def test_the_title_tells_of_the_error(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave")
    visitor.press("Continuar")
    visitor.has_title(f"Error: {visitor.headline} – {BANK}")


@with_scripts
def test_the_log_in_page_puts_the_focus_on_what_is_wrong(visit: Visit, bank: Bank) -> None:
    visitor = visit()
    log_in(visitor, bank.new_customer(), "esta no es la contraseña")
    visitor.sees_focus_on(group("Los datos no coinciden"))
