"""Strangers who know a document number use up the day's links; the customer gets a new password all the same."""

import re

from app.domain.customers import Customer
from app.domain.journey import Step
from tests.people import ALICE, BOB

from .bank import Bank
from .browser import RECOVERY, Browser, Page
from .people import document
from .walk import Walk

WAY = re.compile(r"https://\S+/otro-enlace/\S+")


def attacked(bank: Bank, person: Customer) -> None:
    """Strangers ask all day."""
    for _ in range(7):
        stranger = bank.browser()
        stranger.visit(RECOVERY)
        stranger.submit(**document(person))
        bank.deliver()


def way(bank: Bank, person: Customer) -> str:
    """What the last message of the day holds."""
    return str(WAY.findall(bank.letters_to(person)[-1].text)[0])


def press(browser: Browser, address: str) -> Page:
    browser.visit(address)
    return browser.submit()


def test_the_customer_under_attack_still_gets_a_link(bank: Bank) -> None:
    attacked(bank, ALICE)
    before = len(bank.letters_to(ALICE))
    alice = bank.browser()

    assert press(alice, way(bank, ALICE)).step == Step.LINK_SENT

    bank.deliver()
    assert len(bank.letters_to(ALICE)) == before + 1
    walk = Walk(bank, ALICE)
    assert walk.browser.visit(walk.link()).step == Step.REIDENTIFY


def test_only_the_last_message_of_the_day_holds_the_way(bank: Bank) -> None:
    attacked(bank, ALICE)

    holding = [bool(WAY.search(letter.text)) for letter in bank.letters_to(ALICE)]

    assert holding == [False, False, False, False, True]


def test_opening_the_way_sends_nothing(bank: Bank) -> None:
    attacked(bank, ALICE)
    before = bank.rows()

    bank.browser().visit(way(bank, ALICE))

    assert bank.rows() == before


def test_the_way_itself_has_a_limit_and_says_whom_to_call(bank: Bank) -> None:
    attacked(bank, ALICE)
    address = way(bank, ALICE)
    before = len(bank.letters_to(ALICE))

    pages = [press(bank.browser(), address) for _ in range(6)]

    bank.deliver()
    assert len(bank.letters_to(ALICE)) == before + 5
    assert "No hay más enlaces por hoy" in pages[-1].text


def test_the_way_is_the_customers_own_and_cannot_be_made_up(bank: Bank) -> None:
    attacked(bank, ALICE)
    address = way(bank, ALICE)

    press(bank.browser(), address)
    bank.deliver()

    assert not bank.letters_to(BOB)
    assert "No hay más enlaces" in bank.browser().visit(address[:-1]).text
