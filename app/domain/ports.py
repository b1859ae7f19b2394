"""What the rules need of the world outside, as protocols; `app.adapters` implements them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.customers import Channel, Customer
from app.domain.journey import Step
from app.domain.messages import Language
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

    def by_document(self, document_key: str) -> Customer | None:
        """The customer with this keyed document, if there is one."""

    def by_id(self, customer_id: int) -> Customer:
        """The customer with this id; LookupError if it is gone."""

    def hold(self, customer_id: int) -> None:
        """Let no other transaction that holds this customer go on until this one ended.

        First of all in every transaction that changes more than one row of a customer.
        """


class Credentials(Protocol):
    """Passwords and what blocks them."""

    def of(self, customer_id: int) -> Credential:
        """The customer's credential; an empty one for a customer who never had a password."""

    def by_document(self, document_key: str) -> Credential | None:
        """The credential of a keyed document, without its history."""

    def assign(self, customer_id: int, password_hash: str) -> None:
        """Set the password and add it to the history."""

    def rehash(self, customer_id: int, before: str, after: str) -> None:
        """Keep the same password under stronger parameters, unless it was changed meanwhile."""

    def freeze(self, customer_id: int) -> bool:
        """Stop the password from being used; False if it was stopped already."""

    def unfreeze(self, customer_id: int) -> None:
        """Let the password be used again."""

    def forget(self, customer_id: int) -> None:
        """Have no password until one is set; the history stays."""

    def record_access(self, customer_id: int) -> None:
        """Keep the time of a log-in."""

    def spend_login(self, document_key: str, limit: int) -> int | None:
        """Spend one log-in attempt of a document; how many are left, None if none was."""

    def clear_logins(self, document_key: str) -> None:
        """Forget the failed log-ins of a document."""


class Recoveries(Protocol):
    """The recoveries under way."""

    def add(self, recovery: Recovery) -> None:
        """Write a recovery that begins."""

    def get(self, recovery_id: str) -> Recovery | None:
        """The recovery with this id."""

    def by_link(self, link_hash: str) -> Recovery | None:
        """The recovery whose link has this hash, used or not."""

    def save(self, before: Recovery, after: Recovery) -> Recovery:
        """Write `after` if the stored one is still `before`, in one statement; else raise StaleRecovery."""

    def spend_number(self, recovery_id: str, limit: int) -> bool:
        """Spend one try at the number of a recovery; False if none was left. Moves nothing else of it."""

    def code_accepted(
        self, recovery_id: str, nonce: str, expires_at: datetime, idle_at: datetime | None, *, late: bool
    ) -> None:
        """Start a code's time, unless another code took its place or its time has begun."""

    def close_all(self, customer_id: int, step: Step) -> None:
        """Bring every live recovery of a customer to an end; what has ended stays as it is."""

    def supersede_links(self, customer_id: int, newest: str) -> None:
        """Of a customer's unopened links only the newest stays good (requirement S4)."""


class Budgets(Protocol):
    """What a customer has left of each budget, by single statements that no parallel request can pass."""

    def spend(self, customer_id: int, budget: Budget, limit: int) -> int | None:
        """Spend one and tell how many are left; None when none was left."""

    def left(self, customer_id: int, budget: Budget, limit: int) -> int:
        """How many are left, without spending any."""

    def refund(self, customer_id: int, budget: Budget) -> None:
        """Give one back: the answer was right."""

    def clear(self, customer_id: int) -> None:
        """Give everything back, and open what was locked."""

    def lock(self, customer_id: int, until: datetime) -> None:
        """Close recovery until an instant (UTC); every budget of a day begins anew then."""

    def locked_until(self, customer_id: int) -> datetime | None:
        """Until when recovery is closed (UTC), None if it is open."""


class Notices(Protocol):
    """The outbox."""

    def post(
        self,
        kind: NoticeKind,
        recovery_id: str,
        language: Language,
        customer_id: int | None = None,
        channels: Iterable[Channel | None] = (None,),
        nonce: str | None = None,
    ) -> None:
        """Add one message per channel; it goes out if, and only if, this transaction is kept."""


class Sessions(Protocol):
    """The browsers' sessions on the server."""

    def end_all(self, customer_id: int) -> None:
        """End every session of a customer."""


class Transaction(Protocol):
    """All ports on one transaction: what is done through it is kept together or not at all."""

    @property
    def now(self) -> datetime:
        """The instant of this transaction, UTC."""

    @property
    def customers(self) -> Customers:
        """The bank's customers."""

    @property
    def credentials(self) -> Credentials:
        """Their passwords."""

    @property
    def recoveries(self) -> Recoveries:
        """The recoveries under way."""

    @property
    def budgets(self) -> Budgets:
        """What each customer has left."""

    @property
    def notices(self) -> Notices:
        """The outbox."""

    @property
    def sessions(self) -> Sessions:
        """The browsers' sessions."""


class Store(Protocol):
    """Where transactions come from."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One transaction, to be used as `with store.transaction() as tx:`."""
