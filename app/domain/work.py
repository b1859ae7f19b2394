"""Proof of work: what a browser pays for a request while the service is flooded. No puzzle for the person.

PBKDF2 is the one slow function that browsers run as native code without blocking the page, so an attacker's program
gains little over an old phone (docs/decisions/0012).
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from app.domain.proofs import KeySource

ITERATIONS: Final = 1_000
BITS: Final = 7
ANSWERS: Final = 8
VALID: Final = timedelta(minutes=10)
PATIENCE: Final = timedelta(minutes=1)
_LONGEST_ANSWER: Final = 8


def new_challenge(keys: KeySource, now: datetime) -> str:
    """A challenge issued at `now` (UTC): readable by everybody, made by nobody else, kept nowhere."""
    body = f"{int(now.timestamp())}.{secrets.token_urlsafe(16)}"
    return f"{body}.{_mac(body, keys)}"


def age(challenge: str, keys: KeySource, now: datetime) -> timedelta | None:
    """How long ago one of our challenges was issued; None if it is forged or older than `VALID`."""
    body, _, mac = challenge.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(body, keys).encode()):
        return None
    passed = now - datetime.fromtimestamp(int(body.partition(".")[0]), now.tzinfo)
    return passed if passed < VALID else None


def proves(challenge: str, proof: str) -> bool:
    """Whether `proof`, `ANSWERS` different ascending numbers, shows about `ANSWERS` · 2^`BITS` trials of work.

    The first number that does not fit ends the check, so nonsense costs the server one trial.
    """
    answers = proof.split(" ")
    if len(answers) != ANSWERS or not all(map(_is_number, answers)):
        return False
    numbers = [int(answer) for answer in answers]
    ascending = all(one < next_one for one, next_one in pairwise(numbers))
    return ascending and all(fits(challenge, number) for number in numbers)


def fits(challenge: str, number: int) -> bool:
    """Whether one trial succeeds: `BITS` leading zeros of PBKDF2-HMAC-SHA256(challenge, the number as text)."""
    tried = hashlib.pbkdf2_hmac("sha256", challenge.encode(), str(number).encode(), ITERATIONS, 4)
    return int.from_bytes(tried, "big") >> (32 - BITS) == 0


def _is_number(answer: str) -> bool:
    return answer.isascii() and answer.isdigit() and len(answer) <= _LONGEST_ANSWER


def _mac(body: str, keys: KeySource) -> str:
    return hmac.digest(keys.of("work"), body.encode(), "sha256").hex()
