"""Customers and their credentials."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, update
from sqlmodel import col, select

from app.adapters.sql.statements import columns, insert, wait_for_turn
from app.adapters.sql.tables import (
    CredentialRow,
    CustomerRow,
    LoginFailureRow,
    PasswordHistoryRow,
    ProductRow,
)
from app.domain.customers import Contact, Customer, Holder, Product, ProductKind
from app.domain.documents import IdentityDocument, IdType
from app.domain.passwords import MOST_HISTORY
from app.domain.ports import Credential


class SqlCustomers:
    """The bank's customers, read only."""

    def __init__(self, connection: Connection, *, texted: bool) -> None:
        self._connection = connection
        self._texted = texted

    def by_document(self, document_key: str) -> Customer | None:
        """The customer with this keyed document, if there is one."""
        return self._one(col(CustomerRow.document_key) == document_key)

    def by_id(self, customer_id: int) -> Customer:
        """The customer with this id; LookupError if it is gone."""
        customer = self._one(col(CustomerRow.id) == customer_id)
        if customer is None:
            raise LookupError("no such customer")
        return customer

    def hold(self, customer_id: int) -> None:
        """Let no other transaction that holds this customer go on until this one ended."""
        wait_for_turn(self._connection, customer_id)

    def _one(self, condition: Any) -> Customer | None:
        row = self._connection.execute(select(*columns(CustomerRow)).where(condition)).one_or_none()
        return self._customer(row) if row else None

    def _customer(self, row: Any) -> Customer:
        return Customer(
            id=row.id,
            document=IdentityDocument(IdType(row.id_type), row.id_number),
            given_names=row.given_names,
            family_names=row.family_names,
            contact=Contact(row.email, row.mobile, row.contact_updated_at, self._texted),
            products=self._products(row.id),
        )

    def _products(self, customer_id: int) -> tuple[Product, ...]:
        owned = col(ProductRow.customer_id) == customer_id
        rows = self._connection.execute(select(*columns(ProductRow)).where(owned).order_by(col(ProductRow.id)))
        return tuple(_product(row) for row in rows)


def _product(row: Any) -> Product:
    return Product(
        kind=ProductKind(row.kind),
        number=row.number,
        opened_on=row.opened_on,
        city=row.city,
        transactional=row.transactional,
        debit_card=row.debit_card,
        monthly_payment=row.monthly_payment,
        payment_day=row.payment_day,
        holder=Holder(row.holder),
        credit_limit=row.credit_limit,
    )


class SqlCredentials:
    """Passwords, their history, and what blocks them."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def of(self, customer_id: int) -> Credential:
        """The customer's credential; an empty one for a customer who never had a password."""
        row = self._row(col(CredentialRow.customer_id) == customer_id)
        if row is None:
            return Credential(customer_id)
        hashes = self._connection.scalars(
            select(PasswordHistoryRow.password_hash)
            .where(col(PasswordHistoryRow.customer_id) == customer_id)
            .order_by(col(PasswordHistoryRow.id).desc())
        )
        return Credential(recent_hashes=tuple(hashes), **row._mapping)

    def by_document(self, document_key: str) -> Credential | None:
        """The credential of a keyed document, without its history: one query, whoever it is."""
        owner = select(CustomerRow.id).where(col(CustomerRow.document_key) == document_key).scalar_subquery()
        row = self._row(col(CredentialRow.customer_id) == owner)
        return Credential(**row._mapping) if row else None

    def _row(self, condition: Any) -> Any:
        return self._connection.execute(select(*columns(CredentialRow)).where(condition)).one_or_none()

    def assign(self, customer_id: int, password_hash: str) -> None:
        """Set the password and add it to the history."""
        new = {"password_hash": password_hash, "changed_at": self._now}
        self._connection.execute(
            insert(self._connection, CredentialRow)
            .values(customer_id=customer_id, **new)
            .on_conflict_do_update(index_elements=["customer_id"], set_=new)
        )
        self._connection.execute(
            insert(self._connection, PasswordHistoryRow).values(
                customer_id=customer_id, password_hash=password_hash, assigned_at=self._now
            )
        )
        self._forget_old_passwords(customer_id)

    def _forget_old_passwords(self, customer_id: int) -> None:
        owned = col(PasswordHistoryRow.customer_id) == customer_id
        kept = (
            select(PasswordHistoryRow.id).where(owned).order_by(col(PasswordHistoryRow.id).desc()).limit(MOST_HISTORY)
        )
        self._connection.execute(
            delete(PasswordHistoryRow).where(owned, col(PasswordHistoryRow.id).not_in(kept.scalar_subquery()))
        )

    def rehash(self, customer_id: int, before: str, after: str) -> None:
        """Keep the same password under stronger parameters, unless it was changed meanwhile."""
        self._connection.execute(
            update(CredentialRow)
            .where(col(CredentialRow.customer_id) == customer_id, col(CredentialRow.password_hash) == before)
            .values(password_hash=after)
        )

    def freeze(self, customer_id: int) -> bool:
        """Stop the password from being used; False if it was stopped already."""
        frozen = self._connection.execute(
            insert(self._connection, CredentialRow)
            .values(customer_id=customer_id, frozen_at=self._now)
            .on_conflict_do_update(
                index_elements=["customer_id"],
                set_={"frozen_at": self._now},
                where=col(CredentialRow.frozen_at).is_(None),
            )
            .returning(CredentialRow.customer_id)
        )
        return frozen.one_or_none() is not None

    def unfreeze(self, customer_id: int) -> None:
        """Let the password be used again: the bank has spoken with the customer."""
        self._set(customer_id, frozen_at=None)

    def forget(self, customer_id: int) -> None:
        """Have no password until one is set; the history stays, so that this one cannot come back."""
        self._set(customer_id, password_hash=None)

    def record_access(self, customer_id: int) -> None:
        """Keep the time of a log-in, to show it at the next one (Circular Básica Jurídica, CO2)."""
        self._set(customer_id, last_access_at=self._now)

    def _set(self, customer_id: int, **values: Any) -> None:
        self._connection.execute(
            update(CredentialRow).where(col(CredentialRow.customer_id) == customer_id).values(**values)
        )

    def spend_login(self, document_key: str, limit: int) -> int | None:
        """Spend one log-in attempt of a document, known or not; how many are left, None if none was."""
        left = self._connection.execute(
            insert(self._connection, LoginFailureRow)
            .values(document_key=document_key, failures=1, last_at=self._now)
            .on_conflict_do_update(
                index_elements=["document_key"],
                set_={"failures": col(LoginFailureRow.failures) + 1, "last_at": self._now},
                where=col(LoginFailureRow.failures) < limit,
            )
            .returning(LoginFailureRow.failures)
        ).scalar_one_or_none()
        return None if left is None else limit - left

    def clear_logins(self, document_key: str) -> None:
        """Forget the failed log-ins of a document: the password was right, or is new."""
        self._connection.execute(delete(LoginFailureRow).where(col(LoginFailureRow.document_key) == document_key))
