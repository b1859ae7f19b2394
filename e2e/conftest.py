"""One server a worker and one browser of each engine; a window of its own for each visitor of each test."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol, cast

import pytest
from playwright.sync_api import expect

from e2e.audit import Audit
from e2e.bank import Bank
from e2e.browsers import CHROMIUM
from e2e.engines import Engines, Opened, engines
from e2e.house import House, running
from e2e.pages import PATIENCE_SECONDS, ChromiumVisitor, Visitor
from e2e.sites import Front
from e2e.watch import Watch
from e2e.ways import FEW, Way
from tests.integration.certificates import make_certificate

RESULTS: Final = Path("test-results", "e2e")
MOST_WORKERS: Final = 4
_houses: Final[list[House]] = []
_failed = pytest.StashKey[bool]()


class Watches:
    """What was seen over the shoulder of each visitor of a test."""

    def __init__(self, opened: list[Opened]) -> None:
        self._opened = opened

    def __getitem__(self, visitor: Visitor) -> Watch:
        return next(visit.watch for visit in self._opened if visit.visitor is visitor)


class Visit(Protocol):
    """Opens a new browser in this test's way, on a house: this worker's own unless another is given."""

    def __call__(self, *, house: House | None = None) -> Visitor: ...


class VisitChromium(Protocol):
    """Opens a new Chromium on a house, for what only Playwright's power over it can show."""

    def __call__(
        self, *, scripts: bool = True, size: str = "desktop", house: House | None = None
    ) -> ChromiumVisitor: ...


class OpenHouse(Protocol):
    """A server with these settings; each is started once."""

    def __call__(self, **settings: str) -> House: ...


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
def _running(folder: Path, settings: dict[str, str], *, attacked: bool = False) -> Iterator[House]:
    with running(folder, **settings) as house:
        _houses.append(house)
        yield house
        _houses.remove(house)
    assert attacked or not house.server.violations()


@pytest.fixture(scope="session")
def house(houses: Callable[..., House]) -> House:
    """The server with the settings as they come."""
    return houses()


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server at which attacks are played: the only one where browsers may report violations of its policy."""
    with _running(tmp_path_factory.mktemp("server"), {}, attacked=True) as house:
        yield house


@pytest.fixture(scope="session")
def tls_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A proxy that ends TLS, with a certificate that nobody vouches for."""
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"), "IP:127.0.0.1")
    with closing(Front(tls=certificate.server)) as front:
        yield front


@pytest.fixture(scope="session")
def over_tls(tmp_path_factory: pytest.TempPathFactory, tls_front: Front) -> Iterator[House]:
    """A server as in production, behind that proxy."""
    with _running(tmp_path_factory.mktemp("server"), {"BASE_URL": tls_front.url}, attacked=True) as house:
        tls_front.inside = house.server.behind
        yield house


@pytest.fixture(scope="session")
def hasty(houses: Callable[..., House]) -> House:
    """A server whose codes are over as soon as they are read."""
    return houses(CODE_SECONDS="6")


@pytest.fixture
def bank(house: House) -> Bank:
    """The customers of the server with the settings as they come."""
    return house.bank


@pytest.fixture(scope="session")
def browsers() -> Iterator[Engines]:
    """The engines, each started once and only if it is needed; one that is missing fails the test."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with engines() as started:
        yield started


@pytest.fixture(params=FEW, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """The way in which the customers of this test come."""
    return cast(Way, request.param)


@pytest.fixture
def scripts(way: Way) -> bool:
    """Whether their browsers run scripts."""
    return way.scripts


@pytest.fixture(params=[True, False], ids=["with_scripts", "without_scripts"])
def scripts_in_chromium(request: pytest.FixtureRequest) -> bool:
    """Both ways of using the service, in Chromium."""
    return bool(request.param)


@pytest.fixture
def opened(request: pytest.FixtureRequest, browsers: Engines) -> Iterator[list[Opened]]:
    """Every browser of this test; at the end none of them may have had trouble."""
    visits: list[Opened] = []
    yield visits
    failed = request.node.stash.get(_failed, False) or any(visit.watch.troubles for visit in visits)
    for number, visit in enumerate(visits):
        visit.close(RESULTS / _name(request.node.name) / str(number) if failed else None)
    for house in _houses:
        house.bank.empty_mailbox()
    troubles = [trouble for visit in visits for trouble in visit.watch.troubles]
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def visit(browsers: Engines, house: House, opened: list[Opened], way: Way) -> Visit:
    """Opens browsers of any engine, in one way after another."""
    default = house

    def open_one(*, house: House | None = None) -> Visitor:
        opened.append(browsers.open(way, (house or default).server.url))
        return opened[-1].visitor

    return open_one


@pytest.fixture
def visit_chromium(browsers: Engines, house: House, opened: list[Opened]) -> VisitChromium:
    """Opens windows of Chromium alone."""
    default = house

    def open_one(*, scripts: bool = True, size: str = "desktop", house: House | None = None) -> ChromiumVisitor:
        opened.append(browsers.open(Way(CHROMIUM, size, scripts), (house or default).server.url))
        return cast(ChromiumVisitor, opened[-1].visitor)

    return open_one


@pytest.fixture
def watches(opened: list[Opened]) -> Watches:
    """What was seen over the shoulder of each visitor of this test."""
    return Watches(opened)


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Looks at pages; fails at the end with everything that was wrong with them."""
    looking = Audit()
    yield looking
    assert not looking.found, "\n".join(looking.found)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest e2e/test_accessibility.py --renew-snapshots` writes down what it finds."""
    parser.addoption("--renew-snapshots", action="store_true", help="write e2e/snapshots anew")


@pytest.fixture
def renew_snapshots(request: pytest.FixtureRequest) -> bool:
    """Whether what a screen reader is given is written down, not compared."""
    return bool(request.config.getoption("renew_snapshots"))


def _name(test: str) -> str:
    return re.sub(r"[^\w-]+", "-", test).strip("-")


def pytest_xdist_auto_num_workers() -> int:
    """One worker a processor, but few: each has a server and a browser of its own."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Clear away the traces of the last run, once."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(RESULTS, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One engine after another, so that workers share them out and few start more than one."""
    items.sort(key=_engine)


def _engine(item: pytest.Item) -> str:
    way = item.callspec.params.get("way") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    return way.engine.name if isinstance(way, Way) else ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether the test failed, so that its traces are kept too."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report
