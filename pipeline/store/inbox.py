"""The inbox: accepted entries on their way to one outcome each."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.store import letters
from pipeline.store.columns import pack, unpack
from pipeline.store.engine import Database, database_now
from pipeline.store.leases import (
    ENDED,
    PENDING,
    RELEASED,
    TAKEN,
    chunked,
    give_back,
    lapsed,
    lease_values,
    renew,
)
from pipeline.store.schema import inbox
from transforms.feeds.ports import Shard
from transforms.model import DeadLetter, Entry, InboxRow, OutcomeKind, Seconds

ALONE_FROM = 2
"""Takes that ended in a death after which a row is taken alone: from its third take-up on."""
GIVE_UP_AT = 4
"""Takes that ended in a death after which a row is given up: two in company, two alone."""

RETRIED = "retried"
"""The outcome of a row that lives on in a later one."""


class Inbox:
    """The rows of transforms.feeds.ports.FeedStore."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take_rows(self, shard: Shard, owner: str, limit: int, *, now: Seconds) -> list[InboxRow]:
        """Lease up to limit rows due by now, longest due first; [] while a row is worked alone or waits to be.

        A row that is to be taken alone is so within its shard and owner: it comes when the owner has nothing else of
        the shard under way, and nothing else comes until it has ended.
        """

        def work(connection: sa.Connection) -> list[InboxRow]:
            reclaim(connection, shard, now)
            mine = sa.and_(inbox.c.state == TAKEN, inbox.c.owner == owner, *in_shard(inbox, shard))
            under_way = connection.execute(sa.select(sa.func.count(), sa.func.max(inbox.c.takes)).where(mine)).one()
            if under_way[0] and under_way[1] >= ALONE_FROM:
                return []
            due = sa.and_(inbox.c.state == PENDING, inbox.c.due <= now, *in_shard(inbox, shard))
            order = (inbox.c.due, inbox.c.row)
            head = connection.execute(sa.select(inbox.c.takes).where(due).order_by(*order).limit(1)).scalar()
            if head is None:
                return []
            if head >= ALONE_FROM:
                if under_way[0]:
                    return []
                # Fewest deaths first: where many rows died of one neighbour, chance does not hit the same one twice.
                wanted = rows_of(inbox.c.takes >= ALONE_FROM, due).order_by(inbox.c.takes, *order).limit(1)
            else:
                wanted = rows_of(inbox.c.takes < ALONE_FROM, due).order_by(*order).limit(limit)
            found = [inbox_row(row) for row in connection.execute(wanted.with_for_update(skip_locked=True))]
            for chunk in chunked(row.row for row in found):
                connection.execute(inbox.update().where(inbox.c.row.in_(chunk)).values(**lease_values(owner)))
            return found

        # A look before the lock: most calls find nothing, and on SQLite a write keeps all other writers out.
        if limit <= 0 or not self._db.read(lambda connection: self._may_take(connection, shard, now)):
            return []
        return self._db.write(work)

    def renew(self, rows: Sequence[int], owner: str) -> None:
        """Prolong the leases of rows under way, up to 15 min from the take."""
        self._db.write(lambda connection: renew(connection, inbox, owner, rows))

    def give_back(self, rows: Sequence[int], owner: str) -> None:
        """A drain: the owner's rows are pending again, uncounted."""
        self._db.write(lambda connection: give_back(connection, inbox, owner, rows))

    def retry(self, row: InboxRow, due: Seconds, reason: str) -> None:
        """End the row and add a new one with tries + 1, due then; nothing where it has ended already."""

        def work(connection: sa.Connection) -> None:
            if add_again(connection, row.row, due, tries=row.tries + 1):
                end_rows(connection, [row.row], RETRIED, reason)

        self._db.write(work)

    def drop(self, row: InboxRow, reason: str) -> None:
        """End the row, deliberately excluded."""
        self._db.write(lambda connection: end_rows(connection, [row.row], OutcomeKind.DROPPED.value, reason))

    def taken(self, shard: Shard) -> int:
        """Rows of the shard that a living owner has taken and not ended."""
        working = sa.and_(inbox.c.state == TAKEN, sa.not_(lapsed(inbox)), *in_shard(inbox, shard))
        count = sa.select(sa.func.count()).select_from(inbox).where(working)
        return self._db.read(lambda connection: connection.execute(count).scalar_one())

    @staticmethod
    def _may_take(connection: sa.Connection, shard: Shard, now: Seconds) -> bool:
        pending = sa.and_(inbox.c.state == PENDING, inbox.c.due <= now)
        some = sa.select(sa.exists().where(sa.or_(pending, lapsed(inbox)), *in_shard(inbox, shard)))
        return bool(connection.execute(some).scalar())


_KEPT = ("host_hash", "link", "entry", "accepted", "backfilled", "article_id")
_COLUMNS = (
    inbox.c.row,
    inbox.c.entry,
    inbox.c.accepted,
    inbox.c.due,
    inbox.c.takes,
    inbox.c.tries,
    inbox.c.backfilled,
    inbox.c.article_id,
)


def rows_of(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select what inbox_row needs."""
    return sa.select(*_COLUMNS).where(*conditions)


def inbox_row(row: sa.Row[Any]) -> InboxRow:
    """A stored row as the record that travels."""
    return InboxRow(
        row=row.row,
        entry=unpack(Entry, row.entry),
        accepted=row.accepted,
        due=row.due,
        takes=row.takes,
        tries=row.tries,
        backfilled=row.backfilled,
        article=row.article_id or "",
    )


def in_shard(table: sa.Table, shard: Shard) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a row's host belongs to the shard."""
    if shard.count <= 1:
        return ()
    return (table.c.host_hash % shard.count == shard.index,)


def reclaim(connection: sa.Connection, shard: Shard, now: Seconds) -> None:
    """Rows whose owner died, or whose lease ran out, are pending again with one take more, or given up."""
    lost = rows_of(lapsed(inbox), *in_shard(inbox, shard)).order_by(inbox.c.row).with_for_update(skip_locked=True)
    rows = [inbox_row(row) for row in connection.execute(lost)]
    for chunk in chunked(row.row for row in rows):
        again = inbox.update().where(inbox.c.row.in_(chunk)).values(takes=inbox.c.takes + 1, **RELEASED)
        connection.execute(again)
    for row in rows:
        if row.takes + 1 >= GIVE_UP_AT:
            _give_up(connection, row, now)


def _give_up(connection: sa.Connection, row: InboxRow, now: Seconds) -> None:
    letter = DeadLetter(
        step="FollowFeeds",
        reason="gave_up",
        message=(
            f"{GIVE_UP_AT} processes died or went silent over {row.entry.link!r}, the last two while they worked on "
            "nothing else; look at the page, then redrive or drop this"
        ),
        subject=row.entry.link,
        input=pack(row),
        row=row.row,
        first_seen=now,
        last_seen=now,
    )
    letters.write(connection, letter)
    end_rows(connection, [row.row], OutcomeKind.DEAD.value, letter.reason)


def add_again(
    connection: sa.Connection, row: int, due: Seconds, *, tries: int | None = None, article_id: str | None = None
) -> bool:
    """Add a row that asks for the same page later, unless the row has ended; then False.

    Args:
        connection: the transaction in which the row is to end.
        row: whose page.
        due: when.
        tries: of the new row; None: one more than the row's.
        article_id: which article the feed's summary has become; None: as the row has it.
    """
    query = sa.select(inbox).where(inbox.c.row == row, inbox.c.state != ENDED).with_for_update()
    stored = connection.execute(query).first()
    if stored is None:
        return False
    values = {name: stored._mapping[name] for name in _KEPT}  # noqa: SLF001  the row's public mapping
    values |= {"due": due, "takes": 0, "tries": stored.tries + 1 if tries is None else tries, "state": PENDING}
    if article_id is not None:
        values["article_id"] = article_id
    connection.execute(inbox.insert().values(values))
    return True


def end_rows(connection: sa.Connection, rows: Sequence[int], outcome: str, reason: str) -> None:
    """End rows that have not ended yet."""
    for chunk in chunked(sorted(rows)):
        open_rows = sa.and_(inbox.c.row.in_(chunk), inbox.c.state != ENDED)
        ending = {**RELEASED, "state": ENDED, "outcome": outcome, "reason": reason, "ended_at": database_now()}
        connection.execute(inbox.update().where(open_rows).values(**ending))
