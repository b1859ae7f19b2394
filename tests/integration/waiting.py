"""Waits for what another thread or process does, never longer than a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def wait_for(what: Callable[[], _T], seconds: float = 60) -> _T:
    """The first truthy answer of `what`; fails when none came in time."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"it did not happen in {seconds} seconds"
        time.sleep(0.02)
    return found
