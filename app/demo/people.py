"""The demo's customers: all of them invented, each with one thing to show."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Final

from app.customers_file import BOGOTA, CustomerEntry, ProductEntry
from app.domain.customers import Holder, ProductKind
from app.domain.documents import IdentityDocument, IdType

PASSWORD: Final = "cometa-violeta-19-lagos"  # noqa: S105 - everybody is meant to know it

LONG_AGO: Final = datetime(2024, 2, 1, 9, tzinfo=BOGOTA)


class State(Enum):
    """What happened to a customer before the visitor came."""

    READY = auto()
    ON_HOLD = auto()
    LOCKED = auto()
    BLOCKED = auto()
    FROZEN = auto()


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the demo, and what there is to see."""

    customer: CustomerEntry
    story_en: str
    story_es: str
    state: State = State.READY

    @property
    def document(self) -> IdentityDocument:
        """The document to type."""
        return self.customer.document

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.customer.given_names} {self.customer.family_names}"

    def entry(self, now: datetime) -> CustomerEntry:
        """The line of the customers file; whoever is on hold has changed an address just now."""
        return (
            self.customer.model_copy(update={"contact_updated_at": now})
            if self.state is State.ON_HOLD
            else self.customer
        )


def _customer(
    document: str, names: tuple[str, str], *products: ProductEntry, email: str | None, mobile: str | None
) -> CustomerEntry:
    id_type, id_number = document.split(" ")
    given, family = names
    return CustomerEntry(
        id_type=IdType(id_type),
        id_number=id_number,
        given_names=given,
        family_names=family,
        email=email,
        mobile=mobile,
        contact_updated_at=LONG_AGO,
        password=PASSWORD,
        products=products,
    )


def _account(
    number: str, opened_on: date, city: str, kind: ProductKind = ProductKind.SAVINGS_ACCOUNT, *, debit_card: bool = True
) -> ProductEntry:
    return ProductEntry(
        kind=kind, number=number, opened_on=opened_on, city=city, transactional=debit_card, debit_card=debit_card
    )


def _loan(
    kind: ProductKind, number: str, opened_on: date, city: str, monthly_payment: int, payment_day: int
) -> ProductEntry:
    return ProductEntry(
        kind=kind,
        number=number,
        opened_on=opened_on,
        city=city,
        monthly_payment=monthly_payment,
        payment_day=payment_day,
    )


def _card(
    number: str, opened_on: date, credit_limit: int, payment_day: int, holder: Holder = Holder.MAIN
) -> ProductEntry:
    return ProductEntry(
        kind=ProductKind.CREDIT_CARD,
        number=number,
        opened_on=opened_on,
        holder=holder,
        credit_limit=credit_limit,
        payment_day=payment_day,
    )
