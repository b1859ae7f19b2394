"""Wherever a customer looks, the page shows where her recovery stands."""

from e2e.bank import Bank
from e2e.conftest import Visit
from e2e.house import House
from e2e.journey import ask_for_code, give_code, identify, reach_code, reach_contacts
from e2e.ways import with_scripts


def test_reload_back_and_a_second_tab_show_where_the_recovery_stands(visit: Visit, over_tls: House) -> None:
    bank, visitor = over_tls.bank, visit(house=over_tls)  # over plain http WebKit keeps pages for Back
    alicia = bank.new_customer()
    reach_code(visitor, alicia, bank)
    visitor.refresh()
    visitor.stands_at("code")
    tab = visitor.another_tab()
    tab.reload()
    tab.stands_at("code")
    visitor.go_back()
    visitor.stands_at("code")
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    tab.refresh()
    tab.stands_at("questions")


@with_scripts
def test_a_tab_that_lags_behind_is_led_on_and_sends_no_second_code(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_contacts(visitor, alicia, bank)
    tab = visitor.another_tab()
    tab.reload()
    tab.stands_at("contacts")
    ask_for_code(visitor)
    code = bank.code(alicia)
    tab.press("Enviar")
    tab.stands_at("code")
    give_code(tab, code)
    tab.stands_at("questions")
    assert len([message for message in bank.messages(alicia) if message.code and not message.links]) == 1


@with_scripts
def test_leaving_for_the_front_page_loses_nothing(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_contacts(visitor, alicia, bank)
    visitor.go("/")
    visitor.follow("Personas")
    visitor.follow("¿Olvidó su contraseña?")
    visitor.stands_at("contacts")


@with_scripts
def test_whoever_only_asked_cannot_see_how_far_the_customer_went(visit: Visit, bank: Bank) -> None:
    alicia, mallory, visitor = bank.new_customer(), visit(), visit()
    identify(mallory, alicia)
    seen = mallory.words
    visitor.go(bank.link(alicia))
    visitor.stands_at("reidentify")
    mallory.reload()
    mallory.stands_at("link_sent")
    assert mallory.words == seen
