"""The deployment under attack, and browsers on it: each with cookies and an address of its own."""

import random
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from attack import toll
from attack.html import Form, Page

RECOVERY: Final = "/personas/clave"
LOG_IN: Final = "/personas"
PORTAL: Final = "/personas/portal"
MAILBOX: Final = "/demo/buzon.json"
HEALTH: Final = "/healthz"
MARKERS: Final = frozenset({"demo", "staging"})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
LONGEST_WAIT: Final = 60.0
UNREAD: Final = 50_000
"""Bytes of a body that a server may leave unread, after which the connection is of no use."""

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


class Refusal(Exception):
    """The target is not ours to attack, or not what it should be; the text is one clear line."""


class CannotTry(Exception):
    """An attack lacks what it needs; the text says what."""


class OutOfBounds(CannotTry):
    """An attack used up its requests or its time."""


class Target:
    """One deployment. Counts requests, and stops an attack that takes too many or too long."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.requests = 0
        self._lock = threading.Lock()
        self._last_request = 0
        self._deadline = float("inf")
        limits = httpx.Limits(max_connections=200, keepalive_expiry=1)  # shorter than any server keeps it
        self.transport = httpx.HTTPTransport(limits=limits)
        self._next_address = int(IPv4Address("198.18.0.0")) + random.SystemRandom().randrange(2**16)

    def close(self) -> None:
        """Let go of every connection."""
        self.transport.close()

    def allow(self, requests: int, seconds: float) -> None:
        """From now on, no more than this."""
        self._last_request = self.requests + requests
        self._deadline = time.monotonic() + seconds

    def count(self) -> None:
        """Take note of one request.

        Raises:
            OutOfBounds: it was one too many.
        """
        with self._lock:
            self.requests += 1
            if self.requests > self._last_request:
                raise OutOfBounds("its bound of requests was reached")
        if time.monotonic() > self._deadline:
            raise OutOfBounds("its bound of time was reached")

    def address(self) -> str:
        """An address that nobody used before, of the network for benchmarks (RFC 2544)."""
        with self._lock:
            self._next_address += 1
        return str(IPv4Address(self._next_address))

    def browser(self, address: str | None = None) -> "Browser":
        """A new browser, at this address or a new one."""
        return Browser(self, address or self.address())

    def refuse_unmarked(self) -> None:
        """Only a deployment that says of itself that it has no real customers is attacked.

        Raises:
            Refusal: it does not say so.
        """
        found = self._json(HEALTH)
        if not isinstance(found, dict) or found.get("deployment") not in MARKERS:
            raise Refusal(f"{self.url} is not a demo or a staging deployment of this service: {HEALTH} says nothing.")

    def messages(self) -> list[dict[str, Any]]:
        """Everything sent, newest first.

        Raises:
            CannotTry: there is no mailbox as the demo has it.
        """
        found = self._json(MAILBOX)
        if not isinstance(found, list):
            raise CannotTry(f"what is sent cannot be read: {MAILBOX} does not answer with a list")
        return found

    def _json(self, address: str) -> Any:
        try:
            return Browser(self, None).fetch("GET", address).response.json()
        except (ValueError, httpx.HTTPError):
            return None

    def raw(self, request: bytes) -> bytes:
        """Send these very bytes and read what comes back until the server closes or is silent."""
        self.count()
        place = urlsplit(self.url)
        answer = b""
        try:
            with socket.create_connection((place.hostname, place.port or 80), timeout=5) as connection:
                connection.sendall(request)
                connection.settimeout(3)
                while len(answer) < 2**20 and (part := connection.recv(65536)):
                    answer += part
        except OSError:
            pass
        return answer


class Browser:
    """One browser: keeps cookies, follows redirects, and says who it is as a proxy in front would."""

    def __init__(self, target: Target, address: str | None) -> None:
        self.target = target
        self.headers = {"X-Forwarded-For": address} if address else {}
        self.client = httpx.Client(
            base_url=target.url, transport=target.transport, timeout=LONGEST_WAIT, trust_env=False
        )
        self.seen: list[Page] = []
        self.page: Page

    @property
    def cookies(self) -> dict[str, str]:
        """What the server gave it to keep."""
        return {cookie.name: cookie.value or "" for cookie in self.client.cookies.jar}

    def take(self, cookies: Mapping[str, str]) -> "Browser":
        """Go on with these cookies and no others."""
        host = urlsplit(self.target.url).hostname or ""
        self.client.cookies = httpx.Cookies()
        for name, value in cookies.items():
            # As if the server had set it, so that a newer one takes its place.
            self.client.cookies.set(name, value, domain=host if "." in host else f"{host}.local")
        return self

    def fetch(
        self,
        method: str,
        address: str,
        fields: Fields | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """One request and its answer; a redirect is not followed."""
        self.target.count()
        content: Any = {}
        if isinstance(fields, bytes):
            content = {"content": fields}
        elif fields is not None:
            body = str(httpx.QueryParams(list(fields.items()) if isinstance(fields, Mapping) else list(fields)))
            content = {"content": body, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        sent = {**self.headers, **content.pop("headers", {}), **(headers or {})}
        if len(content.get("content", "")) > UNREAD:
            sent["Connection"] = "close"
        self.page = Page(self._request(method, address, headers=sent, **content))
        self.seen.append(self.page)
        return self.page

    def _request(self, method: str, address: str, **given: Any) -> httpx.Response:
        try:
            return self.client.request(method, address, **given)
        except httpx.RemoteProtocolError:
            if method not in {"GET", "HEAD"}:
                raise
            return self.client.request(method, address, **given)  # a kept connection had ended meanwhile

    def visit(self, address: str = RECOVERY, headers: Mapping[str, str] | None = None) -> Page:
        """Type an address and go where it leads, within the target."""
        return self._follow(self.fetch("GET", address, headers=headers))

    def send(self, form: Form, fields: Fields, headers: Mapping[str, str] | None = None) -> Page:
        """Send a form and go where that leads; the toll of a flooded service is paid as a browser would."""
        page = self._follow(self.fetch("POST", form.action, fields, headers))
        if asked := toll.asked(page):
            sent = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
            page = self._follow(self.fetch("POST", form.action, [*sent, *toll.pay(asked).items()], headers))
        return page

    def submit(self, button: str, by_label: dict[str, str] | None = None) -> Page:
        """Fill in the form on the page, press its button, and go where that leads."""
        form = self.page.form(button)
        return self.send(form, form.fill(by_label or {}))

    def step(self) -> str | None:
        """Where the recovery of this browser stands, as its page says."""
        return self.visit(RECOVERY).step

    def _follow(self, page: Page) -> Page:
        for _ in range(5):
            if page.status not in REDIRECTS:
                break
            to = page.response.url.join(page.response.headers["Location"])
            if not str(to).startswith(f"{self.target.url}/"):
                break
            page = self.fetch("GET", str(to))
        return page


def refuse_foreign(url: str, mine: str | None) -> None:
    """Only this machine may be attacked, or a host that its owner names once more.

    Raises:
        Refusal: it is neither.
    """
    place = urlsplit(url)
    host = place.hostname or ""
    if place.scheme not in {"http", "https"} or not host:
        raise Refusal(f"{url!r} is not an address such as http://127.0.0.1:8000.")
    if not _is_here(host) and host != mine:
        raise Refusal(f"{host} is not this machine. Attack only what is yours: repeat its name with --i-own {host}")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
