"""Who may recover alone: the bank's table, row by row, and what stands in the way all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.customers import Customer, Holder, Product, ProductKind
from app.domain.eligibility import QUALIFIES, refusal
from app.domain.policy import Policy
from app.domain.recovery import Refusal
from tests.people import (
    ALICE,
    BORROWED_CARD,
    CARD,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    FRANK_OUT_OF_REACH,
    SAVINGS,
    START,
)

POLICY = Policy()
AN_INSTANT = timedelta(microseconds=1)
PLAIN_SAVINGS = replace(SAVINGS, transactional=True, debit_card=True)
CHECKING = replace(PLAIN_SAVINGS, kind=ProductKind.CHECKING_ACCOUNT)
LOANS = [kind for kind in ProductKind if "loan" in kind or kind in {"mortgage", "microcredit"}]


def with_only(*products: Product) -> Customer:
    """Alice, had she nothing but these."""
    return replace(ALICE, products=products)


def why(customer: Customer, *, frozen: bool = False, policy: Policy = POLICY) -> Refusal | None:
    """Why the bank sends a customer to the phone line today."""
    return refusal(customer, frozen, START, policy)


def test_the_table_has_a_row_for_every_kind_of_product() -> None:
    assert set(QUALIFIES) == set(ProductKind)
    assert len(LOANS) == 6


@pytest.mark.parametrize("account", [PLAIN_SAVINGS, CHECKING])
def test_an_account_counts_if_it_is_transactional_and_has_a_debit_card(account: Product) -> None:
    assert why(with_only(account)) is None
    assert why(with_only(replace(account, transactional=False))) is Refusal.NOT_ELIGIBLE
    assert why(with_only(replace(account, debit_card=False))) is Refusal.NOT_ELIGIBLE


@pytest.mark.parametrize("kind", LOANS)
def test_every_loan_counts(kind: ProductKind) -> None:
    assert why(with_only(replace(SAVINGS, kind=kind, transactional=False, debit_card=False))) is None


def test_a_credit_card_counts_for_its_main_holder_only() -> None:
    assert why(with_only(CARD)) is None
    assert why(DAVE_WITH_A_BORROWED_CARD) is Refusal.NOT_ELIGIBLE


def test_one_product_that_counts_is_enough() -> None:
    assert why(with_only(BORROWED_CARD, replace(SAVINGS, debit_card=False), CARD)) is None


def test_no_product_at_all_is_not_enough() -> None:
    assert why(with_only()) is Refusal.NOT_ELIGIBLE


@pytest.mark.parametrize("customer", [ALICE, CAROL_BY_MOBILE_ONLY])
def test_one_address_is_enough(customer: Customer) -> None:
    assert why(customer) is None


def test_without_any_address_nobody_recovers_alone() -> None:
    assert why(FRANK_OUT_OF_REACH) is Refusal.NO_CONTACT


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (-timedelta(days=1), Refusal.ON_HOLD),
        (timedelta(0), Refusal.ON_HOLD),
        (POLICY.contact_hold - AN_INSTANT, Refusal.ON_HOLD),
        (POLICY.contact_hold, None),
    ],
)
def test_a_new_address_is_good_at_the_instant_its_hold_ends(age: timedelta, expected: Refusal | None) -> None:
    moved = replace(ALICE, contact=replace(ALICE.contact, updated_at=START - age))

    assert why(moved) is expected


def test_a_bank_may_do_without_the_hold() -> None:
    assert why(ERIN_WHO_JUST_MOVED) is Refusal.ON_HOLD
    assert why(ERIN_WHO_JUST_MOVED, policy=Policy(contact_hold=timedelta(0))) is None


def test_a_frozen_customer_is_told_that_before_anything_else() -> None:
    nothing_is_right = replace(FRANK_OUT_OF_REACH, products=())

    assert why(ALICE, frozen=True) is Refusal.FROZEN
    assert why(nothing_is_right, frozen=True) is Refusal.FROZEN


def test_the_products_are_judged_before_the_addresses() -> None:
    assert why(replace(FRANK_OUT_OF_REACH, products=())) is Refusal.NOT_ELIGIBLE
    assert why(replace(ERIN_WHO_JUST_MOVED, products=())) is Refusal.NOT_ELIGIBLE


def test_being_the_additional_holder_matters_for_cards_alone() -> None:
    assert why(with_only(replace(SAVINGS, holder=Holder.ADDITIONAL))) is None
