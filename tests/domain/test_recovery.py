"""Where a browser stands: what it holds and what time it is decide, and nothing else shows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.customers import Channel
from app.domain.journey import ENDS, Step
from app.domain.policy import Policy
from app.domain.recovery import Recovery, Refusal, standing
from tests.people import START

POLICY = Policy()
AN_INSTANT = timedelta(microseconds=1)
TICKET = "the holder's"
UNDER_WAY = (Step.CONTACTS, Step.CODE, Step.QUESTIONS, Step.PASSWORD)
AFTER_THE_LINK = (*UNDER_WAY, *sorted(ENDS))

ASKED = Recovery("r1", "somebody", START)
SENT = replace(ASKED, customer_id=1, link_hash=TICKET, ticket=TICKET, link_expires_at=START + POLICY.link_valid)
HELD = replace(SENT, ticket="the first to prove the document")

instants = st.timedeltas(timedelta(0), timedelta(hours=30)).map(lambda length: START + length)
maybe_instants = st.none() | instants
recoveries = st.builds(
    Recovery,
    id=st.just("r1"),
    document_key=st.text(max_size=5),
    created_at=st.just(START),
    step=st.sampled_from(sorted(set(Step) - {Step.IDENTIFY, Step.REIDENTIFY})),
    version=st.integers(0, 99),
    customer_id=st.none() | st.integers(1, 9),
    link_hash=st.none() | st.text(max_size=5),
    link_channel=st.none() | st.sampled_from(Channel),
    link_expires_at=maybe_instants,
    ticket=st.none() | st.text(max_size=5),
    idle_at=maybe_instants,
    total_at=maybe_instants,
    code_expires_at=maybe_instants,
    code_late=st.booleans(),
    refusal=st.none() | st.sampled_from(Refusal),
)


def under_way(step: Step) -> Recovery:
    """A recovery whose holder has just come to a step past the link."""
    code_expires_at = START + POLICY.code_valid if step is Step.CODE else None
    held = replace(SENT, step=step, total_at=START + POLICY.total, code_expires_at=code_expires_at)
    return held.touched(START, POLICY)


def seen_by_holder(recovery: Recovery, now: datetime = START) -> Step:
    """Where the browser with the ticket stands."""
    return standing(recovery, recovery.ticket, now, POLICY)


# --- who asked, and who only looks


def test_a_browser_that_never_asked_is_asked_who_it_is() -> None:
    assert standing(None, None, START, POLICY) is Step.IDENTIFY


@given(recoveries, instants)
def test_whoever_only_asked_sees_the_same_for_every_state_of_the_recovery(recovery: Recovery, now: datetime) -> None:
    assert standing(recovery, None, now, POLICY) is standing(ASKED, None, now, POLICY)


def test_whoever_only_asked_waits_as_long_as_a_link_would_work() -> None:
    end = START + POLICY.link_valid

    assert standing(ASKED, None, end - AN_INSTANT, POLICY) is Step.LINK_SENT
    assert standing(ASKED, None, end, POLICY) is Step.EXPIRED


def test_a_made_up_link_is_told_to_be_used() -> None:
    assert standing(None, "made up", START, POLICY) is Step.USED


@given(recoveries, st.text(min_size=6), instants)
def test_a_browser_with_another_ticket_sees_a_used_link_whatever_the_state(
    recovery: Recovery, ticket: str, now: datetime
) -> None:
    assert standing(recovery, ticket, now, POLICY) is Step.USED


# --- the ticket


def test_opening_the_link_leads_to_the_document() -> None:
    assert seen_by_holder(SENT) is Step.REIDENTIFY


@pytest.mark.parametrize("step", AFTER_THE_LINK)
def test_once_the_document_is_proven_other_browsers_with_the_link_find_it_used(step: Step) -> None:
    held = replace(HELD, step=step)

    assert standing(held, TICKET, START, POLICY) is Step.USED
    assert standing(held, held.ticket, START, POLICY) is step


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_end_stays_an_end_however_late_it_is(end: Step) -> None:
    ended = replace(under_way(Step.PASSWORD), step=end)

    assert seen_by_holder(ended, START + timedelta(days=9)) is end


# --- deadlines, to the instant


def test_a_link_works_until_the_instant_at_which_it_ends() -> None:
    end = START + POLICY.link_valid

    assert seen_by_holder(SENT, end - AN_INSTANT) is Step.REIDENTIFY
    assert seen_by_holder(SENT, end) is Step.EXPIRED


@pytest.mark.parametrize("step", UNDER_WAY)
def test_every_step_ends_at_the_instant_of_its_deadline(step: Step) -> None:
    end = START + timedelta(minutes=3)
    without_code = replace(under_way(step), code_expires_at=None)

    for recovery in (replace(without_code, idle_at=end), replace(without_code, total_at=end)):
        assert seen_by_holder(recovery, end - AN_INSTANT) is step
        assert seen_by_holder(recovery, end) is Step.EXPIRED


def test_a_code_ends_at_its_instant_although_the_customer_has_time_left() -> None:
    recovery, end = under_way(Step.CODE), START + POLICY.code_valid

    assert seen_by_holder(recovery, end - AN_INSTANT) is Step.CODE
    assert seen_by_holder(recovery, end) is Step.EXPIRED


def test_while_the_code_is_on_its_way_its_time_does_not_run() -> None:
    waiting = replace(under_way(Step.CODE), code_expires_at=None)

    assert seen_by_holder(waiting, START + POLICY.code_valid) is Step.CODE


def test_the_deadline_of_a_code_that_was_right_does_not_follow_the_customer() -> None:
    recovery = replace(under_way(Step.QUESTIONS), code_expires_at=START + POLICY.code_valid)

    assert seen_by_holder(recovery, START + POLICY.code_valid) is Step.QUESTIONS


def test_another_code_is_owed_from_the_instant_the_late_one_ends_until_the_pause_does() -> None:
    recovery, end = replace(under_way(Step.CODE), code_late=True), START + POLICY.code_valid

    assert not recovery.owes_a_code(end - AN_INSTANT)
    assert recovery.owes_a_code(end)
    assert recovery.owes_a_code(START + POLICY.idle - AN_INSTANT)
    assert not recovery.owes_a_code(START + POLICY.idle)


@pytest.mark.parametrize("changed", [{"code_late": False}, {"code_expires_at": None}, {"total_at": START}])
def test_no_other_code_is_owed(changed: dict[str, Any]) -> None:
    recovery = replace(under_way(Step.CODE), **{"code_late": True, **changed})

    assert not recovery.owes_a_code(START + POLICY.code_valid)


@pytest.mark.parametrize("step", [step for step in AFTER_THE_LINK if step is not Step.CODE])
def test_only_who_waits_at_the_code_is_owed_another(step: Step) -> None:
    recovery = replace(under_way(step), code_expires_at=START + POLICY.code_valid, code_late=True)

    assert not recovery.owes_a_code(START + POLICY.code_valid)


# --- handing over


SHOWN = replace(SENT, number_nonce="n", number_expires_at=START + POLICY.number_valid)


def test_a_number_lives_until_its_instant() -> None:
    assert SHOWN.live_number(START + POLICY.number_valid - AN_INSTANT) == "n"
    assert SHOWN.live_number(START + POLICY.number_valid) is None


@pytest.mark.parametrize("step", AFTER_THE_LINK)
def test_past_the_document_there_is_no_number(step: Step) -> None:
    assert replace(SHOWN, step=step).live_number(START) is None


@pytest.mark.parametrize("changed", [{"number_expires_at": None}, {"number_nonce": None}, {"link_expires_at": START}])
def test_without_an_offer_or_a_link_in_time_there_is_no_number(changed: dict[str, Any]) -> None:
    assert replace(SHOWN, **changed).live_number(START) is None


def test_only_who_opened_the_link_of_what_was_handed_over_gave_way() -> None:
    handed_over = replace(SENT, ticket="the asker's", handed_over=True)

    assert handed_over.gave_way(SENT.link_hash, START)
    assert not handed_over.gave_way("the asker's", START)
    assert not handed_over.gave_way(None, START)
    assert not replace(handed_over, link_hash=None).gave_way(None, START)
    assert not SENT.gave_way(SENT.link_hash, START)


@pytest.mark.parametrize("ended", [{"step": step} for step in sorted(ENDS)] + [{"link_expires_at": START}])
def test_nobody_gave_way_to_what_has_ended_since(ended: dict[str, Any]) -> None:
    handed_over = replace(SENT, ticket="the asker's", handed_over=True)
    assert not replace(handed_over, **ended).gave_way(SENT.link_hash, START)


def test_what_was_handed_over_is_not_handed_over_again() -> None:
    assert SHOWN.may_hand_over(START)
    assert not replace(SHOWN, handed_over=True).may_hand_over(START)
    assert replace(SHOWN, handed_over=True).live_number(START) is None
    assert not replace(SHOWN, link_expires_at=START).may_hand_over(START)


# --- more time


@given(instants)
def test_more_time_never_goes_beyond_the_total(now: datetime) -> None:
    recovery = under_way(Step.QUESTIONS)
    touched = recovery.touched(now, POLICY)

    assert touched.idle_at == min(now + POLICY.idle, START + POLICY.total)
    assert touched.total_at == recovery.total_at


@given(st.lists(st.timedeltas(timedelta(0), POLICY.idle - AN_INSTANT), max_size=30))
def test_a_customer_who_always_answers_in_time_is_stopped_by_the_total_alone(
    pauses: list[timedelta],
) -> None:
    recovery, now = under_way(Step.QUESTIONS), START
    for pause in pauses:
        now += pause
        in_time = now < START + POLICY.total
        assert seen_by_holder(recovery, now) is (Step.QUESTIONS if in_time else Step.EXPIRED)
        recovery = recovery.touched(now, POLICY)


def test_before_the_link_is_opened_there_is_no_time_to_lengthen() -> None:
    assert SENT.touched(START + timedelta(minutes=9), POLICY) == SENT
