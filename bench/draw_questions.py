"""What drawing questions costs, for few products and many: `python -m bench.draw_questions`.

As a ratio to one verification of Argon2id in the same run, so that machines can be compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle, islice
from statistics import median
from time import process_time
from typing import Final

from app.domain.customers import DEPOSITS, Product, ProductKind
from app.domain.passwords import Hasher
from app.domain.questions import TooFewFacts, draw
from tests.people import ALICE

ROUNDS: Final = 50
KEY: Final = bytes(32)
YEAR: Final = 2026
PASSWORD: Final = "jirafa tostadora violeta columpio"  # pragma: allowlist secret
PRODUCTS: Final = (1, 3, 9, 12)
COUNTS: Final = (3, 4, 5)


def products(number: int) -> tuple[Product, ...]:
    """So many, of every kind that is asked about, each unlike the others."""
    kinds: Iterator[ProductKind] = cycle([*ProductKind, *sorted(set(ProductKind) - DEPOSITS)])
    return tuple(
        Product(
            kind,
            str(place),
            date(2010 + place, 12, 5),
            "Cali",
            payment_day=place + 1,
            monthly_payment=10**6,
            credit_limit=10**6,
        )
        for place, kind in enumerate(islice(kinds, number))
    )


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor time of one of several, the middle one."""
    times = []
    for _ in range(ROUNDS):
        began = process_time()
        work()
        times.append(process_time() - began)
    return median(times)


def drawing(number: int, count: int) -> Callable[[], object]:
    """Draws a set of `count` for a customer with so many products; that there is none is an answer, too."""
    customer = replace(ALICE, products=products(number))

    def work() -> object:
        try:
            return draw(customer, KEY, count, YEAR)
        except TooFewFacts as none:  # which takes the longest search
            return none

    return work


def main() -> None:
    """The table."""
    hasher = Hasher()
    kept = hasher.hash(PASSWORD)
    one = cost(lambda: hasher.verify(kept, PASSWORD))
    print(f"one verification of a password: {1000 * one:.1f} ms of processor time; a drawing as a share of it:\n")
    print("| products | " + " | ".join(f"{count} questions" for count in COUNTS) + " |")
    print("|---:|" + "---:|" * len(COUNTS))
    for number in PRODUCTS:
        print(f"| {number} | " + " | ".join(f"{cost(drawing(number, count)) / one:.3f}" for count in COUNTS) + " |")


if __name__ == "__main__":
    main()
