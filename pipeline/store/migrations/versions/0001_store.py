"""The store as it first was: feeds and rows, articles and stories, alerts and deliveries, dead letters, owners."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("raised", sa.Double(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("alert", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("alerts_raised", "alerts", ["raised"], unique=False)
    op.create_index("alerts_revision", "alerts", ["alert_id", "revision"], unique=True)
    op.create_index("alerts_since", "alerts", ["ledger", "latest", "seq"], unique=False)
    op.create_index("alerts_story", "alerts", ["story_id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("published", sa.Double(), nullable=False),
        sa.Column("accepted", sa.Double(), nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("article_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("articles_accepted", "articles", ["accepted"], unique=False)
    op.create_index("articles_since", "articles", ["ledger", "seq"], unique=False)
    op.create_index("articles_url", "articles", ["url_key"], unique=False)
    op.create_index("articles_window", "articles", ["ledger", "published"], unique=False)
    op.create_table(
        "claims",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("claimed", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("claims_article", "claims", ["article_id"], unique=False)
    op.create_table(
        "dead_letters",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("input", sa.LargeBinary(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("dead_letters_delivery", "dead_letters", ["delivery"], unique=False)
    op.create_index("dead_letters_state", "dead_letters", ["state", "last_seen"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sink", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.Double(), nullable=True),
        sa.Column("leased_until", sa.Double(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("delivery"),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_due", "deliveries", ["state", "due"], unique=False)
    op.create_index("deliveries_once", "deliveries", ["alert_id", "sink", "revision"], unique=True)
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host_hash", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("next_poll", sa.Double(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("listed", sa.Double(), nullable=False),
        sa.Column("feed", sa.LargeBinary(), nullable=False),
        sa.Column("cursor", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_index("feeds_due", "feeds", ["active", "next_poll"], unique=False)
    op.create_table(
        "fingerprints",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "text_hash"),
    )
    op.create_index("fingerprints_seen", "fingerprints", ["seen"], unique=False)
    op.create_table(
        "hand_edits",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "story_id"),
    )
    op.create_index("hand_edits_since", "hand_edits", ["ledger", "seq"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("host_hash", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("accepted", sa.Double(), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("takes", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.Double(), nullable=True),
        sa.Column("leased_until", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("article_id", sa.Text(), nullable=True),
        sa.Column("ledger", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("row"),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_due", "inbox", ["state", "due", "row"], unique=False)
    op.create_index("inbox_ended", "inbox", ["ended_at"], unique=False)
    op.create_table(
        "ledgers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "memberships",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("placed", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("matched", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("membership", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index("memberships_placed", "memberships", ["placed"], unique=False)
    op.create_index("memberships_since", "memberships", ["ledger", "seq"], unique=False)
    op.create_index("memberships_story", "memberships", ["story_id"], unique=False)
    op.create_table(
        "owners",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("leased_until", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
    op.create_index("owners_scope", "owners", ["scope", "state"], unique=False)
    op.create_table(
        "seen_links",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("link_key", sa.Text(), nullable=False),
        sa.Column("guid_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("updated", sa.Double(), nullable=True),
        sa.Column("listed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
    )
    op.create_index("seen_links_listed", "seen_links", ["listed"], unique=False)
    op.create_table(
        "stories",
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("latest", sa.Double(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("story", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("story_id"),
    )
    op.create_index("stories_latest", "stories", ["ledger", "latest"], unique=False)
    op.create_index("stories_since", "stories", ["ledger", "seq"], unique=False)
    op.create_table(
        "texts",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("article", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("relevance", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "text_hash"),
    )
    op.create_index(
        "texts_replaced",
        "texts",
        ["seen"],
        unique=False,
        sqlite_where=sa.text("text IS NOT NULL AND latest = 0"),
        postgresql_where=sa.text("text IS NOT NULL AND NOT latest"),
    )
    op.create_index(
        "texts_seen",
        "texts",
        ["seen"],
        unique=False,
        sqlite_where=sa.text("text IS NOT NULL"),
        postgresql_where=sa.text("text IS NOT NULL"),
    )
