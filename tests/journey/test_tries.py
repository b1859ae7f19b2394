"""Tries are spent before anything is compared, the last one locks, and right answers cost nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.domain.customers import Channel
from app.domain.journey import Outcome, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.notices import NoticeKind
from app.domain.policy import DAY, Budget
from app.domain.recovery import Refusal, StaleRecovery
from app.steps import questions
from app.steps.advance import advance
from tests.journey.answers import AN_INSTANT, GUESSED, Handled, at_every_guess, limit, lock, right, wrong
from tests.journey.bank import Bank, Seen, wrong_code
from tests.people import ALICE, BOB, OLD_PASSWORD


@at_every_guess
def test_a_comparison_that_breaks_off_has_spent_the_try(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    browser = bank.walk(ALICE, step)
    Handled(monkeypatch, step).breaks = True
    with pytest.raises(MemoryError):
        right(bank, browser)

    assert bank.spent(ALICE, GUESSED[step]) == 1
    assert browser.step is step


@at_every_guess
def test_when_no_try_is_left_even_the_right_answer_is_not_compared(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    browser = bank.walk(ALICE, step)
    handled = Handled(monkeypatch, step)
    handled.breaks = True
    for _ in range(limit(bank, step)):
        with pytest.raises(MemoryError):
            right(bank, browser)
    handled.breaks = False
    moved = right(bank, browser)

    assert (moved.outcome, moved.message) == (Outcome.SPENT, None)
    assert handled.count == limit(bank, step)
    assert browser.step is Step.LOCKED


def test_one_wrong_set_of_answers_a_day_goes_unnoticed_for_ten_days_at_most(bank: Bank) -> None:
    outcomes = []
    for _ in range(10):
        outcomes += wrong(bank, bank.walk(ALICE, Step.QUESTIONS))
        bank.clock.go_on(days=1)

    assert outcomes == [Outcome.WRONG] * 9 + [Outcome.SPENT]
    assert {letter.channel for letter in bank.deliver() if letter.kind is NoticeKind.LOCKED} == set(Channel)


def test_after_ten_wrong_sets_in_a_row_nobody_is_asked_again_however_long_one_waits(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert wrong(bank, bank.walk(ALICE, Step.QUESTIONS), times=2)[-1] is Outcome.SPENT
        bank.clock.go_on(days=300 / 5)
    handled = Handled(monkeypatch, Step.QUESTIONS)
    browser = bank.open_link_of(ALICE)
    assert browser.answer(ALICE.document).recovery.refusal is Refusal.TOO_MANY_WRONG
    assert (browser.step, handled.count) == (Step.REFUSED, 0)

    with bank.store.transaction() as tx:
        tx.budgets.clear(ALICE.id)  # the bank has spoken with her
    assert right(bank, bank.walk(ALICE, Step.QUESTIONS)).outcome is Outcome.ACCEPTED


def test_the_last_of_ten_in_a_row_is_announced_as_the_last(bank: Bank) -> None:
    bank.choose(question_attempts=5, answers_in_a_row=3)
    browser = bank.walk(ALICE, Step.QUESTIONS)

    assert [browser.answer(bank.wrong_answer(browser)).tries_left for _ in range(2)] == [2, 1]


def test_sets_that_are_not_compared_any_more_cost_none_of_the_row(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.QUESTIONS)
    seen, answers = browser.look(), bank.wrong_answer(browser)
    for _ in range(5):
        try_at(bank, seen, answers)

    assert browser.step is Step.LOCKED
    assert bank.spent(ALICE, Budget.ANSWERS_IN_A_ROW) == limit(bank, Step.QUESTIONS)


def test_what_an_earlier_recovery_spent_is_told_at_the_questions(bank: Bank) -> None:
    wrong(bank, bank.walk(ALICE, Step.QUESTIONS))
    _, case = bank.walk(ALICE, Step.QUESTIONS).look()

    assert questions.show(case) == {"answers_left": limit(bank, Step.QUESTIONS) - 1}


def test_right_answers_cost_none_of_the_row_and_a_new_password_gives_all_of_it_back(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.QUESTIONS)
    wrong(bank, browser)
    right(bank, browser)
    assert bank.spent(ALICE, Budget.ANSWERS_IN_A_ROW) == 1
    right(bank, browser)
    assert browser.step is Step.DONE
    assert bank.spent(ALICE, Budget.ANSWERS_IN_A_ROW) == 0


def test_guesses_at_the_same_time_win_no_free_one(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = bank.walk(ALICE, Step.CODE)
    seen = browser.look()
    handled = Handled(monkeypatch, Step.CODE)
    guesses = [wrong_code(f"{number:06}") for number in range(8)]
    with ThreadPoolExecutor(len(guesses)) as pool:
        outcomes = list(pool.map(lambda guess: try_at(bank, seen, guess), guesses))

    assert handled.count <= bank.rules.policy.code_attempts
    assert bank.spent(ALICE, Budget.GUESSES) == bank.rules.policy.code_attempts
    assert outcomes.count(Outcome.SPENT) == 1
    assert outcomes.count(Outcome.WRONG) <= 1
    assert browser.step is Step.LOCKED


def try_at(bank: Bank, seen: Seen, guess: Any) -> str:
    """One of several guesses at the same time."""
    try:
        return advance(bank.store, *seen, guess).outcome
    except StaleRecovery:
        return "stale"


@at_every_guess
def test_the_last_wrong_answer_locks(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    tries = limit(bank, step)

    assert wrong(bank, browser, tries - 1) == [Outcome.WRONG] * (tries - 1)
    last = browser.answer(bank.wrong_answer(browser))

    assert (last.outcome, last.step) == (Outcome.SPENT, Step.LOCKED)
    assert last.recovery == bank.recovery(browser)
    assert browser.step is Step.LOCKED


@at_every_guess
def test_a_lock_is_told_to_every_address_once(bank: Bank, step: Step) -> None:
    lock(bank, step)
    told = bank.deliver()

    assert {letter.channel for letter in told} == set(Channel)
    assert [letter.kind for letter in told] == [NoticeKind.LOCKED] * 2
    assert {letter.customer_id for letter in told} == {ALICE.id}


def test_a_lock_that_came_first_is_neither_lengthened_nor_told_again(bank: Bank) -> None:
    late = bank.walk(ALICE, Step.CODE)
    with bank.store.transaction() as tx:
        until = tx.now + timedelta(hours=1)
        tx.budgets.lock(ALICE.id, until)
    wrong(bank, late, 3)
    with bank.store.transaction() as tx:
        assert tx.budgets.locked_until(ALICE.id) == until

    assert late.step is Step.LOCKED
    assert bank.deliver() == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step.REIDENTIFY, "These details do not belong to this link."),
        (Step.CODE, "The code is not correct."),
        (Step.QUESTIONS, "At least one answer does not match our records."),
    ],
)
def test_a_wrong_answer_says_what_is_wrong(bank: Bank, step: Step, words: str) -> None:
    browser = bank.walk(ALICE, step)
    message = browser.answer(bank.wrong_answer(browser)).message

    assert message is not None
    assert message.msgid.startswith(words)


def test_a_wrong_answer_tells_how_many_tries_are_left(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CODE)

    assert [browser.answer(bank.wrong_answer(browser)).tries_left for _ in range(2)] == [2, 1]


@at_every_guess
def test_tries_are_shared_by_all_recoveries_of_a_customer(bank: Bank, step: Step) -> None:
    first = bank.walk(ALICE, step)
    wrong(bank, first, limit(bank, step) - 1)
    second = bank.walk(ALICE, step)

    assert wrong(bank, second) == [Outcome.SPENT]
    assert first.step in {Step.LOCKED, Step.USED}
    assert second.step is Step.LOCKED


def test_a_lock_ends_every_recovery_of_the_customer_and_nobody_elses(bank: Bank) -> None:
    first, bobs = bank.walk(ALICE, Step.QUESTIONS), bank.walk(BOB, Step.QUESTIONS)
    lock(bank)

    assert first.step is Step.LOCKED
    assert bobs.step is Step.QUESTIONS
    assert right(bank, bobs, BOB).outcome is Outcome.ACCEPTED


def test_a_wrong_document_gives_a_link_no_more_time(bank: Bank) -> None:
    browser = bank.open_link_of(ALICE)
    wrong(bank, browser)
    bank.clock.now += bank.rules.policy.link_valid - AN_INSTANT
    before = browser.step
    bank.clock.now += AN_INSTANT

    assert (before, browser.step) == (Step.REIDENTIFY, Step.EXPIRED)


def test_a_link_is_superseded_although_a_wrong_document_was_given(bank: Bank) -> None:
    older = bank.open_link_of(ALICE)
    wrong(bank, older)
    newer = bank.open_link_of(ALICE)

    assert (older.step, newer.step) == (Step.USED, Step.REIDENTIFY)


def test_a_new_code_or_link_does_not_give_new_tries(bank: Bank) -> None:
    outcomes = [wrong(bank, bank.walk(ALICE, Step.CODE)) for _ in range(3)]

    assert outcomes == [[Outcome.WRONG], [Outcome.WRONG], [Outcome.SPENT]]


def test_a_lock_leaves_log_in_as_it_was(bank: Bank) -> None:
    lock(bank)

    assert log_in(bank.store, bank.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


def test_while_recovery_is_locked_a_request_brings_the_news_and_no_link(bank: Bank) -> None:
    lock(bank)
    bank.deliver()
    bank.clock.go_on(hours=23)
    browser = bank.browser()
    browser.ask(ALICE.document)
    (letter,) = bank.deliver()

    assert (letter.kind, letter.token) == (NoticeKind.LOCKED, None)
    assert browser.step is Step.LINK_SENT


def test_a_link_that_was_under_way_when_recovery_was_locked_is_of_no_use(bank: Bank) -> None:
    other = bank.open_link_of(ALICE)
    held = bank.walk(ALICE, Step.CODE)
    late = bank.browser()
    late.ask(ALICE.document)
    (letter,) = bank.deliver()
    wrong(bank, held, 3)
    late.open(letter.token or "")

    assert late.step is Step.LOCKED
    assert other.step is Step.USED


@at_every_guess
def test_a_lock_ends_at_its_instant_with_all_tries_fresh(bank: Bank, step: Step) -> None:
    lock(bank, step)
    until = bank.clock.now + bank.rules.policy.lock
    bank.clock.now = until - AN_INSTANT
    with bank.store.transaction() as tx:
        assert tx.budgets.locked_until(ALICE.id) == until
    bank.clock.now = until
    browser = bank.walk(ALICE, step)
    tries = limit(bank, step)

    assert wrong(bank, browser, tries) == [Outcome.WRONG] * (tries - 1) + [Outcome.SPENT]


@pytest.mark.parametrize("hours", [1, 72])
def test_a_bank_chooses_how_long_a_lock_lasts(bank: Bank, hours: int) -> None:
    bank.choose(lock=timedelta(hours=hours))
    lock(bank)
    bank.deliver()
    bank.clock.go_on(hours=hours, microseconds=-1)
    bank.browser().ask(ALICE.document)
    (locked,) = bank.deliver()
    bank.clock.go_on(microseconds=1)
    browser = bank.walk(ALICE, Step.CODE)

    assert locked.kind is NoticeKind.LOCKED
    assert wrong(bank, browser, 2) == [Outcome.WRONG] * 2


def test_tries_come_back_a_day_after_the_first_was_spent(bank: Bank) -> None:
    wrong(bank, bank.walk(ALICE, Step.CODE), 2)
    bank.clock.go_on(seconds=DAY.total_seconds())

    assert wrong(bank, bank.walk(ALICE, Step.CODE), 2) == [Outcome.WRONG] * 2


@at_every_guess
def test_a_right_answer_costs_nothing(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    assert right(bank, browser).outcome is Outcome.ACCEPTED

    assert bank.spent(ALICE, GUESSED[step]) == 0


@at_every_guess
def test_the_last_try_may_be_the_right_one(bank: Bank, step: Step) -> None:
    browser = bank.walk(ALICE, step)
    wrong(bank, browser, limit(bank, step) - 1)

    assert right(bank, browser).outcome is Outcome.ACCEPTED
    assert bank.spent(ALICE, GUESSED[step]) == limit(bank, step) - 1


def test_whoever_asks_for_codes_all_day_is_locked(bank: Bank) -> None:
    bank.choose(codes_a_day=2)
    outcomes = [right(bank, bank.walk(ALICE, Step.CONTACTS)).outcome for _ in range(3)]

    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.SPENT]


def test_more_links_than_a_day_allows_are_not_sent(bank: Bank) -> None:
    for _ in range(9):
        bank.browser().ask(ALICE.document)

    assert len(bank.deliver()) == bank.rules.policy.links_a_day
