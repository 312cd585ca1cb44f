"""ExtractArticles: pages as fetched -> articles, each read in a worker process that can be killed."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import apache_beam as beam
import msgspec
from apache_beam.pvalue import DoOutputsTuple, PCollection, TaggedOutput
from apache_beam.utils.windowed_value import WindowedValue

from transforms.articles.article import read_article
from transforms.articles.extract import extract_page
from transforms.articles.pages import ExtractedPage, UnreadablePage
from transforms.config import ExtractionConfig
from transforms.model import Article, DeadLetter, Page
from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut, shared_pool

DEAD: Final = "dead"
STEP = "ExtractArticles"

_AHEAD = 2
"""Pages outstanding per worker: enough that none waits for the fetching, few enough that a pass stays small."""


class _Reading(NamedTuple):
    """A page in a worker, with what its outcome must carry on."""

    page: Page
    timestamp: Any
    windows: tuple[Any, ...]


def failed_page(page: Page, error: BaseException, config: ExtractionConfig, now: float) -> DeadLetter:
    """The dead letter of a page that no article could be made of.

    Args:
        page: as fetched.
        error: UnreadablePage, WorkerTimedOut, WorkerDied, or anything that reading raised.
        config: the caps it was read under.
        now: seconds since the epoch.
    """
    reason, message = _reason(error, config)
    row = page.row
    return DeadLetter(
        step=STEP,
        reason=reason,
        message=f"{page.url!r}: {message}",
        subject=page.url,
        input=msgspec.msgpack.encode(row),
        row=row.row,
        first_seen=now,
        last_seen=now,
        tries=row.tries + 1,
    )


def _reason(error: BaseException, config: ExtractionConfig) -> tuple[str, str]:
    match error:
        case UnreadablePage(reason=reason, message=message):
            return reason, f"{message}; open it in a browser, and redrive it if it shows an article there"
        case WorkerTimedOut():
            return "timeout", (
                f"reading it was stopped after {config.deadline:g} s; it may be hostile, or raise extraction.deadline and redrive it"
            )
        case WorkerDied(reason=died):
            return "worker-killed", (
                f"the worker that read it ended: {died}; it may be hostile, or raise extraction.memory and redrive it"
            )
        case _:
            return (
                "extract-failed",
                f"reading it failed with {type(error).__name__}: {error}; redrive it after an upgrade",
            )


class _ExtractArticlesDoFn(beam.DoFn):
    def __init__(self, config: ExtractionConfig, clock: Callable[[], float]) -> None:
        self._config = config
        self._clock = clock
        self._readings: dict[Future[ExtractedPage], _Reading] = {}

    def setup(self) -> None:
        self._pool: WorkerPool = shared_pool(self._config.workers, self._config.memory)

    def start_bundle(self) -> None:
        for left in self._readings:  # of a bundle that failed: its pages come again
            left.cancel()
        self._readings = {}

    def process(
        self, page: Page, timestamp: Any = beam.DoFn.TimestampParam, window: Any = beam.DoFn.WindowParam
    ) -> Iterator[Any]:
        reading = self._pool.submit(extract_page, page, self._config, deadline=self._config.deadline)
        self._readings[reading] = _Reading(page, timestamp, (window,))
        if len(self._readings) > _AHEAD * self._pool.size:
            wait(self._readings, return_when=FIRST_COMPLETED)
        yield from self._finished()

    def finish_bundle(self) -> Iterator[Any]:
        while self._readings:
            wait(self._readings, return_when=FIRST_COMPLETED)
            yield from self._finished()

    def _finished(self) -> Iterator[Any]:
        for future in [future for future in self._readings if future.done()]:
            reading = self._readings.pop(future)
            outcome = self._outcome(future, reading.page)
            windowed = WindowedValue(outcome, reading.timestamp, reading.windows)
            yield TaggedOutput(DEAD, windowed) if isinstance(outcome, DeadLetter) else windowed

    def _outcome(self, future: "Future[ExtractedPage]", page: Page) -> Article | DeadLetter:
        now = self._clock()
        try:
            return read_article(page, future.result(), now)
        except Exception as error:  # noqa: BLE001 - a pure step: one page must not stop the others
            return failed_page(page, error, self._config, now)


@dataclass
class ExtractArticles(beam.PTransform[PCollection[Page], DoOutputsTuple]):
    """Page -> Article on `.main`, DeadLetter on `.dead`; in the order in which they are read.

    Stays fused behind what fetches, so that fetching and reading overlap: a page is handed to this process's pool and
    its article leaves with a later page, or at the bundle's end; each with its own page's timestamp and window.

    Args:
        config: caps and the pool's size.
        clock: the moment of hand-over, seconds since the epoch.
    """

    config: ExtractionConfig = field(default_factory=ExtractionConfig)
    clock: Callable[[], float] = time.time

    def expand(self, pages: PCollection[Page]) -> DoOutputsTuple:
        work = _ExtractArticlesDoFn(self.config, self.clock)
        step = beam.ParDo(work).with_output_types(Article)  # type: ignore[no-untyped-call, unused-ignore]
        outputs: DoOutputsTuple = pages | "Extract" >> step.with_outputs(DEAD, main="main")
        outputs.dead.element_type = DeadLetter
        return outputs
