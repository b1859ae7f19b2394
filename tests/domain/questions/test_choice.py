"""Which questions are asked: a set that is hard enough, and none of it hints at another."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.customers import Customer, Holder, Product, ProductKind
from app.domain.questions import MAX_ODDS, QuestionKind, TooFewFacts, answers_match, pools
from app.domain.questions.choice import choose
from app.domain.questions.facts import facts_of
from tests.domain.questions.sample import (
    ALICE,
    BOB,
    CARD,
    KEY,
    MICROCREDIT,
    MORTGAGE,
    PERSONAL,
    SAVINGS,
    TODAY,
    VEHICLE,
    about,
    asked,
    compatible,
    draw,
    explain,
    person,
    right_answers,
    shown,
)


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
