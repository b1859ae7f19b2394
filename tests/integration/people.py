"""The same few invented customers in every test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SAVINGS = {
    "kind": "savings_account",
    "number": "24012345678",
    "opened_on": "2017-03-09",
    "city": "Cali",
    "transactional": True,
    "debit_card": True,
}
MORTGAGE = {
    "kind": "mortgage",
    "number": "0199887766",
    "opened_on": "2019-08-20",
    "city": "Bogotá",
    "monthly_payment": 1_250_000,
    "payment_day": 5,
}
CARD = {
    "kind": "credit_card",
    "number": "4000000000001234",
    "opened_on": "2020-01-15",
    "holder": "main",
    "credit_limit": 6_000_000,
    "payment_day": 18,
}
LONG_AGO = datetime(2024, 2, 1, 14, tzinfo=UTC)
AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, or somebody who is none."""

    id_number: str
    given_names: str
    email: str | None = None
    mobile: str | None = None
    password: str | None = None
    products: tuple[Mapping[str, Any], ...] = (SAVINGS, MORTGAGE, CARD)
    contact_updated_at: datetime = LONG_AGO
    id_type: str = "CC"

    @property
    def document(self) -> dict[str, str]:
        """What this person types."""
        return {"id_type": self.id_type, "id_number": self.id_number}

    @property
    def line(self) -> str:
        """This person in the customers file."""
        return json.dumps(
            {
                **self.document,
                "given_names": self.given_names,
                "family_names": "Rojas Peña",
                "email": self.email,
                "mobile": self.mobile,
                "contact_updated_at": self.contact_updated_at.isoformat(),
                "password": self.password,
                "products": self.products,
            }
        )


ALICE = Person("1020304050", "Alice", "alice@example.com", "+573001234567", "once garzas vuelan sobre el Sinú")
BOB = Person("80765432", "Bob", "bob@example.com", "+573109876543", "la ruana de mi abuelo es verde")
MAILED = Person("52345678", "Milena", email="milena@example.com")
TEXTED = Person("1098765432", "Tomás", mobile="+573157654321")
UNREACHABLE = Person("41234567", "Ulises")
INELIGIBLE = Person("19876543", "Inés", "ines@example.com", products=(CARD | {"holder": "additional"},))
HELD = Person("1122334455", "Horacio", "horacio@example.com", contact_updated_at=AN_HOUR_AGO)
FROZEN = Person("79555111", "Fabio", "fabio@example.com", "+573205551111", "siete tambores bajo el guayacán")
BARELY_KNOWN = Person("35678901", "Berta", "berta@example.com", products=(SAVINGS,))
STRANGER = Person("99999999", "Nadie")

CUSTOMERS = (ALICE, BOB, MAILED, TEXTED, UNREACHABLE, INELIGIBLE, HELD, FROZEN, BARELY_KNOWN)
