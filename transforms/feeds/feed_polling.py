"""Polls the feeds of a shard that are due, and writes what came of it."""

import asyncio
import functools

from transforms.feeds.answers import NOT_ASKED, Fetched, FetchFailure
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.cursor_writing import CursorWriter
from transforms.feeds.means import Gate, Means, in_thread
from transforms.feeds.pace import Pace
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed
from transforms.feeds.parsing import Document, Parsing
from transforms.feeds.poll import after_poll, needs_parsing, put_off, request_for
from transforms.feeds.ports import NewEntry, Polled
from transforms.feeds.under_way import UnderWay
from transforms.model import FeedCursor

PATIENCE = 300.0
"""Seconds that a poll may wait for its turn at its host; a longer wait is put into the feed's cursor."""
MAX_PARSING_BYTES = 64 * 1024 * 1024
"""Of documents waiting to be parsed; above it no further feed is asked."""
UNDER_WAY = 2000
"""Polls begun and not done, most of them waiting for their host's turn."""
AT_ONCE = 8
BATCH = 500
IDLE_SECONDS = 1.0


class FeedPolling:
    """Rounds of polls; bounded: each feed that is due at the beginning once.

    Args:
        means: shard, store, limits.
        client: fetches.
        pace: the client's.
        accepted: set when entries have become rows.
    """

    def __init__(self, means: Means, client: Client, pace: Pace, accepted: asyncio.Event) -> None:
        self._means = means
        self._client = client
        self._pace = pace
        self._under_way = UnderWay[str]()
        """Polls by their feeds' URLs."""
        self._begun = 0
        self._unparsed = Gate(MAX_PARSING_BYTES)
        self._parsing = Parsing(means.pool, self._unparsed)
        self._polled: dict[str, tuple[int, float]] = {}
        """(version, next poll) of the last cursor made of each feed. The store is not asked again for what it has not been told yet, and a
        cursor that the store would not take is no reason to ask a publisher again at once."""
        self._writer = CursorWriter(means, accepted)

    async def follow(self) -> None:
        """Poll until nothing is due (bounded), or without end.

        If cancelled, it leaves those polls behind whose publishers have been asked: `finish` or `abandon` is to follow.
        """
        async with self._under_way.watched() as group:
            await self._rounds(group)

    async def _rounds(self, group: asyncio.TaskGroup) -> None:
        means = self._means
        await self._round(group, everything=means.everything)
        while not means.bounded:
            await self._writer.flush()
            await asyncio.sleep(IDLE_SECONDS)
            await self._round(group)
        self._writer.hurry()
        while self._under_way:
            await self._under_way.ended(IDLE_SECONDS)
            await self._writer.flush()
        await self._writer.flush()

    async def _round(self, group: asyncio.TaskGroup, *, everything: bool = False) -> None:
        """Begin a poll of each feed that is due now; the next ones are read while those before them are begun."""
        now = self._means.clock()
        read = functools.partial(
            in_thread, self._means.store.due_feeds, self._means.shard, now, BATCH, everything=everything
        )
        stored = await read(after=None)
        while stored:
            reading = group.create_task(read(after=stored[-1]))
            for cursor in stored:
                if self._is_due(cursor, everything=everything):
                    await self._turn()
                    self._under_way.begin(cursor.feed.url, self._poll(cursor))
            stored = await reading

    async def _turn(self) -> None:
        """Wait until one more poll may begin."""
        self._begun += 1
        if self._begun % AT_ONCE == 0:
            await asyncio.sleep(0)  # those just begun take their turns first
        await self._under_way.fewer_than(UNDER_WAY)
        await self._pace.free()

    async def finish(self) -> None:
        """A drain: what publishers have been asked for is not asked for again, if it comes soon; write all that came."""
        self._writer.hurry()
        await self._under_way.finish()
        await self._writer.flush()

    def abandon(self) -> None:
        """Wait for no answer any more."""
        self._under_way.abandon()

    def _is_due(self, cursor: FeedCursor, *, everything: bool) -> bool:
        if cursor.feed.url in self._under_way:
            return False
        last = self._polled.get(cursor.feed.url)
        if last is None:
            return True
        if self._means.bounded or everything:
            return False
        version, next_poll = last
        return cursor.version >= version or next_poll <= self._means.clock()

    async def _poll(self, cursor: FeedCursor) -> None:
        after = await self._after(cursor)
        self._polled[cursor.feed.url] = (after.version, after.next_poll)

    async def _after(self, cursor: FeedCursor) -> FeedCursor:
        means = self._means
        now = means.clock()
        request = request_for(cursor, now)

        async def room() -> None:
            await self._unparsed.room()
            self._under_way.asked(cursor.feed.url)

        answer = await self._client.fetch(
            request.url,
            FetchKind.FEED,
            etag=request.etag,
            last_modified=request.last_modified,
            patience=PATIENCE,
            room=room,
        )
        if isinstance(answer, FetchFailure) and answer.reason in NOT_ASKED:
            until = means.clock() + (answer.retry_after or 0.0)
            return await self._writer.touch(put_off(cursor, until, held=answer.reason == "host-held"))
        parsed: ParsedFeed | NotAFeed | Unparsed | None = None
        entries: tuple[NewEntry, ...] = ()
        now = means.clock()
        if isinstance(answer, Fetched) and needs_parsing(cursor, answer):
            document = Document(answer, cursor, now, means.polling.first_poll_age, means.max_age)
            parsed, entries = await self._parsing.read(document)
            now = means.clock()
        after = after_poll(cursor, request, answer, parsed, polling=means.polling, now=now, roll=means.roll())
        if not isinstance(parsed, ParsedFeed):
            return await self._writer.touch(after)
        await self._writer.accept(Polled(after, entries, now))
        return after
