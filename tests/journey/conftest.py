"""A bank with its customers."""

import pytest

from app.adapters.sql import SqlStore
from app.domain.case import Rules
from tests.journey.bank import Bank
from tests.people import ALICE, BOB, OLD_PASSWORD, Clock, enrol


@pytest.fixture
def bank(store: SqlStore, rules: Rules, clock: Clock) -> Bank:
    """Alice and Bob are customers; each has forgotten a password."""
    for person in (ALICE, BOB):
        enrol(store, person, OLD_PASSWORD)
    return Bank(store, rules, clock)
