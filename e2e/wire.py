"""What a visit costs on the wire: every answer with its headers as the browser received them, and the budgets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Page

from app.settings import ROOT
from e2e.bank import NEW_PASSWORD, Bank, Customer
from e2e.journey import (
    answer,
    confirm_document,
    give_code,
    give_document,
    open_link,
    set_password,
    wait_for_code,
)
from e2e.pages import ChromiumVisitor

KB: Final = 1000
FIRST_VISIT: Final = 14 * KB  # what a server may send before it hears from the browser again: ten segments
HTMX: Final = 13 * KB
FRAGMENT: Final = 2 * KB
JOURNEY: Final = 45 * KB
REQUESTS: Final = 16
QUIET_MS: Final = 300

PORTAL: Final = frozenset({"front", "log-in"})  # what a customer may pass on the way to the recovery
PAGES: Final = PORTAL | {"identify", "reidentify"}  # where somebody may come for the first time
POLL: Final = "/personas/clave/codigo"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: bytes with its headers, bytes of its body as it travelled."""

    path: str
    size: int
    body: int
    is_fragment: bool

    @property
    def is_file(self) -> bool:
        """Whether a browser keeps it for good."""
        return self.path.startswith("/static/")


@dataclass(slots=True)
class Spent:
    """What came over the wire until a step stood on the page."""

    step: str
    answers: list[Answer]

    @property
    def size(self) -> int:
        """Bytes, headers included."""
        return sum(one.size for one in self.answers)

    @property
    def fragment(self) -> int:
        """Bytes of the largest fragment; 0 where there is none."""
        return max((one.body for one in self.answers if one.is_fragment), default=0)


@dataclass(frozen=True, slots=True)
class Budget:
    """A promise: what is counted, how much it came to, how much it may."""

    what: str
    spent: int
    allowed: int

    @property
    def is_kept(self) -> bool:
        """Whether it is within."""
        return self.spent <= self.allowed


def budgets(spent: list[Spent]) -> list[Budget]:
    """All promises, for a walk with an empty cache. The mail server's time is not ours: of the polls one counts."""
    recovery = [one for step in spent for one in step.answers if one.is_file or step.step not in PORTAL]
    polls = [one for one in recovery if one.path == POLL][1:]
    counted = [one for one in recovery if one not in polls]
    htmx = len(brotli.compress((ROOT / "static/vendor/htmx.min.js").read_bytes(), quality=11))
    return [
        Budget("first visit without htmx", first_visit(spent) - htmx, FIRST_VISIT),
        Budget("htmx", htmx, HTMX),
        Budget("largest fragment", max(step.fragment for step in spent), FRAGMENT),
        Budget("recovery, first visit included", sum(one.size for one in counted), JOURNEY),
        Budget("requests of the recovery", len(counted), REQUESTS),
    ]


def first_visit(spent: list[Spent]) -> int:
    """Bytes of the heaviest page at which somebody may arrive, with all that it loads."""
    files = sum(one.size for step in spent for one in step.answers if one.is_file)
    pages = [sum(one.size for one in step.answers if not one.is_file) for step in spent if step.step in PAGES]
    return files + max(pages)


class Wire:
    """Listens to one page. Nothing that the browser took from its cache counts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._under_way: dict[str, dict[str, Any]] = {}
        self._answers: list[Answer] = []
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def spent(self, step: str) -> Spent:
        """What came since it was asked last, once the page is quiet."""
        self._page.wait_for_timeout(QUIET_MS)
        answers, self._answers = self._answers, []
        return Spent(step, answers)

    def _sent(self, event: dict[str, Any]) -> None:
        if redirect := event.get("redirectResponse"):
            self._keep(event["requestId"], redirect, redirect["encodedDataLength"])
        self._under_way[event["requestId"]] = {"request": event["request"]}

    def _received(self, event: dict[str, Any]) -> None:
        self._under_way[event["requestId"]]["response"] = event["response"]

    def _finished(self, event: dict[str, Any]) -> None:
        known = self._under_way.get(event["requestId"], {})
        if "response" in known and event["encodedDataLength"]:
            self._keep(event["requestId"], known["response"], event["encodedDataLength"])

    def _keep(self, request: str, response: dict[str, Any], size: float) -> None:
        headers = {name.lower(): value for name, value in response["headers"].items()}
        asked = self._under_way[request]["request"]["headers"]
        path = urlsplit(response["url"]).path
        self._answers.append(Answer(path, int(size), int(headers["content-length"]), "HX-Request" in asked))


def steps(visitor: ChromiumVisitor, customer: Customer, bank: Bank) -> Iterator[str]:
    """Go from the front page to the new password; the name of each step as soon as the page stands there."""
    visitor.go("/")
    yield "front"
    visitor.follow("Ingresar")
    visitor.follow("Personas")
    visitor.sees("¿Olvidó su contraseña?")
    yield "log-in"
    visitor.follow("¿Olvidó su contraseña?")
    visitor.stands_at("identify")
    yield "identify"
    give_document(visitor, customer)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    yield "link_sent"
    open_link(visitor, customer, bank)
    yield "reidentify"
    confirm_document(visitor, customer)
    visitor.stands_at("contacts")
    yield "contacts"
    visitor.press("Enviar")
    wait_for_code(visitor)
    yield "code"
    give_code(visitor, bank.code(customer))
    visitor.stands_at("questions")
    yield "questions"
    answer(visitor, customer, bank)
    visitor.stands_at("password")
    yield "password"
    with visitor.page.expect_response("**/reglas"):
        visitor.fill("Nueva contraseña", NEW_PASSWORD)
    set_password(visitor)
    visitor.stands_at("done")
    yield "done"
