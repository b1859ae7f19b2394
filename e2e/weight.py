"""What the recovery costs a customer's phone, against its budgets: bytes, requests, vitals, Lighthouse."""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright
from rich.console import Console
from rich.table import Table

from e2e import lighthouse, vitals
from e2e.bank import SOMEBODY_ELSES_CARD, Bank
from e2e.browsers import CHROMIUM, launch, provide
from e2e.house import running
from e2e.journey import confirm_document, reach_link
from e2e.lighthouse import NoLighthouse, Verdict
from e2e.line import FAR, NEAR, NoLine, slow_line
from e2e.pages import ChromiumVisitor
from e2e.server import free_port
from e2e.vitals import Felt, Typist
from e2e.webkitgtk import screen
from e2e.wire import Budget, Spent, Wire, budgets, steps

PHONE: Final[dict[str, Any]] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
LCP_MS: Final = 1000
INP_MS: Final = 50
LOOKS: Final = 5
WALKS: Final = 3
PATIENCE_MS: Final = 60_000
SCREEN: Final = Console(width=110)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, its address, and the cookie that leads there."""

    name: str
    url: str
    cookie: str


def main() -> int:
    """Measure everything, print the tables, and say whether a budget was overspent: 0 or 1."""
    expect.set_options(timeout=PATIENCE_MS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(closing(launch(CHROMIUM, playwright)))
        with running(folder / "near") as house:
            kept = [
                _wire(browser, house.server.url, house.bank),
                _felt(playwright, house.server.url, house.bank),
                _lighthouse(browser, house.server.url, house.bank, provide(CHROMIUM, playwright)),
            ]
        kept.append(_painted(browser, folder / "far"))
    return 0 if all(kept) else 1


@contextmanager
def _phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="es-CO", **PHONE)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


# --- bytes and requests ------------------------------------------------------------------------------------------


def _wire(browser: Browser, url: str, bank: Bank) -> bool:
    with _phone(browser) as context:
        visitor = ChromiumVisitor(context.new_page(), url, scripts=True)
        wire = Wire(visitor.page)
        spent = [wire.spent(step) for step in steps(visitor, bank.new_customer(), bank)]
    title = "On the wire (HTTP/1.1, headers included; the largest fragment without)"
    _print(title, ("until", "requests", "bytes", "fragment"), map(_row, [*spent, _all_of(spent)]))
    promised = budgets(spent)
    _print("Budgets", ("", "spent", "budget", ""), map(_promise, promised))
    return all(budget.is_kept for budget in promised)


def _all_of(spent: list[Spent]) -> Spent:
    return Spent("all, by way of the front page", [one for step in spent for one in step.answers])


def _row(step: Spent) -> tuple[str, ...]:
    return step.step, str(len(step.answers)), f"{step.size:,}", f"{step.fragment:,}" if step.fragment else ""


def _promise(budget: Budget) -> tuple[str, ...]:
    return budget.what, f"{budget.spent:,}", f"{budget.allowed:,}", "" if budget.is_kept else "OVER"


# --- what is felt ------------------------------------------------------------------------------------------------


def _felt(playwright: Playwright, url: str, bank: Bank) -> bool:
    """With a window: without one Chromium may report the frame that answers a press only with the next one."""
    with screen() as display, closing(launch(CHROMIUM, playwright, display=display.name)) as browser:
        walks = [_walk(browser, url, bank) for _ in range(WALKS)]
    felt = [_over_all(same_step) for same_step in zip(*walks, strict=True)]
    _print(
        f"Felt on slow 4G and a slow phone (CLS 0, INP under {INP_MS} ms: the middle one of {WALKS} walks)",
        ("until", "CLS", "INP ms", ""),
        map(_feeling, felt),
    )
    return not any(map(_overdone, felt))


def _walk(browser: Browser, url: str, bank: Bank) -> list[Felt]:
    with _phone(browser) as context:
        vitals.watch(context)
        visitor = Typist(context.new_page(), url, scripts=True)
        vitals.slow_down(visitor.page)
        return [vitals.felt(visitor.page, step) for step in steps(visitor, bank.new_customer(), bank)]


def _over_all(walks: Sequence[Felt]) -> Felt:
    return Felt(walks[0].step, max(felt.cls for felt in walks), median(felt.inp_ms for felt in walks))


def _feeling(felt: Felt) -> tuple[str, ...]:
    return felt.step, f"{felt.cls:g}", f"{felt.inp_ms:g}", "OVER" if _overdone(felt) else ""


def _overdone(felt: Felt) -> bool:
    return felt.cls > 0 or felt.inp_ms >= INP_MS


# --- the first look ----------------------------------------------------------------------------------------------


def _painted(browser: Browser, folder: Path) -> bool:
    """Over a line of packets: what Lighthouse says of it is an estimate from how the page loads without one."""
    port = free_port()
    try:
        with slow_line(port), running(folder, HOST=NEAR, PORT=str(port)) as house:
            pages = _pages(browser, house.server.url, house.bank)
            seen = [(page.name, _paint(browser, page)) for page in pages]
    except NoLine as problem:
        SCREEN.print(f"Largest paint: {problem}", style="bold")
        return False
    _print(
        f"Largest paint over slow 4G on a slow phone, cache empty: the middle one of {LOOKS} (under {LCP_MS} ms)",
        ("page", "LCP ms", ""),
        ((page, f"{ms:,}", "OVER" if ms >= LCP_MS else "") for page, ms in seen),
    )
    return all(ms < LCP_MS for _, ms in seen)


def _paint(browser: Browser, page: Shown) -> int:
    return round(median(_look(browser, page) for _ in range(LOOKS)))


def _look(browser: Browser, page: Shown) -> int:
    with _phone(browser) as context:
        context.set_extra_http_headers({"Cookie": page.cookie})
        vitals.watch(context)
        return vitals.largest_paint_ms(context.new_page(), page.url.replace(NEAR, FAR))


# --- Lighthouse --------------------------------------------------------------------------------------------------


def _pages(browser: Browser, url: str, bank: Bank) -> Iterator[Shown]:
    """Every step and every end, with a browser that stands there."""
    with _phone(browser) as context:
        visitor = ChromiumVisitor(context.new_page(), url, scripts=True)
        for step in steps(visitor, bank.new_customer(), bank):
            yield Shown(step, visitor.page.url, _cookie(context))
    for end, way in ENDS.items():
        with _phone(browser) as context:
            visitor = ChromiumVisitor(context.new_page(), url, scripts=True)
            way(visitor, bank)
            visitor.stands_at(end)
            yield Shown(end, visitor.page.url, _cookie(context))


def _cookie(context: BrowserContext) -> str:
    return "; ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in context.cookies())


def _locked(visitor: ChromiumVisitor, bank: Bank) -> None:
    customer, somebody_else = bank.new_customer(), bank.new_customer()
    reach_link(visitor, customer, bank)
    for _ in range(3):
        confirm_document(visitor, somebody_else)


def _refused(visitor: ChromiumVisitor, bank: Bank) -> None:
    customer = bank.new_customer(products=[SOMEBODY_ELSES_CARD])
    reach_link(visitor, customer, bank)
    confirm_document(visitor, customer)


def _used(visitor: ChromiumVisitor, _bank: Bank) -> None:
    visitor.go("/personas/clave/enlace/inventado")


ENDS: Final = {"locked": _locked, "refused": _refused, "used": _used}


def _lighthouse(browser: Browser, url: str, bank: Bank, program: Path) -> bool:
    try:
        seen = [(page.name, lighthouse.look_at(page.url, page.cookie, program)) for page in _pages(browser, url, bank)]
    except NoLighthouse as problem:
        SCREEN.print(f"Lighthouse: {problem}", style="bold")
        return False
    title = f"Lighthouse {lighthouse.VERSION}, mobile (every score 100)"
    _print(title, ("page", *lighthouse.CATEGORIES, "LCP, estimated", ""), (_score(*one) for one in seen))
    return not any(_lost(verdict) for _, verdict in seen)


def _score(name: str, verdict: Verdict) -> tuple[str, ...]:
    return name, *map(str, verdict.scores.values()), f"{verdict.lcp_ms:,}", "; ".join(_lost(verdict))


def _lost(verdict: Verdict) -> tuple[str, ...]:
    return verdict.lost if set(verdict.scores.values()) != {100} else ()


# --- the paper ---------------------------------------------------------------------------------------------------


def _print(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", min_width=len(title))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if 0 < number < len(columns) - 1 else "left")
    for row in rows:
        table.add_row(*row)
    SCREEN.print(table)


if __name__ == "__main__":
    sys.exit(main())
