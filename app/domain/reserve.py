"""One more link when the day's are used up, for whoever reads the message that the last of them brought."""

from app.domain.case import Rules
from app.domain.customers import Customer
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.ports import Transaction
from app.domain.proofs import document_key
from app.domain.recovery import Recovery


def begin(tx: Transaction, rules: Rules, customer: Customer, language: Language) -> Recovery | None:
    """Begin a recovery and ask for its link, to where links go; None once the day's are spent."""
    tx.customers.hold(customer.id)
    if not customer.contact.channels:
        return None
    if tx.budgets.spend(customer.id, Budget.RESERVE, rules.policy.limit(Budget.RESERVE)) is None:
        return None
    begun = Recovery.begun(document_key(customer.document, rules.keys), tx.now)
    tx.recoveries.add(begun)
    tx.notices.post(NoticeKind.LINK, begun.id, language, customer.id, customer.contact.channels[:1])
    return begun
