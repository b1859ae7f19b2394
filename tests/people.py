"""The few invented customers of all tests, the bank's rules for them, and the clock they live by."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from app.adapters.sql import SqlStore
from app.customers_file import CustomerEntry, load
from app.domain.case import Rules
from app.domain.customers import Contact, Customer, Holder, Product, ProductKind
from app.domain.documents import IdentityDocument, IdType
from app.domain.passwords import Hasher, PasswordPolicy
from app.domain.policy import Policy
from app.domain.proofs import Keys, document_key

START: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LONG_AGO: Final = datetime(2024, 2, 1, 14, 0, tzinfo=UTC)

OLD_PASSWORD: Final = "nueve colibríes tejen hamacas de lluvia"
NEW_PASSWORD: Final = "vendo empanadas de pipián en la esquina"
WEAK_PASSWORD: Final = "contraseña123"

KEYS: Final = Keys(bytes(range(32)))
CHEAP: Final = Hasher(memory_cost=8, time_cost=1)

SAVINGS: Final = Product(
    ProductKind.SAVINGS_ACCOUNT, "24012345678", date(2017, 3, 9), "Cali", transactional=True, debit_card=True
)
MORTGAGE: Final = Product(
    ProductKind.MORTGAGE, "0199887766", date(2019, 8, 20), "Bogotá", monthly_payment=1_250_000, payment_day=5
)
CARD: Final = Product(
    ProductKind.CREDIT_CARD, "4000000000001234", date(2020, 1, 15), credit_limit=6_000_000, payment_day=18
)
BORROWED_CARD: Final = replace(CARD, number="4000000000005678", holder=Holder.ADDITIONAL)

ALICE: Final = Customer(
    id=1,
    document=IdentityDocument(IdType.CC, "1020304050"),
    given_names="Alice",
    family_names="Rojas Peña",
    contact=Contact("alice@example.com", "+573001234567", LONG_AGO),
    products=(SAVINGS, MORTGAGE, CARD),
)
BOB: Final = replace(
    ALICE,
    id=2,
    document=IdentityDocument(IdType.CE, "0345678"),
    given_names="Bob",
    family_names="Smith",
    contact=Contact("bob@example.com", None, LONG_AGO),
    products=(SAVINGS,),
)
CAROL_BY_MOBILE_ONLY: Final = replace(
    ALICE,
    id=3,
    document=IdentityDocument(IdType.PA, "AB123456"),
    given_names="Carol",
    contact=Contact(None, "+573109876543", LONG_AGO),
)
DAVE_WITH_A_BORROWED_CARD: Final = replace(
    ALICE,
    id=4,
    document=IdentityDocument(IdType.CC, "79345612"),
    given_names="Dave",
    contact=Contact("dave@example.com", "+573205551212", LONG_AGO),
    products=(BORROWED_CARD,),
)
ERIN_WHO_JUST_MOVED: Final = replace(
    ALICE,
    id=5,
    document=IdentityDocument(IdType.CC, "52000111"),
    given_names="Erin",
    contact=Contact("erin@example.com", "+573155551212", START - timedelta(hours=1)),
)
FRANK_OUT_OF_REACH: Final = replace(
    ALICE,
    id=6,
    document=IdentityDocument(IdType.CC, "52000222"),
    given_names="Frank",
    contact=Contact(None, None, LONG_AGO),
)
GRACE_WITH_ONE_CARD: Final = replace(
    ALICE,
    id=7,
    document=IdentityDocument(IdType.CC, "52000333"),
    given_names="Grace",
    contact=Contact("grace@example.com", None, LONG_AGO),
    products=(replace(CARD, credit_limit=None, payment_day=None),),
)
NOBODYS_DOCUMENT: Final = IdentityDocument(IdType.CC, "999999999")


@dataclass
class Clock:
    """A clock that goes only when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **length: float) -> None:
        """Let time pass: `go_on(minutes=5)`."""
        self.now += timedelta(**length)


def rules(policy: Policy | None = None) -> Rules:
    """The bank's rules as they come, but for a hash that costs nothing."""
    return Rules(policy or Policy(), KEYS, PasswordPolicy(bank_words=("Banco del Páramo",)), CHEAP)


def key_of(person: Customer) -> str:
    """The keyed name of a person's document."""
    return document_key(person.document, KEYS)


def line(person: Customer, password: str | None = None) -> dict[str, Any]:
    """A person as a line of the customers file, before it is turned into JSON."""
    contact = person.contact
    return {
        "id_type": person.document.type,
        "id_number": person.document.number,
        "given_names": person.given_names,
        "family_names": person.family_names,
        "email": contact.email,
        "mobile": contact.mobile,
        "contact_updated_at": contact.updated_at.isoformat(),
        "password": password,
        "products": [_product(product) for product in person.products],
    }


def _product(product: Product) -> dict[str, Any]:
    told = {
        "kind": product.kind,
        "number": product.number,
        "opened_on": product.opened_on.isoformat(),
        "city": product.city,
        "transactional": product.transactional,
        "debit_card": product.debit_card,
        "monthly_payment": product.monthly_payment,
        "payment_day": product.payment_day,
        "credit_limit": product.credit_limit,
    }
    return told | ({"holder": product.holder} if product.kind is ProductKind.CREDIT_CARD else {})


def enrol(store: SqlStore, person: Customer, password: str | None = None) -> Customer:
    """Make a person a customer of the bank behind `store`, or bring it up to date; the person as kept there."""
    entry = CustomerEntry.model_validate_json(json.dumps(line(person, password)))
    with store.transaction() as tx:
        load(tx, rules(), [entry])
        kept = tx.customers.by_document(key_of(person))
    assert kept is not None
    return kept
