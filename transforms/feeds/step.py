"""FollowFeeds: shards of hosts -> pages, dead letters, and which sinks have deliveries due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.io.iobase import RestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Duration, Timestamp

from transforms.coders import RecordCoder
from transforms.feeds.follower import Follower
from transforms.feeds.ports import Shard
from transforms.model import DeadLetter, Page, Record

DEAD = "dead"
DUE = "due"
PAGES = "main"

TICK = 0.5
"""Seconds between two looks of a bounded pass, at most."""
BUSY_DELAY = 0.1
IDLE_DELAY = 1.0
"""Seconds until a stream looks again; never more, because downstream waves end only as some shard resumes."""


class Vigil(Record, frozen=True):
    """A share of an endless watch: from one look on, to another or for ever."""

    start: int = 0
    end: int | None = None


class ShardCoder(RecordCoder):
    record = Shard


class VigilCoder(RecordCoder):
    record = Vigil


THE_REST: int | None = None
"""Claimed instead of a look: all looks that are left, and so the watch's end."""


class VigilTracker(RestrictionTracker):
    """One look is claimed, the rest deferred, or the rest is claimed once the following has been drained.

    It can be split after what is claimed, and nowhere else.
    """

    def __init__(self, vigil: Vigil) -> None:
        self._vigil = vigil
        self._claimed: int | None = None
        self._over = False

    def current_restriction(self) -> Vigil:
        return self._vigil

    def try_claim(self, position: int | None) -> bool:
        """Claim one look, or THE_REST; False when it belongs to the residual of a split."""
        if position is None:  # THE_REST
            self._over = self._vigil.end is None
            return self._over
        if self._vigil.end is not None and position >= self._vigil.end:
            return False
        self._claimed = position
        return True

    def try_split(self, fraction_of_remainder: float) -> tuple[Vigil, Vigil] | None:
        if fraction_of_remainder != 0 or self._vigil.end is not None or self._over:
            return None
        at = self._vigil.start if self._claimed is None else self._claimed + 1
        residual = Vigil(at)
        self._vigil = Vigil(self._vigil.start, at)
        return self._vigil, residual

    def check_done(self) -> None:
        if self._over:
            return
        end = self._vigil.end
        if end is None:
            raise ValueError(f"the watch {self._vigil!r} has no end, yet its look returned without deferring the rest")
        if end > self._vigil.start and (self._claimed is None or self._claimed < end - 1):
            raise ValueError(f"the watch {self._vigil!r} ends after a look that was not claimed: {self._claimed!r}")

    def current_progress(self) -> Any:
        return beam.io.iobase.RestrictionProgress(completed=0.0, remaining=1.0)

    def is_bounded(self) -> bool:
        return False


class _Vigils(RestrictionProvider):
    def initial_restriction(self, element: Shard) -> Vigil:  # noqa: ARG002 - Beam's signature
        return Vigil()

    def create_tracker(self, restriction: Vigil) -> VigilTracker:
        return VigilTracker(restriction)

    def restriction_coder(self) -> VigilCoder:
        return VigilCoder()

    def restriction_size(self, element: Shard, restriction: Vigil) -> float:  # noqa: ARG002 - Beam's signature
        return 1.0

    def truncate(self, element: Shard, restriction: Vigil) -> None:
        """A drain by the runner: nothing more is looked for."""


class _FollowPassDoFn(beam.DoFn):
    """A bounded pass: hands in inside process() until nothing is left."""

    def __init__(self, open_follower: Callable[[Shard], Follower]) -> None:
        self._open_follower = open_follower

    def process(self, shard: Shard) -> Iterator[Any]:
        follower = self._open_follower(shard)
        follower.start(bounded=True)
        told: set[tuple[str, str]] = set()
        done = False
        while not done:
            done = follower.done()
            now = Timestamp.now()
            for item in _outputs(follower, TICK if not done else 0.0, told):
                yield _timestamped(item, now)


class _FollowStreamDoFn(beam.DoFn):
    """An endless stream: each look hands in what is ready and defers the rest; ends once its follower is drained."""

    def __init__(self, open_follower: Callable[[Shard], Follower]) -> None:
        self._open_follower = open_follower

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        shard: Shard,
        tracker: Any = beam.DoFn.RestrictionParam(_Vigils()),  # noqa: B008 - Beam's way
        watermark: Any = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider()),  # noqa: B008
    ) -> Iterator[Any]:
        follower = self._open_follower(shard)
        follower.start(bounded=False)
        if follower.done():
            tracker.try_claim(THE_REST)  # the watermark goes to its end: waves end, and so does the job
            return
        if not tracker.try_claim(tracker.current_restriction().start):
            return
        now = max(Timestamp.now(), watermark.current_watermark() or Timestamp(0))
        for item in _outputs(follower, 0.0, set()):
            yield _timestamped(item, now)
        watermark.set_watermark(now)
        delay = BUSY_DELAY if follower.busy() else IDLE_DELAY
        tracker.defer_remainder(Duration.of(delay))


def _outputs(follower: Follower, wait: float, told: set[tuple[str, str]]) -> Iterator[Any]:
    """What is ready, and (ledger, sink) pairs due that have not been told."""
    for pair in follower.due_deliveries():
        if pair not in told:
            told.add(pair)
            yield TaggedOutput(DUE, pair)
    for item in follower.ready(wait):
        yield TaggedOutput(DEAD, item) if isinstance(item, DeadLetter) else item


def _timestamped(item: Any, now: Timestamp) -> Any:
    """Event time is the moment of hand-over."""
    if isinstance(item, TaggedOutput):
        return TaggedOutput(item.tag, TimestampedValue(item.value, now))
    return TimestampedValue(item, now)


@dataclass
class FollowFeeds(beam.PTransform):
    """Shards -> `main`: Page, `dead`: DeadLetter, `due`: (ledger, sink) with deliveries due.

    Event time is the moment of hand-over, the watermark the wall clock.

    Args:
        open_follower: picklable; the process's own follower of a shard, the same at each call of one run.
        bounded: one pass, ending when nothing is due; else a stream without end.
    """

    open_follower: Callable[[Shard], Follower]
    bounded: bool = True

    def expand(self, shards: beam.PCollection[Shard]) -> Any:
        follow = _FollowPassDoFn if self.bounded else _FollowStreamDoFn
        return shards | "Follow" >> beam.ParDo(follow(self.open_follower)).with_output_types(
            Page, dead=DeadLetter, due=tuple[str, str]
        ).with_outputs(DEAD, DUE, main=PAGES)
