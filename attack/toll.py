"""Pays the toll of a flooded service as the script of its page would."""

from collections.abc import Iterator
from hashlib import pbkdf2_hmac
from itertools import count, islice

from attack.html import Element, Page


def asked(page: Page) -> Element | None:
    """The element that asks for work, if the page has one."""
    return next((element for element in page.html.all() if element.get("data-challenge")), None)


def pay(toll: Element) -> dict[str, str]:
    """The fields that a browser sends once it did the work."""
    challenge, answers = toll.get("data-challenge"), int(toll.get("data-answers"))
    found: Iterator[int] = (number for number in count() if _fits(toll, challenge.encode(), number))
    return {"challenge": challenge, "proof": " ".join(map(str, islice(found, answers)))}


def _fits(toll: Element, challenge: bytes, number: int) -> bool:
    tried = pbkdf2_hmac("sha256", challenge, str(number).encode(), int(toll.get("data-iterations")), 4)
    return int.from_bytes(tried, "big") >> (32 - int(toll.get("data-bits"))) == 0
