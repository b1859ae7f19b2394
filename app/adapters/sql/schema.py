"""The database's shape: brought up to date by Alembic, one migration a change."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from app.adapters.sql.statements import take_your_time, wait_for_turn
from app.adapters.sql.tables import METADATA

FOLDER = Path(__file__).parent / "migrations"
UPGRADE: Final = -1
"""The number of an upgrade among those that are waited for; customers have the positive ones."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database up to date; nothing happens if it is. Of several at once one does it, the others wait."""
    with engine.begin() as connection:
        take_your_time(connection)
        _wait_for_upgrade(connection)
        command.upgrade(_config(connection), "head")


def _wait_for_upgrade(connection: Connection) -> None:
    """Until another upgrade has ended, however long it takes."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        wait_for_turn(connection, UPGRADE)
        connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")


def write_migration(engine: Engine, summary: str) -> None:
    """Write the migration from the database as it is to the tables as they are."""
    with engine.begin() as connection:
        number = len(list((FOLDER / "versions").glob("*.py"))) + 1
        command.revision(_config(connection), summary, autogenerate=True, rev_id=f"{number:04}")


def differences(engine: Engine) -> list[object]:
    """What the tables in the code have that the database has not, or the other way round."""
    with engine.begin() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))
