"""Step 6: the document once more, by whoever opened the link. Only now may eligibility be spoken of."""

import hmac
from dataclasses import replace
from typing import Any

from app.domain.case import Case, Decision
from app.domain.documents import IdentityDocument
from app.domain.journey import Outcome
from app.domain.messages import N_, Message
from app.domain.policy import Budget
from app.domain.proofs import document_key, new_token
from app.domain.recovery import Recovery
from app.steps import hand_over
from app.steps.form import DocumentForm

BUDGET: Budget | None = Budget.DOCUMENTS
Form = DocumentForm

NOT_THIS_LINK = Message(N_("These details do not belong to this link. Check the type and the number."))


def handle(case: Case, document: IdentityDocument) -> Decision:
    """Use up the link if the document is the one it was sent for; a stranger's is wrong like any other."""
    here = case.under_way
    if not hmac.compare_digest(document_key(document, case.rules.keys), here.document_key):
        return Decision(Outcome.WRONG, here, message=NOT_THIS_LINK)
    if why := case.refusal():
        return Decision(Outcome.TURNED_AWAY, replace(here, refusal=why))
    return Decision(Outcome.ACCEPTED, _held_by_this_browser(case, here))


def show(case: Case) -> dict[str, Any]:
    """The number for the browser that asked, if this one offers to hand over; never once it was handed over."""
    return hand_over.show(case) | {"may_hand_over": case.under_way.may_hand_over(case.now)}


def _held_by_this_browser(case: Case, here: Recovery) -> Recovery:
    return replace(here, ticket=new_token(), total_at=case.now + case.rules.policy.total)
