"""What both databases say in their own dialect."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel


def insert(connection: Connection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def columns(table: type[SQLModel]) -> list[Any]:
    """Every column of a table: a statement on them returns plain rows, not objects that follow a session."""
    return list(SQLModel.metadata.tables[str(table.__tablename__)].columns)
