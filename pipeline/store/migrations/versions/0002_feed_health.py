"""What feeds' documents have shown over time, and what was told of their health."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_health",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("history", sa.LargeBinary(), nullable=True),
        sa.Column("missed", sa.Double(), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("url"),
    )
