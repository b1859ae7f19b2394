"""What the rules need of the world outside, as protocols; `app.adapters` implements them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.customers import Channel, Customer
from app.domain.journey import Step
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.recovery import Recovery


@dataclass(frozen=True, slots=True)
class Credential:
    """A customer's password of internet banking, as far as this service knows it. Times are UTC.

    `recent_hashes` holds the present hash and those before it, newest first.
    """

    customer_id: int
    password_hash: str | None = None
    recent_hashes: tuple[str, ...] = ()
    changed_at: datetime | None = None
    frozen_at: datetime | None = None
    last_access_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Credential({self.customer_id}, …)"


class Customers(Protocol):
    """The bank's customers, read only."""

    def by_document(self, document_key: str) -> Customer | None: ...
    def by_id(self, customer_id: int) -> Customer: ...


class Credentials(Protocol):
    """Passwords and what blocks them."""

    def of(self, customer_id: int) -> Credential: ...
    def by_document(self, document_key: str) -> Credential | None: ...
    def assign(self, customer_id: int, password_hash: str) -> None: ...
    def rehash(self, customer_id: int, password_hash: str) -> None: ...
    def freeze(self, customer_id: int) -> bool: ...
    def unfreeze(self, customer_id: int) -> None: ...
    def record_access(self, customer_id: int) -> None: ...
    def spend_login(self, document_key: str, limit: int) -> int | None: ...
    def clear_logins(self, document_key: str) -> None: ...


class Recoveries(Protocol):
    """The recoveries under way."""

    def add(self, recovery: Recovery) -> None: ...
    def get(self, recovery_id: str) -> Recovery | None: ...
    def by_link(self, link_hash: str) -> Recovery | None: ...
    def save(self, before: Recovery, after: Recovery) -> Recovery:
        """Write `after` if the stored one is still `before`, in one statement; else raise StaleRecovery."""

    def code_accepted(self, recovery_id: str, nonce: str, expires_at: datetime) -> None:
        """Start a code's time, unless another code took its place or its time has begun."""

    def close_all(self, customer_id: int, step: Step, apart_from: str | None = None) -> None:
        """Bring every live recovery of a customer to an end."""

    def supersede_links(self, customer_id: int, newest: str) -> None:
        """Of a customer's unopened links only the newest stays good (requirement S4)."""


class Budgets(Protocol):
    """What a customer has left of each budget, by single statements that no parallel request can pass."""

    def spend(self, customer_id: int, budget: Budget, limit: int) -> int | None:
        """Spend one and tell how many are left; None when none was left."""

    def refund(self, customer_id: int, budget: Budget) -> None: ...
    def clear(self, customer_id: int) -> None: ...
    def lock(self, customer_id: int, until: datetime) -> None: ...
    def locked_until(self, customer_id: int) -> datetime | None: ...


class Notices(Protocol):
    """The outbox."""

    def post(
        self,
        kind: NoticeKind,
        recovery_id: str,
        customer_id: int | None = None,
        channels: Iterable[Channel | None] = (None,),
        nonce: str | None = None,
    ) -> None:
        """Add one message per channel; it goes out if, and only if, this transaction is kept."""


class Sessions(Protocol):
    """The browsers' sessions on the server."""

    def end_all(self, customer_id: int) -> None: ...


class Transaction(Protocol):
    """All ports on one transaction: what is done through it is kept together or not at all."""

    now: datetime
    customers: Customers
    credentials: Credentials
    recoveries: Recoveries
    budgets: Budgets
    notices: Notices
    sessions: Sessions


class Store(Protocol):
    """Where transactions come from."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...
