"""The ports on a SQL database: SQLite by default, PostgreSQL by address."""

from app.adapters.sql.store import SqlStore, SqlTransaction, connect

__all__ = ["SqlStore", "SqlTransaction", "connect"]
