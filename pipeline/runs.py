"""One owner at work on a store: bounded passes until nothing is due, passes for ever, or a stream."""

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import health
from pipeline.launch import run_pass, run_stream
from pipeline.parts import Parts
from pipeline.render.report import PassReport
from pipeline.report import report_since
from pipeline.settings.installation import Installation
from pipeline.store.activity import feeds_due, mark, rows_due
from pipeline.store.errors import StoreError
from pipeline.store.owners import Ownership
from pipeline.store.retention import Retention
from pipeline.store.store import Store, StoreAddress
from transforms.feeds.ports import Shard

log = logging.getLogger(__name__)

SHARDS = "shards"
"""The scope that whoever works a store's shards owns."""
PRUNE_EVERY = 3600.0
HEALTH_LOOKS = 5.0
"""Seconds after which a stream asks whether it is time to look at feeds' health."""
LONGEST_REST = 30.0
"""Seconds a watch rests at most: a feed added or a letter redriven meanwhile is then taken up."""


@dataclass
class Run:
    """An owned store with its parts.

    Attributes:
        store: open.
        parts: for the graph; a pass gets its own copy.
        owner: gives up when the store says that another took over.
    """

    store: Store
    parts: Parts
    ownership: Ownership
    beam_args: Sequence[str]
    stopping: threading.Event
    health_told: float = float("-inf")
    """When feeds' health was last looked at, by the monotonic clock."""

    def until_idle(self, say: Callable[[str], None] = log.info) -> PassReport:
        """Passes until no row is due and every feed that was due has been asked once; what they did."""
        began, clock = mark(self.store.database, time.time()), time.monotonic()
        parts, passes = self.parts, 0
        while not self.stopping.is_set():
            before = self._progress()
            parts = replace(parts, pass_number=parts.pass_number + 1, everything=self.parts.everything and not passes)
            run_pass(parts, self.beam_args)
            parts.end_pass()
            passes += 1
            self._check_owned()
            told = self._tell_health()
            # A feed that is due again already is the next run's.
            if not told and not rows_due(self.store.database) and not feeds_due(self.store.database, began):
                break
            if not told and self._progress() == before:
                say("a pass got nowhere though something is due; it is left for the next run")
                break
            say(f"pass {passes} is done; more is due")
        self.parts = replace(self.parts, pass_number=parts.pass_number)
        return report_since(self.store, self.parts.settings, began, time.monotonic() - clock)

    def _progress(self) -> tuple[int, list[tuple[str, int]], float | None]:
        counts = self.store.reading.counts()
        return (sum(counts.ended.values()), sorted(counts.rows.items()), self.store.reading.next_due())

    def _check_owned(self) -> None:
        if self.ownership.lost.is_set():
            raise LostStore("another process has taken over the store; this one has stopped")

    def _tell_health(self) -> int:
        """Where the settings ask for it, raise what has changed in feeds' health, now and then; the next pass delivers."""
        if not self.parts.settings.health.alert or time.monotonic() - self.health_told < health.EVERY:
            return 0
        self.health_told = time.monotonic()
        return health.tell_changes(self.store, self.parts.settings, time.time())

    def prune(self) -> None:
        """Enforce the retention of the settings."""
        settings = self.parts.settings
        self.store.prune(time.time(), retention_of(settings))

    def forever(self, told: Callable[[PassReport], None], say: Callable[[str], None] = log.info) -> None:
        """Passes as things fall due, until a signal asks to stop."""
        pruned = float("-inf")
        while not self.stopping.is_set():
            told(self.until_idle(say))
            if time.monotonic() - pruned > PRUNE_EVERY:
                self.prune()
                pruned = time.monotonic()
            due = self.store.reading.next_due()
            rest = LONGEST_REST if due is None else max(0.0, min(due - self.store.reading.now(), LONGEST_REST))
            self.stopping.wait(max(rest, 0.2))

    def stream(self, shards: int, prism: Path | None) -> None:
        """The graph without end, until a signal has drained it."""
        with self._telling_health():
            run_stream(self.parts, [Shard(index, shards) for index in range(shards)], self.beam_args, prism)

    @contextlib.contextmanager
    def _telling_health(self) -> Iterator[None]:
        """While a stream runs, feeds' health is looked at beside it; the stream delivers."""
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(HEALTH_LOOKS):
                try:
                    self._tell_health()
                except StoreError as error:
                    log.warning("feeds' health could not be looked at: %s", error)

        thread = threading.Thread(target=work, name="feed health", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


class LostStore(Exception):  # noqa: N818 - it reads as what happened
    """Somebody else owns the store now."""


def retention_of(settings: Any) -> Retention:
    """What the store is to forget, by the settings."""
    kept = settings.retention
    return Retention(
        window=settings.stories.window,
        texts=kept.texts,
        fingerprints=kept.fingerprints,
        stories=kept.stories,
        seen_links=kept.seen_links,
    )


@contextlib.contextmanager
def owned_run(
    installation: Installation, command: str, beam_args: Sequence[str] = (), *, everything: bool = False
) -> Iterator[Run]:
    """Own the installation's store, with its feeds in step with the settings; SIGINT and SIGTERM drain.

    Raises:
        StoreError: the store cannot be had, or another process owns it.
    """
    settings = installation.settings
    address = StoreAddress(settings.store, settings.store_password_env)
    store = address.open()
    with store.owners.own(SHARDS, command) as ownership:
        store.feeds.sync_feeds(installation.feeds)
        parts = Parts(
            settings, address, ownership.owner, everything=everything, sinks=settings.sinks, topics=settings.topics
        )
        run = Run(store, parts, ownership, beam_args, threading.Event())
        with _draining_on_signals(run):
            try:
                yield run
            finally:
                parts.close()
                address.close()


@contextlib.contextmanager
def _draining_on_signals(run: Run) -> Iterator[None]:
    """The first signal drains, the second ends at once."""

    def drain(number: int, _frame: Any) -> None:
        if run.stopping.is_set():
            raise KeyboardInterrupt
        run.stopping.set()
        log.warning("%s: finishing what is under way; once more ends at once", signal.Signals(number).name)
        threading.Thread(target=run.parts.drain, name="drain", daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, drain) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
