"""Counters of the rate limits in the database: several processes and a restart see the same numbers."""

from datetime import timedelta
from typing import Any

from limits.storage import Storage
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

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
            return tx.rates.count(key, timedelta(seconds=expiry), amount)[0]

    def get(self, key: str) -> int:
        """The count of a window that is still open."""
        with self._store.transaction() as tx:
            return tx.rates.counted(key)[0]

    def get_expiry(self, key: str) -> float:
        """When the window ends, as seconds since the epoch."""
        with self._store.transaction() as tx:
            return tx.rates.counted(key)[1].timestamp()

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
