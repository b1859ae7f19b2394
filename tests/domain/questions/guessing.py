"""Ways of guessing at the questions of simulated customers, and how often they were right."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import prod, sqrt

from app.domain.customers import Customer
from app.domain.questions import Question, QuestionKind, TooFewFacts
from app.domain.questions.facts import Fact, facts_of
from app.domain.questions.spread import COIN_BITS
from tests.domain.questions.sample import KEY, TODAY, draw, explain
from tests.domain.questions.simulated import simulated_bank


@dataclass(frozen=True)
class Seen:
    """What somebody who guesses sees of one question (subject, pool, list), and which option is right."""

    subject: str
    question: Question
    fact: Fact
    listed: tuple[int | None, ...]
    right: int


@dataclass(frozen=True)
class Case:
    """One simulated customer: every question, and those that would be asked."""

    every: tuple[Seen, ...]
    chosen: tuple[Seen, ...]
    odds: float


def cases(bank: Iterable[Customer], count: int = 3) -> list[Case]:
    found = []
    for customer in bank:
        pairs = zip(explain(customer, KEY), facts_of(customer, TODAY.year), strict=True)
        every = {question.id: _seen(question, fact) for question, fact in pairs}
        try:
            chosen = draw(customer, KEY, count)
        except TooFewFacts:
            chosen = ()
        odds = float(prod(question.odds for question in chosen))
        found.append(Case(tuple(every.values()), tuple(every[question.id] for question in chosen), odds))
    return found


@cache
def everybody() -> list[Case]:
    """Ten thousand ordinary customers."""
    return cases(simulated_bank(10_000, seed=2026))


def _seen(question: Question, fact: Fact) -> Seen:
    places = {id(label): place for place, label in enumerate(fact.pool.labels)}
    listed = [places[id(option.label)] for option in question.options[:-1]]
    right = [option.value for option in question.options].index(question.right)
    return Seen(f"{fact.kind} {fact.names}", question, fact, (*listed, None), right)


Guess = Callable[[Seen], int]


@dataclass
class Informed:
    """Knows the code and its pools, and all the facts, lists and right options of half of the customers."""

    rates: dict[object, Counter[int | None]] = field(default_factory=lambda: defaultdict(Counter))
    listed: Counter[object] = field(default_factory=Counter)
    right: Counter[object] = field(default_factory=Counter)

    def learn(self, seen: Seen) -> None:
        self.rates[seen.subject][seen.fact.right] += 1
        self.listed.update((seen.subject, answer) for answer in seen.listed)
        self.right[seen.subject, seen.listed[seen.right]] += 1

    def commonest(self, seen: Seen) -> int:
        """The listed answer that most customers would give."""
        rates = self.rates[seen.subject]
        return _best([rates[answer] for answer in seen.listed[:-1]])

    def experienced(self, seen: Seen) -> int:
        """The option that was right most often when it was listed, "none of the above" included."""
        keys = [(seen.subject, answer) for answer in seen.listed]
        return _best([(self.right[key] + 1) / (self.listed[key] + len(keys)) for key in keys])

    def bayesian(self, seen: Seen) -> int:
        """The option with the highest chance, by true base rates and the way in which answers are listed."""
        rates, of = self.rates[seen.subject], seen.fact.pool.spread
        chance: Counter[int | None] = Counter({None: rates[None]})
        for index, (part, kept) in enumerate(zip(of.parts, of.kept, strict=True)):
            keep = kept / 2**COIN_BITS
            if index in seen.listed and part:
                chance[index] = rates[index] * keep * of.whole / part
            elif part < of.whole:
                chance[None] += rates[index] * (1 - keep) * of.whole / (of.whole - part)
        return _best([chance[answer] for answer in seen.listed])


def _best(chances: Sequence[float]) -> int:
    return max(range(len(chances)), key=chances.__getitem__)


def strategies(training: Iterable[Case]) -> dict[str, Guess]:
    """Ways of guessing an option, by its place, without knowing this customer's facts."""
    informed = Informed()
    for case in training:
        for seen in case.every:
            informed.learn(seen)
    return {
        "none": lambda seen: len(seen.listed) - 1,
        "first": lambda seen: 0,
        "middle": lambda seen: len(seen.listed) // 2 - 1,
        "last": lambda seen: len(seen.listed) - 2,
        "lowest value": lambda seen: _best([-int.from_bytes(o.value.encode()) for o in seen.question.options]),
        "commonest": informed.commonest,
        "experienced": informed.experienced,
        "bayesian": informed.bayesian,
    }


@dataclass
class Score:
    """How often a strategy was right, and how often it may be by the stated odds."""

    tries: int = 0
    hits: int = 0
    stated: float = 0.0
    variance: float = 0.0

    def add(self, odds: float, hit: bool) -> None:
        self.tries += 1
        self.hits += hit
        self.stated += odds
        self.variance += odds * (1 - odds)

    @property
    def bound(self) -> float:
        """As many hits as the stated odds explain: their sum and three standard deviations (p 0.13 %)."""
        return self.stated + 3 * sqrt(self.variance)


Scores = dict[tuple[str, str], Score]


def play(bank: Sequence[Case]) -> Scores:
    """Every strategy, trained on one half of the bank, at every question and every set of the other half."""
    half = len(bank) // 2
    scores: Scores = defaultdict(Score)
    for name, guess in strategies(bank[:half]).items():
        for case in bank[half:]:
            for seen in case.every:
                odds = float(seen.question.odds)
                by_product = f", stated {odds:.3f}" if seen.fact.kind is QuestionKind.OPENED_YEAR else ""
                scores[f"{seen.fact.kind}{by_product}", name].add(odds, guess(seen) == seen.right)
            if case.chosen:
                hit = all(guess(seen) == seen.right for seen in case.chosen)
                scores["a whole set", name].add(case.odds, hit)
    return scores


def measured(scores: Scores) -> str:
    """The share of hits, a line for each kind and a column for each strategy."""
    names = list(dict.fromkeys(name for _, name in scores))
    lines = [
        "| question | tries | stated | " + " | ".join(names) + " |",
        "|---|" + "---:|" * (len(names) + 2),
    ]
    for kind in sorted({kind for kind, _ in scores}):
        row = [scores[kind, name] for name in names]
        rates = " | ".join(f"{score.hits / score.tries:.4f}" for score in row)
        lines.append(f"| {kind} | {row[0].tries} | {row[0].stated / row[0].tries:.4f} | {rates} |")
    return "\n".join(lines)
