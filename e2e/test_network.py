"""Impatient fingers, a network that goes away, and a server that starts again."""

from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import VisitChromium, Watches
from e2e.house import House
from e2e.journey import (
    answer,
    give_code,
    give_document,
    reach_code,
    reach_contacts,
    set_password,
    wait_for_code,
)

UNREACHABLE = "No hay conexión con el banco"


def test_a_double_click_sends_once(visit_chromium: VisitChromium, bank: Bank, watches: Watches) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/personas/clave")
    give_document(visitor, alicia)
    visitor.button("Continuar").dblclick()
    visitor.stands_at("link_sent")
    assert len(watches[visitor].posts("/personas/clave")) == 1


def test_a_double_click_on_send_mails_one_code(
    visit_chromium: VisitChromium, bank: Bank, scripts_in_chromium: bool
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium(scripts=scripts_in_chromium)
    reach_contacts(visitor, alicia, bank)
    visitor.button("Enviar").dblclick()
    visitor.stands_at("code")
    wait_for_code(visitor)
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    assert len([message for message in bank.messages(alicia) if message.code and not message.links]) == 1


def test_a_double_click_on_log_in_costs_one_try(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/personas")
    give_document(visitor, alicia)
    visitor.fill("Contraseña", "esta no es la contraseña")
    visitor.button("Ingresar").dblclick()
    visitor.sees("Le quedan 2 intentos")


def test_whoever_stopped_a_page_that_did_not_come_may_press_again_after_a_while(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    watches[visitor].network_fails = True
    visitor.page.clock.install()
    visitor.go("/personas")
    give_document(visitor, alicia)
    visitor.fill("Contraseña", "esta no es la contraseña")
    visitor.page.route("**/personas", lambda route: route.abort("aborted"), times=1)
    visitor.button("Ingresar").click()
    expect(visitor.page.locator("#step[aria-busy]")).to_be_attached()
    visitor.page.clock.fast_forward(15_000)
    visitor.press("Ingresar")
    visitor.sees("Le quedan")


def test_without_a_network_the_page_says_so_and_the_button_works_again_afterwards(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    watches[visitor].network_fails = True
    visitor.go("/personas/clave")
    give_document(visitor, alicia)
    visitor.context.set_offline(True)
    for _ in range(2):
        visitor.press("Continuar")
        expect(visitor.main.get_by_role("alert")).to_contain_text(UNREACHABLE)
        visitor.at_rest()
        expect(visitor.field("Número de identificación")).to_have_value(alicia.id_number)
    visitor.context.set_offline(False)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    expect(visitor.main.get_by_role("alert")).to_have_count(0)


def test_a_lost_network_while_the_code_is_awaited_takes_nothing_away(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    watches[visitor].network_fails = True
    reach_contacts(visitor, alicia, bank)
    visitor.press("Enviar")
    visitor.stands_at("code")
    visitor.context.set_offline(True)
    code = bank.code(alicia)
    give_code(visitor, code)
    expect(visitor.main.get_by_role("alert")).to_contain_text(UNREACHABLE)
    visitor.context.set_offline(False)
    wait_for_code(visitor)
    visitor.press("Continuar")
    visitor.stands_at("questions")


def test_a_server_that_starts_again_in_the_middle_loses_nothing(
    visit_chromium: VisitChromium, house: House, watches: Watches
) -> None:
    bank, visitor = house.bank, visit_chromium()
    alicia = bank.new_customer()
    watches[visitor].network_fails = True
    reach_code(visitor, alicia, bank)
    house.server.restart()
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    answer(visitor, alicia, bank)
    visitor.stands_at("password")
    set_password(visitor)
    visitor.stands_at("done")
