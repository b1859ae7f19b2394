"""«No fui yo»: one press stops everything that somebody else may have begun."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.sql import SqlStore, SqlTransaction
from app.domain.alarm import ALARM_VALID, Unfrozen, freeze, unfreeze
from app.domain.case import Rules
from app.domain.customers import Channel, Customer
from app.domain.journey import ENDS, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.messages import Language
from app.domain.notices import Notice, NoticeKind
from app.domain.passwords import reused
from app.domain.recovery import Recovery
from tests.people import ALICE, BOB, GRACE_WITH_ONE_CARD, NEW_PASSWORD, OLD_PASSWORD, START, Clock, enrol, key_of

LIVE = (Step.LINK_SENT, Step.CONTACTS, Step.CODE, Step.QUESTIONS, Step.PASSWORD)


@pytest.fixture
def bank(store: SqlStore) -> SqlStore:
    """Alice and Bob are customers with a password."""
    for person in (ALICE, BOB):
        enrol(store, person, OLD_PASSWORD)
    return store


def press(bank: SqlStore) -> bool:
    """Alice presses the button of a message about the recovery «r1»."""
    with bank.transaction() as tx:
        return freeze(tx, tx.customers.by_id(ALICE.id), "r1", Language.SPANISH)


def open_again(bank: SqlStore, person: Customer = ALICE) -> Unfrozen:
    """The bank has spoken with the customer."""
    with bank.transaction() as tx:
        kept = tx.customers.by_document(key_of(person))
        assert kept is not None
        return unfreeze(tx, kept, key_of(person))


def begin(tx: SqlTransaction, step: Step, customer_id: int) -> str:
    """A recovery of a customer that stands at a step."""
    recovery = Recovery(f"{step} of {customer_id}", "somebody", START, step=step, customer_id=customer_id)
    tx.recoveries.add(recovery)
    return recovery.id


def waiting(bank: SqlStore) -> list[Notice]:
    """Everything that the outbox holds."""
    with bank.transaction() as tx:
        return list(iter(lambda: tx.notices.claim(timedelta(hours=1)), None))


def test_the_password_is_of_no_use_until_the_bank_has_spoken_with_the_customer(bank: SqlStore, rules: Rules) -> None:
    assert press(bank)
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.FROZEN

    assert open_again(bank) is Unfrozen.FORGOTTEN
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WRONG


def test_what_was_set_long_before_the_alarm_can_be_used_again(bank: SqlStore, rules: Rules, clock: Clock) -> None:
    clock.now += ALARM_VALID
    press(bank)

    assert open_again(bank) is Unfrozen.SAME_PASSWORD
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


def test_the_right_password_typed_while_it_was_frozen_does_not_keep_it_blocked(
    bank: SqlStore, rules: Rules, clock: Clock
) -> None:
    clock.now += ALARM_VALID
    press(bank)
    typed = [log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome for _ in range(4)]
    assert typed == [LoginOutcome.FROZEN] * 3 + [LoginOutcome.BLOCKED]

    open_again(bank)
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


def test_what_was_set_shortly_before_the_alarm_is_forgotten_and_cannot_be_set_again(
    bank: SqlStore, rules: Rules, clock: Clock
) -> None:
    clock.now += ALARM_VALID
    with bank.transaction() as tx:
        tx.credentials.assign(ALICE.id, rules.hasher.hash(NEW_PASSWORD))
    clock.now += ALARM_VALID - timedelta(microseconds=1)
    press(bank)

    assert open_again(bank) is Unfrozen.FORGOTTEN
    assert log_in(bank, rules, ALICE.document, NEW_PASSWORD).outcome is LoginOutcome.WRONG
    with bank.transaction() as tx:
        kept = tx.credentials.of(ALICE.id)
    assert (kept.frozen_at, kept.password_hash) == (None, None)
    assert reused(rules.hasher, NEW_PASSWORD, kept.recent_hashes)


def test_who_was_never_frozen_is_told_apart_and_nothing_of_theirs_changes(bank: SqlStore, rules: Rules) -> None:
    for _ in range(3):
        log_in(bank, rules, ALICE.document, "wrong")
    assert open_again(bank) is Unfrozen.NOT_FROZEN
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.BLOCKED


def test_who_has_no_password_to_go_back_to_is_told_apart(bank: SqlStore) -> None:
    never_had_one = enrol(bank, GRACE_WITH_ONE_CARD)
    with bank.transaction() as tx:
        tx.credentials.freeze(never_had_one.id)
    assert open_again(bank, never_had_one) is Unfrozen.NO_PASSWORD
    press(bank)
    assert open_again(bank) is Unfrozen.FORGOTTEN
    press(bank)
    assert open_again(bank) is Unfrozen.NO_PASSWORD


@pytest.mark.parametrize("step", LIVE)
def test_a_recovery_under_way_ends_wherever_it_stands(bank: SqlStore, step: Step) -> None:
    with bank.transaction() as tx:
        mine, hers = begin(tx, step, ALICE.id), begin(tx, step, BOB.id)
    press(bank)

    with bank.transaction() as tx:
        stopped, other = tx.recoveries.get(mine), tx.recoveries.get(hers)
    assert stopped is not None
    assert other is not None
    assert stopped.step is Step.REFUSED
    assert other.step is step


@pytest.mark.parametrize("end", sorted(ENDS))
def test_what_had_ended_stays_as_it_ended(bank: SqlStore, end: Step) -> None:
    with bank.transaction() as tx:
        ended = begin(tx, end, ALICE.id)
    press(bank)

    with bank.transaction() as tx:
        recovery = tx.recoveries.get(ended)
    assert recovery is not None
    assert recovery.step is end


def test_every_session_of_the_customer_ends_and_nobody_elses(bank: SqlStore) -> None:
    with bank.transaction() as tx:
        for name, owner in (("phone", ALICE), ("laptop", ALICE), ("hers", BOB)):
            tx.sessions.create(name, owner.id, {}, "Firefox", START, START + timedelta(hours=1))
    press(bank)

    with bank.transaction() as tx:
        assert tx.sessions.of(ALICE.id) == []
        assert [session.token_hash for session in tx.sessions.of(BOB.id)] == ["hers"]


def test_every_address_is_told(bank: SqlStore) -> None:
    press(bank)
    told = waiting(bank)

    assert {notice.channel for notice in told} == set(Channel)
    assert {(notice.kind, notice.customer_id, notice.recovery_id) for notice in told} == {
        (NoticeKind.FROZEN, ALICE.id, "r1")
    }


def test_pressing_again_is_harmless_and_tells_nobody_twice(bank: SqlStore) -> None:
    assert [press(bank) for _ in range(3)] == [True, False, False]
    assert len(waiting(bank)) == 2


def test_pressing_again_still_stops_what_began_since(bank: SqlStore) -> None:
    press(bank)
    with bank.transaction() as tx:
        since = begin(tx, Step.QUESTIONS, ALICE.id)
    press(bank)

    with bank.transaction() as tx:
        recovery = tx.recoveries.get(since)
    assert recovery is not None
    assert recovery.step is Step.REFUSED


def test_a_customer_who_never_had_a_password_can_press_too(store: SqlStore) -> None:
    enrol(store, ALICE)

    assert press(store)
    with store.transaction() as tx:
        assert tx.credentials.of(ALICE.id).frozen_at == START


def test_if_it_fails_in_the_middle_nothing_has_happened(bank: SqlStore, rules: Rules) -> None:
    nameless = replace(ALICE, id=4711)
    with pytest.raises(Exception, match="FOREIGN KEY"), bank.transaction() as tx:
        freeze(tx, nameless, "r1", Language.SPANISH)

    assert waiting(bank) == []
    assert log_in(bank, rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME
