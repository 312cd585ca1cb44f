"""What polls brought, written down: cursors, what is remembered of entries, and the rows that new ones become."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store import feed_health as health
from pipeline.store.columns import clean, pack
from pipeline.store.leases import PENDING, chunked, insert
from pipeline.store.schema import feeds, inbox, seen_links
from transforms.feeds.history import FeedHistory, after_document
from transforms.feeds.ports import Acceptance, AcceptEntry, NewEntry, Polled, Seen, host_hash
from transforms.model import FeedCursor

RELISTED_AFTER = 86400.0
"""Seconds after which it is noted again that a feed lists a link: most polls find what the one before found."""

_Key = tuple[str, str]
"""("link" | "guid", hash)"""

# Built once: building a statement costs ten times what the database takes to run it.
_AT = feeds.c.url == sa.bindparam("at_url")
_ADVANCE = feeds.update().where(_AT, feeds.c.version == sa.bindparam("over_version"))
_VERSIONS = (
    sa.select(feeds.c.url, feeds.c.version)
    .where(feeds.c.url.in_(sa.bindparam("urls", expanding=True)))
    .order_by(feeds.c.url)
    .with_for_update()
)
_THIS_LINK = sa.and_(seen_links.c.kind == sa.bindparam("of_kind"), seen_links.c.key == sa.bindparam("of_key"))
_OVERWRITE = seen_links.update().where(_THIS_LINK)
_KNOWN = sa.select(
    *(seen_links.c[name] for name in ("key", "link_key", "guid_key", "title", "updated", "listed"))
).where(seen_links.c.kind == sa.bindparam("of_kind"), seen_links.c.key.in_(sa.bindparam("keys", expanding=True)))


def cursor_columns(cursor: FeedCursor) -> dict[str, Any]:
    """What a feed's row says of its cursor."""
    return {
        "version": cursor.version,
        "status": cursor.status.value,
        "next_poll": cursor.next_poll,
        "not_before": cursor.not_before,
        "host_hash": host_hash(cursor.moved_to or cursor.feed.url),
        "cursor": pack(cursor),
    }


def advance(connection: sa.Connection, cursors: Iterable[FeedCursor]) -> None:
    """Write cursors, each only over the version before it."""
    _write(connection, _ADVANCE, [_advanced(cursor) for cursor in cursors])


def accept(connection: sa.Connection, polls: Sequence[Polled], judge: AcceptEntry) -> list[int | None]:
    """Write what each poll brought, as if they had come one after the other; how many rows each made, None: too old.

    The stored cursor's last_new_entry becomes the poll's now where rows were made.
    """
    versions: dict[str, int] = {}
    for chunk in chunked(one.cursor.feed.url for one in polls):
        versions.update((row.url, row.version) for row in connection.execute(_VERSIONS, {"urls": chunk}))
    fresh = []
    made: list[int | None] = []
    for one in polls:
        url, version = clean(one.cursor.feed.url), one.cursor.version
        if versions.get(url) == version - 1:
            versions[url] = version
            fresh.append(one)
            made.append(0)
        else:
            made.append(None)
    memory = _Memory(connection, fresh)
    rows = [_new_rows(memory, one, judge) for one in fresh]
    memory.write_back()
    _note_health(connection, memory, fresh)
    _write(connection, inbox.insert(), [row for of_one in rows for row in of_one])
    advanced = []
    for one, of_one in zip(fresh, rows, strict=True):
        newer = msgspec.structs.replace(one.cursor, last_new_entry=one.now) if of_one else one.cursor
        advanced.append({**_advanced(newer), "listed": one.now})
    _write(connection, _ADVANCE, advanced)
    counts = map(len, rows)
    return [None if count is None else next(counts) for count in made]


def _note_health(connection: sa.Connection, memory: "_Memory", polls: Sequence[Polled]) -> None:
    """Feeds' histories go on with their documents."""
    known = health.before_documents(connection, (one.cursor.feed.url for one in polls))
    histories: dict[str, FeedHistory] = {}
    for one in polls:
        url = clean(one.cursor.feed.url)
        before = known[url]
        unmet = frozenset(new.guid_key for new in one.entries if ("guid", new.guid_key) in memory.unmet)
        history = histories.get(url, before.history)
        histories[url] = after_document(history, before.cursor, one.entries, unmet, one.now)
    health.write_histories(connection, histories)


def _advanced(cursor: FeedCursor) -> dict[str, Any]:
    return {"at_url": cursor.feed.url, "over_version": cursor.version - 1, **cursor_columns(cursor)}


def _write(connection: sa.Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _new_rows(memory: "_Memory", poll: Polled, judge: AcceptEntry) -> list[dict[str, Any]]:
    """Judge one poll's entries; the values of the rows that the new and changed ones become."""
    rows = []
    for new in poll.entries:
        verdict = Acceptance.KNOWN
        if not new.seen_only:
            verdict = judge(new.entry, memory.seen.get(("link", new.link_key)), memory.seen.get(("guid", new.guid_key)))
        memory.note(poll, new, overwrite=verdict in {Acceptance.NEW, Acceptance.CHANGED})
        if verdict in {Acceptance.NEW, Acceptance.CHANGED}:
            rows.append(
                {
                    "host_hash": new.host_hash,
                    "link": new.entry.link,
                    "entry": pack(new.entry),
                    "accepted": poll.now,
                    "due": poll.now,
                    "takes": 0,
                    "tries": 0,
                    "backfilled": new.backfilled,
                    "state": PENDING,
                }
            )
    return rows


class _Memory:
    """What was seen before of some documents' entries, and what is to be remembered of them."""

    def __init__(self, connection: sa.Connection, polls: Sequence[Polled]) -> None:
        self._connection = connection
        self.seen: dict[_Key, Seen] = {}
        self._changed: dict[_Key, dict[str, Any]] = {}
        first: dict[_Key, tuple[Polled, NewEntry]] = {}
        for poll in polls:
            for new in poll.entries:
                for key in _keys(new):
                    first.setdefault(key, (poll, new))
        self._load(first)
        unknown = sorted(first.keys() - self.seen.keys())
        inserted = self._insert([_values(key, *first[key]) for key in unknown])
        self.unmet: AbstractSet[_Key] = inserted
        """Links and guids that were not known before."""
        if raced := set(unknown) - inserted:
            self._load({key: first[key] for key in raced})

    def _load(self, first: dict[_Key, tuple[Polled, NewEntry]]) -> None:
        relisted = []
        for kind in ("link", "guid"):
            for chunk in chunked(sorted(key for key_kind, key in first if key_kind == kind)):
                rows = self._connection.execute(_KNOWN, {"of_kind": kind, "keys": chunk}).all()
                for key, *seen, listed in rows:
                    self.seen[kind, key] = Seen(*seen)
                    poll, _ = first[kind, key]
                    if listed < poll.now - RELISTED_AFTER:
                        relisted.append({"of_kind": kind, "of_key": key, **_listed(poll)})
        _write(self._connection, _OVERWRITE, relisted)

    def _insert(self, rows: list[dict[str, Any]]) -> set[_Key]:
        """Insert what is not there yet, in order of the keys; a second feed with the same links waits here for the first."""
        statement = (
            insert(self._connection, seen_links).on_conflict_do_nothing().returning(seen_links.c.kind, seen_links.c.key)
        )
        inserted: set[_Key] = set()
        for chunk in chunked(rows):
            inserted.update((row.kind, row.key) for row in self._connection.execute(statement, chunk))
        return inserted

    def note(self, poll: Polled, new: NewEntry, *, overwrite: bool) -> None:
        """Remember one judged entry for those that follow."""
        for key in _keys(new):
            if key in self.seen and overwrite:
                self._changed[key] = _values(key, poll, new)
            if key not in self.seen or overwrite:
                self.seen[key] = Seen(new.link_key, new.guid_key, new.entry.title, new.entry.updated)

    def write_back(self) -> None:
        """Write what changed of links and guids known before."""
        changed = [{"of_kind": key[0], "of_key": key[1], **values} for key, values in sorted(self._changed.items())]
        _write(self._connection, _OVERWRITE, changed)


def _keys(new: NewEntry) -> tuple[_Key, _Key]:
    return (("link", new.link_key), ("guid", new.guid_key))


def _values(key: _Key, poll: Polled, new: NewEntry) -> dict[str, Any]:
    return {
        "kind": key[0],
        "key": key[1],
        "link_key": new.link_key,
        "guid_key": new.guid_key,
        "title": new.entry.title,
        "updated": new.entry.updated,
        **_listed(poll),
    }


def _listed(poll: Polled) -> dict[str, Any]:
    return {"feed": poll.cursor.feed.url, "listed": poll.now}
