"""Documents to the parsing processes: those that come together go together, for a trip costs more than a small parse."""

import asyncio
from collections.abc import Mapping

from transforms.feeds.answers import Fetched
from transforms.feeds.means import Gate, Pool
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed, parse_feed
from transforms.workers import WorkerDied, WorkerTimedOut

PARSE_SECONDS = 10.0
"""That a feed's document may take its parser."""
GATHER_SECONDS = 0.05
"""That a document waits for others to go with it."""
TOGETHER = 16
TOGETHER_BYTES = 256 * 1024
"""Of a trip; a larger document goes alone."""

_Document = tuple[bytes, Mapping[str, str], str]
"""Arguments of parse_feed."""
_Parsed = ParsedFeed | NotAFeed | Unparsed


def parse_feeds(documents: list[_Document]) -> list[_Parsed]:
    """Each document as parse_feed reads it."""
    return [parse_feed(*document) for document in documents]


class Parsing:
    """Parses documents in worker processes.

    Args:
        pool: of the workers.
        gate: told of the bytes that wait here.
    """

    def __init__(self, pool: Pool, gate: Gate) -> None:
        self._pool = pool
        self._gate = gate
        self._waiting: list[tuple[_Document, asyncio.Future[_Parsed]]] = []
        self._bytes = 0
        self._trips: set[asyncio.Task[None]] = set()

    async def parse(self, answer: Fetched) -> _Parsed:
        """A document as read; Unparsed where its parser had to be killed."""
        document = (answer.body, answer.headers, answer.url)
        self._gate.add(len(answer.body))
        try:
            if len(answer.body) > TOGETHER_BYTES:
                return await self._alone(document)
            return await self._with_others(document)
        finally:
            self._gate.add(-len(answer.body))

    async def _with_others(self, document: _Document) -> _Parsed:
        loop = asyncio.get_running_loop()
        parsed: asyncio.Future[_Parsed] = loop.create_future()
        if not self._waiting:
            loop.call_later(GATHER_SECONDS, self._send)
        self._waiting.append((document, parsed))
        self._bytes += len(document[0])
        if len(self._waiting) >= TOGETHER or self._bytes >= TOGETHER_BYTES:
            self._send()
        return await parsed

    def _send(self) -> None:
        trip, self._waiting, self._bytes = self._waiting, [], 0
        if trip:  # else they were many, and have gone before their time
            task = asyncio.get_running_loop().create_task(self._travel(trip))
            self._trips.add(task)
            task.add_done_callback(self._trips.discard)

    async def _travel(self, trip: list[tuple[_Document, "asyncio.Future[_Parsed]"]]) -> None:
        try:
            results = await self._together([document for document, _ in trip])
        except Exception as error:  # noqa: BLE001 - it is raised where the documents are waited for
            for _, parsed in trip:
                if not parsed.done():
                    parsed.set_exception(error)
            return
        for (_, parsed), result in zip(trip, results, strict=True):
            if not parsed.done():
                parsed.set_result(result)

    async def _together(self, documents: list[_Document]) -> list[_Parsed]:
        try:
            return await asyncio.wrap_future(self._pool.submit(parse_feeds, documents, deadline=PARSE_SECONDS))
        except (WorkerTimedOut, WorkerDied):  # one of them is to blame: each on its own
            return await asyncio.gather(*map(self._alone, documents))

    async def _alone(self, document: _Document) -> _Parsed:
        try:
            return await asyncio.wrap_future(self._pool.submit(parse_feed, *document, deadline=PARSE_SECONDS))
        except (WorkerTimedOut, WorkerDied) as error:
            return Unparsed(f"its document could not be parsed: {error}")
