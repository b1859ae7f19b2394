"""Brings customers into the database as the entries of a file say, many rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from app.adapters.sql import SqlTransaction
from app.adapters.sql.statements import insert
from app.adapters.sql.tables import CustomerRow, ProductRow
from app.customers_file.entry import CustomerEntry
from app.domain.case import Rules
from app.domain.proofs import document_key

BATCH: Final = 1000


@dataclass(slots=True)
class Report:
    """What a load did, in customers."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    passwords: int = 0


def load(tx: SqlTransaction, rules: Rules, entries: Iterable[CustomerEntry]) -> Report:
    """Bring customers into the database as these entries say. No document may come twice.

    An entry whose digest is known is left alone. Otherwise the customer's row and products are written anew. A
    password is set only for who never had one: what `unfreeze` made forgotten stays so.
    """
    report, rest = Report(), iter(entries)
    while batch := {document_key(entry.document, rules.keys): entry for entry in islice(rest, BATCH)}:
        _Batch(tx, rules, batch, report).load()
    return report


class _Stored(NamedTuple):
    """What must be known of a customer who is there already."""

    id: int
    digest: str
    email: str | None
    mobile: str | None
    contact_updated_at: datetime


class _Batch:
    """Some entries by keyed document, and the rows they become."""

    def __init__(self, tx: SqlTransaction, rules: Rules, entries: Mapping[str, CustomerEntry], report: Report) -> None:
        self._tx, self._rules, self._entries, self._report = tx, rules, entries, report
        self._digests = {key: entry.digest() for key, entry in entries.items()}

    def load(self) -> None:
        """Add the new, change the changed, set the passwords."""
        stored = self._stored()
        new = [key for key in self._entries if key not in stored]
        changed = [key for key, row in stored.items() if row.digest != self._digests[key]]
        ids = {key: row.id for key, row in stored.items()} | self._add(new)
        self._change({key: stored[key] for key in changed})
        self._set_passwords(ids)
        self._report.added += len(new)
        self._report.changed += len(changed)
        self._report.unchanged += len(stored) - len(changed)

    def _stored(self) -> dict[str, _Stored]:
        rows = self._tx.connection.execute(
            select(CustomerRow.document_key, *(getattr(CustomerRow, name) for name in _Stored._fields)).where(
                col(CustomerRow.document_key).in_(self._entries)
            )
        )
        return {key: _Stored(*values) for key, *values in rows}

    def _add(self, keys: Sequence[str]) -> dict[str, int]:
        if not keys:
            return {}
        connection = self._tx.connection
        rows = [self._row(key) | {"contact_updated_at": self._entries[key].contact_updated_at} for key in keys]
        connection.execute(insert(connection, CustomerRow), rows)
        added = select(CustomerRow.document_key, CustomerRow.id).where(col(CustomerRow.document_key).in_(keys))
        ids = {row.document_key: row.id for row in connection.execute(added)}
        self._add_products(ids)
        return ids

    def _add_products(self, ids: Mapping[str, int]) -> None:
        rows = [
            product.values() | {"customer_id": customer_id}
            for key, customer_id in ids.items()
            for product in self._entries[key].products
        ]
        if rows:
            self._tx.connection.execute(insert(self._tx.connection, ProductRow), rows)

    def _change(self, stored: Mapping[str, _Stored]) -> None:
        if not stored:
            return
        ids = {key: row.id for key, row in stored.items()}
        rows = [
            self._row(key) | {"of": row.id, "contact_updated_at": self._contact_updated_at(key, row)}
            for key, row in stored.items()
        ]
        connection = self._tx.connection
        connection.execute(update(CustomerRow).where(col(CustomerRow.id) == bindparam("of")), rows)
        connection.execute(delete(ProductRow).where(col(ProductRow.customer_id).in_(ids.values())))
        self._add_products(ids)

    def _row(self, key: str) -> dict[str, Any]:
        entry = self._entries[key]
        return {
            "document_key": key,
            "id_type": entry.id_type,
            "id_number": entry.document.number,
            "given_names": entry.given_names,
            "family_names": entry.family_names,
            "email": entry.email,
            "mobile": entry.mobile,
            "digest": self._digests[key],
        }

    def _contact_updated_at(self, key: str, stored: _Stored) -> datetime:
        """A new address that the file does not date later is dated now, so that the hold begins anyhow."""
        entry = self._entries[key]
        same = (entry.email, entry.mobile) == (stored.email, stored.mobile)
        told = max(entry.contact_updated_at, stored.contact_updated_at)
        return told if same or told > stored.contact_updated_at else self._tx.now

    def _set_passwords(self, ids: Mapping[str, int]) -> None:
        credentials = self._tx.credentials
        for key, entry in self._entries.items():
            if entry.password is not None and credentials.of(ids[key]).changed_at is None:
                credentials.assign(ids[key], self._rules.hasher.hash(entry.password))
                self._report.passwords += 1
