"""«It was not me»: whoever reads the customer's messages can stop what somebody else began."""

from datetime import timedelta
from enum import Enum, auto
from typing import Final

from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.notices import NoticeKind
from app.domain.ports import Transaction

ALARM_VALID: Final = timedelta(days=7)
"""How long a message's link to the alarm works; what was set no longer before a freeze may be what it was about."""


class Unfrozen(Enum):
    """What the customer can do about the password once the bank has spoken with them."""

    SAME_PASSWORD = auto()
    FORGOTTEN = auto()
    NO_PASSWORD = auto()
    NOT_FROZEN = auto()


def freeze(tx: Transaction, customer: Customer, recovery_id: str, language: Language) -> bool:
    """Freeze the credential until the bank has spoken with the customer; False if it was frozen already.

    Every recovery and session ends, and every address is told (design decision 11).
    """
    tx.customers.hold(customer.id)
    newly = tx.credentials.freeze(customer.id)
    tx.recoveries.close_all(customer.id, Step.REFUSED)
    tx.sessions.end_all(customer.id)
    if newly:
        tx.notices.post(NoticeKind.FROZEN, recovery_id, language, customer.id, customer.contact.channels)
    return newly


def unfreeze(tx: Transaction, customer: Customer, document_key: str) -> Unfrozen:
    """Open the customer's access again, once the bank has spoken with them; wrong passwords are forgotten.

    What was set shortly before the alarm is what the alarm was about: it opens nothing any more, it cannot be set
    again, and the customer chooses another one by a recovery.
    """
    tx.customers.hold(customer.id)
    credential = tx.credentials.of(customer.id)
    if credential.frozen_at is None:
        return Unfrozen.NOT_FROZEN
    tx.credentials.unfreeze(customer.id)
    tx.credentials.clear_logins(document_key)  # the right one counts there, too, as long as it is frozen
    if credential.password_hash is None or credential.changed_at is None:
        return Unfrozen.NO_PASSWORD
    if credential.frozen_at - credential.changed_at >= ALARM_VALID:
        return Unfrozen.SAME_PASSWORD
    tx.credentials.forget(customer.id)
    return Unfrozen.FORGOTTEN
