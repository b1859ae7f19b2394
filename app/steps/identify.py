"""Step 4: the document. What follows is the same for every document, known or not (design decision 1)."""

from app.domain.case import Case, Decision
from app.domain.documents import IdentityDocument
from app.domain.journey import Outcome
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.ports import Transaction
from app.domain.proofs import document_key
from app.domain.recovery import Recovery
from app.steps.form import DocumentForm

BUDGET: Budget | None = None
Form = DocumentForm


def handle(case: Case, document: IdentityDocument) -> Decision:
    """Begin a recovery and ask for its link; whether somebody will get one, only the worker finds out."""
    begun = Recovery.begun(document_key(document, case.rules.keys), case.now)

    def ask_for_link(tx: Transaction) -> None:
        tx.notices.post(NoticeKind.LINK, begun.id, case.language)

    return Decision(Outcome.ACCEPTED, begun, ask_for_link)
