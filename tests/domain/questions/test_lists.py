"""What a question lists, and that it lists the same for ever, until a fact changes."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from app.domain.customers import Customer, Product
from app.domain.questions import Question, QuestionKind, pools
from tests.domain.questions.sample import (
    ALICE,
    BOB,
    CARD,
    KEY,
    MORTGAGE,
    PERSONAL,
    SAVINGS,
    TODAY,
    VEHICLE,
    asked,
    draw,
    explain,
    person,
    shown,
    text,
)
from tests.domain.questions.simulated import simulated_bank


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


_ELSEWHERE = """
from tests.domain.questions.sample import ALICE, KEY, draw, explain, shown
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
