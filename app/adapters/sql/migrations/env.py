"""Runs migrations on the connection that `schema` hands over, in its transaction."""

from alembic import context

from app.adapters.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
