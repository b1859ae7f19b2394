"""The recovery is light enough for a phone on a bad line (`make weight` prints every step)."""

from e2e.bank import Bank
from e2e.conftest import VisitChromium
from e2e.wire import Wire, budgets, steps


def test_a_recovery_keeps_to_its_budgets_and_asks_for_no_file_twice(visit_chromium: VisitChromium, bank: Bank) -> None:
    visitor = visit_chromium(size="phone")
    wire = Wire(visitor.page)
    first, *others = [wire.spent(step) for step in steps(visitor, bank.new_customer(), bank)]
    assert {one.path.rpartition("/")[2] for one in first.answers if one.is_file} >= {"style.css", "app.js"}
    assert not [one for step in others for one in step.answers if one.is_file]
    assert not [budget for budget in budgets([first, *others]) if not budget.is_kept]
