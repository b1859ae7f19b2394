"""Logging in, and how a blocked password leads to the recovery."""

from e2e.bank import NEW_PASSWORD, OLD_PASSWORD, Bank
from e2e.conftest import Visit
from e2e.journey import log_in, recover
from e2e.ways import with_scripts

WRONG = "esta no es la contraseña"


def test_three_wrong_passwords_block_and_recovery_unblocks(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    for left in ("Le quedan 2 intentos", "Le queda 1 intento"):
        log_in(visitor, alicia, WRONG)
        visitor.sees(left)
    log_in(visitor, alicia, WRONG)
    visitor.sees("Su contraseña está bloqueada")
    log_in(visitor, alicia, OLD_PASSWORD)
    visitor.sees("Su contraseña está bloqueada")
    visitor.follow("Asignar una nueva contraseña ahora")
    visitor.stands_at("identify")
    recover(visitor, alicia, bank)
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")


@with_scripts
def test_an_unknown_document_is_answered_like_a_known_one(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    log_in(visitor, alicia, WRONG)
    visitor.sees("Los datos no coinciden")
    known = visitor.words
    visitor.fill("Número de identificación", "1899999999")
    visitor.fill("Contraseña", WRONG)
    visitor.press("Ingresar")
    visitor.sees("Los datos no coinciden")
    assert visitor.words == known


@with_scripts
def test_after_a_wrong_password_the_document_stays_and_the_password_is_gone(visit: Visit, bank: Bank) -> None:
    visitor = visit()
    log_in(visitor, bank.new_customer(id_type="PA", id_number="XY998877"), WRONG)
    visitor.sees("Los datos no coinciden")
    visitor.sees_filled("Tipo de identificación", "PA")
    visitor.sees_filled("Número de identificación", "XY998877")
    visitor.sees_filled("Contraseña", "")
    visitor.sees_nothing_of(WRONG)


@with_scripts
def test_the_portal_is_closed_after_logging_out(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    log_in(visitor, alicia, OLD_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    visitor.press("Cerrar sesión")
    visitor.sees_heading("Su banco")
    visitor.go("/personas/portal")
    visitor.is_at("/personas")
