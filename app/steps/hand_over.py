"""The number by which the browser that asked for a link may go on in place of the one that opened it (0052)."""

from dataclasses import replace
from typing import Any

from app.domain.case import Case, Decision
from app.domain.journey import Outcome, Step
from app.domain.policy import Budget
from app.domain.proofs import matching_number, new_nonce

BUDGET: Budget | None = None


def handle(case: Case, _: None) -> Decision:
    """Show a new number; the one before is dead."""
    offered = replace(
        case.under_way, number_nonce=new_nonce(), number_expires_at=case.now + case.rules.policy.number_valid
    )
    return Decision(Outcome.OFFERED, offered)


def is_offered(step: Step, case: Case) -> bool:
    """Whether this browser opened the link and may still let the one that asked go on."""
    return step is Step.REIDENTIFY and case.under_way.may_hand_over(case.now)


def show(case: Case) -> dict[str, Any]:
    """The number while it can be used, in two groups of three; for how many seconds; whether one was asked for."""
    nonce = case.under_way.live_number(case.now)
    digits = nonce and matching_number(nonce, case.rules.keys)
    return {
        "number": digits and f"{digits[:3]} {digits[3:]}",
        "number_valid": case.rules.policy.number_valid.total_seconds(),
        "number_asked_for": case.under_way.number_nonce is not None,
    }
