"""How long a link that goes nowhere keeps its sender."""

from time import monotonic

import pytest

from app.pace import LONGEST_SECONDS, REMEMBERED, Pace


def test_where_none_is_known_nobody_rests() -> None:
    assert Pace().rest(monotonic()) == 0


def test_it_is_like_one_of_the_latest() -> None:
    pace = Pace()
    pace.note(monotonic() - 9)
    for _ in range(REMEMBERED):
        pace.note(monotonic() - 3)
    assert pace.rest(monotonic()) == pytest.approx(3, abs=0.5)


def test_what_it_took_to_find_nobody_is_part_of_it() -> None:
    pace = Pace()
    pace.note(monotonic() - 3)
    assert pace.rest(monotonic() - 2) == pytest.approx(1, abs=0.5)
    assert pace.rest(monotonic() - 5) == 0


def test_no_rest_is_longer_than_ten_seconds() -> None:
    pace = Pace()
    pace.note(monotonic() - 40)
    assert 9 < pace.rest(monotonic()) <= LONGEST_SECONDS
