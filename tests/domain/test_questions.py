"""Security questions: what is asked, what is never shown, and how far one gets by guessing."""

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations
from math import exp, prod, sqrt
from time import process_time
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.customers import DEPOSITS, Contact, Customer, Holder, Product, ProductKind
from app.domain.documents import IdentityDocument
from app.domain.messages import Message
from app.domain.questions import (
    MAX_ODDS,
    Question,
    QuestionKind,
    TooFewFacts,
    answers_match,
    pools,
)
from app.domain.questions import draw as draw_in_year
from app.domain.questions import explain as explain_in_year
from app.domain.questions.choice import choose
from app.domain.questions.facts import Fact, facts_of
from app.domain.questions.spread import COIN_BITS, Spread, spread

KEY = bytes(range(32))
TODAY = date(2026, 10, 15)
CREDITS = frozenset(ProductKind) - DEPOSITS
_T = TypeVar("_T")


def draw(customer: Customer, key: bytes, count: int, year: int = TODAY.year) -> tuple[Question, ...]:
    """The set of this year."""
    return draw_in_year(customer, key, count, year)


def explain(customer: Customer, key: bytes, year: int = TODAY.year) -> tuple[Question, ...]:
    """Every question of this year."""
    return explain_in_year(customer, key, year)


def person(*products: Product, number: int = 1) -> Customer:
    """A customer with these products."""
    return Customer(
        id=number,
        document=IdentityDocument.parse("CC", str(1_000_000_000 + number)),
        given_names="Alice",
        family_names="Rojas",
        contact=Contact("alice@example.com", "+573001234567", datetime(2024, 1, 1, tzinfo=UTC)),
        products=products,
    )


SAVINGS = Product(
    ProductKind.SAVINGS_ACCOUNT, "24012345678", date(2017, 3, 9), "Cali", transactional=True, debit_card=True
)
MORTGAGE = Product(
    ProductKind.MORTGAGE, "0199887766", date(2019, 8, 20), "Bogotá", monthly_payment=1_250_000, payment_day=5
)
VEHICLE = Product(
    ProductKind.VEHICLE_LOAN,
    "0155443322",
    date(2024, 2, 12),
    "Pasto",
    monthly_payment=930_000,
    payment_day=20,
)
PERSONAL = Product(
    ProductKind.PERSONAL_LOAN, "0166778899", date(2025, 6, 3), "Cali", monthly_payment=410_000, payment_day=15
)
MICROCREDIT = Product(ProductKind.MICROCREDIT, "0177889900", date(2022, 9, 1), monthly_payment=300_000, payment_day=1)
CARD = Product(ProductKind.CREDIT_CARD, "4000000000001234", date(2020, 1, 15), credit_limit=6_000_000, payment_day=18)
ALICE = person(SAVINGS, MORTGAGE, CARD)
BOB = person(SAVINGS, number=2)


def text(message: Message) -> str:
    """What an English reader would see."""
    return message.msgid % {k: text(v) if isinstance(v, Message) else v for k, v in message.values.items()}


def shown(questions: Iterable[Question]) -> str:
    """Everything that a page would say about these questions."""
    lines = [
        (
            question.id,
            text(question.prompt),
            *((option.value, text(option.label)) for option in question.options),
        )
        for question in questions
    ]
    return "\n".join(map(str, lines))


def right_answers(questions: Iterable[Question]) -> dict[str, str]:
    return {question.id: question.right for question in questions}


def asked(questions: Iterable[Question], kind: QuestionKind) -> Question:
    (found,) = (question for question in questions if question.kind is kind)
    return found


def about(question: Question) -> str:
    product = question.prompt.values.get("product")
    return product.msgid if isinstance(product, Message) else ""


# --- what is asked


def test_one_savings_account_is_enough_for_a_set() -> None:
    questions = draw(BOB, KEY, 3)

    assert {question.kind for question in questions} == {
        QuestionKind.OPENED_YEAR,
        QuestionKind.OPENED_MONTH,
        QuestionKind.BRANCH_CITY,
    }
    assert prod(question.odds for question in questions) <= MAX_ODDS


def test_a_credit_card_alone_has_too_few_facts() -> None:
    with pytest.raises(TooFewFacts):
        draw(person(CARD), KEY, 3)


def test_nobody_has_facts_without_products() -> None:
    assert explain(person(), KEY) == ()
    for count in (0, 1, 3):
        with pytest.raises(TooFewFacts):
            draw(person(), KEY, count)


def test_different_products_are_asked_about_rather_than_one_alone() -> None:
    questions = draw(person(SAVINGS, MORTGAGE, VEHICLE), KEY, 3)

    assert len({about(question) for question in questions}) == 3


def test_what_people_remember_comes_before_months_and_orders() -> None:
    questions = draw(person(SAVINGS, MORTGAGE, VEHICLE, PERSONAL, CARD), KEY, 3)

    assert not {QuestionKind.OPENED_MONTH, QuestionKind.OPENING_ORDER} & {question.kind for question in questions}


def test_one_mortgage_is_enough_for_five_questions() -> None:
    assert len(draw(person(MORTGAGE), KEY, 5)) == 5


def test_a_set_that_is_just_hard_enough_will_do() -> None:
    facts = list(facts_of(person(SAVINGS), TODAY.year))
    just_enough = [replace(fact, pool=replace(fact.pool, odds=Fraction(1, 5))) for fact in facts]
    too_easy = [replace(facts[0], pool=replace(facts[0].pool, odds=Fraction(20_001, 100_000))), *just_enough[1:]]

    assert sorted(fact.kind for fact in choose(just_enough, 3)) == sorted(fact.kind for fact in facts)
    with pytest.raises(TooFewFacts):
        choose(too_easy, 3)


def test_of_four_loans_the_order_is_asked_of_those_three_that_are_hardest_to_guess() -> None:
    loans = (MORTGAGE, VEHICLE, PERSONAL, MICROCREDIT)
    of_any_three = [pools.order_pool(three).odds for three in combinations(sorted(loan.kind for loan in loans), 3)]

    assert asked(explain(person(*loans), KEY), QuestionKind.OPENING_ORDER).odds == min(of_any_three) < of_any_three[0]


def test_which_loan_one_has_is_asked_beside_questions_that_name_no_loan() -> None:
    bare_card = replace(CARD, credit_limit=None, payment_day=None)
    beside_an_account = draw(person(SAVINGS, bare_card), KEY, 4)

    assert QuestionKind.PRODUCT_HELD in {question.kind for question in beside_an_account}
    with pytest.raises(TooFewFacts):
        draw(person(replace(MORTGAGE, monthly_payment=None, payment_day=None)), KEY, 4)


def test_every_kind_can_be_asked() -> None:
    customers = [person(SAVINGS, MORTGAGE, VEHICLE, PERSONAL, CARD), person(SAVINGS, MORTGAGE)]

    assert {question.kind for customer in customers for question in explain(customer, KEY)} == set(QuestionKind)


def test_two_products_of_one_kind_are_asked_about_only_where_they_agree() -> None:
    other = replace(MORTGAGE, number="0199887767", opened_on=date(2023, 11, 2), city="Tunja")

    kinds = {question.kind for question in explain(person(MORTGAGE, other), KEY)}

    assert kinds == {QuestionKind.PAYMENT_DAY, QuestionKind.PAYMENT_BAND, QuestionKind.PRODUCT_HELD}


def test_a_card_of_somebody_elses_account_gives_no_facts() -> None:
    additional = replace(CARD, holder=Holder.ADDITIONAL)

    assert explain(person(additional), KEY) == ()
    assert {about(question) for question in explain(person(SAVINGS, additional), KEY)} == {"savings account"}


def test_what_stands_on_a_stolen_card_is_never_asked() -> None:
    kinds = {question.kind for question in explain(person(CARD), KEY)}

    assert kinds == {QuestionKind.PAYMENT_DAY, QuestionKind.LIMIT_BAND, QuestionKind.PRODUCT_HELD}
    for product in ALICE.products:
        assert product.number not in shown(explain(ALICE, KEY))
        assert product.number[-4:] not in shown(explain(ALICE, KEY))


# --- what is listed


@pytest.mark.parametrize(
    ("customer", "kind", "answer"),
    [
        (BOB, QuestionKind.OPENED_YEAR, "2017"),
        (BOB, QuestionKind.OPENED_MONTH, "March"),
        (BOB, QuestionKind.BRANCH_CITY, "Cali"),
        (person(MORTGAGE), QuestionKind.PAYMENT_DAY, "5"),
        (person(MORTGAGE), QuestionKind.PAYMENT_BAND, "Between $1.250.000 and $1.459.999"),
        (person(CARD), QuestionKind.LIMIT_BAND, "Between $5.000.000 and $6.399.999"),
        (person(CARD), QuestionKind.PRODUCT_HELD, "credit card"),
        (
            person(MORTGAGE, VEHICLE, PERSONAL),
            QuestionKind.OPENING_ORDER,
            "First the mortgage, then the vehicle loan, then the personal loan",
        ),
        (person(replace(SAVINGS, opened_on=TODAY)), QuestionKind.OPENED_YEAR, "2026"),
        (person(replace(SAVINGS, opened_on=date(1989, 5, 1))), QuestionKind.OPENED_YEAR, "2001 or earlier"),
        (person(replace(SAVINGS, city="SANTIAGO DE CALI")), QuestionKind.BRANCH_CITY, "Cali"),
        (person(replace(SAVINGS, city="Bogota, D.C.")), QuestionKind.BRANCH_CITY, "Bogotá"),
        (person(replace(MORTGAGE, monthly_payment=90_000)), QuestionKind.PAYMENT_BAND, "Less than $580.000"),
        (person(replace(CARD, credit_limit=50_000_000)), QuestionKind.LIMIT_BAND, "$12.700.000 or more"),
    ],
)
def test_the_right_option_is_the_fact_or_none_of_the_above(customer: Customer, kind: QuestionKind, answer: str) -> None:
    seen = set()
    for number in range(60):
        question = asked(explain(replace(customer, id=number), KEY), kind)
        labels = {option.value: text(option.label) for option in question.options}
        seen.add(labels[question.right])
        assert (answer in labels.values()) == (labels[question.right] == answer)
    assert answer in seen
    assert seen <= {answer, "None of the above"}


def test_a_town_that_is_never_listed_makes_none_of_the_above_right() -> None:
    question = asked(explain(person(replace(SAVINGS, city="Mitú")), KEY), QuestionKind.BRANCH_CITY)

    assert question.right == question.options[-1].value


def test_a_product_of_next_year_makes_none_of_the_above_right() -> None:
    question = asked(explain(person(replace(SAVINGS, opened_on=TODAY)), KEY, year=2025), QuestionKind.OPENED_YEAR)

    assert question.right == question.options[-1].value


def test_years_to_come_are_never_listed() -> None:
    asked_early = asked(explain(person(SAVINGS), KEY, year=2018), QuestionKind.OPENED_YEAR)

    assert all(text(option.label)[:4] <= "2018" for option in asked_early.options[:-1])


def test_a_new_year_draws_lists_of_years_anew_and_nothing_else() -> None:
    before, after = explain(ALICE, KEY), explain(ALICE, KEY, year=TODAY.year + 1)

    drawn_anew = {old.kind for old, new in zip(before, after, strict=True) if old.options != new.options}

    assert drawn_anew == {QuestionKind.OPENED_YEAR}


def test_the_years_listed_end_alike_for_old_customers_and_new_ones() -> None:
    new = person(replace(SAVINGS, opened_on=TODAY))
    old = person(replace(SAVINGS, opened_on=date(2001, 1, 1)))
    last = [max(_years_listed(who, number) for number in range(300)) for who in (new, old)]

    assert last == [str(TODAY.year)] * 2


def _years_listed(who: Customer, number: int) -> str:
    listed = asked(explain(replace(who, id=number), KEY), QuestionKind.OPENED_YEAR).options[:-1]
    return max(text(option.label) for option in listed)


def test_ordered_answers_are_listed_in_their_order_and_none_of_the_above_is_last() -> None:
    for customer in simulated_bank(200, seed=5):
        for question in explain(customer, KEY):
            labels = [text(option.label) for option in question.options]
            assert labels.pop() == "None of the above"
            if question.kind is QuestionKind.PAYMENT_DAY:
                assert labels == sorted(labels, key=int)
            if question.kind is QuestionKind.BRANCH_CITY:
                assert labels == sorted(labels, key=pools.city_key)
            if question.kind is QuestionKind.OPENED_MONTH:
                assert labels == sorted(labels, key=[text(label) for label in pools.MONTHS.labels].index)


def test_options_are_opaque_and_unlike_each_other() -> None:
    values = [option.value for question in explain(ALICE, KEY) for option in question.options]
    ids = [question.id for question in explain(ALICE, KEY)]

    assert len(set(values)) == len(values)
    assert len(set(ids)) == len(ids)
    assert all(len(value) == 16 and set(value) <= _URL_SAFE for value in values)
    assert all(identity.isidentifier() and identity.isascii() for identity in ids)


_URL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_right_answer_is_not_in_what_a_log_would_show() -> None:
    for question in explain(ALICE, KEY):
        assert repr(question).count(question.right) == 1  # among the options, like every other value
        assert "right" not in repr(question)


# --- the same for ever, until a fact changes

_ELSEWHERE = """
from tests.domain.test_questions import ALICE, KEY, draw, explain, shown
print(shown(explain(ALICE, KEY)), shown(draw(ALICE, KEY, 3)))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_every_process_shows_the_same_questions(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE], env=environment, capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == f"{shown(explain(ALICE, KEY))} {shown(draw(ALICE, KEY, 3))}"


@pytest.mark.parametrize(
    ("customer", "drawn"),
    [
        (ALICE, "74b77f6fa3eeda4b"),  # pragma: allowlist secret
        (person(SAVINGS, MORTGAGE, VEHICLE, PERSONAL), "5987757e4fe9cbe2"),  # pragma: allowlist secret
    ],
)
def test_no_release_may_redraw_the_questions_by_accident(customer: Customer, drawn: str) -> None:
    digest = hashlib.sha256(shown([*explain(customer, KEY), *draw(customer, KEY, 3)]).encode()).hexdigest()

    assert digest[:16] == drawn


def test_intersecting_renderings_teaches_nothing_because_all_are_one() -> None:
    renderings = {shown(draw(replace(ALICE, products=order), KEY, 3)) for order in _orders(ALICE.products)}

    assert len(renderings) == 1


def _orders(products: Sequence[Product]) -> Iterator[tuple[Product, ...]]:
    for shift in range(len(products)):
        yield (*products[shift:], *products[:shift])


@pytest.mark.parametrize(
    "changed",
    [
        replace(MORTGAGE, number="0199887767"),
        replace(MORTGAGE, opened_on=date(2019, 8, 21)),
        replace(MORTGAGE, city="Chía"),
        replace(MORTGAGE, monthly_payment=1_250_001),
        replace(MORTGAGE, payment_day=6),
    ],
)
def test_a_changed_fact_redraws_everything(changed: Product) -> None:
    before = explain(ALICE, KEY)
    after = explain(person(SAVINGS, changed, CARD), KEY)

    assert not _names(before) & _names(after)


def test_another_customer_or_another_key_has_other_questions() -> None:
    here = _names(explain(ALICE, KEY))

    assert not here & _names(explain(replace(ALICE, id=99), KEY))
    assert not here & _names(explain(ALICE, bytes(32)))


def _names(questions: Iterable[Question]) -> set[str]:
    return {name for question in questions for name in (question.id, *(option.value for option in question.options))}


# --- answering


def test_all_right_answers_together_are_accepted() -> None:
    questions = draw(ALICE, KEY, 3)

    assert answers_match(questions, right_answers(questions))
    assert answers_match(questions, {**right_answers(questions), "csrf_token": "x"})


def test_one_wrong_or_missing_answer_spoils_all() -> None:
    questions = draw(ALICE, KEY, 3)
    answers = right_answers(questions)
    for question in questions:
        for option in question.options:
            if option.value != question.right:
                assert not answers_match(questions, {**answers, question.id: option.value})
        assert not answers_match(questions, {k: v for k, v in answers.items() if k != question.id})
        assert not answers_match(questions, {**answers, question.id: ""})


def test_one_answer_for_all_questions_is_refused() -> None:
    questions = draw(ALICE, KEY, 3)

    for question in questions:
        assert not answers_match(questions, dict.fromkeys((q.id for q in questions), question.right))


def test_answers_of_somebody_else_or_of_before_a_change_are_refused() -> None:
    questions = draw(ALICE, KEY, 3)
    twin = draw(replace(ALICE, id=99), KEY, 3)
    stale = draw(replace(ALICE, products=(SAVINGS, replace(MORTGAGE, payment_day=6), CARD)), KEY, 3)

    for others in (twin, stale):
        values = (other.right for other in others)
        assert not answers_match(questions, right_answers(others))
        assert not answers_match(questions, dict(zip((q.id for q in questions), values, strict=True)))


def test_no_questions_are_not_answered_by_no_answers() -> None:
    assert not answers_match((), {})


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text(st.characters())))
def test_strange_answers_are_simply_wrong(answers: dict[str, str]) -> None:
    questions = draw(ALICE, KEY, 3)

    assert not answers_match(questions, answers)
    assert not answers_match(questions, dict.fromkeys((q.id for q in questions), next(iter(answers.values()), "")))


def test_signs_that_cannot_be_written_are_simply_wrong() -> None:
    questions = draw(ALICE, KEY, 3)

    assert not answers_match(questions, dict.fromkeys((q.id for q in questions), "\udc00"))


# --- sets

amounts = st.none() | st.integers(1, 10**9)
products = st.builds(
    Product,
    kind=st.sampled_from(ProductKind),
    number=st.text("0123456789", min_size=8, max_size=12),
    opened_on=st.dates(date(1970, 1, 1), TODAY),
    city=st.none() | st.sampled_from(["Bogotá", "Cali", "Mitú", ""]),
    monthly_payment=amounts,
    payment_day=st.none() | st.integers(1, 31),
    holder=st.sampled_from(Holder),
    credit_limit=amounts,
)
customers = st.builds(person, *[products] * 4) | st.lists(products, max_size=12).map(lambda owned: person(*owned))


def compatible(one: Question, other: Question) -> bool:
    """Whether neither question answers the other or hints at it."""
    kinds = {one.kind, other.kind}
    if len(kinds) == 1 or kinds == {QuestionKind.PAYMENT_BAND, QuestionKind.LIMIT_BAND}:
        return False
    listed = {text(option.label) for question in (one, other) for option in question.options}
    if QuestionKind.PRODUCT_HELD in kinds:
        credits = {text(pools.PRODUCT_NAMES[kind]) for kind in CREDITS}
        return QuestionKind.OPENING_ORDER not in kinds and not credits & {about(one), about(other)}
    if kinds == {QuestionKind.OPENING_ORDER, QuestionKind.OPENED_YEAR}:
        return not any(name and name in label for name in (about(one), about(other)) for label in listed)
    return True


@settings(deadline=None)
@given(customers, st.integers(1, 5))
def test_every_set_is_valid_whatever_the_products(customer: Customer, count: int) -> None:
    try:
        questions = draw(customer, KEY, count)
    except TooFewFacts:
        return
    assert len(questions) == count
    assert set(map(repr, questions)) <= set(map(repr, explain(customer, KEY)))
    assert prod(question.odds for question in questions) <= MAX_ODDS
    assert all(compatible(one, other) for one, other in combinations(questions, 2))
    assert answers_match(questions, right_answers(questions))


@settings(deadline=None)
@given(customers)
def test_too_few_facts_is_said_only_when_no_set_exists(customer: Customer) -> None:
    try:
        draw(customer, KEY, 3)
    except TooFewFacts:
        for three in combinations(explain(customer, KEY), 3):
            hard = prod(question.odds for question in three) <= MAX_ODDS
            assert not (hard and all(compatible(one, other) for one, other in combinations(three, 2)))


def test_twelve_products_are_drawn_in_a_blink() -> None:
    many = tuple(
        Product(
            kind,
            str(n),
            date(2010 + n, 12, 5),
            "Cali",
            payment_day=n + 1,
            monthly_payment=10**6,
            credit_limit=10**6,
        )
        for n, kind in enumerate([*ProductKind, *CREDITS])
    )[:12]
    times = []
    for number in range(50):
        start = process_time()
        for count in (3, 4, 5):
            draw(person(*many[:9], number=number), KEY, count)
            draw(person(*many, number=number), KEY, count)
        times.append((process_time() - start) / 6)

    assert sorted(times)[25] < 0.005


# --- guessing: exactly


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


# --- guessing: ten thousand simulated customers, whose base rates are near those of the pools but not theirs

_HOLD = {
    ProductKind.SAVINGS_ACCOUNT: 0.85,
    ProductKind.CHECKING_ACCOUNT: 0.12,
    ProductKind.CREDIT_CARD: 0.35,
    ProductKind.PERSONAL_LOAN: 0.18,
    ProductKind.PAYROLL_LOAN: 0.12,
    ProductKind.MORTGAGE: 0.11,
    ProductKind.VEHICLE_LOAN: 0.07,
    ProductKind.MICROCREDIT: 0.05,
    ProductKind.COMMERCIAL_LOAN: 0.04,
}
_MEAN_AGE = {
    ProductKind.SAVINGS_ACCOUNT: 9.5,
    ProductKind.CHECKING_ACCOUNT: 10.5,
    ProductKind.CREDIT_CARD: 6.0,
    ProductKind.PERSONAL_LOAN: 3.4,
    ProductKind.PAYROLL_LOAN: 4.0,
    ProductKind.MORTGAGE: 9.0,
    ProductKind.VEHICLE_LOAN: 4.6,
    ProductKind.MICROCREDIT: 2.3,
    ProductKind.COMMERCIAL_LOAN: 4.2,
}
_MEDIAN_PAYMENT = {
    ProductKind.PERSONAL_LOAN: (490_000, 0.62),
    ProductKind.PAYROLL_LOAN: (510_000, 0.55),
    ProductKind.MORTGAGE: (1_280_000, 0.58),
    ProductKind.VEHICLE_LOAN: (970_000, 0.41),
    ProductKind.MICROCREDIT: (285_000, 0.52),
    ProductKind.COMMERCIAL_LOAN: (1_950_000, 0.78),
}
_MEDIAN_LIMIT = (4_100_000, 0.88)
_TOWNS = {
    "Bogotá": 300, "Medellín": 90, "Cali": 72, "Barranquilla": 45, "Cartagena": 30, "Bucaramanga": 32,
    "Cúcuta": 22, "Pereira": 24, "Ibagué": 22, "Manizales": 18, "Villavicencio": 20, "Santa Marta": 18,
    "Pasto": 14, "Neiva": 15, "Montería": 13, "Valledupar": 12, "Armenia": 13, "Bello": 10, "Soacha": 14,
    "Envigado": 10, "Popayán": 12, "Tunja": 11, "Itagüí": 10, "Palmira": 9, "Soledad": 10, "Sincelejo": 8,
    "Yopal": 7, "Chía": 22, "Girardot": 20, "Tumaco": 20, "Leticia": 10, "Zipaquirá": 20, "Duitama": 17,
}  # fmt: skip
_PAY_DAYS = {
    day: {1: 38, 2: 27, 5: 125, 10: 85, 15: 140, 16: 27, 20: 75, 25: 60, 28: 24, 30: 120}.get(day, 14)
    for day in range(1, 32)
}


def simulated_bank(size: int, seed: int, loans: int = 1) -> list[Customer]:
    """Customers whose facts hang together: by income, home town, favourite day and inflation.

    There are `loans` times as many loans as in an ordinary bank.
    """
    chance = random.Random(seed)
    return [_somebody(chance, number, loans) for number in range(size)]


def borrowers(size: int) -> list[Customer]:
    """Customers with several loans; the order in which loans were opened is asked of nobody else."""
    bank = simulated_bank(2 * size, seed=2027, loans=4)
    return [one for one in bank if sum(owned.kind in _MEDIAN_PAYMENT for owned in one.products) > 1][:size]


def _somebody(chance: random.Random, number: int, loans: int) -> Customer:
    income, home, day = chance.gauss(), _pick(chance, _TOWNS), _pick(chance, _PAY_DAYS)
    hold = {kind: share * loans if kind in _MEDIAN_PAYMENT else share for kind, share in _HOLD.items()}
    kinds = [kind for kind, share in hold.items() if chance.random() < share] or [ProductKind.SAVINGS_ACCOUNT]
    if ProductKind.SAVINGS_ACCOUNT in kinds and chance.random() < 0.08:
        kinds.append(ProductKind.SAVINGS_ACCOUNT)
    owned = []
    for kind in kinds:
        age = chance.expovariate(1 / _MEAN_AGE[kind])
        median, spread_out = _MEDIAN_PAYMENT.get(kind, _MEDIAN_LIMIT)
        amount = median * exp(spread_out * (0.5 * income + 0.87 * chance.gauss())) * 0.98 ** (age - _MEAN_AGE[kind])
        owned.append(
            Product(
                kind,
                number=str(chance.randrange(10**10, 10**11)),
                opened_on=TODAY - timedelta(days=int(365.25 * age)),
                city=home if chance.random() < 0.8 else _pick(chance, _TOWNS),
                monthly_payment=round(int(amount), -3) if kind in _MEDIAN_PAYMENT else None,
                payment_day=None if kind in DEPOSITS else day if chance.random() < 0.5 else _pick(chance, _PAY_DAYS),
                credit_limit=round(int(amount), -5) if kind is ProductKind.CREDIT_CARD else None,
            )
        )
    return person(*owned, number=number)


def _pick(chance: random.Random, weights: Mapping[_T, int]) -> _T:
    return chance.choices([*weights], [*weights.values()])[0]


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
