"""The store's tables. Columns are what queries need; whole records lie beside them as msgpack.

A change here needs a new revision in migrations/versions and the next number in VERSION.
"""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, Table

from pipeline.store.columns import Packed, Words

VERSION = "0004"
"""The newest revision in migrations/versions, as a number in four digits."""

metadata = sa.MetaData()

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts by itself only where the type is INTEGER."""

KEY = sa.Text()
"""A hash or an id that this program made: nothing that needs cleaning."""

feeds = Table(
    "feeds",
    metadata,
    Column("url", Words, primary_key=True),
    Column("host_hash", sa.BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", sa.Text, nullable=False),
    Column("next_poll", Double, nullable=False),
    Column("not_before", Double, nullable=False),
    Column("listed", Double, nullable=False),
    Column("feed", LargeBinary, nullable=False),
    Column("cursor", LargeBinary, nullable=False),
    Index("feeds_due", "active", "next_poll", "url"),
)

feed_health = Table(
    "feed_health",
    metadata,
    Column("url", Words, primary_key=True),
    Column("history", LargeBinary),
    Column("missed", Double),
    Column("told", LargeBinary),
)
"""Apart from the feeds: most polls change nothing here, and a row is written as a whole."""

seen_links = Table(
    "seen_links",
    metadata,
    Column("kind", sa.Text, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("feed", Words, nullable=False),
    Column("link_key", KEY, nullable=False),
    Column("guid_key", KEY, nullable=False),
    Column("title", Words, nullable=False),
    Column("updated", Double),
    Column("listed", Double, nullable=False),
    Index("seen_links_listed", "listed"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("row", Number, primary_key=True, autoincrement=True),
    Column("host_hash", sa.BigInteger, nullable=False),
    Column("link", Words, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("accepted", Double, nullable=False),
    Column("due", Double, nullable=False),
    Column("takes", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("backfilled", Boolean, nullable=False),
    Column("state", sa.Text, nullable=False),
    Column("owner", sa.Text),
    Column("taken_at", Double),
    Column("leased_until", Double),
    Column("outcome", sa.Text),
    Column("reason", Words),
    Column("article_id", KEY),
    Column("ledger", Words),
    Column("ended_at", Double),
    Index("inbox_due", "state", "due", "row"),
    Index("inbox_ended", "ended_at"),
    sqlite_autoincrement=True,
)

robots = Table(
    "robots",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("host", Words, nullable=False),
    Column("until", Double, nullable=False),
    Column("text", Packed, nullable=False),
    Column("refusal", Words, nullable=False),
    Column("allows_all", Boolean, nullable=False),
    Column("passing", Boolean, nullable=False),
    Column("crawl_delay", Double, nullable=False),
    Index("robots_until", "until"),
)

ledgers = Table(
    "ledgers",
    metadata,
    Column("key", Words, primary_key=True),
    Column("seq", sa.BigInteger, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("article_id", KEY, nullable=False, unique=True),
    Column("ledger", Words, nullable=False),
    Column("decided", sa.BigInteger, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("text_hash", KEY, nullable=False),
    Column("published", Double, nullable=False),
    Column("accepted", Double, nullable=False),
    Column("url_key", KEY, nullable=False),
    Index("articles_since", "ledger", "seq"),
    Index("articles_window", "ledger", "published"),
    Index("articles_accepted", "accepted"),
    Index("articles_url", "url_key"),
    sqlite_autoincrement=True,
)

texts = Table(
    "texts",
    metadata,
    Column("article_id", KEY, primary_key=True),
    Column("text_hash", KEY, primary_key=True),
    Column("seq", sa.BigInteger, nullable=False),
    Column("seen", Double, nullable=False),
    Column("article", LargeBinary, nullable=False),
    Column("text", Packed),
    Column("relevance", LargeBinary, nullable=False),
    Column("outcome", LargeBinary),
    Column("latest", Boolean, nullable=False),
)
_has_words = texts.c.text.is_not(None)
Index("texts_seen", texts.c.seen, sqlite_where=_has_words, postgresql_where=_has_words)
_replaced = sa.and_(_has_words, sa.not_(texts.c.latest))
Index("texts_replaced", texts.c.seen, sqlite_where=_replaced, postgresql_where=_replaced)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("article_id", KEY, primary_key=True),
    Column("text_hash", KEY, primary_key=True),
    Column("version", Words, nullable=False),
    Column("seen", Double, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Index("fingerprints_seen", "seen"),
)

stories = Table(
    "stories",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("ledger", Words, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("started", Double, nullable=False),
    Column("latest", Double, nullable=False),
    Column("size", Integer, nullable=False),
    Column("merged_into", KEY, nullable=False),
    Column("story", LargeBinary, nullable=False),
    Index("stories_since", "ledger", "seq"),
    Index("stories_latest", "ledger", "latest"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("article_id", KEY, primary_key=True),
    Column("ledger", Words, nullable=False),
    Column("story_id", KEY, nullable=False),
    Column("placed", KEY, nullable=False),
    Column("relation", sa.Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("reason", Words, nullable=False),
    Column("matched", KEY, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("membership", LargeBinary, nullable=False),
    Index("memberships_since", "ledger", "seq"),
    Index("memberships_story", "story_id"),
    Index("memberships_placed", "placed"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("alert_id", KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("state", sa.Text, nullable=False),
    Column("topic", Words, nullable=False),
    Column("ledger", Words, nullable=False),
    Column("story_id", KEY, nullable=False),
    Column("raised", Double, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("alert", LargeBinary, nullable=False),
    Index("alerts_revision", "alert_id", "revision", unique=True),
    Index("alerts_since", "ledger", "latest", "seq"),
    Index("alerts_story", "story_id"),
    Index("alerts_raised", "raised"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery", Number, primary_key=True, autoincrement=True),
    Column("alert_id", KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sink", Words, nullable=False),
    Column("ledger", Words, nullable=False),
    Column("state", sa.Text, nullable=False),
    Column("due", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("owner", sa.Text),
    Column("taken_at", Double),
    Column("leased_until", Double),
    Column("message", Words),
    Column("ended_at", Double),
    Index("deliveries_once", "alert_id", "sink", "revision", unique=True),
    Index("deliveries_due", "state", "due"),
    sqlite_autoincrement=True,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("key", KEY, nullable=False, unique=True),
    Column("state", sa.Text, nullable=False),
    Column("step", sa.Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("input", LargeBinary, nullable=False),
    Column("row", sa.BigInteger, nullable=False),
    Column("delivery", sa.BigInteger, nullable=False),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("dead_letters_state", "state", "last_seen"),
    Index("dead_letters_delivery", "delivery"),
    sqlite_autoincrement=True,
)

claims = Table(
    "claims",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("claimed", Words, nullable=False),
    Column("article_id", KEY, nullable=False),
    Column("title", Words, nullable=False),
    Column("contested", Boolean, nullable=False),
    Index("claims_article", "article_id"),
)

hand_edits = Table(
    "hand_edits",
    metadata,
    Column("article_id", KEY, primary_key=True),
    Column("story_id", KEY, primary_key=True),
    Column("kind", sa.Text, nullable=False),
    Column("ledger", Words, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("made", Double, nullable=False),
    Index("hand_edits_since", "ledger", "seq"),
)

owners = Table(
    "owners",
    metadata,
    Column("owner", sa.Text, primary_key=True),
    Column("scope", Words, nullable=False),
    Column("holder", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("leased_until", Double, nullable=False),
    Column("state", sa.Text, nullable=False),
    Index("owners_scope", "scope", "state"),
)
