import asyncio
from concurrent.futures import Future

import pytest

from tests.transforms.feeds.press import item, rss
from transforms.feeds.answers import Fetched
from transforms.feeds.means import Gate
from transforms.feeds.parse import ParsedFeed, Unparsed
from transforms.feeds.parsing import TOGETHER, TOGETHER_BYTES, Document, Parsing, Reading
from transforms.model import Feed, FeedCursor
from transforms.workers import WorkerDied, WorkerTimedOut

POISON = b"poison"


class Pool:
    """Runs tasks at once, here; a document that is poisoned ends its task as a killed worker would."""

    def __init__(self, error: Exception = WorkerDied("it died")) -> None:  # noqa: B008 - never changed
        self.error = error
        self.tasks: list[int] = []
        """How many documents each task had."""

    def submit(self, function, *args, deadline):
        [documents] = args
        self.tasks.append(len(documents))
        future: Future = Future()
        if any(POISON in document.answer.body for document in documents):
            future.set_exception(self.error)
        else:
            future.set_result(function(*args))
        return future


def read(pool: Pool, *bodies: bytes, gate: Gate | None = None) -> list:
    async def run() -> list:
        parsing = Parsing(pool, gate or Gate(1 << 30))
        answers = [Fetched(f"http://post.test/{number}", 200, body=body) for number, body in enumerate(bodies)]
        documents = [Document(answer, FeedCursor(Feed(answer.url)), 0.0, 60.0, 60.0) for answer in answers]
        return await asyncio.gather(*map(parsing.read, documents), return_exceptions=True)

    return asyncio.run(run())


def document(title: str, size: int = 0) -> bytes:
    return rss(item("/1"), title=title, more=f"<!--{'x' * size}-->").encode()


def test_documents_that_come_together_go_together_and_each_gets_its_own_answer():
    pool = Pool()
    titles = [f"Post {number}" for number in range(TOGETHER + 3)]
    assert [one.parsed.title for one in read(pool, *map(document, titles))] == titles
    assert pool.tasks == [TOGETHER, 3]


def test_large_documents_go_alone():
    pool = Pool()
    assert [
        one.parsed.title for one in read(pool, document("A"), document("B", TOGETHER_BYTES), document("C"))
    ] == list("ABC")
    assert sorted(pool.tasks) == [1, 2]


@pytest.mark.parametrize("error", [WorkerDied("it died"), WorkerTimedOut(10.0)])
def test_document_that_kills_its_worker_takes_no_other_along(error):
    pool = Pool(error)
    first, poisoned, last = read(pool, document("A"), POISON, document("C"))
    assert isinstance(first.parsed, ParsedFeed)
    assert [entry.entry.link for entry in last.entries] == ["http://post.test/1"]
    assert poisoned == Reading(Unparsed(f"its document could not be parsed: {error}"))
    assert pool.tasks == [3, 1, 1, 1]


def test_error_that_is_no_workers_end_comes_out_where_the_document_is_waited_for():
    errors = read(Pool(RuntimeError("the worker pool is closed")), document("A"), POISON)
    assert [str(error) for error in errors] == ["the worker pool is closed"] * 2


def test_bytes_that_wait_are_counted_until_they_are_parsed():
    gate = Gate(1 << 30)
    read(Pool(), document("A"), POISON, document("B", TOGETHER_BYTES), gate=gate)
    assert gate._bytes == 0
