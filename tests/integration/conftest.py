"""Banks, browsers and walks through the recovery."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache
from pytest_httpserver import HTTPServer

from app.adapters.sql.store import utc_now
from e2e.databases import SQLITE
from e2e.databases import postgres as postgres_started
from tests.people import Clock

from . import bank as banks
from .bank import Bank, settings_of
from .letters import PostOffice
from .phones import SmsProvider
from .servers import PostgresServer
from .walk import Walk

OpenBank = Callable[..., Bank]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the customers in it; copy it, never write to it."""
    return banks.found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The database of the test's banks: what `--database` says, unless the test names several."""
    return str(getattr(request, "param", request.config.getoption("database")))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """PostgreSQL, with the customers in a database to be copied."""
    with postgres_started() as url:
        started = PostgresServer(url)
        started.found(tmp_path_factory.mktemp("founded-postgres"))
        yield started


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[dict[str, str]]:
    """The setting that names a copy of that database; limits are counted in it."""
    with postgres_server.copy() as settings:
        yield settings


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """The mail server, open."""
    office = PostOffice()
    office.open()
    yield office
    office.leave()


@pytest.fixture
def sms(httpserver: HTTPServer) -> SmsProvider:
    """The SMS provider, which works."""
    return SmsProvider(httpserver)


@pytest.fixture
def open_bank(
    founded: Path, tmp_path: Path, post_office: PostOffice, clock: Clock, database: str, request: pytest.FixtureRequest
) -> Iterator[OpenBank]:
    """Opens a bank with other settings than the usual; all of one test share a database and the time."""
    usual: dict[str, str] = {}
    if database == SQLITE:
        banks.copy_database(founded, tmp_path)
    else:
        usual = request.getfixturevalue("postgres")
    opened: list[Bank] = []

    def open_one(**settings: Any) -> Bank:
        one = Bank(settings_of(tmp_path, post_office.port, usual | settings), post_office, clock)
        one.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(founded.parent))
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def bank(open_bank: OpenBank) -> Bank:
    """The bank with its usual settings."""
    return open_bank()


@pytest.fixture
def live_bank(bank: Bank) -> Bank:
    """The bank in real time, for tests with processes of their own."""
    bank.store.clock = utc_now
    return bank


@pytest.fixture(params=[False, True], ids=["plain", "htmx"])
def htmx(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts."""
    return bool(request.param)


@pytest.fixture
def walk(bank: Bank) -> Walk:
    """Alice's way through the recovery, up to wherever a test needs her."""
    return Walk(bank)
