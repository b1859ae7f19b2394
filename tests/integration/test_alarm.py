"""«No fui yo»: one press by whoever reads the customer's messages freezes the password, and nothing else does."""

import time
from datetime import timedelta

import pytest
import time_machine

from app.domain.alarm import ALARM_VALID
from app.domain.journey import Step
from tests.people import ALICE, BOB, NEW_PASSWORD

from .bank import Bank
from .browser import ALARM, LOG_IN, PORTAL, Browser
from .conftest import OpenBank
from .phones import SmsProvider
from .walk import Walk, log_in

FREEZE = "Suspender mi contraseña"


@pytest.fixture
def bank(open_bank: OpenBank, sms: SmsProvider) -> Bank:
    """One that sends SMS, too."""
    return open_bank(sms_url=sms.url)


@pytest.fixture
def alarm(walk: Walk) -> str:
    """The address of «no fui yo» in the message with the link."""
    walk.ask()
    walk.link()
    return walk.received()[-1].alarm


def press(bank: Bank, alarm: str) -> Browser:
    """Open it and press the button."""
    browser = bank.browser()
    browser.visit(alarm)
    browser.submit()
    return browser


def test_opening_it_changes_nothing(bank: Bank, alarm: str) -> None:
    before = bank.rows()
    for method in ("GET", "HEAD"):
        assert bank.browser().ask(method, alarm).status == 303
    page = bank.browser().visit(alarm)
    assert page.address == ALARM
    assert bank.rows() == before


def test_after_landing_the_token_stands_nowhere(bank: Bank, alarm: str) -> None:
    token = alarm.rpartition("/")[2]
    browser = bank.browser()
    redirect, landed = browser.ask("GET", alarm), browser.visit(ALARM)
    for page in (redirect, landed):
        assert token not in page.source + str(page.response.headers)
    assert token not in bank.log.getvalue()


def test_nothing_in_our_messages_leads_to_a_page_that_asks_for_a_password(walk: Walk) -> None:
    walk.to(Step.DONE)
    walk.bank.deliver()
    links = {link for letter in walk.received() for link in letter.links}
    assert len(links) >= 2
    for link in links:
        page = walk.bank.browser().visit(link)
        assert page.status == 200
        assert not list(page.html.all("input", type="password"))


def test_the_button_freezes_the_password_and_log_in_is_refused(bank: Bank, alarm: str) -> None:
    browser = press(bank, alarm)
    assert browser.page.status == 200
    assert "suspendida" in browser.page.heading
    page = log_in(bank.browser(), ALICE)
    assert (page.status, page.address) == (422, LOG_IN)


def test_it_freezes_the_new_password_too(walk: Walk) -> None:
    walk.to(Step.DONE)
    walk.bank.deliver()
    press(walk.bank, walk.received()[-1].alarm)
    page = log_in(walk.bank.browser(), ALICE, NEW_PASSWORD)
    assert (page.status, page.address) == (422, LOG_IN)
    assert "No fui yo" in page.text


def test_it_ends_every_session_and_recovery_of_the_customer(bank: Bank) -> None:
    inside, walk = bank.browser(), Walk(bank)
    log_in(inside, ALICE)
    walk.to(Step.PASSWORD)
    press(bank, bank.letters_to(ALICE)[0].alarm)
    assert inside.visit(PORTAL).address == LOG_IN
    assert walk.browser.visit().step == Step.REFUSED
    assert walk.set_password().step != Step.DONE


def test_a_frozen_customer_cannot_recover_alone(walk: Walk, alarm: str) -> None:
    press(walk.bank, alarm)
    again = Walk(walk.bank)
    again.ask()
    again.open_link()
    assert again.type_document().step == Step.REFUSED


def test_every_address_is_told_once(bank: Bank, alarm: str) -> None:
    for _ in range(3):
        press(bank, alarm)
    told = bank.execute("SELECT channel FROM notice WHERE kind = 'frozen' ORDER BY channel")
    assert [channel for (channel,) in told] == ["email", "sms"]
    bank.deliver()
    assert len([letter for letter in bank.letters_to(ALICE) if "/no-fui-yo/" not in letter.text]) == 1


def test_nobody_else_is_frozen(bank: Bank, alarm: str) -> None:
    press(bank, alarm)
    assert log_in(bank.browser(), BOB).address == PORTAL


@pytest.mark.parametrize("change", ["x", "no-token", "replaced"])
def test_a_forged_token_does_nothing(bank: Bank, alarm: str, change: str) -> None:
    forged = {
        "x": alarm[:-3] + "xyz",
        "no-token": ALARM + "/nothing",
        "replaced": alarm.replace("/WzE", "/WzI"),
    }[change]
    assert forged != alarm
    assert_nothing_happens(bank, forged)


def test_a_token_older_than_a_week_does_nothing(bank: Bank, alarm: str) -> None:
    with time_machine.travel(time.time() + (ALARM_VALID + timedelta(seconds=2)).total_seconds(), tick=True):
        assert_nothing_happens(bank, alarm)


def test_an_old_notice_says_that_its_link_no_longer_works(bank: Bank, alarm: str) -> None:
    assert bank.browser().visit(alarm).heading == "No fui yo"
    with time_machine.travel(time.time() + (ALARM_VALID + timedelta(seconds=2)).total_seconds(), tick=True):
        page = bank.browser().visit(alarm)
    assert page.heading == "Este enlace ya no sirve"
    assert page.html.one("title").text.startswith(page.heading)


def assert_nothing_happens(bank: Bank, address: str) -> None:
    before = bank.rows()
    browser = bank.browser()
    page = browser.visit(address)
    assert page.status == 200
    assert FREEZE not in page.text
    csrf = browser.visit(LOG_IN).hidden["csrf_token"]
    answer = browser.post(ALARM, {"csrf_token": csrf})
    assert answer.status == 200
    assert "suspendida" not in answer.heading
    assert bank.rows() == before
    assert log_in(bank.browser(), ALICE).address == PORTAL


def test_pressing_without_having_opened_a_message_does_nothing(bank: Bank) -> None:
    assert_nothing_happens(bank, ALARM)


def test_htmx_and_plain_browsers_can_press_it(bank: Bank, alarm: str, htmx: bool) -> None:
    browser = bank.browser(htmx=htmx)
    browser.visit(alarm)
    page = browser.submit()
    assert (page.status, page.is_fragment) == (200, htmx)
    assert "suspendida" in page.heading
