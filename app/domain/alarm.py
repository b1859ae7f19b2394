"""«It was not me»: whoever reads the customer's messages can stop what somebody else began."""

from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.notices import NoticeKind
from app.domain.ports import Transaction


def freeze(tx: Transaction, customer: Customer, recovery_id: str) -> bool:
    """Freeze the credential until the bank has spoken with the customer; False if it was frozen already.

    Every recovery and session ends, and every address is told (design decision 11).
    """
    tx.customers.hold(customer.id)
    newly = tx.credentials.freeze(customer.id)
    tx.recoveries.close_all(customer.id, Step.REFUSED)
    tx.sessions.end_all(customer.id)
    if newly:
        tx.notices.post(NoticeKind.FROZEN, recovery_id, customer.id, customer.contact.channels)
    return newly
