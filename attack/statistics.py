"""Whether two kinds of times can be told apart: Mann-Whitney's probability, and how sure one can be of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

INTERVAL: Final = 1.96
"""Standard errors to each side of an interval that holds the truth 95 times in a hundred, of many rounds."""
SURE: Final = 3.3
"""Standard errors beyond which chance goes once in a thousand comparisons, of many rounds."""

_DOUBT: Final = 1
"""Rounds of pure chance that are added to those that were seen, for their spread."""

Round = tuple[float, Sequence[float]]
"""The time of one kind, and those of the references that were asked around it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`auc`: how often a time of the kind is above one of the reference, 0.5 for twins. `error`: its standard error.

    `rounds` is how many were compared; the medians are in the unit of the samples.
    """

    rounds: int
    auc: float
    error: float
    median: float
    reference: float

    @property
    def distance(self) -> float:
        """How far from twins, with its side: negative when the kind is faster."""
        return self.auc - 0.5

    def reach(self, errors: float) -> float:
        """So many standard errors, or as much more as few rounds take to be as sure: their error is a guess itself.

        Student's t from the normal quantile, by the first terms of Cornish and Fisher's series.
        """
        z, free = errors, self.rounds - 1
        return self.error * (z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2))

    def alike(self, tolerance: float) -> bool:
        """Whether the whole 95 % interval lies within the tolerance."""
        return abs(self.distance) + self.reach(INTERVAL) <= tolerance

    def apart(self, tolerance: float) -> bool:
        """Whether it is surely further from 0.5 than is tolerated."""
        return abs(self.distance) - self.reach(SURE) > tolerance

    def beyond(self, tolerance: float) -> bool:
        """Whether it is surely further, or seems to be once it is known as exactly as the tolerance asks.

        What too few rounds cannot tell is not beyond it.
        """
        known = self.reach(INTERVAL) <= tolerance
        return self.apart(tolerance) or (known and abs(self.distance) > tolerance)

    def agrees(self, again: "Comparison", tolerance: float) -> bool:
        """Whether a repetition lies beyond the tolerance on the same side."""
        return abs(again.distance) > tolerance and (again.distance > 0) == (self.distance > 0)

    def __str__(self) -> str:
        reach = self.reach(INTERVAL)
        return (
            f"n {self.rounds}, {self.median:.2f} and {self.reference:.2f} ms, "
            f"AUC {self.auc:.3f} (95 %: {self.auc - reach:.3f} to {self.auc + reach:.3f})"
        )


def compare(rounds: Sequence[Round]) -> Comparison:
    """Compare a kind with its reference, over two rounds at least.

    The standard error is DeLong's, by rounds (DeLong, DeLong & Clarke-Pearson 1988; clustered as in Obuchowski 1997):
    what slows a whole round down slows both and does not count twice.
    """
    kind = sorted(time for time, _ in rounds)
    others = sorted(time for _, times in rounds for time in times)
    shares = [(_below(others, time), fmean(1 - _below(kind, one) for one in times)) for time, times in rounds]
    auc = fmean(share for share, _ in shares)
    spread = sum((above + below - 2 * auc) ** 2 for above, below in shares)
    # Few rounds may by luck show hardly any spread: some more are taken to be as chance alone would have them.
    alone = fmean((1 + len(times)) / (12 * len(times)) for _, times in rounds)
    error = ((spread + _DOUBT * alone) / (len(rounds) - 1 + _DOUBT) / len(rounds)) ** 0.5
    return Comparison(len(rounds), auc, error, median(kind), median(others))


def _below(ordered: Sequence[float], value: float) -> float:
    """The share of values below this one, with half of the equal ones."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))
