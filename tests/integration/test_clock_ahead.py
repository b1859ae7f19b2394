"""A clock that was ahead for a while leaves nothing that binds until its date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.adapters.sql.statements import OUT_OF_STEP
from app.delivery import LEASE
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import LONGEST_WAIT, NoticeKind
from app.domain.policy import DAY, LONGEST_LOCK, Budget
from tests.people import ALICE, BOB, Clock

from .bank import Bank
from .browser import LOG_IN, PORTAL
from .conftest import OpenBank
from .people import document
from .walk import Walk, log_in

MINUTE = timedelta(minutes=1)
AN_INSTANT = timedelta(microseconds=1)


@contextmanager
def ahead(clock: Clock, by: timedelta = timedelta(days=730)) -> Iterator[None]:
    """The clock is ahead while the block runs."""
    clock.now += by
    yield
    clock.now -= by


def test_the_links_of_a_minute_are_counted_anew(open_bank: OpenBank) -> None:
    bank = open_bank(links_per_minute=2)
    with ahead(bank.clock):
        Walk(bank).ask()
        bank.deliver()
    for _ in range(4):
        Walk(bank, BOB).ask()
        bank.deliver()
        bank.clock.go_on(minutes=1)
    assert len(bank.letters_to(BOB)) == 4


@pytest.mark.parametrize("budget", Budget)
def test_what_a_customer_spent_then_is_spent_no_more(bank: Bank, budget: Budget) -> None:
    alice = bank.customer(ALICE).id
    with ahead(bank.clock), bank.store.transaction() as tx:
        assert tx.budgets.spend(alice, budget, 1) == 0
        assert tx.budgets.spend(alice, budget, 1) is None
    with bank.store.transaction() as tx:
        assert tx.budgets.left(alice, budget, 1) == 1
        assert tx.budgets.spend(alice, budget, 1) == 0
        assert tx.budgets.left(alice, budget, 1) == 0


def test_a_lock_of_then_is_open_and_the_next_one_lasts_as_long_as_any(bank: Bank) -> None:
    with ahead(bank.clock):
        lock(bank)
    assert Walk(bank).to(Step.REIDENTIFY).page.step == Step.REIDENTIFY
    lock(bank)
    ((until,),) = bank.execute("SELECT CAST(until AS TEXT) FROM recovery_lock")
    assert until.startswith(f"{bank.clock.now + DAY:%Y-%m-%d}")


def lock(bank: Bank) -> None:
    """Alice's recovery is locked by wrong documents."""
    browser = Walk(bank).to(Step.REIDENTIFY)
    for _ in range(3):
        browser.submit(**document(BOB))
    assert browser.page.step == Step.LOCKED


def test_the_longest_lock_that_a_bank_may_choose_is_kept_to_its_end(bank: Bank) -> None:
    alice, began = bank.customer(ALICE).id, bank.clock.now
    with bank.store.transaction() as tx:
        tx.budgets.spend(alice, Budget.GUESSES, 1)
        tx.budgets.lock(alice, began + LONGEST_LOCK)
    for now, locked in ((began, True), (began + LONGEST_LOCK - AN_INSTANT, True), (began + LONGEST_LOCK, False)):
        bank.clock.now = now
        with bank.store.transaction() as tx:
            assert bool(tx.budgets.locked_until(alice)) is locked
            assert tx.budgets.left(alice, Budget.GUESSES, 1) == (0 if locked else 1)


def test_clocks_that_are_a_little_apart_count_together(bank: Bank) -> None:
    alice = bank.customer(ALICE).id
    with ahead(bank.clock, OUT_OF_STEP), bank.store.transaction() as tx:
        tx.budgets.spend(alice, Budget.ANSWERS_IN_A_ROW, 2)
        tx.rates.count("somebody", MINUTE)
    with bank.store.transaction() as tx:
        assert tx.budgets.spend(alice, Budget.ANSWERS_IN_A_ROW, 2) == 0
        assert tx.rates.count("somebody", MINUTE)[0] == 2


def test_a_count_of_then_is_not_read_either(bank: Bank) -> None:
    with ahead(bank.clock), bank.store.transaction() as tx:
        tx.rates.count("somebody", DAY)
    with bank.store.transaction() as tx:
        assert tx.rates.counted("somebody") == (0, bank.clock.now)
        tx.rates.count("somebody", DAY)
        assert tx.rates.counted("somebody") == (1, bank.clock.now + DAY)


def post(bank: Bank) -> None:
    """A notice for Alice stands in the outbox."""
    alice = bank.customer(ALICE).id
    with bank.store.transaction() as tx:
        tx.notices.post(NoticeKind.CHANGED, "a recovery", Language.SPANISH, alice, ALICE.contact.channels[:1])


def test_a_notice_that_was_to_be_tried_again_then_is_sent_now(bank: Bank) -> None:
    bank.post_office.close()
    with ahead(bank.clock):
        post(bank)
        bank.deliver()
    bank.post_office.open()
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


def test_a_notice_whose_sender_died_then_is_sent_now(bank: Bank) -> None:
    with ahead(bank.clock), bank.store.transaction() as tx:
        tx.notices.post(NoticeKind.CHANGED, "a recovery", Language.SPANISH, 1, ALICE.contact.channels[:1])
        assert tx.notices.claim(LEASE)
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


@pytest.mark.parametrize("lease", [LEASE, 10 * LONGEST_WAIT])
def test_a_notice_that_waits_as_long_as_any_may_is_not_sent_early(bank: Bank, lease: timedelta) -> None:
    post(bank)
    for _ in range(2):
        with bank.store.transaction() as tx:
            claimed = tx.notices.claim(lease)
            assert claimed
            tx.notices.retry(claimed, max(lease, LONGEST_WAIT))
            assert tx.notices.claim(lease) is None
        bank.clock.now += max(lease, LONGEST_WAIT)


def test_a_session_of_then_has_ended(bank: Bank) -> None:
    browser = bank.browser()
    with ahead(bank.clock):
        assert log_in(browser, ALICE).address == PORTAL
    assert browser.visit(PORTAL).address == LOG_IN
    assert log_in(browser, ALICE).address == PORTAL
