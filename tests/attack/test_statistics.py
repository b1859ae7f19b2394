"""The judgement on times: twins are never told apart, and a leak of a few milliseconds always is."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, Final, cast

import pytest

from attack.attacks.enumeration import Ask, Trial, Turn
from attack.ground import Ground, Size
from attack.people import Crowd, Victim
from attack.statistics import Round, compare

FULL: Final = Size()
SOMEBODY: Final = Victim({"id_number": "1"})
NOBODY: Final = Victim({"id_number": "2"})


class Noisy(Ask):
    """Answers that take 20 ms, sometimes much more, and `leak` ms longer for a customer."""

    def __init__(self, leak: float, seed: int) -> None:
        self.leak, self.chance = leak, Random(seed)

    def __call__(self, victim: Victim) -> tuple[float, str]:
        noise = self.chance.lognormvariate(1.5, 0.8)  # 4.5 ms in the middle, 17 ms one time in twenty
        return 20 + noise + (self.leak if victim is SOMEBODY else 0), "the same"


def findings(leak: float, seed: int) -> list[str]:
    """What the full form makes of such a service."""
    ground = Ground(cast(Any, None), Crowd([]), FULL)
    nobody = [_always(NOBODY) for _ in range(3)]
    Trial(ground, "there", Noisy(leak, seed), nobody).run({"known": _always(SOMEBODY)})
    return ground.trial.findings


def _always(victim: Victim) -> Iterator[Turn]:
    return ((0, victim) for _ in count())


@pytest.mark.parametrize("leak", [1, -1, 3])
def test_a_leak_of_a_millisecond_in_noise_of_many_is_found(leak: float) -> None:
    assert all(findings(leak, seed) for seed in range(5))


def test_twins_are_never_told_apart() -> None:
    assert not any(findings(0, seed) for seed in range(20))


def twins(chance: Random, rounds: int, drift: float) -> list[Round]:
    """Times of twins on a machine that is now fast, now slow."""
    times: list[Round] = []
    for _ in range(rounds):
        slow = drift * chance.random()
        times.append((slow + chance.expovariate(1), [slow + chance.expovariate(1) for _ in range(3)]))
    return times


@pytest.mark.parametrize("drift", [0, 3])
def test_the_interval_holds_the_truth_as_often_as_it_says(drift: float) -> None:
    chance = Random(7)
    missed = sum(abs(found.distance) > 1.96 * found.error for found in _many(chance, drift))
    assert 2 <= missed <= 20  # of two hundred; ten are expected


def _many(chance: Random, drift: float) -> Iterator[Any]:
    return (compare(twins(chance, 100, drift)) for _ in range(200))


def test_equal_times_are_twins() -> None:
    found = compare([(1.0, [1.0, 1.0])] * 50)
    assert found.auc == 0.5
    assert not found.apart(0)


def test_too_few_rounds_decide_nothing() -> None:
    found = compare(twins(Random(2), 12, 0))
    assert not found.alike(0.02)
    assert not found.beyond(0.02)


def test_few_rounds_seldom_tell_twins_apart() -> None:
    chance = Random(5)
    found = [compare(twins(chance, 6, 3)) for _ in range(1000)]
    assert sum(one.beyond(0.1) for one in found) <= 4


def test_six_rounds_are_enough_for_times_that_never_overlap() -> None:
    found = compare([(2.0 + number, [1.0 - number] * 3) for number in range(6)])
    assert found.apart(0.1)


@pytest.mark.parametrize(("rounds", "student"), [(7, 2.447), (13, 2.179), (101, 1.984)])
def test_the_interval_of_few_rounds_is_students(rounds: int, student: float) -> None:
    found = compare(twins(Random(1), rounds, 0))
    assert found.reach(1.96) / found.error == pytest.approx(student, rel=0.01)
