"""Runs migrations on the connection that `schema` hands over, in its transaction."""

from alembic import context
from sqlmodel import SQLModel

from app.adapters.sql import tables

assert tables  # noqa: S101 - importing it is what fills the metadata
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
