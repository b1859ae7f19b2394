"""Least retention: what is no longer needed goes (Ley 1581, requirement CO1)."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import SQLModel, col, select

from app.adapters.sql.statements import take_your_time
from app.adapters.sql.store import SqlStore, SqlTransaction
from app.adapters.sql.tables import (
    BudgetRow,
    CustomerRow,
    LockRow,
    LoginFailureRow,
    NoticeRow,
    RateRow,
    RecoveryRow,
    SessionRow,
)

RETENTION: Final[tuple[tuple[type[SQLModel], Any, timedelta], ...]] = (
    (SessionRow, SessionRow.expires_at, timedelta(0)),
    (RateRow, RateRow.ends_at, timedelta(0)),
    (BudgetRow, BudgetRow.ends_at, timedelta(0)),
    (LockRow, LockRow.until, timedelta(0)),
    (RecoveryRow, RecoveryRow.created_at, timedelta(days=1)),
    (NoticeRow, NoticeRow.done_at, timedelta(days=30)),
)
STRANGERS_KEPT: Final = timedelta(days=90)


def purge(store: SqlStore) -> dict[str, int]:
    """Delete every row that outlived its purpose by its retention; how many went, by table.

    One transaction a table: it holds nothing while it waits for rows of another that a customer's transaction has.
    """
    gone = {}
    for table, instant, kept in RETENTION:
        with store.transaction() as tx:
            take_your_time(tx.connection)
            done = tx.connection.execute(delete(table).where(col(instant) < tx.now - kept))
        gone[str(table.__tablename__)] = done.rowcount
    with store.transaction() as tx:
        take_your_time(tx.connection)
        gone["login_failure"] = _purge_strangers(tx)
    return gone


def _purge_strangers(tx: SqlTransaction) -> int:
    """Failed log-ins of documents nobody has; a customer's password stays blocked until it is replaced."""
    known = select(CustomerRow.document_key).where(col(CustomerRow.document_key) == col(LoginFailureRow.document_key))
    old = col(LoginFailureRow.last_at) < tx.now - STRANGERS_KEPT
    return tx.connection.execute(delete(LoginFailureRow).where(old, ~known.exists())).rowcount
