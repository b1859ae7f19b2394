"""the language of a message"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), server_default="es", nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_column("language")
