"""How to list a few of many possible answers so that the list does not betray the right one."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import accumulate
from math import lcm
from typing import Final

COIN_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Spread:
    """A way of listing answers after which no option is likelier than it may be.

    The answers lie side by side on a line that is wound round a ring of length `whole`; answer i takes up
    `parts[i]` of it, at most once round. A point of the ring lists every answer that passes over it
    (systematic sampling with unequal chances, Madow 1949). If the right answer is to be listed, the point is
    drawn below it, else beside it. `kept[i]` is how often answer i is listed when it is right, in
    2**-COIN_BITS.

    `odds` is the chance of the best guess by somebody who knows all this and the base rates. It is the same
    whatever is listed, since lengths are chosen so that all listed answers are right equally often (those
    commoner than that are always listed), and "none of them" as often in one list as in another.
    """

    parts: tuple[int, ...]
    whole: int
    kept: tuple[int, ...]
    odds: Fraction

    def pick(self, right: int | None, coin: int, place: int) -> tuple[int, ...]:
        """The answers to list, as ascending indices.

        `right` is the index of the right answer, None if it can never be listed. `coin` is uniform below
        2**COIN_BITS, `place` uniform below a number so much larger than `whole` that its remainder is too.
        """
        starts = list(accumulate(self.parts[:-1], initial=0))
        begin, length, kept = (0, 0, 0) if right is None else (starts[right], self.parts[right], self.kept[right])
        below = place % length if coin < kept else length + place % (self.whole - length)
        return tuple(
            index
            for index, (start, part) in enumerate(zip(starts, self.parts, strict=True))
            if (begin + below - start) % self.whole < part
        )


@cache
def spread(weights: tuple[int, ...], elsewhere: int, listed: int) -> Spread:
    """The spread that lists `listed` of the answers with these base rates, in any common unit.

    `elsewhere` is the weight of all answers that are never listed.

    Raises:
        ValueError: there are too few answers to choose `listed` from.
    """
    total = sum(weights) + elsewhere
    shares = [Fraction(weight, total) for weight in weights]
    level, floor = _levels(sorted(shares, reverse=True), Fraction(elsewhere, total), listed)
    reach = [min(max((share - floor) / (level - floor), Fraction(0)), Fraction(1)) for share in shares]
    kept = [_kept(share, part, level) for share, part in zip(shares, reach, strict=True)]
    none = Fraction(1) - sum(share * keep for share, keep in zip(shares, kept, strict=True))
    whole = lcm(*(part.denominator for part in reach))
    return Spread(
        parts=tuple(int(part * whole) for part in reach),
        whole=whole,
        kept=tuple(int(keep * 2**COIN_BITS) for keep in kept),
        odds=max(level, none, *shares),
    )


def _kept(share: Fraction, reach: Fraction, level: Fraction) -> Fraction:
    """How often an answer is listed when it is right: so often that, once listed, its chance is `level`."""
    return reach if reach == 1 else level * reach / share


def _levels(shares: Sequence[Fraction], elsewhere: Fraction, listed: int) -> tuple[Fraction, Fraction]:
    """How likely a listed answer is, and how likely an answer is to be right and yet left out, of all cases.

    An answer commoner than the first is always listed, one rarer than the second never. "None of them" is
    made as likely as a listed answer, unless the answers that are never listed make it likelier already.
    `shares` descend.
    """
    for heavy in range(listed):
        for rare in range(len(shares) - listed):
            common, middle, never = _cut(shares, heavy, rare)
            level = (Fraction(1) - sum(common)) / (listed - heavy + 1)
            floor = (level - elsewhere - sum(never)) / (len(shares) - rare - listed)
            if floor < 0:
                level = (Fraction(1) - sum(common) - elsewhere) / (listed - heavy)
                floor = Fraction(0)
            fits_above = middle[0] <= level <= min(common, default=level)
            fits_below = max(never, default=floor) <= floor <= middle[-1]
            if fits_above and fits_below and floor < level:
                return level, floor
    raise ValueError(f"{listed} of {len(shares)} answers cannot be listed fairly")


def _cut(shares: Sequence[Fraction], heavy: int, rare: int) -> tuple[Sequence[Fraction], ...]:
    end = len(shares) - rare
    return shares[:heavy], shares[heavy:end], shares[end:]
