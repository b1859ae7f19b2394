"""Began on the computer, read on the phone: going on at either (docs/decisions/0052)."""

from e2e.bank import Bank, Customer
from e2e.conftest import Visit
from e2e.journey import ask_for_code, confirm_document, give_code, identify, open_link
from e2e.pages import Visitor
from e2e.ways import with_scripts

OTHER_DEVICE = "Seguir en el otro dispositivo"
OPENED_ELSEWHERE = "Abrí el enlace en otro dispositivo y quiero seguir aquí"
FIELD = "Número del otro dispositivo"
POLLS = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/numero')).length"
ASKED = "() => [performance.getEntriesByType('resource').length]"
POLLED = f"() => [!window.untouched || {POLLS} > 1]"
GO_ON_THERE = "Siga en su otro dispositivo"


def wait_at_the_computer_and_ask_at_the_phone(computer: Visitor, phone: Visitor, alicia: Customer, bank: Bank) -> str:
    """Up to the number; what it is."""
    identify(computer, alicia)
    open_link(phone, alicia, bank)
    phone.press(OTHER_DEVICE)
    phone.sees_heading(GO_ON_THERE)
    (number,) = phone.window.run("() => [document.querySelector('.matching-number').textContent.trim()]")
    return str(number)


def type_number(computer: Visitor, number: str) -> None:
    """Type it at the waiting page."""
    if not computer.reads("Seis dígitos"):
        computer.open(OPENED_ELSEWHERE)
    computer.fill(FIELD, number)
    computer.press("Continuar")


def test_a_number_brings_the_recovery_from_the_phone_to_the_computer(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    number = wait_at_the_computer_and_ask_at_the_phone(computer, phone, alicia, bank)
    phone.sees("frente a usted")
    type_number(computer, number)
    computer.stands_at("reidentify")
    if not phone.scripts:
        phone.follow("Ver si ya se escribió")
    phone.stands_at("used")
    phone.sees_heading(GO_ON_THERE)
    confirm_document(computer, alicia)
    computer.stands_at("contacts")
    ask_for_code(computer)
    give_code(computer, bank.code(alicia))
    computer.stands_at("questions")


@with_scripts
def test_a_wrong_number_is_told_beside_its_field_and_the_right_one_still_works(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    number = wait_at_the_computer_and_ask_at_the_phone(computer, phone, alicia, bank)
    type_number(computer, "12")
    computer.sees_error("El número tiene 6 dígitos", FIELD)
    wrong = f"{(int(number.replace(' ', '')) + 1) % 1_000_000:06}"
    type_number(computer, wrong)
    computer.sees_error("El número no es correcto", FIELD)
    computer.sees_nothing_of(wrong)
    type_number(computer, number)
    computer.stands_at("reidentify")


@with_scripts
def test_a_number_whose_time_is_over_says_so_where_it_stood_and_another_is_one_press(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    first = wait_at_the_computer_and_ask_at_the_phone(computer, phone, alicia, bank)
    phone.fill("Número de identificación", alicia.id_number)
    bank.end_the_numbers_time(alicia)
    phone.sees("El tiempo del número se terminó")
    phone.sees_filled("Número de identificación", alicia.id_number)
    phone.press(OTHER_DEVICE)
    phone.sees("escriba este número")
    assert first not in phone.words


@with_scripts
def test_while_the_number_waits_the_page_stays_as_it_is_for_who_types_there(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    wait_at_the_computer_and_ask_at_the_phone(computer, phone, alicia, bank)
    phone.window.run("() => { window.untouched = document.getElementById('hand-over'); return []; }")
    phone.fill("Número de identificación", alicia.id_number)
    phone.until(lambda: phone.window.run(POLLED) == [True], "for two polls, or a page that is not the same")
    assert phone.window.run("() => [window.untouched === document.getElementById('hand-over')]") == [True]
    phone.sees_filled("Número de identificación", alicia.id_number)


@with_scripts
def test_whoever_asked_for_a_number_may_still_go_on_at_the_phone(visit: Visit, bank: Bank) -> None:
    alicia, computer, phone = bank.new_customer(), visit(), visit()
    wait_at_the_computer_and_ask_at_the_phone(computer, phone, alicia, bank)
    confirm_document(phone, alicia)
    phone.stands_at("contacts")
    computer.stands_at("link_sent")


@with_scripts
def test_the_waiting_window_says_by_itself_that_the_link_was_opened_in_another(visit: Visit, bank: Bank) -> None:
    alicia, waiting = bank.new_customer(), visit()
    identify(waiting, alicia)
    assert not waiting.reads("Usted abrió el enlace")
    tab = waiting.another_tab()
    open_link(tab, alicia, bank)
    waiting.sees("Usted abrió el enlace en otra ventana de este navegador")
    waiting.stands_at("link_sent")
    waiting.follow("Seguir aquí")
    waiting.stands_at("reidentify")


@with_scripts
def test_the_waiting_page_of_a_stranger_notices_nothing_and_asks_for_nothing(visit: Visit, bank: Bank) -> None:
    alicia, mallory, alicias = bank.new_customer(), visit(), visit()
    identify(mallory, alicia)
    seen, asked = mallory.words, mallory.window.run(ASKED)
    open_link(alicias, alicia, bank)
    alicias.press(OTHER_DEVICE)
    alicias.sees_heading(GO_ON_THERE)
    alicias.window.run("() => { window.untouched = true; return []; }")
    alicias.until(lambda: alicias.window.run(POLLED) == [True], "for two polls, in which a page that asks had asked")
    assert mallory.words == seen
    assert mallory.window.run(ASKED) == asked
