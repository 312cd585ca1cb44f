"""Where pages lie between the event loop that fetched them and the thread that takes them."""

import asyncio
import threading

from transforms.feeds.means import Gate
from transforms.model import DeadLetter, Page

MAX_BYTES = 64 * 1024 * 1024
"""Of pages lying there; above it no further page is asked for."""


class Tray:
    """Pages and dead letters by their rows; bounded in bytes (but for requests under way).

    Args:
        loop: on which they are laid in.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: dict[int, Page | DeadLetter] = {}
        self._changed = threading.Condition()
        self._gate = Gate(MAX_BYTES)
        self._ended = False

    async def room(self) -> None:
        """Wait until there is room for one more."""
        await self._gate.room()

    def put(self, row: int, item: Page | DeadLetter) -> None:
        """On the loop: lay one in."""
        with self._changed:
            self._items[row] = item
            self._gate.add(_size(item))
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more will come: nobody waits any longer."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self, wait: float) -> list[Page | DeadLetter]:
        """All that lies there; waits so many seconds for a first one."""
        return list(self._empty(wait).values())

    def withdraw(self) -> list[int]:
        """The rows of what lies there; it is gone then."""
        return list(self._empty(0.0))

    def __len__(self) -> int:
        return len(self._items)

    def _empty(self, wait: float) -> dict[int, Page | DeadLetter]:
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended, wait)
            items, self._items = self._items, {}
        self._loop.call_soon_threadsafe(self._gate.add, -sum(map(_size, items.values())))
        return items


def _size(item: Page | DeadLetter) -> int:
    return len(item.body) if isinstance(item, Page) else len(item.input)
