"""Documents to the parsing processes: those that come together go together, for a trip costs more than a small parse."""

import asyncio
from typing import NamedTuple

import msgspec

from transforms.feeds.acceptance import new_entries
from transforms.feeds.answers import Fetched
from transforms.feeds.means import Gate, Pool
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed, parse_feed
from transforms.feeds.ports import NewEntry
from transforms.model import FeedCursor
from transforms.workers import WorkerDied, WorkerTimedOut

PARSE_SECONDS = 10.0
"""That a feed's document may take its parser."""
GATHER_SECONDS = 0.05
"""That a document waits for others to go with it."""
TOGETHER = 16
TOGETHER_BYTES = 256 * 1024
"""Of a trip; a larger document goes alone."""


class Document(NamedTuple):
    """A feed's document that is to be read."""

    answer: Fetched
    cursor: FeedCursor
    """The feed's, before this poll."""
    now: float
    """Seconds since the epoch."""
    first_poll_age: float
    max_age: float
    """Seconds; as new_entries takes them."""


class Reading(NamedTuple):
    """A document as read, and its entries ready to be accepted."""

    parsed: ParsedFeed | NotAFeed | Unparsed
    """Without its entries, which would make the way back twice."""
    entries: tuple[NewEntry, ...] = ()


def read_documents(documents: list[Document]) -> list[Reading]:
    """Parse each document and make its entries ready to be accepted; in a worker."""
    return list(map(_read, documents))


def _read(document: Document) -> Reading:
    answer, cursor, now, first_poll_age, max_age = document
    parsed = parse_feed(answer.body, answer.headers, answer.url)
    if not isinstance(parsed, ParsedFeed):
        return Reading(parsed)
    entries = new_entries(cursor, parsed, now=now, first_poll_age=first_poll_age, max_age=max_age)
    return Reading(msgspec.structs.replace(parsed, entries=()), tuple(entries))


class Parsing:
    """Parses documents in worker processes.

    Args:
        pool: of the workers.
        gate: told of the bytes that wait here.
    """

    def __init__(self, pool: Pool, gate: Gate) -> None:
        self._pool = pool
        self._gate = gate
        self._waiting: list[tuple[Document, asyncio.Future[Reading]]] = []
        self._bytes = 0
        self._trips: set[asyncio.Task[None]] = set()

    async def read(self, document: Document) -> Reading:
        """A document as read; Unparsed where its parser had to be killed."""
        size = len(document.answer.body)
        self._gate.add(size)
        try:
            if size > TOGETHER_BYTES:
                return await self._alone(document)
            return await self._with_others(document)
        finally:
            self._gate.add(-size)

    async def _with_others(self, document: Document) -> Reading:
        loop = asyncio.get_running_loop()
        reading: asyncio.Future[Reading] = loop.create_future()
        if not self._waiting:
            loop.call_later(GATHER_SECONDS, self._send)
        self._waiting.append((document, reading))
        self._bytes += len(document.answer.body)
        if len(self._waiting) >= TOGETHER or self._bytes >= TOGETHER_BYTES:
            self._send()
        return await reading

    def _send(self) -> None:
        trip, self._waiting, self._bytes = self._waiting, [], 0
        if trip:  # else they were many, and have gone before their time
            task = asyncio.get_running_loop().create_task(self._travel(trip))
            self._trips.add(task)
            task.add_done_callback(self._trips.discard)

    async def _travel(self, trip: list[tuple[Document, "asyncio.Future[Reading]"]]) -> None:
        try:
            results = await self._together([document for document, _ in trip])
        except Exception as error:  # noqa: BLE001 - it is raised where the documents are waited for
            for _, reading in trip:
                if not reading.done():
                    reading.set_exception(error)
            return
        for (_, reading), result in zip(trip, results, strict=True):
            if not reading.done():
                reading.set_result(result)

    async def _together(self, documents: list[Document]) -> list[Reading]:
        if len(documents) == 1:
            return [await self._alone(documents[0])]
        try:
            return await asyncio.wrap_future(self._pool.submit(read_documents, documents, deadline=PARSE_SECONDS))
        except (WorkerTimedOut, WorkerDied):  # one of them is to blame: each on its own
            return await asyncio.gather(*map(self._alone, documents))

    async def _alone(self, document: Document) -> Reading:
        try:
            [reading] = await asyncio.wrap_future(self._pool.submit(read_documents, [document], deadline=PARSE_SECONDS))
        except (WorkerTimedOut, WorkerDied) as error:
            return Reading(Unparsed(f"its document could not be parsed: {error}"))
        return reading
