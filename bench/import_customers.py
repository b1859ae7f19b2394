"""How long a big customers file takes, and how much memory: `python -m bench.import_customers 1000000`."""

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from app.adapters.sql import SqlStore, connect
from app.customers_file import Progress, import_file
from app.domain.case import Rules
from app.domain.passwords import Hasher, PasswordPolicy
from app.domain.policy import Policy
from app.domain.proofs import Keys

GIVEN = ("Ana María", "Bruno", "Carolina", "Diego", "Elena", "Fabio", "Gloria", "Hernán")
FAMILY = ("Rojas Peña", "Frailejón", "Colibrí Lagos", "Cóndor", "Palma", "Guadua Ríos", "Yarumo", "Ceiba")
CITIES = ("Bogotá", "Cali", "Medellín", "Pasto", "Tunja", "Ibagué")
FIRST_DAY = date(1995, 1, 1)
DAYS = 10_000


def customer(index: int, dice: random.Random) -> dict[str, Any]:
    """One invented customer with an account and, mostly, one or two debts."""
    opened = (FIRST_DAY + timedelta(days=dice.randrange(DAYS))).isoformat()
    account = {"kind": "savings_account", "opened_on": opened, "transactional": True, "debit_card": True}
    mortgage = {"kind": "mortgage", "opened_on": opened, "monthly_payment": 10_000 * dice.randrange(20, 400)}
    card = {"kind": "credit_card", "opened_on": opened, "holder": "main", "credit_limit": 6_000_000}
    debts = [mortgage | {"payment_day": dice.randrange(1, 29)}, card | {"payment_day": 18}]
    return {
        "id_type": "CC",
        "id_number": str(1_000_000_000 + 7 * index),
        "given_names": dice.choice(GIVEN),
        "family_names": dice.choice(FAMILY),
        "email": f"customer.{index}@example.com",
        "mobile": f"+57300{index % 10_000_000:07}",
        "contact_updated_at": "2024-02-01T09:00:00-05:00",
        "password": None,
        "products": [
            product | {"number": f"{index:010}{place}", "city": dice.choice(CITIES)}
            for place, product in enumerate([account, *debts[: dice.randrange(3)]])
        ],
    }


def write(path: Path, count: int) -> None:
    """The same file for the same number of customers."""
    dice = random.Random(2026)
    with path.open("w", encoding="utf-8") as file:
        for index in range(count):
            file.write(json.dumps(customer(index, dice), ensure_ascii=False) + "\n")


@contextmanager
def timed(title: str) -> Iterator[Progress]:
    """Says how long one pass takes."""
    start = time.perf_counter()
    yield lambda _: None
    print(f"  {title}: {time.perf_counter() - start:.1f} s")


def main() -> None:
    """Write the file, import it twice, report."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rules = Rules(Policy(), Keys(b"a key for measuring, nothing else"), PasswordPolicy(), Hasher())
    with tempfile.TemporaryDirectory() as folder:
        path, engine = Path(folder, "customers.jsonl"), connect(f"sqlite:///{folder}/bench.db")
        SQLModel.metadata.create_all(engine)
        write(path, count)
        print(f"{count:,} customers, {path.stat().st_size / 1e6:,.0f} MB")
        for run in ("first run", "second run"):
            print(run)
            start = time.perf_counter()
            report = import_file(path, SqlStore(engine), rules, timed)
            seconds = time.perf_counter() - start
            print(f"  {report}\n  {seconds:.1f} s, {count / seconds:,.0f} customers/s")
        engine.dispose()
        print(f"database {Path(folder, 'bench.db').stat().st_size / 1e6:,.0f} MB")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
