"""The six digits: their two minutes, slips of the finger, and wrong ones."""

import re

from e2e.bank import Bank
from e2e.conftest import Visit
from e2e.house import House
from e2e.journey import answer, begin_again, give_code, identify, reach_code
from e2e.pages import Visitor
from e2e.waiting import until
from e2e.ways import with_scripts

FIELD = "Código de 6 dígitos"
TIME = "Tiempo restante"
OVER = "El tiempo del código se terminó"


def other_than(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def seconds_left(visitor: Visitor) -> int:
    """What the countdown shows."""
    ((minutes, seconds),) = re.findall(r"Tiempo restante: (\d+):(\d+)", visitor.words)
    return 60 * int(minutes) + int(seconds)


def told_in(tab: Visitor) -> str | None:
    """The step that a window shows when it is loaded anew."""
    tab.reload()
    return tab.step


@with_scripts
def test_the_page_says_by_itself_that_the_codes_time_is_over_and_stays(visit: Visit, hasty: House) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit(house=hasty)
    reach_code(visitor, alicia, hasty.bank)
    visitor.fill(FIELD, "12345")
    visitor.sees(OVER)
    visitor.stands_at("code")
    visitor.sees_filled(FIELD, "12345")
    begin_again(visitor)


def test_a_code_that_comes_too_late_is_refused_and_starting_again_takes_one_press(
    visit: Visit, hasty: House, scripts: bool
) -> None:
    alicia, visitor = hasty.bank.new_customer(), visit(house=hasty)
    reach_code(visitor, alicia, hasty.bank)
    visitor.fill(FIELD, hasty.bank.code(alicia))
    if scripts:  # which have taken the button away
        visitor.sees(OVER)
        visitor.enter()
    else:
        tab = visitor.another_tab()
        until(lambda: told_in(tab) == "expired", 20, lambda: "the code's time does not end")
        visitor.press("Continuar")
    visitor.stands_at("expired")
    visitor.sees_heading("El tiempo se terminó")
    begin_again(visitor)


def test_three_wrong_codes_lock_and_every_address_is_told(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    wrong = other_than(bank.code(alicia))
    for left in ("Le quedan 2 intentos. Si se agotan", "Le queda 1 intento. Si se agota"):
        give_code(visitor, wrong)
        visitor.sees_error("El código no es correcto", FIELD)
        visitor.sees_nothing_of(wrong)
        visitor.sees(left)
    give_code(visitor, wrong)
    visitor.stands_at("locked")
    visitor.sees_help_on_request("No puedo esperar")
    assert bank.notices(alicia, "demasiados intentos") == alicia.addresses
    begin_again(visitor, "Volver al comienzo")
    identify(visitor, alicia)
    bank.wait_for(alicia, lambda message: "demasiados intentos" in message.text, how_many=3)
    assert len([message for message in bank.messages(alicia) if message.link_to("enlace")]) == 1


def test_slips_cost_no_try_and_spaces_do_not_matter(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    code = bank.code(alicia)
    for slip, words in (("", "Escriba el código"), ("12345", "El código tiene 6 dígitos"), ("12a456", "solo números")):
        give_code(visitor, slip)
        visitor.sees_error(words, FIELD)
        assert not visitor.reads("hoy")
    give_code(visitor, f" {code[:3]} {code[3:]} ")
    visitor.stands_at("questions")


@with_scripts
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


@with_scripts
def test_the_time_can_be_hidden(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    visitor.sees(TIME)
    visitor.press("Ocultar el tiempo")
    visitor.sees_no_more(TIME)
    visitor.press("Mostrar el tiempo")
    visitor.sees(TIME)
