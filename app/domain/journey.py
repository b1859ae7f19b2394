"""The map of a recovery: every step, every outcome, and where each outcome leads."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Step(StrEnum):
    """Where a recovery can stand. The value is the page's `data-step` and the name of module and template."""

    IDENTIFY = "identify"
    LINK_SENT = "link_sent"
    REIDENTIFY = "reidentify"
    CONTACTS = "contacts"
    CODE = "code"
    QUESTIONS = "questions"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    DONE = "done"
    EXPIRED = "expired"
    LOCKED = "locked"
    REFUSED = "refused"
    USED = "used"


class Outcome(StrEnum):
    """What an answer, or the time that passed without one, comes to."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    TURNED_AWAY = "turned_away"
    TOO_LATE = "too_late"
    SUPERSEDED = "superseded"
    REISSUED = "reissued"
    OFFERED = "offered"


class OffTheMap(RuntimeError):
    """A step came to an outcome the map does not know: a defect, never a customer's doing."""


_LEAVING: Final = {Outcome.TOO_LATE: Step.EXPIRED, Outcome.SUPERSEDED: Step.USED}
_LOCKING: Final = {Outcome.SPENT: Step.LOCKED}
_REFUSING: Final = {Outcome.TURNED_AWAY: Step.REFUSED}

JOURNEY: Final[Mapping[Step, Mapping[Outcome, Step]]] = MappingProxyType(
    {
        Step.IDENTIFY: {Outcome.ACCEPTED: Step.LINK_SENT},
        Step.LINK_SENT: {Outcome.ACCEPTED: Step.REIDENTIFY, Outcome.WRONG: Step.LINK_SENT} | _LEAVING,
        Step.REIDENTIFY: {
            Outcome.ACCEPTED: Step.CONTACTS,
            Outcome.WRONG: Step.REIDENTIFY,
            Outcome.OFFERED: Step.REIDENTIFY,
        }
        | _LOCKING
        | _REFUSING
        | _LEAVING,
        Step.CONTACTS: {Outcome.ACCEPTED: Step.CODE} | _LOCKING | _REFUSING | _LEAVING,
        Step.CODE: {Outcome.ACCEPTED: Step.QUESTIONS, Outcome.WRONG: Step.CODE, Outcome.REISSUED: Step.CODE}
        | _LOCKING
        | _REFUSING
        | _LEAVING,
        Step.QUESTIONS: {Outcome.ACCEPTED: Step.PASSWORD, Outcome.WRONG: Step.QUESTIONS}
        | _LOCKING
        | _REFUSING
        | _LEAVING,
        Step.PASSWORD: {Outcome.ACCEPTED: Step.DONE, Outcome.WRONG: Step.PASSWORD} | _LOCKING | _REFUSING | _LEAVING,
        Step.DONE: {},
        Step.EXPIRED: {},
        Step.LOCKED: {},
        Step.REFUSED: {},
        Step.USED: {},
    }
)

ENDS: Final = frozenset(step for step, ways in JOURNEY.items() if not ways)


def next_step(step: Step, outcome: Outcome) -> Step:
    """Where `outcome` leads from `step`.

    Raises:
        OffTheMap: the map has no such way (ASVS 5.0 V2.3.1: only the steps of the flow, in their order).
    """
    try:
        return JOURNEY[step][outcome]
    except KeyError:
        raise OffTheMap(f"{step} knows no {outcome}") from None
