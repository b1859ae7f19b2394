"""What must never happen behind a test's back: script errors, policy violations, requests to anybody else."""

import re
from collections.abc import Mapping
from typing import Final, Protocol

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page, WebError

REPORT_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated:", event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber));
"""
ANSWER_NOT_GOOD: Final = re.compile(r"Failed to load resource: .*\b4\d\d\b")
NO_NETWORK: Final = re.compile("net::ERR_|NetworkError|Load failed|Failed to fetch")
ELSEWHERE: Final = ("data:", "blob:", "about:")


class Sent(Protocol):
    """A request that a browser sent."""

    @property
    def method(self) -> str:
        """Such as POST."""

    @property
    def url(self) -> str:
        """The whole address."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the browser told beside it."""


class Watch:
    """Looks over the shoulder of one browser.

    `network_fails` says that a test takes the network away, `attacked` that it plays the attacker and itself judges
    what was asked and said.
    """

    def __init__(self, origin: str) -> None:
        self.troubles: list[str] = []
        self.network_fails = False
        self.attacked = False
        self.sent: list[Sent] = []
        self._origin = origin + "/"

    def posts(self, path: str) -> list[Sent]:
        """Every POST to this path."""
        wanted = self._origin.rstrip("/") + path
        return [request for request in self.sent if request.method == "POST" and request.url == wanted]

    def notice(self, request: Sent) -> None:
        """A request was sent."""
        self.sent.append(request)
        if not self.expects(request.url):
            self.troubles.append(f"request to somebody else: {request.url}")

    def expects(self, url: str) -> bool:
        """Whether a page of ours may ask for it."""
        return self.attacked or url.startswith((self._origin, *ELSEWHERE))

    def hear(self, kind: str, text: str, asked: str) -> None:
        """The console said something about an address."""
        refused = ANSWER_NOT_GOOD.search(text) and "/static/" not in asked
        unreachable = self.network_fails and NO_NETWORK.search(text)
        if kind in {"error", "warning", "assert"} and not self.attacked and not refused and not unreachable:
            self.troubles.append(f"console {kind}: {text} ({asked})")


class PlaywrightWatch(Watch):
    """What Playwright tells of one browser; `addresses` are those that its windows have shown."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        super().__init__(origin)
        self.addresses: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._script_error)
        context.on("request", self.notice)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("framenavigated", self._navigated)

    def _navigated(self, frame: Frame) -> None:
        self.addresses.append(frame.url)

    def _console(self, message: ConsoleMessage) -> None:
        self.hear(message.type, message.text, message.location["url"])

    def _script_error(self, error: WebError) -> None:
        if not self.attacked:
            self.troubles.append(f"script error: {error.error}")
