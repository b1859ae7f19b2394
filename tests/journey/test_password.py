"""A new password changes everything that it concerns, at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.sql.customers import SqlCredentials
from app.adapters.sql.outbox import SqlNotices
from app.adapters.sql.recoveries import SqlBudgets, SqlRecoveries
from app.adapters.sql.sessions import SqlSessions
from app.domain.customers import Channel
from app.domain.journey import Outcome, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from tests.journey.answers import right, wrong
from tests.journey.bank import Bank
from tests.people import ALICE, BOB, NEW_PASSWORD, OLD_PASSWORD, WEAK_PASSWORD


def test_a_new_password_changes_everything_at_once(bank: Bank) -> None:
    other, link = bank.walk(ALICE, Step.QUESTIONS), bank.open_link_of(ALICE)
    browser = bank.walk(ALICE, Step.PASSWORD)
    prepare_account(bank)
    right(bank, browser)

    assert browser.step is Step.DONE
    assert (other.step, link.step) == (Step.USED, Step.USED)
    assert log_in(bank.store, bank.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WRONG
    assert log_in(bank.store, bank.rules, ALICE.document, NEW_PASSWORD).outcome is LoginOutcome.WELCOME
    with bank.store.transaction() as tx:
        credential = tx.credentials.of(ALICE.id)
        assert tx.sessions.of(ALICE.id) == []
        assert len(tx.sessions.of(BOB.id)) == 1
    assert len(credential.recent_hashes) == 2
    assert credential.changed_at == bank.clock.now


def prepare_account(bank: Bank) -> None:
    """Alice's password is blocked, and she and Bob are logged in somewhere."""
    for _ in range(4):
        log_in(bank.store, bank.rules, ALICE.document, "forgotten")
    with bank.store.transaction() as tx:
        for person in (ALICE, BOB):
            tx.sessions.create(f"{person.given_names}'s", person.id, {}, "", tx.now, tx.now + timedelta(hours=1))


def test_a_new_password_is_told_to_every_address(bank: Bank) -> None:
    right(bank, bank.walk(ALICE, Step.PASSWORD))
    told = bank.deliver()

    assert {letter.channel for letter in told} == set(Channel)
    assert [letter.kind for letter in told] == [NoticeKind.CHANGED] * 2


def test_a_new_password_gives_back_all_tries(bank: Bank) -> None:
    wrong(bank, bank.walk(ALICE, Step.CODE), 2)
    right(bank, bank.walk(ALICE, Step.PASSWORD))

    assert [bank.spent(ALICE, budget) for budget in Budget] == [0] * len(Budget)


def test_a_new_password_changes_nothing_of_other_customers(bank: Bank) -> None:
    bobs = bank.walk(BOB, Step.QUESTIONS)
    wrong(bank, bobs)
    right(bank, bank.walk(ALICE, Step.PASSWORD))

    assert bobs.step is Step.QUESTIONS
    assert bank.spent(BOB, Budget.ANSWERS) == 1
    assert log_in(bank.store, bank.rules, BOB.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


@pytest.mark.parametrize(
    ("port", "part"),
    [
        (SqlCredentials, "assign"),
        (SqlCredentials, "clear_logins"),
        (SqlBudgets, "clear"),
        (SqlRecoveries, "close_all"),
        (SqlRecoveries, "save"),
        (SqlSessions, "end_all"),
        (SqlNotices, "post"),
    ],
)
def test_if_any_part_of_it_fails_nothing_has_changed(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, port: type, part: str
) -> None:
    browser = bank.walk(ALICE, Step.PASSWORD)
    prepare_account(bank)
    before, spent = bank.rows(), [bank.spent(ALICE, budget) for budget in Budget]
    with monkeypatch.context() as broken:
        broken.setattr(port, part, breaks_after(getattr(port, part)))
        with pytest.raises(ConnectionError):
            right(bank, browser)

    after = bank.rows()
    assert {name for name in after if after[name] != before[name]} <= {"budget"}
    assert [bank.spent(ALICE, budget) for budget in Budget] == spent
    assert right(bank, browser).step is Step.DONE


def breaks_after(method: Any) -> Any:
    """The same, but the database is lost as soon as it is done."""

    def does(*args: Any, **values: Any) -> None:
        method(*args, **values)
        raise ConnectionError("the database went away")

    return does


@pytest.mark.parametrize("password", [WEAK_PASSWORD, OLD_PASSWORD])
def test_a_refused_password_says_why_and_another_one_may_follow(bank: Bank, password: str) -> None:
    browser = bank.walk(ALICE, Step.PASSWORD)
    moved = [browser.answer(password) for _ in range(9)]

    assert {one.outcome for one in moved} == {Outcome.WRONG}
    assert all(one.message for one in moved)
    assert right(bank, browser).step is Step.DONE


def test_who_guesses_at_the_present_password_by_setting_it_again_is_locked_and_told_of(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.PASSWORD)
    outcomes = [browser.answer(OLD_PASSWORD).outcome for _ in range(20)]

    assert outcomes == [Outcome.WRONG] * 19 + [Outcome.SPENT]
    assert {letter.kind for letter in bank.deliver()} == {NoticeKind.LOCKED}


@pytest.mark.parametrize(
    ("password", "words"),
    [
        (WEAK_PASSWORD, "The password is too short"),
        ("password12345678", "Many people use this password"),
        (OLD_PASSWORD, "You used this password here before."),
    ],
)
def test_of_all_that_is_wrong_with_a_password_the_first_of_the_list_is_said(
    bank: Bank, password: str, words: str
) -> None:
    message = bank.walk(ALICE, Step.PASSWORD).answer(password).message

    assert message is not None
    assert message.msgid.startswith(words)


def test_a_password_may_come_back_after_as_many_others_as_the_bank_chose(bank: Bank) -> None:
    bank.rules = replace(bank.rules, passwords=replace(bank.rules.passwords, history=3))
    names = ("una", "dos", "tres", "una", "cuatro", "una")
    outcomes = [assign(bank, f"caracola violeta {name} bajo el aguacero") for name in names]

    assert outcomes[:3] == [Outcome.ACCEPTED] * 3
    assert outcomes[3:] == [Outcome.WRONG, Outcome.ACCEPTED, Outcome.ACCEPTED]


def assign(bank: Bank, password: str) -> Outcome:
    """What it comes to if Alice, on another day, chooses this password."""
    bank.clock.go_on(days=1)
    return bank.walk(ALICE, Step.PASSWORD).answer(password).outcome
