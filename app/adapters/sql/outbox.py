"""The outbox: messages written with the change that caused them, claimed by workers under a lease."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, update
from sqlmodel import col, func, select

from app.adapters.sql.statements import insert, is_over
from app.adapters.sql.tables import NoticeRow
from app.domain.customers import Channel
from app.domain.messages import Language
from app.domain.notices import LONGEST_WAIT, RANK, Notice, NoticeKind

_COLUMNS = (
    col(NoticeRow.id),
    col(NoticeRow.kind),
    col(NoticeRow.recovery_id),
    col(NoticeRow.created_at),
    col(NoticeRow.customer_id),
    col(NoticeRow.channel),
    col(NoticeRow.nonce),
    col(NoticeRow.attempts),
    col(NoticeRow.language),
)


def _notice(row: Any) -> Notice:
    values = dict(row._mapping)
    values |= {"kind": NoticeKind(row.kind), "language": Language(row.language)}
    channel = values.pop("channel")
    return Notice(**values, channel=Channel(channel) if channel is not None else None)


def _claimed(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    """By the present claim: a sender whose lease ended while it waited has no say any more in what is to come."""
    return col(NoticeRow.id) == notice.id, col(NoticeRow.attempts) == notice.attempts


class SqlNotices:
    """Messages that must arrive: at least once, and a second time only after a crash or a lost answer."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def post(
        self,
        kind: NoticeKind,
        recovery_id: str,
        language: Language,
        customer_id: int | None = None,
        channels: Iterable[Channel | None] = (None,),
        nonce: str | None = None,
    ) -> None:
        """Add one message per channel; it goes out if, and only if, this transaction is kept."""
        for channel in channels:
            self._connection.execute(
                insert(self._connection, NoticeRow).values(
                    id=uuid.uuid4().hex,
                    kind=kind,
                    recovery_id=recovery_id,
                    customer_id=customer_id,
                    channel=channel,
                    nonce=nonce,
                    language=language,
                    created_at=self._now,
                    due_at=self._now,
                    rank=RANK[kind],
                    attempts=0,
                )
            )

    def claim(self, lease: timedelta) -> Notice | None:
        """Take the most urgent message due, of those the oldest; it falls due again when the lease ends."""
        is_due = is_over(col(NoticeRow.due_at), self._now, max(lease, LONGEST_WAIT))
        due = (
            select(NoticeRow.id)
            .where(col(NoticeRow.done_at).is_(None), is_due)
            .order_by(col(NoticeRow.rank), col(NoticeRow.due_at), col(NoticeRow.created_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self._connection.execute(
            update(NoticeRow)
            .where(col(NoticeRow.id) == due.scalar_subquery())
            .values(due_at=self._now + lease, attempts=col(NoticeRow.attempts) + 1)
            .returning(*_COLUMNS)
        ).one_or_none()
        return _notice(row) if row else None

    def address(self, notice: Notice, customer_id: int, channel: Channel) -> None:
        """Write down whose message it is, so that a second try neither asks nor counts again."""
        self._change(_claimed(notice), customer_id=customer_id, channel=channel)

    def retry(self, notice: Notice, after: timedelta) -> None:
        """Let it fall due again after a while."""
        self._change(_claimed(notice), due_at=self._now + after)

    def sent(self, notice: Notice) -> None:
        """It was sent. What was sent is sent, whoever has claimed it since."""
        self._change([col(NoticeRow.id) == notice.id], done_at=self._now, problem=None)

    def drop(self, notice: Notice, problem: str) -> int | None:
        """It never will be sent, and `problem` says why.

        Whose it is as far as that is written down; None, too, when it was sent or claimed by another meanwhile.
        """
        dropped = self._connection.execute(
            update(NoticeRow)
            .where(*_claimed(notice), col(NoticeRow.done_at).is_(None))
            .values(done_at=self._now, problem=problem)
            .returning(col(NoticeRow.customer_id))
        )
        return dropped.scalar_one_or_none()

    def waiting(self, besides: NoticeKind) -> int:
        """How many messages of all other kinds are still to be sent."""
        still = (col(NoticeRow.done_at).is_(None), col(NoticeRow.kind) != besides)
        return self._connection.scalar(select(func.count()).where(*still)) or 0

    def _change(self, conditions: Iterable[ColumnElement[bool]], **values: Any) -> None:
        self._connection.execute(update(NoticeRow).where(*conditions).values(**values))
