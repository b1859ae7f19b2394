"""What every test may ask for: a clock, the rules, and a migrated database of its own."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import events
from app.adapters.sql import SqlStore, connect, schema
from app.domain.case import Rules
from e2e.databases import DATABASES, SQLITE
from tests import people
from tests.people import Clock


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/integration --database postgres` runs them on PostgreSQL."""
    parser.addoption("--database", choices=DATABASES, default=SQLITE, help="of the tests in tests/integration")


@pytest.fixture(scope="session", autouse=True)
def _quiet_events() -> None:
    events.configure(io.StringIO())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rules() -> Rules:
    return people.rules()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row; copy it, never write to it."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    engine = connect(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def store(migrated: Path, tmp_path: Path, clock: Clock) -> Iterator[SqlStore]:
    """The bank's database: nobody is a customer yet, and its time is `clock`'s."""
    path = tmp_path / "bank.db"
    shutil.copy(migrated, path)
    engine = connect(f"sqlite:///{path}")
    yield SqlStore(engine, clock)
    engine.dispose()
