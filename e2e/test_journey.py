"""The whole way, as the bank publishes it."""

from urllib.parse import unquote

from e2e.bank import NEW_PASSWORD, Bank
from e2e.conftest import Visit, Watches
from e2e.journey import (
    answer,
    ask_for_code,
    confirm_document,
    give_code,
    give_document,
    log_in,
    open_link,
    recover,
    set_password,
)
from e2e.watch import Watch
from e2e.ways import every_way, with_scripts


def assert_that_no_address_tells(watch: Watch, *typed: str) -> None:
    """Nothing that was typed stands in an address; the `Watch` itself sees to it that nobody else is asked."""
    asked = [request.url for request in watch.sent]
    assert asked
    assert not [url for url in asked if "?" in url or any(secret in unquote(url) for secret in typed)]


@every_way
def test_a_customer_sets_a_new_password_and_logs_in_with_it(visit: Visit, bank: Bank, watches: Watches) -> None:
    alicia, visitor = bank.new_customer(), visit()
    visitor.go("/")
    visitor.follow("Ingresar")
    visitor.follow("Personas")
    visitor.follow("¿Olvidó su contraseña?")
    visitor.stands_at("identify")
    give_document(visitor, alicia)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    open_link(visitor, alicia, bank)
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")
    visitor.sees("a•••••@e•••••.com")
    ask_for_code(visitor)
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    answer(visitor, alicia, bank)
    visitor.stands_at("password")
    set_password(visitor)
    visitor.stands_at("done")
    visitor.sees_heading("Su contraseña fue asignada")
    assert bank.notices(alicia, "cambió el") == alicia.addresses
    visitor.follow("Ingresar con la nueva contraseña")
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading(f"Es un gusto saludarle, {alicia.given_names}")
    visitor.is_at("/personas/portal")
    assert_that_no_address_tells(watches[visitor], alicia.id_number, bank.code(alicia), NEW_PASSWORD)


@with_scripts
def test_a_customer_with_nothing_but_a_mobile_recovers_by_sms(visit: Visit, bank: Bank) -> None:
    bruno, visitor = bank.new_customer(given_names="Bruno", email=None), visit()
    recover(visitor, bruno, bank)
    assert {message.channel for message in bank.messages(bruno)} == {"sms"}
    log_in(visitor, bruno, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle, Bruno")


@with_scripts
def test_somebody_who_never_had_a_password_gets_one(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(id_type="PA", id_number="AB 123.456", password=None), visit()
    recover(visitor, alicia, bank)
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle, Alicia")
