"""Step 6: the document once more, by whoever opened the link. Only now may eligibility be spoken of."""

import hmac
from dataclasses import replace
from typing import Any

from app.domain.case import Case, Decision
from app.domain.documents import IdentityDocument
from app.domain.eligibility import refusal
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.proofs import document_key, new_token
from app.domain.questions import TooFewFacts
from app.domain.recovery import Recovery, Refusal
from app.steps import hand_over
from app.steps.form import DocumentForm
from app.steps.questions import drawn

BUDGET: Budget | None = Budget.DOCUMENTS
Form = DocumentForm

NOT_THIS_LINK = Message(N_("These details do not belong to this link. Check the type and the number."))


def handle(case: Case, document: IdentityDocument) -> Decision:
    """Use up the link if the document is the one it was sent for; a stranger's is wrong like any other."""
    here = case.under_way
    if not hmac.compare_digest(document_key(document, case.rules.keys), here.document_key):
        return Decision(Outcome.WRONG, here, message=NOT_THIS_LINK)
    if why := turned_away(case):
        return Decision(Outcome.TURNED_AWAY, replace(here, refusal=why))
    return Decision(Outcome.ACCEPTED, _held_by_this_browser(case, here))


def show(case: Case) -> dict[str, Any]:
    """The number for the browser that asked, if this one offers to hand over; never once it was handed over."""
    return hand_over.show(case) | {"may_hand_over": case.under_way.may_hand_over(case.now)}


def turned_away(case: Case) -> Refusal | None:
    """Why this customer cannot recover alone today, or None."""
    frozen = case.secret.frozen_at is not None
    if why := refusal(case.owner, frozen, case.now, case.rules.policy):
        return why
    try:
        drawn(case)
    except TooFewFacts:
        return Refusal.TOO_FEW_FACTS
    return None


def _held_by_this_browser(case: Case, here: Recovery) -> Recovery:
    return replace(here, ticket=new_token(), total_at=case.now + case.rules.policy.total)
