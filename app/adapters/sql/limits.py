"""Counters of the rate limits in the database: several processes and a restart see the same numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from limits.storage import Storage
from sqlalchemy import case, delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from app.adapters.sql.statements import insert
from app.adapters.sql.store import SqlStore
from app.adapters.sql.tables import RateRow


class DatabaseStorage(Storage):
    """A storage of the `limits` library, for fixed windows; each count is one statement."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 - the library reads this name

    def __init__(self, uri: str | None = None, *, store: SqlStore, **options: Any) -> None:
        super().__init__(uri, **options)
        self._store = store

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a database that is down raises; never swallowed, so limits fail closed."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with the first."""
        with self._store.transaction() as tx:
            ends_at = tx.now + timedelta(seconds=expiry)
            over = col(RateRow.ends_at) <= tx.now
            counted = tx.connection.execute(
                insert(tx.connection, RateRow)
                .values(key=key, count=amount, ends_at=ends_at)
                .on_conflict_do_update(
                    index_elements=["key"],
                    set_={
                        "count": case((over, amount), else_=col(RateRow.count) + amount),
                        "ends_at": case((over, ends_at), else_=col(RateRow.ends_at)),
                    },
                )
                .returning(RateRow.count)
            )
            return int(counted.scalar_one())

    def get(self, key: str) -> int:
        """The count of a window that is still open."""
        row = self._open(key)
        return int(row.count) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, as seconds since the epoch."""
        row = self._open(key)
        return (row.ends_at if row else datetime.now(UTC)).timestamp()

    def _open(self, key: str) -> Any:
        with self._store.transaction() as tx:
            still = (col(RateRow.key) == key, col(RateRow.ends_at) > tx.now)
            return tx.connection.execute(select(RateRow.count, RateRow.ends_at).where(*still)).one_or_none()

    def check(self) -> bool:
        """Whether the database answers."""
        self.get("check")
        return True

    def reset(self) -> int:
        """Forget every count."""
        with self._store.transaction() as tx:
            return tx.connection.execute(delete(RateRow)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._store.transaction() as tx:
            tx.connection.execute(delete(RateRow).where(col(RateRow.key) == key))
