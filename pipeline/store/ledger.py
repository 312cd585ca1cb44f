"""Ledgers: one writer at a time decides a wave in one transaction; transforms.stories.ports.LedgerStore."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from pipeline.store import ledger_reading, ledger_writing
from pipeline.store.columns import unpack
from pipeline.store.engine import Database
from pipeline.store.leases import ENDED, chunked, insert
from pipeline.store.schema import articles, inbox, ledgers, memberships, stories, texts
from transforms.model import Alert, Judged, Membership, Outcome, Seconds, Story
from transforms.stories.ports import Claim, KnownArticle, LedgerChanges, LedgerTransaction, Wave

T = TypeVar("T")


class Ledgers:
    """Opens ledger transactions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @contextmanager
    def ledger(self, key: str) -> Iterator[LedgerTransaction]:
        """Lock the ledger's row; commit at the end, roll back on an error.

        Beginning is retried with the store's patience; what goes wrong later is raised, since the caller's own work
        cannot be done anew from here: use decide for that.
        """

        def begin() -> tuple[sa.Connection, sa.Transaction, int]:
            connection = self._db.engine.connect().execution_options(wirewatch_write=True)
            try:
                return connection, connection.begin(), lock(connection, key)
            except BaseException:
                connection.close()
                raise

        connection, transaction, seq = self._db.retried(begin)
        with connection, transaction:
            yield OpenLedger(connection, key, seq)

    def decide(self, key: str, work: Callable[[LedgerTransaction], T]) -> T:
        """Run work in a ledger's transaction, anew from its start after each passing error of the database.

        Work must keep its own memory untouched until this returns.
        """

        def once() -> T:
            with self._db.begin(write=True) as connection:
                return work(OpenLedger(connection, key, lock(connection, key)))

        return self._db.retried(once)

    def keys(self) -> list[str]:
        """The ledgers there are."""
        query = sa.select(ledgers.c.key).order_by(ledgers.c.key)
        return list(self._db.read(lambda connection: connection.execute(query).scalars().all()))


def lock(connection: sa.Connection, key: str) -> int:
    """Lock the ledger's row, made where it is new; its number."""
    connection.execute(insert(connection, ledgers).values(key=key, seq=0).on_conflict_do_nothing())
    row = sa.select(ledgers.c.seq).where(ledgers.c.key == key).with_for_update()
    return connection.execute(row).scalar_one()


def advance(connection: sa.Connection, key: str, seq: int) -> None:
    """Set a locked ledger's number."""
    connection.execute(ledgers.update().where(ledgers.c.key == key).values(seq=seq))


class OpenLedger:
    """transforms.stories.ports.LedgerTransaction over one connection that has locked the ledger's row."""

    def __init__(self, connection: sa.Connection, key: str, seq: int) -> None:
        self._connection = connection
        self.key = key
        self.seq = seq

    def highwater(self) -> Seconds:
        """Greatest publication time of the ledger's articles; -inf where it has none."""
        query = sa.select(sa.func.max(articles.c.published)).where(articles.c.ledger == self.key)
        greatest = self._connection.execute(query).scalar()
        return float("-inf") if greatest is None else greatest

    def since(self, seq: int, published_after: Seconds) -> LedgerChanges:
        """What was committed after seq; articles published before the bound are left out, memberships with them."""
        return ledger_reading.since(self._connection, self.key, seq, published_after, self.seq)

    def stored(self, article_ids: Sequence[str]) -> dict[str, Judged]:
        """Articles by id, over all ledgers, with their latest text; a pruned text is empty."""
        return ledger_reading.judged(self._connection, article_ids)

    def ledger_of(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The ledger of the first decision of each known article."""
        found: dict[str, str] = {}
        for chunk in chunked(sorted(set(article_ids))):
            query = sa.select(articles.c.article_id, articles.c.ledger).where(articles.c.article_id.in_(chunk))
            found.update((row.article_id, row.ledger) for row in self._connection.execute(query))
        return found

    def outcome(self, article_id: str, text_hash: str) -> Outcome | None:
        """The stored outcome of an (article, text) decided before; its membership as it is now."""
        this = sa.and_(texts.c.article_id == article_id, texts.c.text_hash == text_hash)
        packed = self._connection.execute(sa.select(texts.c.outcome).where(this)).scalar()
        if packed is None:
            return None
        place = sa.select(memberships.c.membership).where(memberships.c.article_id == article_id)
        current = self._connection.execute(place).scalar()
        outcome = unpack(Outcome, packed)
        return outcome if current is None else msgspec.structs.replace(outcome, membership=unpack(Membership, current))

    def ended(self, row: int) -> bool:
        """Has this inbox row ended? A row that is not there any more has; row 0 (replay) never does."""
        if not row:
            return False
        state = self._connection.execute(sa.select(inbox.c.state).where(inbox.c.row == row)).scalar()
        return state is None or state == ENDED

    def members(self, story_id: str) -> list[tuple[KnownArticle, Membership]]:
        """All members of a story in order of decision; without those whose fingerprints are forgotten."""
        return ledger_reading.members(self._connection, story_id)

    def story(self, story_id: str) -> Story | None:
        """A story of this ledger as it stands; None: it has none of that id."""
        query = sa.select(stories.c.story).where(stories.c.story_id == story_id, stories.c.ledger == self.key)
        packed = self._connection.execute(query).scalar()
        return None if packed is None else unpack(Story, packed)

    def alerts_of(self, story_ids: Sequence[str]) -> tuple[Alert, ...]:
        """The latest revisions of these stories' alerts."""
        return ledger_reading.alerts_of(self._connection, story_ids)

    def claim(self, keys: Sequence[tuple[str, str]], article_id: str) -> dict[str, Claim]:
        """Claim each (key, folded title) where it is free; a key claimed under another title becomes contested."""
        return ledger_writing.claim(self._connection, keys, article_id)

    def write(self, wave: Wave) -> None:
        """Write all of a wave.

        Raises:
            ValueError: the wave's number does not lie after the ledger's.
        """
        changes = (wave.articles, wave.memberships, wave.stories, wave.alerts, wave.apart, wave.together)
        if wave.seq <= self.seq and any(changes):
            raise ValueError(f"wave {wave.seq} of ledger {self.key!r} does not lie after {self.seq}; number it anew")
        ledger_writing.write(self._connection, self.key, wave)
        if wave.seq > self.seq:
            advance(self._connection, self.key, wave.seq)
