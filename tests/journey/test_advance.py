"""How an answer moves a recovery: all of a change is kept or none of it, whatever comes at the same time."""

import base64
import secrets
from dataclasses import replace

import pytest

from app.domain.alarm import freeze
from app.domain.customers import Customer
from app.domain.journey import ENDS, Outcome, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.messages import Language
from app.domain.proofs import token_hash
from app.domain.recovery import StaleRecovery
from app.steps.advance import Opened, open_link
from tests.journey.answers import AN_INSTANT, ASKING, GUESSED, at_every_guess, handing_over, right
from tests.journey.bank import Bank, Browser
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY, NEW_PASSWORD, OLD_PASSWORD, enrol


@pytest.mark.parametrize("person", [ALICE, BOB, CAROL_BY_MOBILE_ONLY])
def test_a_customer_comes_all_the_way_with_the_right_answers(bank: Bank, person: Customer) -> None:
    enrol(bank.store, person)
    browser = bank.open_link_of(person)
    way = [browser.step]
    while way[-1] not in ENDS:
        way.append(right(bank, browser, person).step)
        bank.deliver()

    assert way == [*ASKING, Step.DONE]
    assert log_in(bank.store, bank.rules, person.document, NEW_PASSWORD).outcome is LoginOutcome.WELCOME


def test_asking_changes_nothing_but_the_recovery_and_the_outbox(bank: Bank) -> None:
    before = bank.rows()
    bank.browser().ask(ALICE.document)
    after = bank.rows()

    assert {name for name in after if after[name] != before[name]} == {"recovery", "notice"}


def opened(bank: Bank, browser: Browser, token: str) -> Opened:
    """What a link leads to in a browser."""
    with bank.store.transaction() as tx:
        return open_link(tx, bank.rules, token_hash(token), browser.recovery_id, browser.ticket)


def test_a_good_link_is_followed_wherever_a_browser_is(bank: Bank) -> None:
    under_way = bank.walk(ALICE, Step.CONTACTS)
    begun = bank.browser().ask(BOB.document)
    (letter,) = bank.deliver()
    for browser in (bank.browser(), under_way):
        found = opened(bank, browser, letter.token or "")
        assert found.recovery is not None
        assert (found.recovery.id, found.step, found.is_followed) == (begun, Step.REIDENTIFY, True)


def test_a_link_that_is_of_no_use_takes_nobody_away_who_is_under_way(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    (used,) = (letter.token for letter in bank.postman.delivered if letter.token)
    assert opened(bank, browser, "made up") == Opened(None, Step.USED, is_followed=False)
    assert opened(bank, bank.browser(), "made up") == Opened(None, Step.USED, is_followed=True)
    for who, is_followed in ((bank.walk(BOB, Step.CONTACTS), False), (bank.browser(), True)):
        found = opened(bank, who, used)
        assert found.recovery == bank.recovery(browser)
        assert (found.step, found.is_followed) == (Step.USED, is_followed)


def test_of_two_browsers_that_opened_the_link_the_first_to_prove_the_document_goes_on(bank: Bank) -> None:
    first = bank.open_link_of(ALICE)
    second = replace(first)
    right(bank, first)

    assert first.step is Step.CONTACTS
    assert second.step is Step.USED


def test_from_the_document_on_the_time_between_answers_and_in_all_is_limited(bank: Bank) -> None:
    policy, idle, busy = bank.rules.policy, bank.walk(ALICE, Step.CONTACTS), bank.walk(BOB, Step.CONTACTS)
    end = bank.clock.now + policy.total
    bank.clock.now += policy.idle - AN_INSTANT
    assert (idle.step, busy.step) == (Step.CONTACTS, Step.CONTACTS)
    assert busy.stay()
    bank.clock.now += AN_INSTANT
    assert (idle.step, busy.step) == (Step.EXPIRED, Step.CONTACTS)
    while bank.clock.now < end:
        assert busy.stay()
        bank.clock.now = min(bank.clock.now + policy.idle - AN_INSTANT, end)

    assert (idle.step, busy.step) == (Step.EXPIRED, Step.EXPIRED)


def test_a_ticket_cannot_be_guessed(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "DEFAULT_ENTROPY", 8)
    browser = bank.walk(ALICE, Step.CONTACTS)

    assert len(base64.urlsafe_b64decode(f"{browser.ticket}=")) == 32
    assert len(base64.urlsafe_b64decode(f"{browser.recovery_id}==")) == 16
    asker, _, number = handing_over(bank)
    asker.answer(number)
    assert len(base64.urlsafe_b64decode(f"{asker.ticket}=")) == 32


@pytest.mark.parametrize("step", ASKING)
def test_of_two_answers_to_one_page_the_second_changes_nothing(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    seen, answer = browser.look(), bank.right_answer(browser, ALICE)
    assert browser.answer(answer, seen).outcome is Outcome.ACCEPTED
    before = bank.rows()
    with pytest.raises(StaleRecovery):
        browser.answer(answer, seen)
    after = bank.rows()

    assert {name for name in after if after[name] != before[name]} <= {"budget"}


@at_every_guess
def test_a_right_answer_that_was_sent_twice_at_once_costs_nothing(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    seen, answer = browser.look(), bank.right_answer(browser, ALICE)
    browser.answer(answer, seen)
    with pytest.raises(StaleRecovery):
        browser.answer(answer, seen)

    assert bank.spent(ALICE, GUESSED[step]) == 0


@at_every_guess
def test_a_wrong_answer_that_came_too_late_is_spent_all_the_same(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    seen, answer = browser.look(), bank.wrong_answer(browser)
    right(bank, browser)
    with pytest.raises(StaleRecovery):
        browser.answer(answer, seen)

    assert bank.spent(ALICE, GUESSED[step]) == 1


@at_every_guess
def test_a_last_wrong_answer_that_came_too_late_locks_nobody_who_went_on(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    for _ in range(bank.rules.policy.limit(GUESSED[step]) - 1):
        browser.answer(bank.wrong_answer(browser))
    seen, answer = browser.look(), bank.wrong_answer(browser)
    right(bank, browser)
    with pytest.raises(StaleRecovery, match=seen[1].under_way.id):
        browser.answer(answer, seen)
    assert browser.step is not Step.LOCKED


@pytest.mark.parametrize("step", ASKING)
def test_an_answer_that_was_under_way_when_the_customer_pressed_the_alarm_changes_nothing(
    bank: Bank, step: Step
) -> None:
    browser = bank.walk(ALICE, step)
    seen, answer = browser.look(), bank.right_answer(browser, ALICE)
    with bank.store.transaction() as tx:
        freeze(tx, tx.customers.by_id(ALICE.id), "r1", Language.SPANISH)
    with pytest.raises(StaleRecovery):
        browser.answer(answer, seen)

    assert browser.step is Step.REFUSED
    assert log_in(bank.store, bank.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.FROZEN


def test_the_document_cannot_be_proven_in_two_browsers_at_once(bank: Bank) -> None:
    first = bank.open_link_of(ALICE)
    second = replace(first)
    seen = second.look()
    right(bank, first)
    with pytest.raises(StaleRecovery):
        second.answer(ALICE.document, seen)

    assert (first.step, second.step) == (Step.CONTACTS, Step.USED)
