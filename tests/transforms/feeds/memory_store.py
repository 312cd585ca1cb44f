"""A FeedStore in memory, as the protocol says, for following feeds without a database."""

import threading

import msgspec

from transforms.feeds.ports import Acceptance, KeptRobots, Seen, host_hash
from transforms.model import Feed, FeedCursor, FeedStatus, InboxRow


class MemoryStore:
    def __init__(self, *urls: str, clock, **feed) -> None:
        self.clock = clock
        self.cursors = {url: FeedCursor(feed=Feed(url, **feed)) for url in urls}
        self.links: dict[str, Seen] = {}
        self.guids: dict[str, Seen] = {}
        self.pending: dict[int, tuple[int, InboxRow]] = {}
        self.under_way: dict[int, tuple[int, InboxRow]] = {}
        self.retries: list[tuple[InboxRow, float, str]] = []
        self.given_back: list[int] = []
        self.renewed: list[tuple[int, ...]] = []
        self.deliveries: list[tuple[str, str]] = []
        self.robots_files: dict[str, KeptRobots] = {}
        self.broken: Exception | None = None
        self.polls_written = 0
        self._last_row = 0
        self._lock = threading.RLock()

    def due_feeds(self, shard, now, limit, *, after=None, everything=False):
        with self._lock:
            self._check()
            place = (after.next_poll, after.feed.url) if after else (float("-inf"), "")
            due = [
                cursor
                for cursor in self.cursors.values()
                if cursor.status != FeedStatus.GONE
                and cursor.not_before <= now
                and (everything or cursor.next_poll <= now)
                and host_hash(cursor.feed.url) % shard.count == shard.index
                and (cursor.next_poll, cursor.feed.url) > place
            ]
            return sorted(due, key=lambda cursor: (cursor.next_poll, cursor.feed.url))[:limit]

    def next_due(self, shard):
        return min((cursor.next_poll for cursor in self.cursors.values()), default=None)

    def accept(self, polls, judge):
        with self._lock:
            return [self._accept(one.cursor, one.entries, one.now, judge) for one in polls]

    def _accept(self, cursor, entries, now, judge):
        if not self._write(cursor):
            return None
        made = 0
        for new in entries:
            seen = Seen(new.link_key, new.guid_key, new.entry.title, new.entry.updated)
            verdict = Acceptance.KNOWN
            if not new.seen_only:
                verdict = judge(new.entry, self.links.get(new.link_key), self.guids.get(new.guid_key))
            if verdict in {Acceptance.NEW, Acceptance.CHANGED}:
                made += 1
                self.add_row(new.entry, now, new.host_hash, backfilled=new.backfilled)
                self.links[new.link_key] = self.guids[new.guid_key] = seen
            self.links.setdefault(new.link_key, seen)
            self.guids.setdefault(new.guid_key, seen)
        return made

    def touch(self, cursors):
        with self._lock:
            for cursor in cursors:
                self._write(cursor)

    def take_rows(self, shard, owner, limit, *, now):
        with self._lock:
            self._check()
            due = [
                (place, row)
                for place, row in self.pending.values()
                if row.due <= now and place % shard.count == shard.index
            ]
            for _, row in due[:limit]:
                self.under_way[row.row] = self.pending.pop(row.row)
            return [row for _, row in due[:limit]]

    def renew(self, rows, owner):
        self.renewed.append(tuple(rows))

    def give_back(self, rows, owner):
        with self._lock:
            self.given_back += rows
            for row in rows:
                self.pending[row] = self.under_way.pop(row)

    def retry(self, row, due, reason):
        with self._lock:
            self.retries.append((row, due, reason))
            place, _ = self.under_way.pop(row.row)
            self._put(place, msgspec.structs.replace(row, row=self._next(), due=due, tries=row.tries + 1))

    def drop(self, row, reason):
        self.under_way.pop(row.row)

    def taken(self, shard):
        return len(self.under_way)

    def due_deliveries(self):
        return list(self.deliveries)

    def robots(self, origin):
        return self.robots_files.get(origin)

    def keep_robots(self, origin, kept):
        self.robots_files[origin] = kept

    def crawl_delays(self, now):
        kept = self.robots_files.values()
        return [(one.host, one.crawl_delay) for one in kept if one.crawl_delay and one.until > now]

    def held_feeds(self, now):
        return [(url, cursor.not_before) for url, cursor in self.cursors.items() if cursor.not_before > now]

    # --- for tests

    def end(self, *rows: int) -> None:
        with self._lock:
            for row in rows:
                self.under_way.pop(row, None)

    def add_row(self, entry, now, place=None, **changes) -> InboxRow:
        with self._lock:
            row = InboxRow(self._next(), entry, accepted=now, due=now, **changes)
            self._put(host_hash(entry.link) if place is None else place, row)
            return row

    def _put(self, place, row) -> None:
        self.pending[row.row] = (place, row)

    def _next(self) -> int:
        self._last_row += 1
        return self._last_row

    def _write(self, cursor) -> bool:
        if self.cursors[cursor.feed.url].version != cursor.version - 1:
            return False
        self.cursors[cursor.feed.url] = cursor
        self.polls_written += 1
        return True

    def _check(self) -> None:
        if self.broken:
            raise self.broken
