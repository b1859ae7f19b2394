"""Which facts are asked together: hard to guess first, then easy to remember, and none a hint at another."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from app.domain.questions.facts import Fact, QuestionKind
from app.domain.questions.pools import CREDITS

MAX_ODDS: Final = Fraction(1, 125)

_EFFORT: Final[Mapping[QuestionKind, int]] = {
    QuestionKind.OPENED_YEAR: 0,
    QuestionKind.BRANCH_CITY: 0,
    QuestionKind.PAYMENT_DAY: 0,
    QuestionKind.PAYMENT_BAND: 0,
    QuestionKind.LIMIT_BAND: 0,
    QuestionKind.OPENED_MONTH: 2,
    QuestionKind.PRODUCT_HELD: 3,
    QuestionKind.OPENING_ORDER: 3,
}
_SAME_PRODUCT_AGAIN: Final = 1


class TooFewFacts(Exception):
    """No set of questions on this customer is hard enough to guess; the phone line or a branch can help."""


def choose(facts: Sequence[Fact], count: int) -> tuple[Fact, ...]:
    """The set of `count` facts that takes the least effort; between equals the order of `facts` decides.

    Raises:
        TooFewFacts: no set is within MAX_ODDS and free of hints.
    """
    topics = _topics(facts)
    most = count * max(_EFFORT.values()) + count * (count - 1) // 2 * _SAME_PRODUCT_AGAIN
    for patience in range(most + 1):
        if found := _first(topics, count, patience, MAX_ODDS, ()):
            return found
    raise TooFewFacts


def _topics(facts: Sequence[Fact]) -> list[list[Fact]]:
    """The facts by topic: the easy to remember first, and of those the hard to guess.

    A set has one fact of a topic at most. People open their products in one city and pay them on one day, and
    the income decides all amounts: of two such facts the odds do not multiply.
    """
    topics: dict[QuestionKind, list[Fact]] = {}
    for fact in facts:
        amount = fact.kind is QuestionKind.LIMIT_BAND
        topics.setdefault(QuestionKind.PAYMENT_BAND if amount else fact.kind, []).append(fact)
    return sorted(topics.values(), key=lambda topic: (_EFFORT[topic[0].kind], min(fact.pool.odds for fact in topic)))


def _first(
    topics: Sequence[Sequence[Fact]], missing: int, patience: int, allowed: Fraction, chosen: tuple[Fact, ...]
) -> tuple[Fact, ...] | None:
    """The first way of adding `missing` facts within an effort of `patience` and odds of `allowed`."""
    if not missing:
        return chosen if allowed >= 1 else None
    for position in range(len(topics) - missing + 1):
        ahead = topics[position : position + missing]
        if sum(_EFFORT[topic[0].kind] for topic in ahead) > patience:
            return None
        for fact in ahead[0]:
            left = patience - _effort(fact, chosen)
            if left < 0 or any(_hint(fact, other) for other in chosen):
                continue
            rest, odds = topics[position + 1 :], fact.pool.odds
            if found := _first(rest, missing - 1, left, allowed / odds, (*chosen, fact)):
                return found
    return None


def _effort(fact: Fact, chosen: Sequence[Fact]) -> int:
    again = sum(_SAME_PRODUCT_AGAIN for other in chosen if _share_a_product(fact, other))
    return _EFFORT[fact.kind] + again


def _hint(one: Fact, other: Fact) -> bool:
    """Whether one of two questions on different topics answers the other or narrows it down."""
    kinds = {one.kind, other.kind}
    if kinds == {QuestionKind.OPENING_ORDER, QuestionKind.OPENED_YEAR}:
        return _share_a_product(one, other)
    return QuestionKind.PRODUCT_HELD in kinds and not set(CREDITS).isdisjoint(one.names + other.names)


def _share_a_product(one: Fact, other: Fact) -> bool:
    return not set(one.names).isdisjoint(other.names)
