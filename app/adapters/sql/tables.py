"""The tables. Times are UTC; a document stands in clear only in the customer's own row."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from app.domain.messages import Language
from app.domain.notices import NoticeKind

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _owner() -> Column[int]:
    """A column that names the customer a row belongs to, and goes with the customer."""
    return Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), index=True, nullable=False)


class CustomerRow(SQLModel, table=True):
    """A customer as the bank's file tells; `digest` is of the whole line."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("id_type", "id_number"),)

    id: int | None = Field(default=None, sa_column=Column(_SERIAL, primary_key=True))
    document_key: str = Field(unique=True)
    id_type: str
    id_number: str
    given_names: str
    family_names: str
    email: str | None = None
    mobile: str | None = None
    contact_updated_at: datetime
    digest: str


class ProductRow(SQLModel, table=True):
    """One product of a customer. Amounts are whole Colombian pesos."""

    __tablename__ = "product"

    id: int | None = Field(default=None, sa_column=Column(_SERIAL, primary_key=True))
    customer_id: int = Field(sa_column=_owner())
    kind: str
    number: str
    opened_on: date
    city: str | None = None
    transactional: bool = False
    debit_card: bool = False
    monthly_payment: int | None = Field(default=None, sa_type=BigInteger)
    payment_day: int | None = None
    holder: str = "main"
    credit_limit: int | None = Field(default=None, sa_type=BigInteger)


class CredentialRow(SQLModel, table=True):
    """The password of internet banking: an Argon2id hash, or none yet."""

    __tablename__ = "credential"

    customer_id: int = Field(sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True))
    password_hash: str | None = None
    changed_at: datetime | None = None
    frozen_at: datetime | None = None
    last_access_at: datetime | None = None


class PasswordHistoryRow(SQLModel, table=True):
    """Hashes of a customer's passwords, the present one too, so that none of the last is used again."""

    __tablename__ = "password_history"

    id: int | None = Field(default=None, sa_column=Column(_SERIAL, primary_key=True))
    customer_id: int = Field(sa_column=_owner())
    password_hash: str
    assigned_at: datetime


class LoginFailureRow(SQLModel, table=True):
    """Failed log-ins since the last good one, for every document alike, known or not."""

    __tablename__ = "login_failure"

    document_key: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(index=True)


class RecoveryRow(SQLModel, table=True):
    """One recovery under way; `version` is what compare-and-set compares."""

    __tablename__ = "recovery"

    id: str = Field(primary_key=True)
    document_key: str
    created_at: datetime = Field(index=True)
    step: str
    version: int
    customer_id: int | None = Field(
        default=None, sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    )
    link_hash: str | None = Field(default=None, unique=True)
    link_channel: str | None = None
    link_expires_at: datetime | None = None
    ticket: str | None = None
    idle_at: datetime | None = None
    total_at: datetime | None = None
    code_nonce: str | None = None
    code_channel: str | None = None
    code_expires_at: datetime | None = None
    code_late: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    refusal: str | None = None
    number_nonce: str | None = None
    number_expires_at: datetime | None = None
    numbers_tried: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    handed_over: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class BudgetRow(SQLModel, table=True):
    """How much of one budget a customer has spent since its window opened."""

    __tablename__ = "budget"

    customer_id: int = Field(sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True))
    budget: str = Field(primary_key=True)
    spent: int
    ends_at: datetime


class LockRow(SQLModel, table=True):
    """Until when a customer cannot recover alone."""

    __tablename__ = "recovery_lock"

    customer_id: int = Field(sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True))
    until: datetime


class NoticeRow(SQLModel, table=True):
    """The outbox. Holds no address, name or secret; `done_at` with `problem` means given up."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "done_at", "rank", "due_at"),)

    id: str = Field(primary_key=True)
    kind: NoticeKind = Field(sa_type=String)
    recovery_id: str
    customer_id: int | None = Field(
        default=None, sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    )
    channel: str | None = None
    nonce: str | None = None
    created_at: datetime
    due_at: datetime
    rank: int
    attempts: int = 0
    done_at: datetime | None = None
    language: Language = Field(sa_type=String, sa_column_kwargs={"server_default": Language.SPANISH})
    problem: str | None = None


class SessionRow(SQLModel, table=True):
    """One browser's session; the cookie holds the token whose hash is the key."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    customer_id: int | None = Field(
        default=None, sa_column=Column(_SERIAL, ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    )
    data: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)


class RateRow(SQLModel, table=True):
    """One counter of a rate limit and the end of its window."""

    __tablename__ = "rate"

    key: str = Field(primary_key=True)
    count: int
    ends_at: datetime = Field(index=True)


class KeyRow(SQLModel, table=True):
    """A key, wrapped by `SECRET_KEY`."""

    __tablename__ = "keyring"

    name: str = Field(primary_key=True)
    wrapped: str


METADATA = SQLModel.metadata
