"""How long a link keeps its sender, so that one which goes nowhere keeps it as long (docs/decisions/0002)."""

import secrets
from collections import deque
from time import monotonic
from typing import Final

REMEMBERED: Final = 50
LONGEST_SECONDS: Final = 10.0


class Pace:
    """The latest links of this process that went to a server, taken by it or not. Any number of threads may use it."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, began: float) -> None:
        """One went to a server; `began` is in the seconds of `time.monotonic`."""
        self._seconds.append(monotonic() - began)

    def rest(self, began: float) -> float:
        """How many seconds one that began then has to go on to be like another of them; 0 while none is known."""
        known = tuple(self._seconds)
        like = min(secrets.choice(known), LONGEST_SECONDS) if known else 0.0
        return max(began + like - monotonic(), 0.0)
