"""Engine and transactions."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import create_engine

from app.adapters.sql.customers import SqlCredentials, SqlCustomers
from app.adapters.sql.outbox import SqlNotices
from app.adapters.sql.rates import SqlRates
from app.adapters.sql.recoveries import SqlBudgets, SqlRecoveries
from app.adapters.sql.sessions import SqlSessions

BUSY_SECONDS = 10
STATEMENT_SECONDS = 30
IDLE_SECONDS = 60
GONE_SECONDS = 30


def utc_now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def connect(url: str) -> Engine:
    """An engine for a database address; on SQLite one that cannot lose a write.

    Python's driver would open transactions late and for reading only; two of them that then write lose one.
    So the driver's own handling is off, and every transaction begins as a writer.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_postgres_waits())
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _make_private(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    """A new database is its owner's only: the driver would let every local user read it. Its WAL takes that over.

    A file that is there is not even opened: closing it would let go of the locks that SQLite has on it.
    """
    file = str(arguments[0])
    if os.path.isabs(file):
        with suppress(OSError):  # it is there, or cannot be made: the driver says so
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _postgres_waits() -> dict[str, str | int]:
    """How long PostgreSQL is waited for: the server cuts what takes long, TCP notices a server that is gone.

    A server process that lives but stands still, such as a stopped one, is noticed by neither: docs/decisions/0025.
    """
    at_most = {
        "lock_timeout": BUSY_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    return {
        "connect_timeout": BUSY_SECONDS,
        "options": " ".join(f"-c {name}={seconds}s" for name, seconds in at_most.items()),
        "tcp_user_timeout": GONE_SECONDS * 1000,
        "keepalives_idle": GONE_SECONDS // 3,
        "keepalives_interval": GONE_SECONDS // 3,
        "keepalives_count": 2,
    }


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class SqlTransaction:
    """All ports on one connection inside one transaction, at one instant."""

    def __init__(self, connection: Connection, now: datetime, *, texted: bool) -> None:
        self.now = now
        self.connection = connection
        self.customers = SqlCustomers(connection, texted=texted)
        self.credentials = SqlCredentials(connection, now)
        self.recoveries = SqlRecoveries(connection)
        self.budgets = SqlBudgets(connection, now)
        self.notices = SqlNotices(connection, now)
        self.sessions = SqlSessions(connection, now)
        self.rates = SqlRates(connection, now)


class SqlStore:
    """Hands out transactions; what is done in one is kept when its block ends well, else undone.

    Customers are `texted` where there is a provider of SMS.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime] = utc_now,
        prepare: Callable[[], object] | None = None,
        *,
        texted: bool = True,
    ) -> None:
        self._texted = texted
        self.engine = engine
        self.clock = clock
        self._prepare = prepare

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """One transaction, to be used as `with store.transaction() as tx:`.

        What must be read before any (the keys) is read by `prepare`: on SQLite two would wait for each other.
        """
        if self._prepare is not None:
            self._prepare()
        with self.engine.begin() as connection:
            yield SqlTransaction(connection, self.clock(), texted=self._texted)
