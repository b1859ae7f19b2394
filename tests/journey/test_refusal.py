"""Who is turned away, why, and when it is said."""

from dataclasses import replace

import pytest

from app.domain.customers import Contact, Customer
from app.domain.journey import Outcome, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.policy import Budget
from app.domain.recovery import Refusal
from tests.journey.answers import right
from tests.journey.bank import Bank
from tests.people import (
    ALICE,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    GRACE_WITH_ONE_CARD,
    NEW_PASSWORD,
    START,
    Clock,
    enrol,
    key_of,
)

TURNED_AWAY = [
    (DAVE_WITH_A_BORROWED_CARD, Refusal.NOT_ELIGIBLE),
    (ERIN_WHO_JUST_MOVED, Refusal.ON_HOLD),
    (GRACE_WITH_ONE_CARD, Refusal.TOO_FEW_FACTS),
]
MEANWHILE = {
    Refusal.TOO_FEW_FACTS: replace(ALICE, products=GRACE_WITH_ONE_CARD.products),
    Refusal.NO_CONTACT: replace(ALICE, contact=Contact(None, None, ALICE.contact.updated_at)),
    Refusal.ON_HOLD: replace(ALICE, contact=Contact("mallory@example.com", None, START)),
}


@pytest.mark.parametrize(("person", "why"), TURNED_AWAY)
def test_why_one_cannot_recover_alone_is_said_after_the_document_is_proven(
    bank: Bank, person: Customer, why: Refusal
) -> None:
    enrol(bank.store, person)
    browser = bank.open_link_of(person)
    before = browser.step, bank.recovery(browser).refusal
    moved = right(bank, browser, person)

    assert before == (Step.REIDENTIFY, None)
    assert (moved.step, moved.recovery.refusal) == (Step.REFUSED, why)


def test_being_turned_away_again_and_again_locks_nobody(bank: Bank) -> None:
    enrol(bank.store, ERIN_WHO_JUST_MOVED)
    ends = [right(bank, bank.open_link_of(ERIN_WHO_JUST_MOVED), ERIN_WHO_JUST_MOVED).step for _ in range(4)]

    assert ends == [Step.REFUSED] * 4
    assert bank.spent(ERIN_WHO_JUST_MOVED, Budget.DOCUMENTS) == 0


@pytest.mark.parametrize(("person", "why"), TURNED_AWAY)
def test_a_wrong_document_learns_nothing_of_that(bank: Bank, person: Customer, why: Refusal) -> None:
    enrol(bank.store, person)
    browser = bank.open_link_of(person)
    moved = browser.answer(ALICE.document)

    assert (moved.outcome, moved.recovery.refusal) == (Outcome.WRONG, None)


def test_a_frozen_customer_is_sent_to_the_bank(bank: Bank) -> None:
    with bank.store.transaction() as tx:
        tx.credentials.freeze(ALICE.id)
    browser = bank.open_link_of(ALICE)

    assert right(bank, browser).recovery.refusal is Refusal.FROZEN


def test_what_stands_in_the_way_is_looked_at_again_before_the_password(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.PASSWORD)
    enrol(bank.store, replace(ALICE, contact=Contact("mallory@example.com", None, bank.clock.now)))
    moved = right(bank, browser)

    assert (moved.step, moved.recovery.refusal) == (Step.REFUSED, Refusal.ON_HOLD)
    assert log_in(bank.store, bank.rules, ALICE.document, NEW_PASSWORD).outcome is LoginOutcome.WRONG


def test_whoever_is_left_without_facts_at_the_questions_is_refused_until_there_are_some(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.QUESTIONS)
    kept = bank.recovery(browser)
    enrol(bank.store, replace(ALICE, products=GRACE_WITH_ONE_CARD.products))
    step, case = browser.look()

    assert (step, case.under_way) == (Step.REFUSED, replace(kept, refusal=Refusal.TOO_FEW_FACTS))
    assert bank.recovery(browser) == kept
    enrol(bank.store, ALICE)
    assert right(bank, browser).step is Step.PASSWORD


def test_whoever_is_turned_away_gets_no_code(bank: Bank, clock: Clock) -> None:
    enrol(bank.store, ERIN_WHO_JUST_MOVED)
    right(bank, bank.open_link_of(ERIN_WHO_JUST_MOVED), ERIN_WHO_JUST_MOVED)
    clock.go_on(minutes=1)

    assert bank.deliver() == []


def test_once_the_hold_is_over_the_same_customer_recovers_alone(bank: Bank) -> None:
    enrol(bank.store, ERIN_WHO_JUST_MOVED)
    bank.clock.go_on(hours=24)
    browser = bank.walk(ERIN_WHO_JUST_MOVED, Step.DONE)

    assert bank.recovery(browser).document_key == key_of(ERIN_WHO_JUST_MOVED)


@pytest.mark.parametrize("step", [Step.CONTACTS, Step.CODE, Step.QUESTIONS])
@pytest.mark.parametrize("why", MEANWHILE)
def test_whom_an_import_turns_away_on_the_way_is_refused_before_anything_more_is_sent_or_asked(
    bank: Bank, step: Step, why: Refusal
) -> None:
    browser = bank.walk(ALICE, step)
    kept = bank.recovery(browser)
    enrol(bank.store, MEANWHILE[why])
    here, case = browser.look()

    assert (here, case.under_way.refusal) == (Step.REFUSED, why)
    assert bank.recovery(browser) == kept
