"""What must reach a customer: for how long it is worth sending, and how long to wait between tries."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.customers import Contact
from app.domain.notices import LATE, WORTH_SENDING, Notice, NoticeKind, backoff, expired, late
from app.domain.policy import Policy
from tests.people import ALICE, BOB, CAROL_BY_MOBILE_ONLY, FRANK_OUT_OF_REACH, START

AN_INSTANT = timedelta(microseconds=1)
WARNINGS = (NoticeKind.LOCKED, NoticeKind.CHANGED, NoticeKind.FROZEN)


def waits(tries: int) -> list[float]:
    """The pauses after each of the first failed tries, in seconds."""
    return [backoff(attempt).total_seconds() for attempt in range(1, tries + 1)]


def test_the_pause_doubles_with_every_failed_try() -> None:
    assert waits(6) == [1, 2, 4, 8, 16, 32]


def test_the_pause_never_exceeds_five_minutes() -> None:
    assert max(waits(2000)) == 300
    assert waits(60) == sorted(waits(60))


def test_a_first_try_that_was_not_counted_waits_no_less_than_a_second() -> None:
    assert backoff(0) == timedelta(seconds=1)


def test_every_kind_of_message_has_an_end() -> None:
    assert set(WORTH_SENDING) == set(NoticeKind)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_message_is_given_up_at_the_instant_at_which_it_helps_nobody(kind: NoticeKind) -> None:
    notice = Notice("n", kind, "r", START)
    end = START + WORTH_SENDING[kind]

    assert not expired(notice, START)
    assert not expired(notice, end - AN_INSTANT)
    assert expired(notice, end)


def test_a_message_is_late_a_minute_after_it_was_asked_for() -> None:
    notice = Notice("n", NoticeKind.CODE, "r", START)

    assert not late(notice, START + LATE - AN_INSTANT)
    assert late(notice, START + LATE)
    assert timedelta(minutes=1) == LATE


@pytest.mark.parametrize("kind", WARNINGS)
def test_a_warning_outlives_a_weekend_without_mail(kind: NoticeKind) -> None:
    assert WORTH_SENDING[kind] >= timedelta(days=3)


def test_a_link_is_not_sent_after_whoever_asked_was_told_to_start_again() -> None:
    assert WORTH_SENDING[NoticeKind.LINK] <= Policy().link_valid


@pytest.mark.parametrize(
    ("contact", "count"),
    [
        (ALICE.contact, 2),
        (BOB.contact, 1),
        (CAROL_BY_MOBILE_ONLY.contact, 1),
        (FRANK_OUT_OF_REACH.contact, 0),
        (Contact("", "", START), 0),
        (replace(ALICE.contact, texted=False), 1),
        (replace(CAROL_BY_MOBILE_ONLY.contact, texted=False), 0),
    ],
)
def test_a_customer_is_reached_at_every_registered_address(contact: Contact, count: int) -> None:
    assert len(contact.channels) == count
