"""The customers of the target, out of a customers file: who serves for which attack, and what each one knows."""

import json
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

from attack.html import Group
from attack.target import CannotTry, Refusal

NONE_OF_THEM: Final = "Ninguna de las anteriores"
OLD_PASSWORD: Final = "cuatro loros bailan tango"  # noqa: S105 - invented
SURELY_HELD: Final = timedelta(hours=12)
SURELY_NOT_HELD: Final = timedelta(days=31)
_chance = SystemRandom()

_MONTHS: Final = (
    "Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio",
    "Julio", "Agosto", "Septiembre", "Octubre", "Noviembre", "Diciembre",
)  # fmt: skip
_IN_WORDS: Final = {
    "savings_account": "cuenta de ahorros",
    "checking_account": "cuenta corriente",
    "mortgage": "crédito hipotecario",
    "personal_loan": "crédito personal",
    "payroll_loan": "crédito de libranza",
    "vehicle_loan": "crédito de vehículo",
    "commercial_loan": "crédito comercial",
    "microcredit": "microcrédito",
    "credit_card": "tarjeta de crédito",
}
_ACCOUNTS: Final = frozenset({"savings_account", "checking_account"})


class Kind(StrEnum):
    """What a customer serves for."""

    ABLE = "who can recover"
    ABLE_WITH_PASSWORD = "who can recover and have a password"  # noqa: S105 - a description
    INELIGIBLE = "without a product that qualifies"
    HELD = "whose contacts changed today"
    UNREACHABLE = "without e-mail and mobile"


@dataclass(frozen=True, slots=True, eq=False)
class Victim:
    """A customer, as the file has it."""

    entry: dict[str, Any]

    @property
    def document(self) -> dict[str, str]:
        """Type and number under the names of the fields."""
        return {"Tipo de identificación": self.entry["id_type"], "Número de identificación": self.entry["id_number"]}

    @property
    def addresses(self) -> set[str]:
        """Wherever the bank can write."""
        return {self.entry[name] for name in ("email", "mobile") if self.entry.get(name)}

    @property
    def password(self) -> str | None:
        """The password to log in with, if the file gives one."""
        found: str | None = self.entry.get("password")
        return found

    @property
    def kind(self) -> Kind | None:
        """What this customer serves for; none where the file does not tell for sure."""
        age = datetime.now(UTC) - datetime.fromisoformat(self.entry["contact_updated_at"])
        if not self.addresses:
            return Kind.UNREACHABLE
        if not any(map(_qualifies, self.entry["products"])):
            return Kind.INELIGIBLE
        if age < SURELY_NOT_HELD:
            return Kind.HELD if age < SURELY_HELD else None
        return Kind.ABLE_WITH_PASSWORD if self.password else Kind.ABLE

    def answer(self, question: Group) -> str:
        """The value of the right option.

        Raises:
            CannotTry: the question is not understood.
        """
        right = {_fold(text) for text in self._truths(question.legend)}
        if not right:
            raise CannotTry(f"nobody knows how to answer «{question.legend}»")
        for value, label in question.options:
            if any(_says(label, truth) for truth in right):
                return value
        return next(value for value, label in question.options if label == NONE_OF_THEM)

    def _truths(self, legend: str) -> Iterator[str]:
        """What is true of the product in the question, as an option may say it."""
        own = [product for product in self.entry["products"] if product.get("holder") != "additional"]
        if "orden" in legend:
            loans = sorted(
                (product for product in own if product["kind"] not in _ACCOUNTS | {"credit_card"}),
                key=lambda product: str(product["opened_on"]),
            )
            yield "|".join(_IN_WORDS[product["kind"]] for product in loans)
        elif "Cuál de estos" in legend:
            yield from (_IN_WORDS[product["kind"]] for product in own if product["kind"] not in _ACCOUNTS)
        else:
            for product in own:
                if _IN_WORDS[product["kind"]] in legend:
                    yield from _fact(legend, product)


def _fact(legend: str, product: dict[str, Any]) -> Iterator[str]:
    year, month, _day = str(product["opened_on"]).split("-")
    facts = {
        "año": year,
        "mes abrió": _MONTHS[int(month) - 1],
        "mes le": _MONTHS[int(month) - 1],
        "ciudad": product.get("city"),
        "día": product.get("payment_day"),
        "cuota": product.get("monthly_payment"),
        "cupo": product.get("credit_limit"),
    }
    yield from (str(fact) for word, fact in facts.items() if word in legend and fact is not None)


def _fold(text: str) -> str:
    return text.casefold().strip()


def _says(label: str, truth: str) -> bool:
    """Whether an option holds the truth: word for word, as an amount, as years before, or as an order."""
    folded = _fold(label)
    if "|" in truth:
        places = [folded.find(name) for name in truth.split("|")]
        named = [place for place in places if place >= 0]
        return len(named) == 3 and named == sorted(named)
    if folded == truth:
        return True
    numbers = [int(number.replace(".", "")) for number in re.findall(r"\d[\d.]*", folded)]
    if not numbers or not truth.isdigit():
        return False
    known = int(truth)
    if folded.startswith("entre "):
        return numbers[0] <= known <= numbers[-1]
    if folded.startswith("menos de "):
        return known < numbers[0]
    if folded.endswith(" o antes"):
        return known <= numbers[0]
    return folded.endswith(" o más") and known >= numbers[0]


def _qualifies(product: dict[str, Any]) -> bool:
    if product["kind"] in _ACCOUNTS:
        return bool(product.get("debit_card"))
    return product["kind"] != "credit_card" or product.get("holder") == "main"


class Crowd:
    """The customers of a file. Each one serves once."""

    def __init__(self, victims: Iterable[Victim]) -> None:
        self._free: dict[Kind, list[Victim]] = {kind: [] for kind in Kind}
        self._lock = threading.Lock()
        self._numbers: set[str] = set()
        for victim in victims:
            self._numbers.add(victim.entry["id_number"])
            if (kind := victim.kind) is not None:
                self._free[kind].append(victim)

    def take(self, kind: Kind = Kind.ABLE) -> Victim:
        """One whom no attack had yet.

        Raises:
            CannotTry: there is nobody left.
        """
        with self._lock:
            if not self._free[kind]:
                raise CannotTry(f"the customers file has nobody left {kind}")
            return self._free[kind].pop()

    def nobody(self) -> Victim:
        """A document that belongs to no customer of the file."""
        while (number := str(_chance.randrange(1_000_000_000, 1_900_000_000))) in self._numbers:
            pass
        return Victim({"id_type": "CC", "id_number": number})


def read(path: Path) -> list[Victim]:
    """The customers of a file.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Victim(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError) as why:
        raise Refusal(f"the customers file {path} cannot be read: {why}") from None


def invent(rounds: int) -> list[Victim]:
    """Invented people: enough for every attack, whose enumeration asks each kind `rounds` times in three states."""
    links, tries = -(-rounds // 5), -(-rounds // 3)  # a customer has so many links and wrong passwords a day
    numbers = count()
    today = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    kinds: tuple[tuple[int, dict[str, Any]], ...] = (
        (80 + 3 * (links + tries), {}),
        (20 + 4 * tries, {"password": OLD_PASSWORD}),
        (3 * links + 2, {"products": [_CARD | {"holder": "additional"}]}),
        (3 * links + 2, {"contact_updated_at": today}),
        (3 * links + 2, {"email": None, "mobile": None}),
    )
    return [_person(next(numbers), changes) for number, changes in kinds for _ in range(number)]


_CARD: Final = {
    "kind": "credit_card",
    "number": "4000000000001234",
    "opened_on": "2020-01-15",
    "holder": "main",
    "credit_limit": 6000000,
    "payment_day": 18,
}
_SAVINGS: Final = {
    "kind": "savings_account",
    "number": "24012345678",
    "opened_on": "2017-03-09",
    "city": "Cali",
    "transactional": True,
    "debit_card": True,
}
_MORTGAGE: Final = {
    "kind": "mortgage",
    "number": "0199887766",
    "opened_on": "2019-08-20",
    "city": "Bogotá",
    "monthly_payment": 1250000,
    "payment_day": 5,
}


def _person(number: int, changes: dict[str, Any]) -> Victim:
    return Victim(
        {
            "id_type": "CC",
            "id_number": str(1_950_000_000 + number),
            "given_names": "Alicia",
            "family_names": "Rojas Peña",
            "email": f"alicia.victima{number}@example.com",
            "mobile": f"+57301{number:07}",
            "contact_updated_at": "2024-02-01T09:00:00-05:00",
            "password": None,
            "products": [_SAVINGS, _MORTGAGE, _CARD],
        }
        | changes
    )
