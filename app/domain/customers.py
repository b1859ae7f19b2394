"""A customer as this service knows one: a document, names, contacts and products."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.documents import IdentityDocument


class ProductKind(StrEnum):
    """The nine kinds of product of the customers file."""

    SAVINGS_ACCOUNT = "savings_account"
    CHECKING_ACCOUNT = "checking_account"
    MORTGAGE = "mortgage"
    PERSONAL_LOAN = "personal_loan"
    PAYROLL_LOAN = "payroll_loan"
    VEHICLE_LOAN = "vehicle_loan"
    COMMERCIAL_LOAN = "commercial_loan"
    MICROCREDIT = "microcredit"
    CREDIT_CARD = "credit_card"


DEPOSITS = frozenset({ProductKind.SAVINGS_ACCOUNT, ProductKind.CHECKING_ACCOUNT})


class Holder(StrEnum):
    """Whose card it is."""

    MAIN = "main"
    ADDITIONAL = "additional"


class Channel(StrEnum):
    """Where a message can reach a customer."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Product:
    """One product. Amounts are whole Colombian pesos; `payment_day` is a day of the month, 1 to 31."""

    kind: ProductKind
    number: str
    opened_on: date
    city: str | None = None
    transactional: bool = False
    debit_card: bool = False
    monthly_payment: int | None = None
    payment_day: int | None = None
    holder: Holder = Holder.MAIN
    credit_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The registered addresses: e-mail, E.164 mobile, and when they last changed (UTC).

    `texted` says whether this bank has a provider that sends SMS at all.
    """

    email: str | None
    mobile: str | None
    updated_at: datetime
    texted: bool = True

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every channel on which this customer can be reached, e-mail first."""
        both = ((Channel.EMAIL, self.email), (Channel.SMS, self.mobile if self.texted else None))
        return tuple(channel for channel, address in both if address)

    def address(self, channel: Channel) -> str:
        """The address of one of `channels`."""
        return str(self.email if channel is Channel.EMAIL else self.mobile)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the bank."""

    id: int
    document: IdentityDocument
    given_names: str
    family_names: str
    contact: Contact
    products: tuple[Product, ...]
