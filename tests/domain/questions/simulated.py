"""Simulated customers, whose base rates are near those of the pools but not theirs."""

import random
from collections.abc import Mapping
from datetime import timedelta
from math import exp
from typing import TypeVar

from app.domain.customers import DEPOSITS, Customer, Product, ProductKind
from tests.domain.questions.sample import TODAY, person

_T = TypeVar("_T")
_HOLD = {
    ProductKind.SAVINGS_ACCOUNT: 0.85,
    ProductKind.CHECKING_ACCOUNT: 0.12,
    ProductKind.CREDIT_CARD: 0.35,
    ProductKind.PERSONAL_LOAN: 0.18,
    ProductKind.PAYROLL_LOAN: 0.12,
    ProductKind.MORTGAGE: 0.11,
    ProductKind.VEHICLE_LOAN: 0.07,
    ProductKind.MICROCREDIT: 0.05,
    ProductKind.COMMERCIAL_LOAN: 0.04,
}
_MEAN_AGE = {
    ProductKind.SAVINGS_ACCOUNT: 9.5,
    ProductKind.CHECKING_ACCOUNT: 10.5,
    ProductKind.CREDIT_CARD: 6.0,
    ProductKind.PERSONAL_LOAN: 3.4,
    ProductKind.PAYROLL_LOAN: 4.0,
    ProductKind.MORTGAGE: 9.0,
    ProductKind.VEHICLE_LOAN: 4.6,
    ProductKind.MICROCREDIT: 2.3,
    ProductKind.COMMERCIAL_LOAN: 4.2,
}
_MEDIAN_PAYMENT = {
    ProductKind.PERSONAL_LOAN: (490_000, 0.62),
    ProductKind.PAYROLL_LOAN: (510_000, 0.55),
    ProductKind.MORTGAGE: (1_280_000, 0.58),
    ProductKind.VEHICLE_LOAN: (970_000, 0.41),
    ProductKind.MICROCREDIT: (285_000, 0.52),
    ProductKind.COMMERCIAL_LOAN: (1_950_000, 0.78),
}
_MEDIAN_LIMIT = (4_100_000, 0.88)
_TOWNS = {
    "Bogotá": 300, "Medellín": 90, "Cali": 72, "Barranquilla": 45, "Cartagena": 30, "Bucaramanga": 32,
    "Cúcuta": 22, "Pereira": 24, "Ibagué": 22, "Manizales": 18, "Villavicencio": 20, "Santa Marta": 18,
    "Pasto": 14, "Neiva": 15, "Montería": 13, "Valledupar": 12, "Armenia": 13, "Bello": 10, "Soacha": 14,
    "Envigado": 10, "Popayán": 12, "Tunja": 11, "Itagüí": 10, "Palmira": 9, "Soledad": 10, "Sincelejo": 8,
    "Yopal": 7, "Chía": 22, "Girardot": 20, "Tumaco": 20, "Leticia": 10, "Zipaquirá": 20, "Duitama": 17,
}  # fmt: skip
_PAY_DAYS = {
    day: {1: 38, 2: 27, 5: 125, 10: 85, 15: 140, 16: 27, 20: 75, 25: 60, 28: 24, 30: 120}.get(day, 14)
    for day in range(1, 32)
}


def simulated_bank(size: int, seed: int, loans: int = 1) -> list[Customer]:
    """Customers whose facts hang together: by income, home town, favourite day and inflation.

    There are `loans` times as many loans as in an ordinary bank.
    """
    chance = random.Random(seed)
    return [_somebody(chance, number, loans) for number in range(size)]


def borrowers(size: int) -> list[Customer]:
    """Customers with several loans; the order in which loans were opened is asked of nobody else."""
    bank = simulated_bank(2 * size, seed=2027, loans=4)
    return [one for one in bank if sum(owned.kind in _MEDIAN_PAYMENT for owned in one.products) > 1][:size]


def _somebody(chance: random.Random, number: int, loans: int) -> Customer:
    income, home, day = chance.gauss(), _pick(chance, _TOWNS), _pick(chance, _PAY_DAYS)
    hold = {kind: share * loans if kind in _MEDIAN_PAYMENT else share for kind, share in _HOLD.items()}
    kinds = [kind for kind, share in hold.items() if chance.random() < share] or [ProductKind.SAVINGS_ACCOUNT]
    if ProductKind.SAVINGS_ACCOUNT in kinds and chance.random() < 0.08:
        kinds.append(ProductKind.SAVINGS_ACCOUNT)
    owned = []
    for kind in kinds:
        age = chance.expovariate(1 / _MEAN_AGE[kind])
        median, spread_out = _MEDIAN_PAYMENT.get(kind, _MEDIAN_LIMIT)
        amount = median * exp(spread_out * (0.5 * income + 0.87 * chance.gauss())) * 0.98 ** (age - _MEAN_AGE[kind])
        owned.append(
            Product(
                kind,
                number=str(chance.randrange(10**10, 10**11)),
                opened_on=TODAY - timedelta(days=int(365.25 * age)),
                city=home if chance.random() < 0.8 else _pick(chance, _TOWNS),
                monthly_payment=round(int(amount), -3) if kind in _MEDIAN_PAYMENT else None,
                payment_day=None if kind in DEPOSITS else day if chance.random() < 0.5 else _pick(chance, _PAY_DAYS),
                credit_limit=round(int(amount), -5) if kind is ProductKind.CREDIT_CARD else None,
            )
        )
    return person(*owned, number=number)


def _pick(chance: random.Random, weights: Mapping[_T, int]) -> _T:
    return chance.choices([*weights], [*weights.values()])[0]
