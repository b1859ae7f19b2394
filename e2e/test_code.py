"""The six digits: their two minutes, slips of the finger, and wrong ones."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.audit import Audit
from e2e.bank import Bank
from e2e.conftest import House, Visit
from e2e.journey import answer, begin_again, give_code, identify, reach_code
from e2e.pages import Visitor
from e2e.waiting import until

FIELD = "Código de 6 dígitos"
OVER = "El tiempo del código se terminó"


@pytest.fixture(scope="session")
def hasty(houses: Callable[..., House]) -> House:
    """A server whose codes are over as soon as they are read."""
    return houses(CODE_SECONDS="6")


def other_than(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def seconds_left(visitor: Visitor) -> int:
    """What the countdown shows."""
    shown = visitor.main.get_by_text(re.compile(r"Tiempo restante: \d")).inner_text()
    minutes, seconds = map(int, re.findall(r"\d+", shown))
    return 60 * minutes + seconds


def told_in(tab: Visitor) -> str | None:
    """The step that a window shows when it is loaded anew."""
    tab.reload()
    return tab.step


def test_the_page_says_by_itself_that_the_codes_time_is_over_and_stays(visit: Visit, hasty: House) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit(house=hasty)
    reach_code(visitor, alicia, hasty.bank)
    visitor.fill(FIELD, "12345")
    visitor.sees(OVER)
    visitor.stands_at("code")
    expect(visitor.field(FIELD)).to_have_value("12345")
    begin_again(visitor)


def test_a_code_that_comes_too_late_is_refused_and_starting_again_takes_one_press(
    visit: Visit, hasty: House, audit: Audit
) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit(house=hasty)
    reach_code(visitor, alicia, hasty.bank)
    visitor.fill(FIELD, hasty.bank.code(alicia))
    visitor.sees(OVER)
    visitor.field(FIELD).press("Enter")
    visitor.stands_at("expired")
    visitor.sees_heading("El tiempo se terminó")
    audit.look(visitor, "expired")
    begin_again(visitor)


def test_without_scripts_a_late_code_is_refused_as_well(visit: Visit, hasty: House) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit(house=hasty, scripts=False)
    reach_code(visitor, alicia, hasty.bank)
    tab = visitor.another_tab()
    until(lambda: told_in(tab) == "expired", 20, lambda: "the code's time does not end")
    give_code(visitor, hasty.bank.code(alicia))
    visitor.stands_at("expired")
    begin_again(visitor)


def test_three_wrong_codes_lock_and_every_address_is_told(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    wrong = other_than(bank.code(alicia))
    for left in ("Le quedan 2 intentos hoy", "Le queda 1 intento hoy"):
        give_code(visitor, wrong)
        visitor.sees_error("El código no es correcto", FIELD)
        visitor.sees_nothing_of(wrong)
        visitor.sees(left)
    give_code(visitor, wrong)
    visitor.stands_at("locked")
    visitor.sees_help_on_request("Cómo recibir ayuda hoy")
    assert bank.notices(alicia, "respuestas equivocadas") == alicia.addresses
    begin_again(visitor, "Volver al comienzo")
    identify(visitor, alicia)
    bank.wait_for(alicia, lambda message: "respuestas equivocadas" in message.text, how_many=3)
    assert len([message for message in bank.messages(alicia) if message.link_to("enlace")]) == 1


def test_slips_cost_no_try_and_spaces_do_not_matter(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    code = bank.code(alicia)
    for slip, words in (("", "Escriba el código"), ("12345", "El código tiene 6 dígitos"), ("12a456", "solo números")):
        give_code(visitor, slip)
        visitor.sees_error(words, FIELD)
        expect(visitor.main.get_by_text("hoy")).to_have_count(0)
    give_code(visitor, f" {code[:3]} {code[3:]} ")
    visitor.stands_at("questions")


def test_a_wrong_code_does_not_begin_the_time_anew_and_the_right_one_still_works(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    code = bank.code(alicia)
    visitor.sees("Tiempo restante: 1:")
    left = seconds_left(visitor)
    give_code(visitor, other_than(code))
    visitor.sees_error("El código no es correcto", FIELD)
    assert seconds_left(visitor) <= left
    give_code(visitor, code)
    visitor.stands_at("questions")
    answer(visitor, alicia, bank)
    visitor.stands_at("password")


def test_the_time_can_be_hidden(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    time = visitor.main.get_by_text("Tiempo restante")
    expect(time).to_be_visible()
    visitor.press("Ocultar el tiempo")
    expect(time).to_be_hidden()
    visitor.press("Mostrar el tiempo")
    expect(time).to_be_visible()
