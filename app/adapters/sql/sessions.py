"""Sessions on the server. A session that ended never comes back, whatever was in flight."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, update
from sqlmodel import col, select

from app.adapters.sql.statements import OUT_OF_STEP, columns, insert
from app.adapters.sql.tables import SessionRow


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session: its data, whose it is, and its times (UTC)."""

    token_hash: str
    customer_id: int | None
    data: dict[str, Any]
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SqlSessions:
    """The browsers' sessions."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def load(self, token_hash: str) -> StoredSession | None:
        """A session that is alive."""
        rows = self._stored(col(SessionRow.token_hash) == token_hash)
        return rows[0] if rows else None

    def of(self, customer_id: int) -> list[StoredSession]:
        """A customer's living sessions, the one used last first."""
        return self._stored(col(SessionRow.customer_id) == customer_id)

    def _stored(self, condition: Any) -> list[StoredSession]:
        alive = (col(SessionRow.expires_at) > self._now) & (col(SessionRow.created_at) <= self._now + OUT_OF_STEP)
        rows = self._connection.execute(
            select(*columns(SessionRow)).where(condition, alive).order_by(col(SessionRow.seen_at).desc())
        )
        return [StoredSession(**dict(row._mapping) | {"data": json.loads(row.data)}) for row in rows]

    def create(
        self,
        token_hash: str,
        customer_id: int | None,
        data: dict[str, Any],
        browser: str,
        created_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Begin a session, or go on with one that began at `created_at` under another identifier."""
        self._connection.execute(
            insert(self._connection, SessionRow).values(
                token_hash=token_hash,
                customer_id=customer_id,
                data=json.dumps(data),
                browser=browser,
                created_at=created_at,
                seen_at=self._now,
                expires_at=expires_at,
            )
        )

    def update(self, token_hash: str, customer_id: int | None, data: dict[str, Any], expires_at: datetime) -> None:
        """Write a session that exists; one that ended meanwhile stays ended."""
        self._change(token_hash, expires_at, customer_id=customer_id, data=json.dumps(data))

    def touch(self, token_hash: str, expires_at: datetime) -> None:
        """Somebody was there: the session goes on, as it is."""
        self._change(token_hash, expires_at)

    def _change(self, token_hash: str, expires_at: datetime, **values: Any) -> None:
        self._connection.execute(
            update(SessionRow)
            .where(col(SessionRow.token_hash) == token_hash)
            .values(seen_at=self._now, expires_at=expires_at, **values)
        )

    def end(self, token_hash: str) -> bool:
        """End one session; False if it had ended already."""
        ended = self._connection.execute(delete(SessionRow).where(col(SessionRow.token_hash) == token_hash))
        return ended.rowcount > 0

    def end_all(self, customer_id: int) -> None:
        """End every session of a customer."""
        self._connection.execute(delete(SessionRow).where(col(SessionRow.customer_id) == customer_id))
