"""A new data key in the place of one that may be known; whatever hung on the old one is renamed or ends."""

import secrets
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, update
from sqlmodel import col, select

from app.adapters.sql.keyring import KEY_BYTES, StoredKeys
from app.adapters.sql.statements import take_your_time
from app.adapters.sql.tables import CustomerRow, LoginFailureRow, RecoveryRow, SessionRow
from app.domain.documents import IdentityDocument, IdType
from app.domain.proofs import Keys, document_key

BATCH: Final = 1000


def renew(connection: Connection, stored: StoredKeys) -> Iterator[int]:
    """Do it in this transaction; yields how many customers got their new name with each batch.

    Recoveries, sessions and counts of failed log-ins go for everybody: to keep those of customers only would
    tell who is one. Whoever still runs with the old key finds nobody, so web servers and workers must be stopped.
    """
    take_your_time(connection)
    new = Keys(secrets.token_bytes(KEY_BYTES))
    stored.put(connection, new)
    for table in (RecoveryRow, SessionRow, LoginFailureRow):
        connection.execute(delete(table))
    for batch in _batches(connection):
        connection.execute(
            update(CustomerRow).where(col(CustomerRow.id) == bindparam("of")).values(document_key=bindparam("key")),
            [{"of": row.id, "key": document_key(_document(row), new)} for row in batch],
        )
        yield len(batch)


def _batches(connection: Connection) -> Iterator[list[Any]]:
    last = 0
    wanted = select(CustomerRow.id, CustomerRow.id_type, CustomerRow.id_number).order_by(col(CustomerRow.id))
    while batch := list(connection.execute(wanted.where(col(CustomerRow.id) > last).limit(BATCH))):
        yield batch
        last = batch[-1].id


def _document(row: Any) -> IdentityDocument:
    return IdentityDocument(IdType(row.id_type), row.id_number)
