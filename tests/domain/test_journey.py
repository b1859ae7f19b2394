"""The map of a recovery, as data: no way leads to a new password past any of the proofs."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest

from app.domain.journey import ENDS, JOURNEY, OffTheMap, Outcome, Step, next_step
from app.steps import STEPS

WAY = (
    Step.IDENTIFY,
    Step.LINK_SENT,
    Step.REIDENTIFY,
    Step.CONTACTS,
    Step.CODE,
    Step.QUESTIONS,
    Step.PASSWORD,
    Step.DONE,
)
ASKING = WAY[2:-1]
GUESSES = (Step.REIDENTIFY, Step.CODE, Step.QUESTIONS)
EVERYWHERE = [(step, outcome) for step in Step for outcome in Outcome]
KNOWN = [(step, outcome) for step, outcome in EVERYWHERE if outcome in JOURNEY[step]]

Map = Mapping[Step, Mapping[Outcome, Step]]


def reached(ways: Map, start: Step = Step.IDENTIFY) -> set[Step]:
    """Every step to which some answers lead."""
    found, ahead = {start}, [start]
    while ahead:
        new = set(ways[ahead.pop()].values()) - found
        found |= new
        ahead += new
    return found


def without(leaving: Step, reaching: Step) -> Map:
    """The map with every way from one step to another closed."""
    return {
        step: {why: to for why, to in ways.items() if (step, to) != (leaving, reaching)}
        for step, ways in JOURNEY.items()
    }


def walks(here: Step, seen: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Every way to the end that passes no step twice."""
    seen = (*seen, here)
    if here is Step.DONE:
        yield seen
    for ahead in set(JOURNEY[here].values()) - set(seen):
        yield from walks(ahead, seen)


def test_every_step_is_on_the_map() -> None:
    assert set(JOURNEY) == set(Step)


def test_every_step_can_be_reached() -> None:
    assert reached(JOURNEY) == set(Step)


@pytest.mark.parametrize(("step", "outcome"), KNOWN)
def test_every_outcome_leads_to_a_step_of_the_map(step: Step, outcome: Outcome) -> None:
    assert next_step(step, outcome) is JOURNEY[step][outcome]
    assert JOURNEY[step][outcome] in JOURNEY


@pytest.mark.parametrize(("step", "outcome"), [pair for pair in EVERYWHERE if pair not in KNOWN])
def test_an_outcome_off_the_map_is_a_defect_and_says_so(step: Step, outcome: Outcome) -> None:
    with pytest.raises(OffTheMap, match=outcome):
        next_step(step, outcome)


def test_no_way_leads_on_from_an_end() -> None:
    assert {Step.DONE, Step.EXPIRED, Step.LOCKED, Step.REFUSED, Step.USED} == ENDS


def test_only_who_proved_the_document_can_be_refused() -> None:
    assert [step for step, outcome in KNOWN if outcome is Outcome.TURNED_AWAY] == [
        Step.REIDENTIFY,
        Step.CONTACTS,
        Step.CODE,
        Step.QUESTIONS,
        Step.PASSWORD,
    ]


def test_only_a_new_password_ends_well() -> None:
    arrivals = [(step, outcome) for step, outcome in KNOWN if JOURNEY[step][outcome] is Step.DONE]

    assert arrivals == [(Step.PASSWORD, Outcome.ACCEPTED)]


def test_there_is_one_way_to_the_end_and_it_asks_for_every_proof() -> None:
    assert list(walks(Step.IDENTIFY)) == [WAY]


@pytest.mark.parametrize(("leaving", "reaching"), list(pairwise(WAY)))
def test_without_any_one_of_its_steps_the_end_is_out_of_reach(leaving: Step, reaching: Step) -> None:
    assert Step.DONE not in reached(without(leaving, reaching))


@pytest.mark.parametrize("step", ASKING)
def test_only_the_right_answer_leads_forward(step: Step) -> None:
    forward = WAY[WAY.index(step) + 1 :]

    assert [why for why, to in JOURNEY[step].items() if to in forward] == [Outcome.ACCEPTED]


@pytest.mark.parametrize("step", GUESSES)
def test_where_one_can_guess_the_guesses_run_out(step: Step) -> None:
    assert STEPS[step].BUDGET is not None
    assert JOURNEY[step][Outcome.WRONG] is step
    assert JOURNEY[step][Outcome.SPENT] is Step.LOCKED


@pytest.mark.parametrize("step", [Step.LINK_SENT, *ASKING])
def test_time_can_run_out_everywhere_on_the_way(step: Step) -> None:
    assert JOURNEY[step][Outcome.TOO_LATE] is Step.EXPIRED


def test_the_map_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        JOURNEY[Step.IDENTIFY] = {}  # type: ignore[index]  # what is proved here
