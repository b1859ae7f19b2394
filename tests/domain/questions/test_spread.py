"""How far guessing gets at one list, exactly."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.questions import pools
from app.domain.questions.spread import COIN_BITS, Spread, spread


def chances(of: Spread, weights: Sequence[int], elsewhere: int) -> dict[tuple[int, ...], Counter[int | None]]:
    """For every list that can come up, how likely each option (None: none of them) is right, exactly."""
    total = sum(weights) + elsewhere
    table: dict[tuple[int, ...], Counter[int | None]] = defaultdict(Counter)
    for right, weight in [*enumerate(weights), (None, elsewhere)]:
        kept = Fraction(0) if right is None else Fraction(of.kept[right], 2**COIN_BITS)
        for listed, share in ((True, kept), (False, 1 - kept)):
            if share:
                for answers, part in _lists(of, right, listed):
                    truth = right if right in answers else None
                    table[answers][truth] += Fraction(weight, total) * share * part  # type: ignore[assignment]  # it adds fractions as well
    return table


def _lists(of: Spread, right: int | None, listed: bool) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Every list for this truth, and how likely it is: between two ends of parts the list does not change."""
    starts = [sum(of.parts[:index]) for index in range(len(of.parts))]
    length = 0 if right is None else of.parts[right]
    begin = 0 if right is None else starts[right]
    room, origin = (length, begin) if listed else (of.whole - length, begin + length)
    cuts = sorted({(start - origin) % of.whole for start in starts} | {0})
    for cut, following in zip(cuts, [*cuts[1:], of.whole], strict=True):
        if cut < room:
            answers = of.pick(right, 0 if listed else 2**COIN_BITS, cut)
            yield answers, Fraction(min(following, room) - cut, room)


def best_guess(table: Mapping[tuple[int, ...], Counter[int | None]]) -> float:
    return float(sum(max(options.values()) for options in table.values()))


@st.composite
def base_rates(draw: st.DrawFn) -> tuple[list[int], int, int]:
    weights = draw(st.lists(st.integers(1, 60), min_size=4, max_size=12))
    return weights, draw(st.integers(0, 60)), draw(st.integers(2, len(weights) - 1))


def the_best_guess_is_as_good_as_stated(fair: Spread, weights: Sequence[int], elsewhere: int, listed: int) -> None:
    """Whatever is listed, its likeliest option is as likely as the spread says."""
    for answers, options in chances(fair, weights, elsewhere).items():
        assert len(answers) == listed
        assert float(max(options.values()) / sum(options.values())) == pytest.approx(float(fair.odds))


@pytest.mark.parametrize(
    ("weights", "elsewhere", "odds"),
    [
        ((6, 6, 6), 1, Fraction(1, 3)),
        ((6, 6, 5), 1, Fraction(1, 3)),
        ((6, 5, 5), 1, Fraction(6, 17)),
        ((6, 6, 6, 3), 0, Fraction(1, 3)),
        ((9, 4, 3, 2), 1, Fraction(9, 19)),
        ((4, 3, 2, 1), 9, Fraction(9, 19)),
        ((20, 6, 2), 9, Fraction(20, 37)),
    ],
)
def test_answers_as_common_as_the_level_or_as_rare_as_the_floor_are_listed_fairly(
    weights: tuple[int, ...], elsewhere: int, odds: Fraction
) -> None:
    fair = spread(weights, elsewhere, 2)

    assert fair.odds == odds
    the_best_guess_is_as_good_as_stated(fair, weights, elsewhere, 2)


@settings(deadline=None)
@given(base_rates(), st.data())
def test_whatever_is_listed_the_best_guess_is_as_good_as_stated(
    rates: tuple[list[int], int, int], data: st.DataObject
) -> None:
    weights, elsewhere, listed = rates
    try:
        fair = spread(tuple(weights), elsewhere, listed)
    except ValueError:
        return
    the_best_guess_is_as_good_as_stated(fair, weights, elsewhere, listed)

    other_rates = [100 * weight + data.draw(st.integers(0, 25 * weight)) for weight in weights]
    shifted = best_guess(chances(fair, other_rates, 100 * elsewhere))
    assert shifted <= float(fair.odds * pools.SPARE) + 1e-9


def test_without_a_right_answer_every_point_of_the_ring_lists_what_passes_over_it() -> None:
    few = spread((5, 3, 2, 1), 2, 2)
    ends = list(accumulate(few.parts))
    for place in range(few.whole):
        points = range(place, ends[-1], few.whole)
        passing = {sum(end <= point for end in ends) for point in points}
        assert {few.pick(None, coin, place) for coin in (0, 2**COIN_BITS - 1)} == {tuple(sorted(passing))}


def test_the_right_answer_is_listed_by_as_many_coins_as_stated() -> None:
    few = spread((5, 3, 2, 1), 2, 2)
    right = next(index for index, kept in enumerate(few.kept) if 0 < kept < 2**COIN_BITS)
    for place in range(few.whole):
        assert right in few.pick(right, few.kept[right] - 1, place)
        assert right not in few.pick(right, few.kept[right], place)


@pytest.mark.parametrize("answers", [3, 4])
def test_too_few_answers_to_choose_from_are_refused(answers: int) -> None:
    with pytest.raises(ValueError, match=f"3 of {answers} answers cannot be listed fairly"):
        spread((1,) * answers, 0, 3)


def test_every_pool_leaves_a_quarter_to_spare() -> None:
    for pool in (pools.MONTHS, pools.CITIES, pools.DAYS, pools.LIMITS, pools.HELD, *pools.INSTALMENTS.values()):
        assert pool.odds == pool.spread.odds * Fraction(5, 4)
