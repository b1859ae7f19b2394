"""What an attack works with: the target, its own victims, the mailbox, and a place for what it finds."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

from attack.mail import MailServer
from attack.people import Crowd, Victim
from attack.target import LOG_IN, PORTAL, RECOVERY, Browser, CannotTry, Target

ARRIVAL_SECONDS: Final = 30
SETTLED_SECONDS: Final = 2
MOST_PROBES: Final = 200
TOO_MANY: Final = 429
TOGETHER: Final = 24

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Size:
    """How thorough a run is."""

    rounds: int = 500
    most_rounds: int = 2000
    tolerance: float = 0.02
    storm: int = 200
    parallel: int = 20
    login_storm: int = 50
    fuzz: int = 600
    seed: int = 1


QUICK: Final = Size(rounds=6, most_rounds=6, tolerance=0.1, storm=40, parallel=12, login_storm=15, fuzz=150)


@dataclass(slots=True)
class Trial:
    """What one attack saw: how much it looked at, what was not as it must be, and what it had to leave out."""

    looked_at: int = 0
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass
class Ground:
    """The place of an attack. `trial` is its own, the rest is shared; `mail` is there where the target is our own."""

    target: Target
    people: Crowd
    size: Size = field(default_factory=Size)
    trial: Trial = field(default_factory=Trial)
    mail: MailServer | None = None
    tell: Callable[[str], object] = str

    def expect(self, held: bool, finding: str) -> None:
        """What must hold, and how to say it if it does not."""
        self.trial.looked_at += 1
        if not held and finding not in self.trial.findings:
            self.trial.findings.append(finding)

    def note(self, words: str) -> None:
        """Something a reader should know, told at once and kept."""
        self.trial.notes.append(words)
        self.tell(words)

    def leave_out(self, words: str) -> None:
        """A part of an attack that cannot be tried here, and why."""
        if words not in self.trial.left_out:
            self.trial.left_out.append(words)
            self.tell(f"left out: {words}")

    def browser(self, address: str | None = None) -> Browser:
        """A new browser at an address of its own."""
        return self.target.browser(address)

    def with_cookies(self, cookies: dict[str, str]) -> Browser:
        """A new browser elsewhere, with the cookies of another."""
        return self.browser().take(cookies)

    def log_in(self, victim: Victim, password: str, browser: Browser | None = None) -> bool:
        """Whether this password opens the portal."""
        using = browser or self.browser()
        using.visit(LOG_IN)
        using.submit("Ingresar", victim.document | {"Contraseña": password})
        return is_in(using)

    def messages(self, victim: Victim) -> list[dict[str, Any]]:
        """Everything that reached a customer, newest first."""
        return [message for message in self.target.messages() if message["to"] in victim.addresses]

    def wait_for(self, victim: Victim, wanted: Callable[[dict[str, Any]], object], known: Iterable[str] = ()) -> Any:
        """The newest message of a kind whose id is not `known`.

        Raises:
            CannotTry: it did not arrive.
        """
        old, deadline = set(known), time.monotonic() + ARRIVAL_SECONDS
        while time.monotonic() < deadline:
            for message in self.messages(victim):
                if message["id"] not in old and wanted(message):
                    return message
            time.sleep(0.2)
        raise CannotTry("a message that an honest customer would get did not arrive")

    def settled(self, victim: Victim) -> list[dict[str, Any]]:
        """All messages of a customer, once no more arrive."""
        deadline, last = time.monotonic() + ARRIVAL_SECONDS, self.messages(victim)
        while time.monotonic() < deadline:
            time.sleep(SETTLED_SECONDS)
            now = self.messages(victim)
            if len(now) == len(last):
                return now
            last = now
        return last

    def at_once(self, jobs: list[Callable[[], _Result]]) -> list[_Result]:
        """Do all of them together, as far as there are threads; the first ones start at the same instant."""
        gate = threading.Barrier(min(len(jobs), TOGETHER))
        first = set(range(gate.parties))

        def run(number: int) -> _Result:
            if number in first:
                gate.wait(ARRIVAL_SECONDS)
            return jobs[number]()

        with ThreadPoolExecutor(gate.parties) as threads:
            return list(threads.map(run, range(len(jobs))))

    @cached_property
    def addresses_count(self) -> bool:
        """Whether the target takes the address from X-Forwarded-For: one address is refused, the next is not."""
        knock, busy = self.knocker(), self.target.address()
        if not any(knock(busy) == TOO_MANY for _ in range(MOST_PROBES)):
            return False
        return knock(self.target.address()) != TOO_MANY

    def knocker(self) -> Callable[..., int]:
        """Opens, as if from an address, a made-up link: costs nothing but that address's own limit."""
        browser, link = self.browser(), f"{RECOVERY}/enlace/inventado"

        def knock(address: str, headers: Mapping[str, str] | None = None) -> int:
            return browser.fetch("GET", link, headers={"X-Forwarded-For": address} | dict(headers or {})).status

        return knock

    def need_addresses(self) -> None:
        """Go on only where every browser can have an address of its own.

        Raises:
            CannotTry: they all look the same to the target.
        """
        if not self.addresses_count:
            raise CannotTry("X-Forwarded-For does not count here (TRUSTED_PROXIES=1 would), so limits come first")


def is_in(browser: Browser) -> bool:
    """Whether a browser is logged in: the portal shows itself and leads nowhere else."""
    return browser.fetch("GET", PORTAL).status == 200


def fresh_password() -> str:
    """Words that nobody uses, different each time."""
    return f"jirafa tostadora violeta {secrets.token_hex(4)} columpio"
