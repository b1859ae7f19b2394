"""The possible answers to each question, the same for every customer, and how common each one is.

The base rates are assumptions about a Colombian retail bank. A bank puts its own here: the stated odds hold
as long as no answer is more than a quarter commoner among its customers than it is here.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise, permutations
from typing import Final

from app.domain.customers import ProductKind
from app.domain.messages import N_, Message, Pesos
from app.domain.questions.spread import Spread, spread

# With a quarter to spare, year and month must list seven: an account gives no third question but the city,
# and a city with a quarter of the customers can be guessed by naming it, whatever is listed.
SPARE: Final = Fraction(5, 4)


@dataclass(frozen=True, slots=True)
class Pool:
    """Every possible answer to one question, in the order in which people expect to read them.

    `odds` is the upper bound of a blind hit, with room for base rates a quarter higher than those here.
    """

    labels: tuple[Message, ...]
    spread: Spread
    odds: Fraction


def _pool(labels: Iterable[Message], weights: Iterable[int], listed: int, elsewhere: int = 0) -> Pool:
    fair = spread(tuple(weights), elsewhere, listed)
    return Pool(tuple(labels), fair, fair.odds * SPARE)


PRODUCT_NAMES: Final[Mapping[ProductKind, Message]] = {
    ProductKind.SAVINGS_ACCOUNT: Message(N_("savings account")),
    ProductKind.CHECKING_ACCOUNT: Message(N_("checking account")),
    ProductKind.MORTGAGE: Message(N_("mortgage")),
    ProductKind.PERSONAL_LOAN: Message(N_("personal loan")),
    ProductKind.PAYROLL_LOAN: Message(N_("payroll loan")),
    ProductKind.VEHICLE_LOAN: Message(N_("vehicle loan")),
    ProductKind.COMMERCIAL_LOAN: Message(N_("commercial loan")),
    ProductKind.MICROCREDIT: Message(N_("microcredit")),
    ProductKind.CREDIT_CARD: Message(N_("credit card")),
}


def _plain(value: object) -> Message:
    """A label that reads the same in every language."""
    return Message("%(value)s", {"value": str(value)})


SINGLE_YEARS: Final = 25
# Of a thousand products opened in one year that are still open, so many for the year before.
_A_YEAR_OLDER: Final[Mapping[ProductKind, int]] = {
    ProductKind.SAVINGS_ACCOUNT: 906,
    ProductKind.CHECKING_ACCOUNT: 906,
    ProductKind.MORTGAGE: 891,
    ProductKind.PERSONAL_LOAN: 758,
    ProductKind.PAYROLL_LOAN: 794,
    ProductKind.VEHICLE_LOAN: 794,
    ProductKind.COMMERCIAL_LOAN: 794,
    ProductKind.MICROCREDIT: 630,
}


@cache
def years(kind: ProductKind, last: int) -> Pool:
    """The years up to `last` in which a product may have been opened; the first answer holds all before."""
    older = _A_YEAR_OLDER[kind]
    weights = [1_000_000]
    while len(weights) < SINGLE_YEARS:
        weights.append(weights[-1] * older // 1000)
    weights.append(weights[-1] * older // (1000 - older))
    first = last - SINGLE_YEARS + 1
    earlier = Message(N_("%(year)s or earlier"), {"year": str(first - 1)})
    return _pool([earlier, *map(_plain, range(first, last + 1))], reversed(weights), listed=7)


def year_index(year: int, last: int) -> int | None:
    """Where a year stands in `years`."""
    return None if year > last else max(SINGLE_YEARS - (last - year), 0)


_MONTH_NAMES: Final = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
MONTHS: Final = _pool(map(Message, _MONTH_NAMES), [1] * 12, listed=7)

# Per thousand customers, in the order of the Spanish alphabet.
_CITIES: Final[Mapping[str, int]] = {
    "Armenia": 13,
    "Barrancabermeja": 7,
    "Barranquilla": 48,
    "Bello": 12,
    "Bogotá": 260,
    "Bucaramanga": 34,
    "Buenaventura": 7,
    "Cali": 70,
    "Cartagena": 34,
    "Cúcuta": 24,
    "Envigado": 11,
    "Florencia": 7,
    "Ibagué": 21,
    "Itagüí": 10,
    "Manizales": 19,
    "Medellín": 88,
    "Montería": 14,
    "Neiva": 14,
    "Palmira": 10,
    "Pasto": 15,
    "Pereira": 24,
    "Popayán": 11,
    "Riohacha": 7,
    "Santa Marta": 18,
    "Sincelejo": 9,
    "Soacha": 12,
    "Soledad": 10,
    "Tunja": 11,
    "Valledupar": 14,
    "Villavicencio": 19,
    "Yopal": 7,
}
_OTHER_CITIES: Final = 140
CITIES: Final = _pool(map(_plain, _CITIES), _CITIES.values(), listed=5, elsewhere=_OTHER_CITIES)

_OFFICIAL_NAMES: Final[Mapping[str, str]] = {
    "bogotadc": "bogota",
    "bogotadistritocapital": "bogota",
    "santafedebogota": "bogota",
    "santafedebogotadc": "bogota",
    "cartagenadeindias": "cartagena",
    "sanjosedecucuta": "cucuta",
    "sanjuandepasto": "pasto",
    "santiagodecali": "cali",
}


def city_key(city: str) -> str:
    """A city however it is spelt: case, accents, punctuation and official additions do not count."""
    letters = unicodedata.normalize("NFKD", city).casefold()
    key = "".join(letter for letter in letters if letter.isalnum())
    return _OFFICIAL_NAMES.get(key, key)


_CITY_INDEX: Final = {city_key(city): index for index, city in enumerate(_CITIES)}


def city_index(key: str) -> int | None:
    """Where a city, by its key, stands in `CITIES`."""
    return _CITY_INDEX.get(key)


_POPULAR_DAYS: Final[Mapping[int, int]] = {
    1: 40, 2: 25, 5: 120, 10: 80, 15: 130, 16: 25, 20: 80, 25: 60, 28: 25, 30: 110
}  # fmt: skip
_ANY_OTHER_DAY: Final = 15
_DAYS: Final = {day: _POPULAR_DAYS.get(day, _ANY_OTHER_DAY) for day in range(1, 32)}
DAYS: Final = _pool(map(_plain, _DAYS), _DAYS.values(), listed=6)


def _bands(edges: Sequence[int]) -> Pool:
    """Bands between ascending edges, each with about as many customers as the next."""
    between = [
        Message(N_("Between %(low)s and %(high)s"), {"low": Pesos(low), "high": Pesos(high - 1)})
        for low, high in pairwise(edges)
    ]
    below = Message(N_("Less than %(amount)s"), {"amount": Pesos(edges[0])})
    above = Message(N_("%(amount)s or more"), {"amount": Pesos(edges[-1])})
    return _pool([below, *between, above], [1] * (len(edges) + 1), listed=6)


# The edges cut the customers with such a product into tenths, to the nearest ten thousand pesos or so.
_INSTALMENT_EDGES: Final[Mapping[ProductKind, tuple[int, ...]]] = {
    kind: tuple(1000 * edge for edge in thousands)
    for kind, thousands in {
        ProductKind.MORTGAGE: (580, 750, 910, 1070, 1250, 1460, 1710, 2070, 2700),
        ProductKind.PERSONAL_LOAN: (220, 290, 350, 410, 480, 560, 660, 800, 1040),
        ProductKind.PAYROLL_LOAN: (260, 330, 390, 450, 520, 600, 690, 830, 1050),
        ProductKind.VEHICLE_LOAN: (590, 700, 790, 890, 980, 1080, 1210, 1370, 1640),
        ProductKind.COMMERCIAL_LOAN: (680, 970, 1250, 1550, 1900, 2330, 2890, 3730, 5300),
        ProductKind.MICROCREDIT: (150, 190, 220, 255, 290, 330, 375, 440, 550),
    }.items()
}
_LIMIT_EDGES: Final = tuple(1000 * edge for edge in (1250, 1900, 2500, 3200, 4000, 5000, 6400, 8500, 12700))
INSTALMENTS: Final = {kind: _bands(edges) for kind, edges in _INSTALMENT_EDGES.items()}
LIMITS: Final = _bands(_LIMIT_EDGES)


def instalment_index(kind: ProductKind, pesos: int) -> int:
    """Where a monthly payment stands in `INSTALMENTS` of its kind."""
    return bisect_right(_INSTALMENT_EDGES[kind], pesos)


def limit_index(pesos: int) -> int:
    """Where a credit limit stands in `LIMITS`."""
    return bisect_right(_LIMIT_EDGES, pesos)


# Per thousand customers who have exactly one of them.
_HELD: Final[Mapping[ProductKind, int]] = {
    ProductKind.MORTGAGE: 110,
    ProductKind.PERSONAL_LOAN: 190,
    ProductKind.PAYROLL_LOAN: 130,
    ProductKind.VEHICLE_LOAN: 75,
    ProductKind.COMMERCIAL_LOAN: 35,
    ProductKind.MICROCREDIT: 60,
    ProductKind.CREDIT_CARD: 400,
}
CREDITS: Final = tuple(_HELD)
HELD: Final = _pool((PRODUCT_NAMES[kind] for kind in CREDITS), _HELD.values(), listed=4)


Three = tuple[ProductKind, ProductKind, ProductKind]


def orders(kinds: Three) -> tuple[tuple[ProductKind, ...], ...]:
    """The orders in which three products may have been opened, the oldest first."""
    return tuple(permutations(kinds))


@cache
def order_pool(kinds: Three) -> Pool:
    """The possible answers about the order of three products, as `orders` has them; ages as in `years`."""
    return _pool(map(_order_label, orders(kinds)), map(_order_weight, orders(kinds)), listed=4)


def _order_label(order: Sequence[ProductKind]) -> Message:
    first, second, third = (PRODUCT_NAMES[kind] for kind in order)
    return Message(
        N_("First the %(first)s, then the %(second)s, then the %(third)s"),
        {"first": first, "second": second, "third": third},
    )


def _order_weight(order: Sequence[ProductKind]) -> int:
    """How common an order is, in any unit, if ages are exponential: the newest of three, then of two."""
    oldest, middle, newest = (1000 - _A_YEAR_OLDER[kind] for kind in order)
    return 1000 * newest * middle // (oldest + middle)
