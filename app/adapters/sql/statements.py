"""What both databases say in their own dialect."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel

OUT_OF_STEP: Final = timedelta(minutes=5)
"""How far the clocks of hosts, and transactions that wait for each other, may be apart."""


def insert(connection: Connection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def wait_for_turn(connection: Connection, number: int) -> None:
    """Go on when no other transaction has this number, and keep it until this one ends.

    On SQLite a transaction is the only writer anyhow. On PostgreSQL it sees what others wrote statement by statement,
    so two that change several rows of one customer would miss each other's, or wait for each other for ever.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def is_over(ends_at: Mapped[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether what lasts no longer than `longest` is over.

    It ended, or it ends too late to have begun by now: the clock was ahead then, and its date would bind for long.
    """
    return (ends_at <= now) | (ends_at > now + longest + OUT_OF_STEP)


def take_your_time(connection: Connection) -> None:
    """Lift the limits on what a statement and a pause may last, until this transaction ends; SQLite has none."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = 0"))


def columns(table: type[SQLModel]) -> list[Any]:
    """Every column of a table: a statement on them returns plain rows, not objects that follow a session."""
    return list(SQLModel.metadata.tables[str(table.__tablename__)].columns)
