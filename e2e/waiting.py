"""Waiting for what has no page to look at: asked again until it is so, never longer than it must."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

import httpx

PAUSE: Final = 0.05
# For a client that asks now and then: a server closes what is idle, and may do so just when it is asked again.
NOT_KEPT: Final = httpx.Limits(max_keepalive_connections=0)

_Found = TypeVar("_Found")


def until(
    asked: Callable[[], _Found], seconds: float = 60, otherwise: Callable[[], str] = lambda: "it did not happen"
) -> _Found:
    """The first truthy answer of `asked`; AssertionError with what `otherwise` says if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        if found := asked():
            return found
        assert time.monotonic() < deadline, otherwise()
        time.sleep(PAUSE)
