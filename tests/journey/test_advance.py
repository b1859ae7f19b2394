"""How an answer moves a recovery: tries are spent first, and all of a change is kept or none of it."""

import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.sql.customers import SqlCredentials
from app.adapters.sql.outbox import SqlNotices
from app.adapters.sql.recoveries import SqlBudgets, SqlRecoveries
from app.adapters.sql.sessions import SqlSessions
from app.domain.alarm import freeze
from app.domain.case import Case, Decision
from app.domain.customers import Channel, Contact, Customer
from app.domain.journey import ENDS, Outcome, Step
from app.domain.login import LoginOutcome, log_in
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from app.domain.policy import DAY, Budget, CodeChannel
from app.domain.proofs import token_hash
from app.domain.recovery import Refusal, StaleRecovery
from app.steps import STEPS, link_sent, reidentify
from app.steps.advance import Moved, Opened, advance, open_link
from tests.journey.bank import Bank, Browser, Seen, wrong_code
from tests.people import (
    ALICE,
    BOB,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    GRACE_WITH_ONE_CARD,
    NEW_PASSWORD,
    OLD_PASSWORD,
    WEAK_PASSWORD,
    Clock,
    enrol,
    key_of,
)

GUESSED = {Step.REIDENTIFY: Budget.DOCUMENTS, Step.CODE: Budget.GUESSES, Step.QUESTIONS: Budget.ANSWERS}
ASKING = (Step.REIDENTIFY, Step.CONTACTS, Step.CODE, Step.QUESTIONS, Step.PASSWORD)
AN_INSTANT = timedelta(microseconds=1)

at_every_guess = pytest.mark.parametrize("step", GUESSED)


def limit(bank: Bank, step: Step) -> int:
    """How many tries a customer has there."""
    return bank.rules.policy.limit(GUESSED[step])


def wrong(bank: Bank, browser: Browser, times: int = 1) -> list[Outcome]:
    """Answer wrongly some times; what it comes to."""
    return [browser.answer(bank.wrong_answer(browser)).outcome for _ in range(times)]


def right(bank: Bank, browser: Browser, person: Customer = ALICE) -> Moved:
    """Answer rightly."""
    return browser.answer(bank.right_answer(browser, person))


def lock(bank: Bank, step: Step = Step.CODE) -> Browser:
    """The browser in which Alice's tries were spent."""
    browser = bank.walk(ALICE, step)
    wrong(bank, browser, limit(bank, step))
    assert browser.step is Step.LOCKED
    return browser


class Handled:
    """Counts how often a step really compared, and breaks off if it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
        self.count = 0
        self.breaks = False
        self._handle: Callable[[Case, Any], Decision] = STEPS[step].handle
        monkeypatch.setattr(STEPS[step], "handle", self)

    def __call__(self, case: Case, answer: Any) -> Decision:
        self.count += 1
        if self.breaks:
            raise MemoryError
        return self._handle(case, answer)


# --- the whole way


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


def handing_over(bank: Bank) -> tuple[Browser, Browser, str]:
    """Who asked, who opened the link, and the number that stands there."""
    asker, opener = bank.browser(), bank.browser()
    asker.ask(ALICE.document)
    (letter,) = bank.deliver()
    opener.open(letter.token or "")
    number = opener.offer()
    assert number
    return asker, opener, number


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


def test_a_number_is_offered_only_to_who_opened_the_link_and_before_the_document_is_proved(bank: Bank) -> None:
    asker, opener, _ = handing_over(bank)
    before = bank.rows()
    assert asker.offer() is None
    assert bank.browser().offer() is None
    assert bank.rows() == before
    right(bank, opener)
    before = bank.rows()
    assert opener.step is Step.CONTACTS
    assert opener.offer() is None
    assert bank.rows() == before


def test_no_other_code_is_sent_where_none_is_owed(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CODE)
    before = bank.rows()
    assert browser.ask_for_another_code() is None
    assert bank.rows() == before


def test_the_number_moves_the_right_to_go_on_and_cannot_be_used_again(bank: Bank) -> None:
    asker, opener, number = handing_over(bank)
    before = asker.look()
    moved = asker.answer(number)

    assert (moved.origin, moved.step, moved.outcome) == (Step.LINK_SENT, Step.REIDENTIFY, Outcome.ACCEPTED)
    kept = bank.recovery(asker)
    assert (kept.number_nonce, kept.number_expires_at, kept.handed_over) == (None, None, True)
    assert len(kept.ticket or "") == 43
    assert (asker.step, opener.step) == (Step.REIDENTIFY, Step.USED)
    assert opener.look()[1].gave_way
    assert not asker.look()[1].gave_way
    with pytest.raises(StaleRecovery):
        asker.answer(number, before)
    assert right(bank, asker).step is Step.CONTACTS


def test_a_wrong_number_says_so_and_after_five_the_right_one_does_too(bank: Bank) -> None:
    asker, opener, number = handing_over(bank)
    told = [asker.answer(wrong_code(number)) for _ in range(bank.rules.policy.number_attempts)]
    told.append(asker.answer(number))

    for one in told:
        assert (one.origin, one.step, one.outcome) == (Step.LINK_SENT, Step.LINK_SENT, Outcome.WRONG)
        assert (one.message, one.tries_left) == (link_sent.WRONG_NUMBER, None)
    assert [one.out_of_tries for one in told] == [False] * bank.rules.policy.number_attempts + [True]
    assert (asker.step, opener.step) == (Step.LINK_SENT, Step.REIDENTIFY)


def test_the_fifth_number_still_counts(bank: Bank) -> None:
    asker, _, number = handing_over(bank)
    for _ in range(bank.rules.policy.number_attempts - 1):
        asker.answer(wrong_code(number))

    assert asker.answer(number).outcome is Outcome.ACCEPTED


def test_the_page_shows_the_number_in_two_groups_until_its_time_is_over(bank: Bank) -> None:
    _, opener, number = handing_over(bank)
    digits = f"{number[:3]} {number[3:]}"
    page = {"number": digits, "number_valid": 120, "number_asked_for": True, "may_hand_over": True}

    assert reidentify.show(opener.look()[1]) == page
    bank.clock.go_on(seconds=120)
    assert reidentify.show(opener.look()[1]) == page | {"number": None}


def test_before_a_number_is_asked_for_none_is_shown_and_after_the_hand_over_none_is_offered(bank: Bank) -> None:
    nothing = {"number": None, "number_valid": 120, "number_asked_for": False}
    assert reidentify.show(bank.open_link_of(ALICE).look()[1]) == nothing | {"may_hand_over": True}
    asker, _, number = handing_over(bank)
    asker.answer(number)
    assert reidentify.show(asker.look()[1]) == nothing | {"may_hand_over": False}


def test_another_code_in_place_of_a_late_one_is_one_of_the_days_and_works(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    bank.postman.mail_works = False
    right(bank, browser)
    bank.deliver()
    bank.clock.go_on(seconds=60)
    bank.postman.mail_works = True
    bank.deliver()
    first = bank.code_of(browser.recovery_id or "")
    bank.clock.go_on(seconds=120)
    moved = browser.ask_for_another_code()
    bank.deliver()

    assert moved
    assert (moved.origin, moved.step, moved.outcome) == (Step.CODE, Step.CODE, Outcome.REISSUED)
    assert bank.spent(ALICE, Budget.CODES) == 2
    assert bank.code_of(browser.recovery_id or "") != first
    assert right(bank, browser).step is Step.QUESTIONS


def test_the_one_who_asked_sees_nothing_of_how_far_the_customer_went(bank: Bank) -> None:
    asker, opener = bank.browser(), bank.browser()
    asker.ask(ALICE.document)
    (letter,) = bank.deliver()
    opener.open(letter.token or "")
    while opener.step is not Step.DONE:
        assert asker.step is Step.LINK_SENT
        right(bank, opener)
        bank.deliver()

    assert asker.step is Step.LINK_SENT


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


# --- a try is spent before anything is compared


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


def try_at(bank: Bank, seen: Seen, guess: str) -> str:
    """One of several guesses at the same time."""
    try:
        return advance(bank.store, *seen, guess).outcome
    except StaleRecovery:
        return "stale"


# --- wrong answers, and the lock


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


# --- right answers


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


# --- the code


def test_the_right_code_is_right_before_we_know_that_the_mail_server_took_it_and_a_wrong_one_is_not(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.postman.mail_works = False  # as far as we heard
    bank.deliver()
    (written,) = (letter.code for letter in bank.postman.written if letter.code)

    assert browser.answer(wrong_code(written)).outcome is Outcome.WRONG
    assert browser.answer(written).outcome is Outcome.ACCEPTED
    assert bank.spent(ALICE, Budget.GUESSES) == 1


def test_a_code_that_never_left_is_good_no_longer_than_the_pause(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.postman.mail_works = False
    bank.deliver()
    bank.clock.now += bank.rules.policy.idle

    assert browser.step is Step.EXPIRED


def test_the_two_minutes_begin_when_the_mail_server_took_the_code(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CONTACTS)
    right(bank, browser)
    bank.clock.go_on(seconds=150)
    bank.deliver()
    bank.clock.go_on(seconds=120, microseconds=-1)

    assert right(bank, browser).outcome is Outcome.ACCEPTED


def test_a_code_is_of_no_use_at_the_instant_it_ends(bank: Bank) -> None:
    browser = bank.walk(ALICE, Step.CODE)
    bank.clock.go_on(seconds=120)

    assert browser.step is Step.EXPIRED


def test_the_code_of_another_recovery_is_wrong(bank: Bank) -> None:
    bobs = bank.walk(BOB, Step.CODE)
    alices = bank.walk(ALICE, Step.CODE)

    assert alices.answer(bank.code_of(bobs.recovery_id or "")).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("setting", "person", "channel"),
    [
        (CodeChannel.EMAIL, ALICE, Channel.EMAIL),
        (CodeChannel.SMS, ALICE, Channel.SMS),
        (CodeChannel.OTHER, ALICE, Channel.SMS),
        (CodeChannel.SMS, BOB, Channel.EMAIL),
        (CodeChannel.OTHER, BOB, Channel.EMAIL),
        (CodeChannel.EMAIL, CAROL_BY_MOBILE_ONLY, Channel.SMS),
        (CodeChannel.OTHER, CAROL_BY_MOBILE_ONLY, Channel.SMS),
    ],
)
def test_the_code_goes_where_the_bank_chose_or_to_the_only_address(
    bank: Bank, setting: CodeChannel, person: Customer, channel: Channel
) -> None:
    enrol(bank.store, person)
    bank.choose(code_channel=setting)
    browser = bank.walk(person, Step.CODE)

    assert bank.recovery(browser).code_channel is channel
    assert [letter.channel for letter in bank.postman.delivered if letter.code] == [channel]


# --- several requests at once


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


# --- the new password


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


# --- who is turned away, and when it is said


TURNED_AWAY = [
    (DAVE_WITH_A_BORROWED_CARD, Refusal.NOT_ELIGIBLE),
    (ERIN_WHO_JUST_MOVED, Refusal.ON_HOLD),
    (GRACE_WITH_ONE_CARD, Refusal.TOO_FEW_FACTS),
]


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
