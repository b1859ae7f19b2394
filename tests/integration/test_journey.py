"""The recovery from beginning to end, over HTTP, in a plain browser and by htmx."""

import pytest

from app.domain.journey import Step

from .bank import Bank
from .browser import PORTAL
from .people import ALICE
from .walk import NEW_PASSWORD, Walk, log_in


def test_a_customer_sets_a_new_password_and_logs_in_with_it(bank: Bank, htmx: bool) -> None:
    Walk(bank, htmx=htmx).to(Step.DONE)
    page = log_in(bank.browser(), ALICE, NEW_PASSWORD)
    assert page.address == PORTAL
    assert "Alice" in page.heading
