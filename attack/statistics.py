"""Whether two samples of times can be told apart: Mann-Whitney's probability, and how sure one can be of it."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, pstdev
from typing import Final

RESAMPLES: Final = 300
SURE: Final = 3.9
"""Standard errors; chance alone goes beyond them once in ten thousand comparisons."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`auc`: how often a time of the one is above one of the other, 0.5 for twins. `error`: its standard error.

    `shift` is the difference of the medians, in the unit of the samples.
    """

    auc: float
    error: float
    shift: float

    def tells_apart(self, tolerance: float) -> bool:
        """Whether it is further from 0.5 than is tolerated, and further than chance goes."""
        distance = abs(self.auc - 0.5)
        return distance > tolerance and distance > SURE * self.error

    def __str__(self) -> str:
        return f"AUC {self.auc:.3f} ± {self.error:.3f}, effect {2 * self.auc - 1:+.3f}, median {self.shift:+.2f} ms"


def area(one: Sequence[float], other: Sequence[float]) -> float:
    """The chance that a value of `one` is above a value of `other`; half of it for equal ones."""
    ordered = sorted(other)
    above = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in one)
    return above / (2 * len(one) * len(other))


def compare(one: Sequence[float], other: Sequence[float], seed: int = 1) -> Comparison:
    """Compare two samples; the standard error by bootstrap."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    areas = [area(chance.choices(one, k=len(one)), chance.choices(other, k=len(other))) for _ in range(RESAMPLES)]
    # With no spread at all the bootstrap is too sure; no sample of this size can know better than this.
    least = (1 / (12 * min(len(one), len(other)))) ** 0.5 / 4
    return Comparison(area(one, other), max(pstdev(areas), least), median(one) - median(other))
