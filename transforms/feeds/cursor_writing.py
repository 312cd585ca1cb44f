"""Writes what polls brought in few transactions: what comes while one is under way goes into the next."""

import asyncio
import contextlib

from transforms.feeds.acceptance import accept_entry
from transforms.feeds.means import Means, in_thread
from transforms.feeds.ports import Polled
from transforms.model import FeedCursor

TOUCHED_AT_ONCE = 500
ACCEPTED_AT_ONCE = 200
ENTRIES_AT_ONCE = 2000
"""Of the documents of one transaction, so that it stays short; a longer document is alone."""
DOCUMENTS_EVERY = 0.5
"""Seconds from one transaction of documents to the next, where they keep coming: a hundred together cost each of them half."""


class CursorWriter:
    """Cursors without new entries wait until there are many, documents until the ones before them are a moment old.

    Args:
        means: its store.
        accepted: set when entries have become rows.
    """

    def __init__(self, means: Means, accepted: asyncio.Event) -> None:
        self._means = means
        self._accepted = accepted
        self._touched: list[FeedCursor] = []
        self._documents: dict[str, Polled] = {}
        """By feed; first come, first written."""
        self._writing = asyncio.Lock()
        self._next = 0.0
        """By the event loop's clock."""
        self._hurry = asyncio.Event()

    async def touch(self, cursor: FeedCursor) -> FeedCursor:
        """Write a cursor some time soon."""
        self._touched.append(cursor)
        if len(self._touched) >= TOUCHED_AT_ONCE:
            await self._write_touched()
        return cursor

    async def accept(self, polled: Polled) -> None:
        """Write a cursor and its entries; returns when that is done."""
        url = polled.cursor.feed.url
        self._documents[url] = polled
        async with self._writing:  # whoever gets here first writes for all who wait
            if url in self._documents:
                await self._gather()
                last = next(reversed(self._documents))
                while last in self._documents:
                    await self._write_documents()

    def hurry(self) -> None:
        """Few more will come: they need not wait for one another."""
        self._hurry.set()

    async def flush(self) -> None:
        """Write all that waits."""
        async with self._writing:
            while self._documents:
                await self._write_documents()
        while self._touched:
            await self._write_touched()

    async def _gather(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._next):
                await self._hurry.wait()
        self._next = loop.time() + DOCUMENTS_EVERY

    async def _write_touched(self) -> None:
        batch, self._touched = self._touched, []
        await in_thread(self._means.store.touch, batch)

    async def _write_documents(self) -> None:
        batch: list[Polled] = []
        entries = 0
        for polled in self._documents.values():
            entries += len(polled.entries)
            if batch and (entries > ENTRIES_AT_ONCE or len(batch) == ACCEPTED_AT_ONCE):
                break
            batch.append(polled)
        for polled in batch:
            del self._documents[polled.cursor.feed.url]
        if any(await in_thread(self._means.store.accept, batch, accept_entry)):
            self._accepted.set()
