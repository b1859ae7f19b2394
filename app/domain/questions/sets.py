"""A customer's questions: which are asked, what they list, and whether the answers are right."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Final

from app.domain.customers import Customer, Product
from app.domain.messages import N_, Message
from app.domain.questions.choice import choose
from app.domain.questions.facts import Fact, QuestionKind, facts_of
from app.domain.questions.spread import COIN_BITS

NONE_OF_THE_ABOVE: Final = Message(N_("None of the above"))

_WITHOUT_NATURAL_ORDER: Final = frozenset({QuestionKind.PRODUCT_HELD, QuestionKind.OPENING_ORDER})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: an opaque value (16 URL-safe characters, keyed) and what the customer reads."""

    value: str
    label: Message


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the customer sees it. The last option is always "None of the above".

    `id` fits as the name of a form field and stays the same until a fact of the customer changes. `odds` is
    an upper bound of the chance that somebody who knows none of the facts picks the right option. `right` is
    that option's value, and stays out of `repr`.
    """

    id: str
    kind: QuestionKind
    prompt: Message
    options: tuple[Option, ...]
    odds: Fraction
    right: str = field(repr=False)


def draw(customer: Customer, key: bytes, count: int, year: int) -> tuple[Question, ...]:
    """The customer's own set of `count` questions: the easiest to remember of those that are hard to guess.

    The same for every call with the same facts and key (32 secret bytes), whatever the process, the machine
    and the day; only a list of years is drawn anew when `year`, the present one, changes. The odds of the set,
    the product of its questions', are at most MAX_ODDS.

    Raises:
        TooFewFacts: there is no such set.
    """
    seed = _seed(customer, key)
    facts = sorted(facts_of(customer, year), key=lambda fact: _name(seed, fact))
    return tuple(_question(seed, fact) for fact in choose(facts, count))


def explain(customer: Customer, key: bytes, year: int) -> tuple[Question, ...]:
    """Every question that could be asked of the customer; `draw` chooses among them."""
    seed = _seed(customer, key)
    return tuple(_question(seed, fact) for fact in facts_of(customer, year))


def answers_match(questions: Sequence[Question], answers: Mapping[str, str]) -> bool:
    """Whether every question, by its id, has the right option's value.

    All are compared, whatever comes first, each in constant time. A missing or strange value is wrong, and an
    empty set of questions is never answered.
    """
    matches = [
        hmac.compare_digest(question.right.encode(), answers.get(question.id, "").encode(errors="replace"))
        for question in questions
    ]
    return bool(matches) and all(matches)


def _question(seed: bytes, fact: Fact) -> Question:
    name = _name(seed, fact)
    noise = _keyed(seed, "list", name)
    coin = int.from_bytes(noise[: COIN_BITS // 8])
    place = int.from_bytes(noise[COIN_BITS // 8 :])
    options = {
        index: Option(_value(seed, name, index), fact.pool.labels[index])
        for index in fact.pool.spread.pick(fact.right, coin, place)
    }
    none = Option(_value(seed, name, "none"), NONE_OF_THE_ABOVE)
    right = none if fact.right is None else options.get(fact.right, none)
    listed = list(options.values())
    if fact.kind in _WITHOUT_NATURAL_ORDER:
        listed.sort(key=lambda option: option.value)
    return Question(name, fact.kind, fact.prompt, (*listed, none), fact.pool.odds, right.value)


def _seed(customer: Customer, key: bytes) -> bytes:
    """What all of this customer's questions are derived from; another one as soon as a fact changes."""
    return _keyed(key, "questions", customer.id, *sorted(map(_line, customer.products)))


def _line(product: Product) -> str:
    return "\x1e".join(str(getattr(product, column.name)) for column in fields(product))


def _name(seed: bytes, fact: Fact) -> str:
    return "q" + _keyed(seed, "question", fact.kind, *fact.names).hex()[:24]


def _value(seed: bytes, name: str, index: int | str) -> str:
    return base64.urlsafe_b64encode(_keyed(seed, "option", name, index)[:12]).decode()


def _keyed(key: bytes, *parts: object) -> bytes:
    return hmac.digest(key, "\x1f".join(map(str, parts)).encode(), "sha256")
