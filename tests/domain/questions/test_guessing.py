"""How far one gets by guessing at the questions of ten thousand simulated customers."""

import random
from collections import Counter
from itertools import combinations

import pytest

from app.domain.questions import QuestionKind
from app.domain.questions.spread import Spread
from tests.domain.questions.guessing import cases, everybody, measured, play
from tests.domain.questions.sample import compatible
from tests.domain.questions.simulated import borrowers, simulated_bank


@pytest.mark.parametrize("bank", ["everybody", "borrowers, four questions"])
def test_blind_guessing_stays_under_the_stated_odds(bank: str) -> None:
    people = everybody() if bank == "everybody" else cases(borrowers(1_000), count=4)
    scores = play(people)
    without = sum(not case.chosen for case in people) / len(people)
    print(f"\n{bank}: {without:.1%} without a set\n\n{measured(scores)}")

    for (kind, name), score in scores.items():
        assert score.hits <= score.bound, (kind, name, score)


def test_none_of_the_above_is_right_about_as_often_as_any_option() -> None:
    tries: Counter[QuestionKind] = Counter()
    share: Counter[QuestionKind] = Counter()
    for seen in (seen for case in everybody() for seen in case.every):
        tries[seen.fact.kind] += 1
        share[seen.fact.kind] += (seen.right == len(seen.listed) - 1) * len(seen.listed)

    assert all(0.5 < share[kind] / tries[kind] < 1.5 for kind in QuestionKind)


def test_no_question_of_a_set_hints_at_another() -> None:
    for case in everybody():
        for one, other in combinations(case.chosen, 2):
            assert compatible(one.question, other.question)


def test_no_question_of_a_large_set_hints_at_another() -> None:
    for case in cases(borrowers(60), count=4) + cases(borrowers(60), count=5):
        for one, other in combinations(case.chosen, 2):
            assert compatible(one.question, other.question)


def test_the_same_guesses_would_see_through_decoys_drawn_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    def evenly(self: Spread, right: int | None, coin: int, place: int) -> tuple[int, ...]:
        chance = random.Random(coin ^ place)
        size = sum(self.parts) // self.whole
        decoys = chance.sample([index for index in range(len(self.parts)) if index != right], size)
        if right is not None and chance.randrange(size + 1):
            decoys[0] = right
        return tuple(sorted(decoys))

    monkeypatch.setattr(Spread, "pick", evenly)
    scores = play(cases(simulated_bank(1_500, seed=2026)))

    seen_through = {kind.split(",")[0] for (kind, _), score in scores.items() if score.hits > score.bound}
    assert seen_through >= {"opened_year", "branch_city", "payment_day"}
