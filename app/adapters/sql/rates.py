"""Counters of what may happen so many times in a window, whoever asks."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, not_
from sqlmodel import col, select

from app.adapters.sql.statements import insert, is_over
from app.adapters.sql.tables import RateRow
from app.domain.policy import DAY


class SqlRates:
    """Fixed windows, each of which begins with the first count; a count is one statement."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def count(self, key: str, window: timedelta, amount: int = 1) -> tuple[int, datetime]:
        """Count, and tell how many there are now and when the window ends (UTC); a negative amount gives back."""
        ends_at = self._now + window
        over = is_over(col(RateRow.ends_at), self._now, window)
        counted = self._connection.execute(
            insert(self._connection, RateRow)
            .values(key=key, count=max(amount, 0), ends_at=ends_at)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((over, max(amount, 0)), else_=col(RateRow.count) + amount),
                    "ends_at": case((over, ends_at), else_=col(RateRow.ends_at)),
                },
            )
            .returning(RateRow.count, RateRow.ends_at)
        ).one()
        return int(counted[0]), counted[1]

    def counted(self, key: str) -> tuple[int, datetime]:
        """How many there are and when the window, of a day at most, ends; none, and now, where none is open."""
        still_open = not_(is_over(col(RateRow.ends_at), self._now, DAY))
        row: Any = self._connection.execute(
            select(RateRow.count, RateRow.ends_at).where(col(RateRow.key) == key, still_open)
        ).one_or_none()
        return (int(row[0]), row[1]) if row else (0, self._now)
