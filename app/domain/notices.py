"""What must reach a customer, and for how long it is worth sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.customers import Channel
from app.domain.messages import Language


class NoticeKind(StrEnum):
    """A message's kind, and the name of its templates."""

    LINK = "link"
    CODE = "code"
    LOCKED = "locked"
    CHANGED = "changed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that must arrive. It carries no address and no secret: both are looked up or made at sending.

    `customer_id` and `channel` are None for a link that was asked for: only the worker finds out whose it is.
    `language` is that of the page which caused it.
    """

    id: str
    kind: NoticeKind
    recovery_id: str
    created_at: datetime
    customer_id: int | None = None
    channel: Channel | None = None
    nonce: str | None = None
    attempts: int = 0
    language: Language = Language.SPANISH


WORTH_SENDING: Final[dict[NoticeKind, timedelta]] = {
    NoticeKind.LINK: timedelta(minutes=30),
    NoticeKind.CODE: timedelta(minutes=15),
    NoticeKind.LOCKED: timedelta(days=3),
    NoticeKind.CHANGED: timedelta(days=3),
    NoticeKind.FROZEN: timedelta(days=3),
}


RANK: Final[dict[NoticeKind, int]] = {
    NoticeKind.CODE: 0,  # somebody is waiting at the page, and proved who they are
    NoticeKind.FROZEN: 1,
    NoticeKind.CHANGED: 1,
    NoticeKind.LOCKED: 1,
    NoticeKind.LINK: 2,  # what strangers can ask for comes last: a flood of it delays nothing else
}


LATE: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(minutes=5)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 1, 2, 4 … seconds, at most five minutes."""
    return timedelta(seconds=min(2 ** max(attempts - 1, 0), LONGEST_WAIT.seconds))


def expired(notice: Notice, now: datetime) -> bool:
    """Whether nobody would be helped by sending it any more."""
    return now >= notice.created_at + WORTH_SENDING[notice.kind]


def late(notice: Notice, now: datetime) -> bool:
    """Whether it leaves so long after it was asked for that its reader may have turned away."""
    return now >= notice.created_at + LATE
