"""The order in which feeds fall due is an index's own: pages of it cost the same however many are due at once."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("feeds_due", table_name="feeds")
    op.create_index("feeds_due", "feeds", ["active", "next_poll", "url"], unique=False)
