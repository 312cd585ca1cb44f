"""Leases of rows under way, renewed while their owner lives."""

import asyncio
import time
from collections.abc import Iterable

from transforms.feeds.means import in_thread
from transforms.feeds.ports import FeedStore

RENEW_EVERY = 20.0
"""Seconds; a lease lasts 60."""
RENEW_FOR = 15 * 60.0
"""Seconds from the take after which a row is let go, as the store does."""


class Leases:
    """The rows that this owner has taken and that have not ended as far as it knows.

    A row that was handed in ends somewhere down the road, unseen: it is renewed for RENEW_FOR, which does nothing to a
    row that has ended.
    """

    def __init__(self, store: FeedStore, owner: str) -> None:
        self._store = store
        self._owner = owner
        self._taken: dict[int, float] = {}

    def add(self, rows: Iterable[int]) -> None:
        """Taken just now."""
        now = time.monotonic()
        self._taken.update(dict.fromkeys(rows, now))

    def forget(self, row: int) -> None:
        """Ended, or given back."""
        self._taken.pop(row, None)

    async def keep(self, closing: asyncio.Event) -> None:
        """Renew until closing."""
        while True:
            try:
                async with asyncio.timeout(RENEW_EVERY):
                    await closing.wait()
                return  # noqa: TRY300 - the wait is what is tried
            except TimeoutError:
                pass
            oldest = time.monotonic() - RENEW_FOR
            self._taken = {row: taken for row, taken in self._taken.items() if taken > oldest}
            if self._taken:
                await in_thread(self._store.renew, sorted(self._taken), self._owner)
