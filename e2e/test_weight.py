"""The recovery is light enough for a phone on a bad line (`make weight` prints every step)."""

from e2e import vitals
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


def test_nothing_on_a_page_moves_by_itself_however_long_an_answer_takes(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    visitor = visit_chromium(size="phone")
    vitals.watch(visitor.page.context)
    vitals.slow_down(visitor.page)
    moved = {step: vitals.felt(visitor.page, step).cls for step in steps(visitor, bank.new_customer(), bank)}
    assert not {step: by for step, by in moved.items() if by}
