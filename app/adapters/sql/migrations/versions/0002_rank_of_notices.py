"""rank of notices"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RANK = {"code": 0, "frozen": 1, "changed": 1, "locked": 1, "link": 2}


def upgrade() -> None:
    """Give every message its rank, so that a flood of links delays no code."""
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("rank", sa.Integer(), nullable=True))
        notice.drop_index("ix_notice_due")
    table = sa.table("notice", sa.column("kind", sa.String()), sa.column("rank", sa.Integer()))
    for kind, rank in RANK.items():
        op.execute(table.update().where(table.c.kind == kind).values(rank=rank))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("rank", existing_type=sa.Integer(), nullable=False)
        notice.create_index("ix_notice_due", ["done_at", "rank", "due_at"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("notice") as notice:
        notice.drop_index("ix_notice_due")
        notice.drop_column("rank")
        notice.create_index("ix_notice_due", ["done_at", "due_at"])
