"""One server and one browser a worker; a window of its own for each visitor of each test."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

from e2e.audit import Audit
from e2e.bank import Bank
from e2e.browsers import CHROMIUM, launch
from e2e.pages import Visitor
from e2e.server import Server
from e2e.watch import Watch

RESULTS: Final = Path("test-results", "e2e")
MOST_WORKERS: Final = 4
PATIENCE_MS: Final = 15_000
SIZES: Final[dict[str, dict[str, Any]]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
}
_failed = pytest.StashKey[bool]()
_addresses = count(1)


@dataclass(frozen=True, slots=True)
class House:
    """A running server with its bank."""

    server: Server
    bank: Bank


class Visit(Protocol):
    """Opens a new browser on a house, this worker's own unless another is given."""

    def __call__(self, *, scripts: bool = True, size: str = "desktop", house: House | None = None) -> Visitor: ...


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., House]]:
    """Servers by their settings: `houses(CODE_SECONDS="6")`; each is started once."""
    built: dict[tuple[tuple[str, str], ...], House] = {}
    with ExitStack() as stack:

        def house(**settings: str) -> House:
            key = tuple(sorted(settings.items()))
            if key not in built:
                built[key] = stack.enter_context(_running(tmp_path_factory.mktemp("server"), settings))
            return built[key]

        yield house


@contextmanager
def _running(folder: Path, settings: dict[str, str]) -> Iterator[House]:
    server = Server(folder, **settings)
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start()
        bank = stack.enter_context(closing(Bank(server.settings)))
        yield House(server, bank)
    assert not server.failures()


@pytest.fixture(scope="session")
def house(houses: Callable[..., House]) -> House:
    """The server with the settings as they come."""
    return houses()


@pytest.fixture
def bank(house: House) -> Bank:
    """The customers of the server with the settings as they come."""
    return house.bank


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The engine, started once."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        engine = launch(CHROMIUM, playwright)
        yield engine
        engine.close()


@pytest.fixture(params=[True, False], ids=["with_scripts", "without_scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Both ways of using the service."""
    return bool(request.param)


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """Both sizes of screen."""
    return str(request.param)


@pytest.fixture
def watches() -> dict[Visitor, Watch]:
    """What was seen over the shoulder of each visitor of this test."""
    return {}


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, browser: Browser, house: House, watches: dict[Visitor, Watch]
) -> Iterator[Visit]:
    """Opens browsers; at the end none of them may have had trouble."""
    default = house

    def opened(*, scripts: bool = True, size: str = "desktop", house: House | None = None) -> Visitor:
        url = (house or default).server.url
        context = browser.new_context(
            java_script_enabled=scripts,
            locale="es-CO",
            extra_http_headers={"X-Forwarded-For": _an_address()},
            **SIZES[size],
        )
        context.set_default_timeout(PATIENCE_MS)
        context.tracing.start(snapshots=True)
        watch = Watch(context, url)
        visitor = Visitor(context.new_page(), url, scripts=scripts)
        watches[visitor] = watch
        return visitor

    yield opened
    troubles = [trouble for watch in watches.values() for trouble in watch.troubles]
    failed = bool(troubles) or request.node.stash.get(_failed, False)
    for number, visitor in enumerate(watches):
        _close(visitor.context, RESULTS / _name(request.node.name) / str(number) if failed else None)
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Looks at pages; fails at the end with everything that was wrong with them."""
    looking = Audit()
    yield looking
    assert not looking.found, "\n".join(looking.found)


def _an_address() -> str:
    """Another one for every browser, as it is outside: the limits of an address are not what is tested here."""
    number = next(_addresses)
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


def _name(test: str) -> str:
    return re.sub(r"[^\w-]+", "-", test).strip("-")


def _close(context: BrowserContext, evidence: Path | None) -> None:
    if evidence is None:
        context.tracing.stop()
    else:
        for number, page in enumerate(context.pages):
            with suppress(Error):
                page.screenshot(path=evidence / f"{number}.png", full_page=True)
        context.tracing.stop(path=evidence / "trace.zip")
    context.close()


def pytest_xdist_auto_num_workers() -> int:
    """One worker a processor, but few: each has a server and a browser of its own."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Clear away the traces of the last run, once."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(RESULTS, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether the test failed, so that its traces are kept too."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report
