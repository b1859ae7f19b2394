"""What may be asked about a customer's products: facts that the customer knows and no stolen card shows."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Final, TypeVar

from app.domain.customers import DEPOSITS, Customer, Holder, Product, ProductKind
from app.domain.messages import N_, Message
from app.domain.questions import pools
from app.domain.questions.pools import Pool

_Value = TypeVar("_Value", bound=Hashable)


class QuestionKind(StrEnum):
    """The kinds of question."""

    OPENED_YEAR = "opened_year"
    OPENED_MONTH = "opened_month"
    BRANCH_CITY = "branch_city"
    PAYMENT_DAY = "payment_day"
    PAYMENT_BAND = "payment_band"
    LIMIT_BAND = "limit_band"
    PRODUCT_HELD = "product_held"
    OPENING_ORDER = "opening_order"


PROMPTS: Final[dict[QuestionKind, str]] = {
    QuestionKind.OPENED_YEAR: N_("In which year did you get your %(product)s?"),
    QuestionKind.OPENED_MONTH: N_("In which month did you get your %(product)s?"),
    QuestionKind.BRANCH_CITY: N_("In which city did you get your %(product)s?"),
    QuestionKind.PAYMENT_DAY: N_("On which day of the month is the payment of your %(product)s due?"),
    QuestionKind.PAYMENT_BAND: N_("How much is the monthly payment of your %(product)s?"),
    QuestionKind.LIMIT_BAND: N_("What is the limit of your %(product)s as main holder?"),
    QuestionKind.PRODUCT_HELD: N_("Which of these loans or cards do you have with us?"),
    QuestionKind.OPENING_ORDER: N_("In which order did you get these products?"),
}


OF_ACCOUNTS: Final[dict[QuestionKind, str]] = {
    QuestionKind.OPENED_YEAR: N_("In which year did you open your %(product)s?"),
    QuestionKind.OPENED_MONTH: N_("In which month did you open your %(product)s?"),
    QuestionKind.BRANCH_CITY: N_("In which city did you open your %(product)s?"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to ask: about which kinds of product, out of which answers, and which is right.

    `names` are the kinds of product that the question gives away. `right` is an index in the pool, None when
    the truth is not among the answers that can be listed.
    """

    kind: QuestionKind
    names: tuple[ProductKind, ...]
    prompt: Message
    pool: Pool
    right: int | None = field(repr=False)


def facts_of(customer: Customer, year: int) -> Iterator[Fact]:
    """Everything that can be asked of a customer, in an order that depends on the kinds of product alone.

    `year` is the present one: lists of years end with it, the same for everybody.

    Two products of one kind are asked about only where they agree: the customer could not tell which one is
    meant, and the page shows no account numbers. A card on somebody else's account gives no facts.
    """
    own: dict[ProductKind, list[Product]] = {}
    for product in customer.products:
        if product.holder is Holder.MAIN:
            own.setdefault(product.kind, []).append(product)
    for kind in sorted(own):
        if kind is not ProductKind.CREDIT_CARD:
            yield from _opening(kind, own[kind], year)
        if kind not in DEPOSITS:
            yield from _paying(kind, own[kind])
    yield from _held(customer, own)
    yield from _order(own)


def _opening(kind: ProductKind, products: Sequence[Product], last_year: int) -> Iterator[Fact]:
    """When and where. Not asked about credit cards: some have "member since" printed on them."""
    for year in _agreed(product.opened_on.year for product in products):
        right = pools.year_index(year, last_year)
        yield _fact(QuestionKind.OPENED_YEAR, kind, pools.years(kind, last_year), right)
    for month in _agreed(product.opened_on.month for product in products):
        yield _fact(QuestionKind.OPENED_MONTH, kind, pools.MONTHS, month - 1)
    for city in _agreed(product.city and pools.city_key(product.city) for product in products):
        yield _fact(QuestionKind.BRANCH_CITY, kind, pools.CITIES, pools.city_index(city))


def _paying(kind: ProductKind, products: Sequence[Product]) -> Iterator[Fact]:
    """When and how much, of what is owed."""
    for day in _agreed(product.payment_day for product in products):
        yield _fact(QuestionKind.PAYMENT_DAY, kind, pools.DAYS, day - 1)
    if kind is ProductKind.CREDIT_CARD:
        for limit in _agreed(product.credit_limit for product in products):
            yield _fact(QuestionKind.LIMIT_BAND, kind, pools.LIMITS, pools.limit_index(limit))
    else:
        for pesos in _agreed(product.monthly_payment for product in products):
            right = pools.instalment_index(kind, pesos)
            yield _fact(QuestionKind.PAYMENT_BAND, kind, pools.INSTALMENTS[kind], right)


def _held(customer: Customer, own: Mapping[ProductKind, Sequence[Product]]) -> Iterator[Fact]:
    """Which loan or card, of customers who have one kind: with more, another right answer might be listed."""
    credits = {product.kind for product in customer.products} - DEPOSITS
    for kind in _agreed(credits):
        if kind in own:
            prompt = Message(PROMPTS[QuestionKind.PRODUCT_HELD])
            yield Fact(QuestionKind.PRODUCT_HELD, (), prompt, pools.HELD, pools.CREDITS.index(kind))


def _order(own: Mapping[ProductKind, Sequence[Product]]) -> Iterator[Fact]:
    """Which came first, of three loans of different years; accounts come before them, as everybody knows."""
    year = {
        kind: products[0].opened_on.year
        for kind, products in own.items()
        if kind in pools.INSTALMENTS and len(products) == 1
    }
    apart = [three for three in combinations(sorted(year), 3) if len({year[kind] for kind in three}) == 3]
    if apart:
        hardest = min(apart, key=lambda three: pools.order_pool(three).odds)
        right = pools.orders(hardest).index(tuple(sorted(hardest, key=year.__getitem__)))
        prompt = Message(PROMPTS[QuestionKind.OPENING_ORDER])
        yield Fact(QuestionKind.OPENING_ORDER, hardest, prompt, pools.order_pool(hardest), right)


def _fact(question: QuestionKind, kind: ProductKind, pool: Pool, right: int | None) -> Fact:
    words = PROMPTS | OF_ACCOUNTS if kind in DEPOSITS else PROMPTS
    prompt = Message(words[question], {"product": pools.PRODUCT_NAMES[kind]})
    return Fact(question, (kind,), prompt, pool, right)


def _agreed(values: Iterable[_Value | None]) -> Iterator[_Value]:
    """The one value, if there is one and only one and it is known."""
    distinct = set(values)
    if len(distinct) == 1:
        (value,) = distinct
        if value:
            yield value
