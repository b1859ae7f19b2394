"""Who cannot recover alone learns it after the link only, with the line and the branches."""

from typing import Any

import pytest

from e2e.bank import LITTLE_KNOWN, SOMEBODY_ELSES_CARD, Bank, Customer, an_hour_ago
from e2e.conftest import Visit
from e2e.journey import begin_again, confirm_document, reach_link
from e2e.pages import Visitor
from e2e.ways import pairs

pytestmark = pairs

REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "not eligible": ({"products": [SOMEBODY_ELSES_CARD]}, "Con los productos que tiene hoy"),
    "on hold": ({"contact_updated_at": an_hour_ago()}, "cambió hace poco"),
    "too few facts": ({"products": [LITTLE_KNOWN]}, "Tenemos muy poca información"),
}


def turned_away(visitor: Visitor, customer: Customer, bank: Bank, words: str) -> None:
    """The customer gets as far as the document after the link, and is told why not further."""
    reach_link(visitor, customer, bank)
    confirm_document(visitor, customer)
    visitor.stands_at("refused")
    visitor.sees_heading("Para esto necesita nuestra ayuda")
    visitor.sees(words)
    visitor.sees_help()
    begin_again(visitor, "Volver al comienzo")


@pytest.mark.parametrize("reason", REASONS)
def test_a_customer_is_refused_with_the_reason_and_another_way(visit: Visit, bank: Bank, reason: str) -> None:
    changes, words = REASONS[reason]
    turned_away(visit(), bank.new_customer(**changes), bank, words)


def test_a_frozen_customer_is_refused_until_the_bank_has_spoken_with_her(visit: Visit, bank: Bank) -> None:
    alicia = bank.new_customer()
    bank.freeze(alicia)
    turned_away(visit(), alicia, bank, "Necesitamos hablar con usted")
