"""The toll under a flood: work done by the browser, or a minute's patience; the same for every document (S1, S19).

Who asks for links as people do pays nothing. The work buys back what a shared address would otherwise be refused, so
thirty colleagues, or a whole mobile network, behind one address are not shut out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from flask import request
from limits import WindowStats, parse

from app.domain import work
from app.events import log_event
from app.services import services
from app.web.limits import CALM, CALM_ADDRESS, PATIENT, PATIENT_ADDRESS, Limit, limiter


@dataclass(frozen=True, slots=True)
class Toll:
    """What is asked of a browser: the challenge to solve, or so many seconds to wait."""

    challenge: str
    wait_seconds: int
    iterations: int = work.ITERATIONS
    bits: int = work.BITS
    answers: int = work.ANSWERS


def unpaid(now: datetime) -> Toll | None:
    """The toll that this request still owes, None where none is due or it was paid. `now` is UTC."""
    exceeded = next((limit for limit in (CALM_ADDRESS, CALM) if not _within(limit)), None)  # one address is no flood
    return _owed(now, exceeded) if exceeded and not _paid(now) else None


def _paid(now: datetime) -> bool:
    challenge, proof = request.form.get("challenge", ""), request.form.get("proof", "")
    issued_ago = work.age(challenge, services().rules.keys, now)
    if issued_ago is None:
        return False
    if proof:
        return work.proves(challenge, proof) and _first_use(challenge)
    if issued_ago < work.PATIENCE or _is_used(challenge):  # a used one must not spend what others wait for
        return False
    return _has_a_turn() and _first_use(challenge)


def _has_a_turn() -> bool:
    """Whether the minute has room for one more who waited; who is sent away for all the others loses no turn by it."""
    if not _within(PATIENT_ADDRESS):
        return False
    if _within(PATIENT):
        return True
    turn = parse(PATIENT_ADDRESS.rate_now())
    limiter.storage.incr(turn.key_for(PATIENT_ADDRESS.key(), PATIENT_ADDRESS.name), turn.get_expiry(), amount=-1)
    return False


def _owed(now: datetime, exceeded: Limit) -> Toll:
    """The same challenge again while somebody waits with it: pressing early, or in a full minute, costs no time."""
    log_event("excess_rate_limit_exceeded", limit=exceeded.name)
    keys, patience = services().rules.keys, int(work.PATIENCE.total_seconds())
    shown = request.form.get("challenge", "")
    waited = None if request.form.get("proof") else work.age(shown, keys, now)
    if waited is not None and not _is_used(shown):
        rest = work.PATIENCE - waited if waited < work.PATIENCE else _until_next_turn(now)
        if waited + rest < work.VALID:
            return Toll(shown, min(int(rest.total_seconds()) + 1, patience))
    return Toll(work.new_challenge(keys, now), patience)


def _until_next_turn(now: datetime) -> timedelta:
    """How long until each minute that is full has ended."""
    windows = (_window(limit) for limit in (PATIENT_ADDRESS, PATIENT))
    ends = [window.reset_time for window in windows if window.remaining == 0]
    return timedelta(seconds=max([*ends, now.timestamp()]) - now.timestamp())


def _within(limit: Limit) -> bool:
    return bool(limiter.limiter.hit(parse(limit.rate_now()), limit.key(), limit.name))


def _window(limit: Limit) -> WindowStats:
    return limiter.limiter.get_window_stats(parse(limit.rate_now()), limit.key(), limit.name)


def _first_use(challenge: str) -> bool:
    """Whether nobody has used this challenge before; of several at once one has not."""
    return limiter.storage.incr(_uses(challenge), int(work.VALID.total_seconds())) == 1


def _is_used(challenge: str) -> bool:
    """Whether somebody has used it; of several at once all may still look unused, and one first use counts."""
    return limiter.storage.get(_uses(challenge)) > 0


def _uses(challenge: str) -> str:
    return f"work/{sha256(challenge.encode()).hexdigest()}"
