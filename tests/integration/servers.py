"""PostgreSQL for tests: one server, and a database of its own for every test."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, make_url, text

from . import bank

FOUNDED: Final = "founded"


class PostgresServer:
    """One server, by the address of any database in it."""

    _numbers = count(1)

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def found(self, folder: Path) -> None:
        """Make the database that tests copy."""
        self._do(f"CREATE DATABASE {FOUNDED}")
        bank.found(folder, database_url=self._named(FOUNDED))

    @contextmanager
    def copy(self, template: str = FOUNDED) -> Iterator[dict[str, str]]:
        """The setting that names a copy of it, while the block runs; `template0` gives an empty one."""
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield {"database_url": self._named(name)}
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _named(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
