"""Takes a shard's rows, fetches their pages, and lays in what came of it."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from transforms.feeds.answers import NOT_ASKED, Fetched
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.leases import Leases
from transforms.feeds.means import Means, in_thread, store_call, woken
from transforms.feeds.pages import Enough, Retry, fetched_page, settle_failure
from transforms.feeds.robots import Robots
from transforms.feeds.tray import Tray
from transforms.feeds.under_way import UnderWay
from transforms.model import DeadLetter, InboxRow, Page

PATIENCE = 300.0
"""Seconds that a row may wait for its turn at its host in our hands; a longer one waits in the store."""
IDLE_SECONDS = 1.0


class PageFetching:
    """Rows in, pages and dead letters out.

    Args:
        means: shard, store, limits.
        client: fetches.
        robots: forbids.
        leases: told of rows taken and ended.
        tray: where what is ready goes.
        accepted: set when new rows may be there.
    """

    def __init__(
        self,
        means: Means,
        client: Client,
        robots: Robots,
        leases: Leases,
        tray: Tray,
        accepted: asyncio.Event,
    ) -> None:
        self._means = means
        self._client = client
        self._robots = robots
        self._leases = leases
        self._tray = tray
        self._wake = accepted
        self._taken = 0
        self._under_way = UnderWay[int]()
        """Fetches by their rows."""
        self.in_hand: dict[int, InboxRow] = {}
        """Taken and neither handed in nor ended."""

    async def follow(self, feeds_done: Callable[[], bool]) -> None:
        """Fetch until no row is left to take (bounded: or pass_pages have been taken), or without end.

        If cancelled, it leaves those pages behind whose publishers have been asked: `finish` or `abandon` is to follow.
        """
        means = self._means
        async with self._under_way.watched():
            while True:
                no_more_feeds = feeds_done()  # asked before looking for rows: what was accepted meanwhile is seen
                room = await self._room()
                rows = await self._take(room) if room > 0 else []
                for row in rows:
                    self._under_way.begin(row.row, self._fetch(row))
                if rows:
                    continue
                full = means.bounded and self._taken >= means.polling.pass_pages
                if means.bounded and not self.in_hand and (no_more_feeds or full):
                    return
                await woken(self._wake, IDLE_SECONDS)

    async def finish(self) -> None:
        """A drain: pages that publishers have been asked for are laid in, if they come soon."""
        await self._under_way.finish()

    def abandon(self) -> None:
        """Wait for no page any more."""
        self._under_way.abandon()

    async def _room(self) -> int:
        polling = self._means.polling
        if self._means.bounded:
            return polling.pass_pages - self._taken
        return polling.stream_rows - await in_thread(self._means.store.taken, self._means.shard)

    async def _take(self, room: int) -> list[InboxRow]:
        means = self._means
        # A row that is in hand comes again where its renewal was late and the store took us for dead: once is enough.
        known = set(self.in_hand)
        taking = store_call(means.store.take_rows, means.shard, means.owner, room, now=means.clock())
        try:
            await asyncio.wait({taking})
        except asyncio.CancelledError:
            await asyncio.wait({taking})  # what a drain gives back has to be known
            raise
        finally:
            if taking.done() and not taking.exception():
                self.in_hand.update({row.row: row for row in taking.result() if row.row not in known})
        rows = [row for row in taking.result() if row.row not in known]
        self._leases.add(row.row for row in rows)
        self._taken += len(rows)
        return rows

    async def _fetch(self, row: InboxRow) -> None:
        means, url = self._means, row.entry.link

        async def room() -> None:
            await self._tray.room()
            self._under_way.asked(row.row)

        answer = await self._client.fetch(
            url, FetchKind.PAGE, may_visit=self._robots.may_visit, patience=PATIENCE, room=room
        )
        if isinstance(answer, Fetched):
            self._hand_in(row, fetched_page(row, answer, means.polling))
            return
        if answer.reason in NOT_ASKED:
            await self._put_off(row, means.clock() + (answer.retry_after or 0.0))
            return
        settled = settle_failure(row, answer, polling=means.polling, now=means.clock())
        if isinstance(settled, Retry):
            await self._retry(row, settled)
        elif isinstance(settled, Enough):
            await self._end(row, means.store.drop, row, settled.reason)
        else:
            self._hand_in(row, settled)

    def _hand_in(self, row: InboxRow, item: Page | DeadLetter) -> None:
        del self.in_hand[row.row]
        self._tray.put(row.row, item)
        self._wake.set()

    async def _put_off(self, row: InboxRow, until: float) -> None:
        """Later, and not counted as a try: nobody has been asked."""
        await self._retry(msgspec.structs.replace(row, tries=row.tries - 1), Retry(until, "waits for its host"))

    async def _retry(self, row: InboxRow, later: Retry) -> None:
        await self._end(row, self._means.store.retry, row, later.due, later.reason)

    async def _end(self, row: InboxRow, ending: Callable[..., None], *arguments: Any) -> None:
        await in_thread(ending, *arguments)
        del self.in_hand[row.row]
        self._leases.forget(row.row)
        self._wake.set()
