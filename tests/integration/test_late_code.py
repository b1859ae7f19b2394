"""A code whose message left late: one press sends another in the same recovery (docs/decisions/0050)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.domain.customers import Contact
from app.domain.journey import Step
from tests.people import ALICE

from .bank import Bank
from .browser import BY_HTMX, RECOVERY, Browser, Page
from .conftest import OpenBank
from .letters import accept, hang
from .phones import SmsProvider
from .test_outbox import impatient
from .walk import Walk

ANOTHER = f"{RECOVERY}/otro-codigo"
OFFER = "Enviar otro código"


def wrong(code: str) -> str:
    """Six other digits."""
    return f"{(int(code) + 1) % 10**6:06}"


def send_late(walk: Walk, seconds: int = 60) -> Browser:
    """The customer asks for a code while mail is down; it is up again after so many seconds."""
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.bank.clock.go_on(seconds=seconds)
    walk.bank.post_office.open()
    walk.bank.deliver()
    assert walk.browser.visit().step == Step.CODE
    return walk.browser


def miss(walk: Walk, seconds: int = 60) -> Browser:
    """The same, and the code's two minutes pass."""
    browser = send_late(walk, seconds)
    walk.bank.clock.go_on(seconds=120)
    assert browser.visit().step == Step.EXPIRED
    return browser


def press(browser: Browser, *, follow: bool = True) -> Page:
    """Press «Enviar otro código», whether it is there or not."""
    return browser.post(ANOTHER, {"csrf_token": browser.page.hidden["csrf_token"]}, follow=follow)


def codes_spent(bank: Bank) -> int:
    """How many of the day's codes Alice has spent."""
    ((spent,),) = bank.execute("SELECT spent FROM budget WHERE budget = 'codes'")
    return int(spent)


# --- the offer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "offered"), [(59, False), (60, True)])
def test_another_code_is_offered_where_the_message_left_a_minute_late(walk: Walk, seconds: int, offered: bool) -> None:
    browser = miss(walk, seconds)
    assert (OFFER in browser.page.text) is offered
    assert "Empezar de nuevo" in browser.page.text


def test_a_mail_server_that_hangs_makes_a_message_late_too(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.behaviour = hang
    with impatient():
        walk.confirm_contacts()
    walk.bank.post_office.behaviour = accept
    walk.bank.clock.go_on(seconds=90)
    walk.bank.deliver()
    walk.bank.clock.go_on(seconds=120)
    assert OFFER in walk.browser.visit().text


def test_a_mobile_that_gets_it_late_is_offered_another(open_bank: OpenBank, sms: SmsProvider) -> None:
    bank = open_bank(sms_url=sms.url, code_channel="sms")
    walk = Walk(bank, ALICE, sms=sms)
    walk.to(Step.CONTACTS)
    sms.status = 503
    walk.confirm_contacts()
    sms.status = 204
    bank.clock.go_on(seconds=70)
    bank.deliver()
    bank.clock.go_on(seconds=120)
    browser = walk.browser
    browser.visit()
    assert press(browser).step == Step.CODE
    bank.deliver()
    assert browser.submit(code=sms.texts_to(ALICE)[-1].code).step == Step.QUESTIONS


def test_the_page_that_counts_down_knows_that_it_will_offer_another(walk: Walk) -> None:
    in_time, late = walk.to(Step.CODE).visit(), send_late(Walk(walk.bank)).page
    assert [
        "data-late" in page.html.one("div", id="code-time").attributes and "salió tarde" in page.text
        for page in (in_time, late)
    ] == [False, True]


# --- taking it ----------------------------------------------------------------------------------------------------


def test_one_press_sends_another_code_with_two_minutes_of_its_own(walk: Walk, htmx: bool) -> None:
    walk = Walk(walk.bank, htmx=htmx)
    browser = miss(walk)
    first = walk.code()
    page = press(browser)
    assert (page.status, page.step, page.is_fragment) == (200, Step.CODE, htmx)
    assert "Estamos enviando el código" in page.text
    walk.bank.deliver()
    assert walk.code() != first
    walk.bank.clock.go_on(seconds=119)
    assert walk.type_code().step == Step.QUESTIONS
    walk.answer()
    assert walk.set_password().step == Step.DONE


def test_without_javascript_the_late_answer_leads_to_the_offer_and_costs_no_try(walk: Walk) -> None:
    browser = send_late(walk)
    walk.bank.clock.go_on(seconds=120)
    before = walk.bank.rows()
    page = walk.type_code()
    assert (page.step, OFFER in page.text) == (Step.EXPIRED, True)
    assert walk.bank.rows() == before
    assert browser.submit().step == Step.CODE


def test_another_code_costs_one_of_the_days_codes_and_no_guess(walk: Walk) -> None:
    browser = miss(walk)
    assert codes_spent(walk.bank) == 1
    press(browser)
    assert codes_spent(walk.bank) == 2
    assert walk.bank.execute("SELECT spent FROM budget WHERE budget = 'guesses' AND spent > 0") == []


def test_it_brings_no_guess_back(walk: Walk) -> None:
    browser = send_late(walk)
    for _ in range(2):
        browser.submit(code=wrong(walk.code()))
    walk.bank.clock.go_on(seconds=120)
    browser.visit()
    press(browser)
    walk.bank.deliver()
    assert browser.submit(code=wrong(walk.code())).step == Step.LOCKED


def test_the_code_that_ran_out_is_wrong_from_then_on(walk: Walk) -> None:
    browser = miss(walk)
    old = walk.code()
    press(browser)
    walk.bank.deliver()
    page = browser.submit(code=old)
    assert (page.status, page.step) == (422, Step.CODE)
    assert "último mensaje" in page.text


def test_when_it_is_late_again_another_is_offered_until_the_total_is_over(walk: Walk) -> None:
    browser = miss(walk)
    for _ in range(4):
        walk.bank.post_office.close()
        assert press(browser).step == Step.CODE
        walk.bank.deliver()
        walk.bank.clock.go_on(seconds=64)
        walk.bank.post_office.open()
        walk.bank.deliver()
        walk.bank.clock.go_on(seconds=120)
        assert OFFER in browser.visit().text
    walk.bank.clock.go_on(minutes=4, seconds=50)
    assert OFFER not in browser.visit().text
    assert press(browser).step == Step.EXPIRED


def test_another_code_that_comes_in_time_is_the_last_one_offered(walk: Walk) -> None:
    browser = miss(walk)
    press(browser)
    walk.bank.deliver()
    walk.bank.clock.go_on(seconds=120)
    page = browser.visit()
    assert (page.step, OFFER in page.text) == (Step.EXPIRED, False)


# --- what it opens to nobody ---------------------------------------------------------------------------------------


def refused(browser: Browser, bank: Bank) -> None:
    """The press changes nothing and leads back to where the browser stands."""
    stands, before = browser.page.step, bank.rows()
    page = press(browser)
    assert page.step == stands
    assert bank.rows() == before


@pytest.mark.parametrize("step", [Step.IDENTIFY, Step.LINK_SENT, Step.REIDENTIFY, Step.CONTACTS, Step.CODE])
def test_where_no_code_ran_out_the_press_changes_nothing(walk: Walk, step: Step) -> None:
    browser = walk.to(step)
    browser.visit()
    refused(browser, walk.bank)


def test_while_a_late_code_still_works_no_other_is_sent(walk: Walk) -> None:
    refused(send_late(walk), walk.bank)


def test_a_code_that_came_in_time_and_ran_out_is_not_sent_anew(walk: Walk) -> None:
    browser = walk.to(Step.CODE)
    walk.bank.clock.go_on(seconds=120)
    browser.visit()
    refused(browser, walk.bank)


def test_after_the_pause_it_is_too_late(walk: Walk) -> None:
    browser = miss(walk)
    walk.bank.clock.go_on(minutes=3)
    assert OFFER not in browser.visit().text
    refused(browser, walk.bank)


def test_whoever_only_asked_is_offered_nothing_and_sees_what_a_stranger_sees(walk: Walk) -> None:
    stranger = walk.bank.browser()
    stranger.visit(RECOVERY)
    stranger.submit(id_type="CC", id_number="79999999")
    walk.ask()
    link = walk.link()
    walk.bank.clock.go_on(minutes=26)
    walk.browser.visit(link)
    walk.type_document()
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.bank.clock.go_on(seconds=121)
    walk.bank.post_office.open()
    walk.bank.deliver()
    walk.bank.clock.go_on(seconds=120)
    assert OFFER in walk.browser.visit().text
    seen = [browser.visit() for browser in (walk.asking, stranger)]
    assert [page.step for page in seen] == [Step.EXPIRED, Step.EXPIRED]
    assert seen[0].text == seen[1].text
    refused(walk.asking, walk.bank)


def test_a_browser_that_lost_the_recovery_to_another_is_offered_nothing(walk: Walk) -> None:
    walk.ask()
    late_comer = walk.bank.browser()
    late_comer.visit(walk.link())
    walk.to(Step.CODE)
    walk.bank.execute("UPDATE recovery SET code_late = TRUE")
    walk.bank.clock.go_on(seconds=120)
    assert OFFER in walk.browser.visit().text
    assert late_comer.visit(RECOVERY).step == Step.USED
    refused(late_comer, walk.bank)


def test_pressed_by_many_at_once_it_sends_one(walk: Walk) -> None:
    browser = miss(walk)
    cookie, fields = str(browser.cookie), {"csrf_token": browser.page.hidden["csrf_token"]}
    before = len(walk.received())

    def push(_: int) -> Page:
        mine = walk.bank.browser()
        mine.take_cookie(cookie)
        return mine.post(ANOTHER, fields, follow=False)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(push, range(6)))
    walk.bank.deliver()
    assert {page.status for page in answers} == {303}
    assert len(walk.received()) == before + 1
    assert browser.visit().step == Step.CODE
    assert walk.type_code().step == Step.QUESTIONS


def test_codes_are_sent_ten_times_a_day_at_most_however_late_they_are(walk: Walk) -> None:
    browser = miss(walk)
    walk.bank.execute("UPDATE budget SET spent = 10 WHERE budget = 'codes'")
    assert press(browser).step == Step.LOCKED
    assert walk.bank.execute("SELECT kind FROM notice WHERE done_at IS NULL AND kind = 'code'") == []


def test_whom_an_import_turned_away_meanwhile_gets_no_other_code(walk: Walk) -> None:
    browser = miss(walk)
    token = browser.page.hidden["csrf_token"]
    walk.bank.enrol(replace(ALICE, contact=Contact(None, None, ALICE.contact.updated_at)))
    assert OFFER not in browser.visit().text
    assert browser.post(ANOTHER, {"csrf_token": token}).step == Step.EXPIRED
    assert codes_spent(walk.bank) == 1


# --- the page that waits ------------------------------------------------------------------------------------


def test_a_page_that_asks_how_the_code_is_doing_stays_as_it_is_when_the_time_is_over(walk: Walk) -> None:
    walk.to(Step.CONTACTS)
    walk.bank.post_office.close()
    walk.confirm_contacts()
    walk.bank.deliver()
    asked = {"base_url": walk.browser.base_url, "headers": BY_HTMX}
    assert "hx-get" in walk.browser.client.get(f"{RECOVERY}/codigo", **asked).text
    walk.bank.clock.go_on(minutes=5)
    answer = walk.browser.client.get(f"{RECOVERY}/codigo", **asked)
    assert answer.status_code == 200
    assert 'id="code-time"' in answer.text
    assert "hx-get" not in answer.text  # asks no more
    assert walk.browser.visit().step == Step.EXPIRED
