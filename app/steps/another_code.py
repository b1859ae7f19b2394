"""Another code in place of one that ran out because its message left late (docs/decisions/0050)."""

from app.domain.case import Case, Decision
from app.domain.journey import Outcome
from app.domain.policy import Budget
from app.steps.contacts import ask_for_code

BUDGET: Budget | None = Budget.CODES


def handle(case: Case, _: None) -> Decision:
    """Ask for it. Guesses that were made stay made (requirement S9)."""
    return ask_for_code(case, Outcome.REISSUED)
