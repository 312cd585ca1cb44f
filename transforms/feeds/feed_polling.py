"""Polls the feeds of a shard that are due, and writes what came of it."""

import asyncio

from transforms.feeds.acceptance import accept_entry, new_entries
from transforms.feeds.client import Client, Fetched, FetchFailure, FetchKind
from transforms.feeds.means import Means, in_thread, woken
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed, parse_feed
from transforms.feeds.poll import after_held, after_poll, needs_parsing, request_for
from transforms.model import FeedCursor
from transforms.workers import WorkerDied, WorkerTimedOut

PARSE_SECONDS = 10.0
"""That a feed's document may take its parser."""
BATCH = 500
TOUCHED_AT_ONCE = 200
IDLE_SECONDS = 1.0
_ALL = 1_000_000_000


class FeedPolling:
    """Rounds of polls; bounded: each feed that is due at the beginning once.

    Args:
        means: shard, store, limits.
        client: fetches.
        accepted: set when entries have become rows.
    """

    def __init__(self, means: Means, client: Client, accepted: asyncio.Event) -> None:
        self._means = means
        self._client = client
        self._accepted = accepted
        self._under_way: set[str] = set()
        self._seats = asyncio.Semaphore(2 * means.polling.concurrency)
        self._polled: dict[str, FeedCursor] = {}
        """The last cursor made of each feed. The store is not asked again for what it has not been told yet, and a
        cursor that the store would not take is no reason to ask a publisher again at once."""
        self._touched: list[FeedCursor] = []
        self._progress = asyncio.Event()

    async def follow(self) -> None:
        """Poll until nothing is due (bounded), or without end."""
        means = self._means
        began = means.clock()
        everything = means.everything
        async with asyncio.TaskGroup() as polls:
            while True:
                until = began if means.bounded else means.clock()
                limit = _ALL if everything else BATCH + len(self._touched) + len(self._under_way)
                stored = await in_thread(means.store.due_feeds, means.shard, until, limit, everything=everything)
                due = [cursor for cursor in stored if everything or self._is_due(cursor)]
                everything = False
                for cursor in due:
                    await self._seats.acquire()
                    self._under_way.add(cursor.feed.url)
                    polls.create_task(self._poll(cursor))
                if due:
                    continue
                await self.flush()
                if means.bounded and not self._under_way:
                    break
                await woken(self._progress, IDLE_SECONDS)
        await self.flush()

    async def flush(self) -> None:
        """Write the cursors that wait to be written."""
        while self._touched:
            batch, self._touched = self._touched, []
            await in_thread(self._means.store.touch, batch)

    def _is_due(self, cursor: FeedCursor) -> bool:
        if cursor.feed.url in self._under_way:
            return False
        last = self._polled.get(cursor.feed.url)
        if last is None:
            return True
        if self._means.bounded:
            return False
        return cursor.version >= last.version or last.next_poll <= self._means.clock()

    async def _poll(self, cursor: FeedCursor) -> None:
        try:
            self._polled[cursor.feed.url] = await self._answered(cursor)
        finally:
            self._under_way.discard(cursor.feed.url)
            self._seats.release()
            self._progress.set()

    async def _answered(self, cursor: FeedCursor) -> FeedCursor:
        means = self._means
        now = means.clock()
        request = request_for(cursor, now)
        held = means.held_until(request.url)
        if held is not None:
            return await self._touch(after_held(cursor, held))
        answer = await self._client.fetch(
            request.url, FetchKind.FEED, etag=request.etag, last_modified=request.last_modified
        )
        parsed = None
        if isinstance(answer, FetchFailure):
            means.hold(answer.url, answer.retry_after, answer.status)
        elif needs_parsing(cursor, answer):
            parsed = await self._parse(answer)
        now = means.clock()
        after = after_poll(cursor, request, answer, parsed, polling=means.polling, now=now, roll=means.roll())
        if not isinstance(parsed, ParsedFeed):
            return await self._touch(after)
        entries = new_entries(
            cursor, parsed, now=now, first_poll_age=means.polling.first_poll_age, max_age=means.max_age
        )
        if await in_thread(means.store.accept, after, entries, now, accept_entry):
            self._accepted.set()
        return after

    async def _parse(self, answer: Fetched) -> ParsedFeed | NotAFeed | Unparsed:
        document = (answer.body, answer.headers, answer.url)
        try:
            parsed: ParsedFeed | NotAFeed | Unparsed = await asyncio.wrap_future(
                self._means.pool.submit(parse_feed, *document, deadline=PARSE_SECONDS)
            )
        except (WorkerTimedOut, WorkerDied) as error:
            return Unparsed(f"its document could not be parsed: {error}")
        return parsed

    async def _touch(self, cursor: FeedCursor) -> FeedCursor:
        self._touched.append(cursor)
        if len(self._touched) >= TOUCHED_AT_ONCE:
            await self.flush()
        return cursor
