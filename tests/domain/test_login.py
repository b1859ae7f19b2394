"""Logging in: three tries, the same for every document, and each of them is spent before it is judged."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from app.adapters.sql import SqlStore
from app.domain.case import Rules
from app.domain.documents import IdentityDocument
from app.domain.login import LoginOutcome, log_in
from app.domain.passwords import Hasher
from app.domain.policy import Policy
from tests import people
from tests.people import (
    ALICE,
    BOB,
    KEYS,
    NEW_PASSWORD,
    NOBODYS_DOCUMENT,
    OLD_PASSWORD,
    START,
    Clock,
    enrol,
    key_of,
)

WELCOME, WRONG, BLOCKED, FROZEN = LoginOutcome
STRONGER = Hasher(memory_cost=16, time_cost=1)


@dataclass
class CountingHasher(Hasher):
    """Counts the comparisons that cost time."""

    compared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(memory_cost=8, time_cost=1)

    def verify(self, stored: str, password: str) -> bool:
        self.compared.append(stored)
        return super().verify(stored, password)


class BreakingHasher(Hasher):
    """Fails in the middle, as a process that is killed does."""

    def verify(self, stored: str, password: str) -> bool:
        raise MemoryError


def with_hasher(hasher: Hasher) -> Rules:
    """The rules with another way of keeping passwords."""
    return Rules(Policy(), KEYS, people.rules().passwords, hasher)


@pytest.fixture
def bank(store: SqlStore) -> SqlStore:
    """Alice has a password; Bob is a customer who never had one."""
    enrol(store, ALICE, OLD_PASSWORD)
    enrol(store, BOB)
    return store


def outcomes(bank: SqlStore, rules: Rules, document: IdentityDocument, *passwords: str) -> list[LoginOutcome]:
    """What a row of attempts comes to."""
    return [log_in(bank, rules, document, password).outcome for password in passwords]


def last_access(bank: SqlStore, rules: Rules) -> datetime | None:
    """Log Alice in, and read when the bank says she was there before."""
    login = log_in(bank, rules, ALICE.document, OLD_PASSWORD)
    assert login.outcome is WELCOME
    return login.last_access_at


def test_the_right_password_is_welcome(bank: SqlStore, rules: Rules) -> None:
    login = log_in(bank, rules, ALICE.document, OLD_PASSWORD)

    assert (login.outcome, login.customer_id, login.password_set_at) == (WELCOME, ALICE.id, START)


def test_a_customer_reads_when_the_last_access_was(bank: SqlStore, rules: Rules, clock: Clock) -> None:
    assert last_access(bank, rules) is None
    clock.go_on(days=3)

    assert last_access(bank, rules) == START


def test_a_failed_attempt_is_no_access(bank: SqlStore, rules: Rules, clock: Clock) -> None:
    last_access(bank, rules)
    clock.go_on(days=3)
    log_in(bank, rules, ALICE.document, "wrong")

    assert last_access(bank, rules) == START


def test_the_third_wrong_password_blocks_and_the_right_one_is_blocked_then(bank: SqlStore, rules: Rules) -> None:
    tried = outcomes(bank, rules, ALICE.document, "wrong", "wrong", "wrong", OLD_PASSWORD)

    assert tried == [WRONG, WRONG, BLOCKED, BLOCKED]


def test_time_alone_does_not_unblock(bank: SqlStore, rules: Rules, clock: Clock) -> None:
    outcomes(bank, rules, ALICE.document, "wrong", "wrong", "wrong")
    clock.go_on(days=400)

    assert outcomes(bank, rules, ALICE.document, OLD_PASSWORD) == [BLOCKED]


def test_a_customer_reads_how_many_tries_are_left(bank: SqlStore, rules: Rules) -> None:
    left = [log_in(bank, rules, ALICE.document, "wrong").attempts_left for _ in range(3)]

    assert left == [2, 1, 0]


def test_a_good_log_in_forgets_the_slips_before_it(bank: SqlStore, rules: Rules) -> None:
    tried = outcomes(bank, rules, ALICE.document, "wrong", "wrong", OLD_PASSWORD, "wrong", "wrong", OLD_PASSWORD)

    assert tried == [WRONG, WRONG, WELCOME, WRONG, WRONG, WELCOME]


def test_one_customers_slips_do_not_block_another(bank: SqlStore, rules: Rules) -> None:
    outcomes(bank, rules, BOB.document, "wrong", "wrong", "wrong")

    assert outcomes(bank, rules, ALICE.document, OLD_PASSWORD) == [WELCOME]


@pytest.mark.parametrize("document", [BOB.document, NOBODYS_DOCUMENT], ids=["no password yet", "unknown"])
def test_nobody_can_tell_an_unknown_document_from_a_wrong_password(
    bank: SqlStore, rules: Rules, document: IdentityDocument
) -> None:
    stranger = [log_in(bank, rules, document, "wrong") for _ in range(4)]
    customer = [log_in(bank, rules, ALICE.document, "wrong") for _ in range(4)]

    assert stranger == customer


@pytest.mark.parametrize("document", [ALICE.document, BOB.document, NOBODYS_DOCUMENT])
@pytest.mark.parametrize("password", [OLD_PASSWORD, "wrong"])
def test_every_attempt_costs_one_comparison_blocked_or_not(
    bank: SqlStore, document: IdentityDocument, password: str
) -> None:
    hasher = CountingHasher()
    outcomes(bank, with_hasher(hasher), document, "wrong", "wrong", "wrong", password)

    assert len(hasher.compared) == 4


def test_an_attempt_that_broke_off_is_spent(bank: SqlStore, rules: Rules) -> None:
    for _ in range(3):
        with pytest.raises(MemoryError):
            log_in(bank, with_hasher(BreakingHasher()), ALICE.document, OLD_PASSWORD)

    assert outcomes(bank, rules, ALICE.document, OLD_PASSWORD) == [BLOCKED]


def test_a_frozen_password_is_explained_to_whoever_knows_it_only(bank: SqlStore, rules: Rules) -> None:
    with bank.transaction() as tx:
        tx.credentials.freeze(ALICE.id)

    assert outcomes(bank, rules, ALICE.document, OLD_PASSWORD, "wrong") == [FROZEN, WRONG]


def test_without_a_password_nobody_gets_in_not_even_once_unfrozen(bank: SqlStore, rules: Rules) -> None:
    with bank.transaction() as tx:
        tx.credentials.freeze(BOB.id)

    assert outcomes(bank, rules, BOB.document, OLD_PASSWORD) == [WRONG]
    with bank.transaction() as tx:
        tx.credentials.unfreeze(BOB.id)
    assert outcomes(bank, rules, BOB.document, "") == [WRONG]


def test_a_frozen_log_in_is_no_access(bank: SqlStore, rules: Rules) -> None:
    with bank.transaction() as tx:
        tx.credentials.freeze(ALICE.id)
    log_in(bank, rules, ALICE.document, OLD_PASSWORD)
    with bank.transaction() as tx:
        assert tx.credentials.of(ALICE.id).last_access_at is None


def test_an_old_hash_is_strengthened_at_log_in_and_the_password_stays(bank: SqlStore) -> None:
    stronger = with_hasher(STRONGER)

    assert outcomes(bank, stronger, ALICE.document, OLD_PASSWORD, OLD_PASSWORD, NEW_PASSWORD) == [
        WELCOME,
        WELCOME,
        WRONG,
    ]
    with bank.transaction() as tx:
        stored = tx.credentials.of(ALICE.id).password_hash
    assert stored is not None
    assert not STRONGER.needs_rehash(stored)


class OvertakenHasher(Hasher):
    """Strengthens a hash while the customer sets another password."""

    def __init__(self, bank: SqlStore) -> None:
        super().__init__(memory_cost=16, time_cost=1)
        self._bank = bank

    def hash(self, password: str) -> str:
        with self._bank.transaction() as tx:
            tx.credentials.assign(ALICE.id, STRONGER.hash(NEW_PASSWORD))
        return super().hash(password)


def test_a_password_that_is_replaced_while_its_hash_is_strengthened_does_not_come_back(bank: SqlStore) -> None:
    outcomes(bank, with_hasher(OvertakenHasher(bank)), ALICE.document, OLD_PASSWORD)

    assert outcomes(bank, with_hasher(STRONGER), ALICE.document, OLD_PASSWORD, NEW_PASSWORD) == [WRONG, WELCOME]


def test_a_hash_that_is_strong_enough_is_left_alone(bank: SqlStore, rules: Rules) -> None:
    with bank.transaction() as tx:
        before = tx.credentials.by_document(key_of(ALICE))
    last_access(bank, rules)
    with bank.transaction() as tx:
        after = tx.credentials.by_document(key_of(ALICE))

    assert before is not None
    assert after is not None
    assert before.password_hash == after.password_hash


def test_a_bank_may_allow_more_tries(bank: SqlStore) -> None:
    generous = people.rules(Policy(login_attempts=5))

    assert outcomes(bank, generous, ALICE.document, *["wrong"] * 4, OLD_PASSWORD) == [WRONG] * 4 + [WELCOME]
