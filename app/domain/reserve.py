"""One more link when the day's are used up, for whoever reads the message that the last of them brought."""

from app.domain.customers import Customer
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.ports import Transaction
from app.domain.proofs import KeySource, document_key
from app.domain.recovery import Recovery


def begin(tx: Transaction, customer: Customer, keys: KeySource, limit: int, language: Language) -> Recovery | None:
    """Begin a recovery and ask for its link, to the address that had the message; None once `limit` a day are spent."""
    tx.customers.hold(customer.id)
    if not customer.contact.channels or tx.budgets.spend(customer.id, Budget.RESERVE, limit) is None:
        return None
    begun = Recovery.begun(document_key(customer.document, keys), tx.now)
    tx.recoveries.add(begun)
    tx.notices.post(NoticeKind.LINK, begun.id, language, customer.id, customer.contact.channels[:1])
    return begun
