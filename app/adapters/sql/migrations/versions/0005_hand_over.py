"""handing a recovery over to the browser that asked for it"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number_nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("number_expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("numbers_tried", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("handed_over", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.drop_column("handed_over")
        batch_op.drop_column("numbers_tried")
        batch_op.drop_column("number_expires_at")
        batch_op.drop_column("number_nonce")
