"""DecideStories: judged articles keyed by ledger become outcomes, a wave at a time, committed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam import coders
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    TimerSpec,
    on_timer,
)
from apache_beam.utils.timestamp import Timestamp

from transforms.coders import JudgedCoder
from transforms.model import Judged, Outcome
from transforms.stories.ledger import Ledger


class _DecideStoriesDoFn(beam.DoFn):
    """Buffers what one moment (or one bounded pass) brings, then decides it in one transaction."""

    WAVE = BagStateSpec("wave", JudgedCoder())
    WAITING = ReadModifyWriteStateSpec("waiting", coders.BooleanCoder())
    END = TimerSpec("end", TimeDomain.WATERMARK)

    def __init__(self, open_ledger: Callable[[str], Ledger], wave_seconds: float) -> None:
        self._open_ledger = open_ledger
        self._wave_seconds = wave_seconds

    def process(
        self,
        keyed: tuple[str, Judged],
        wave: Any = beam.DoFn.StateParam(WAVE),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        end: Any = beam.DoFn.TimerParam(END),
        at: Timestamp = beam.DoFn.TimestampParam,
    ) -> Iterable[Outcome]:
        wave.add(keyed[1])
        if not waiting.read():  # only a wave's first element sets its end: a timer set anew by each never fires
            waiting.write(True)  # noqa: FBT003
            end.set(at + self._wave_seconds)
        return ()

    @on_timer(END)
    def decide(
        self,
        key: str = beam.DoFn.KeyParam,
        wave: Any = beam.DoFn.StateParam(WAVE),
        waiting: Any = beam.DoFn.StateParam(WAITING),
    ) -> Iterator[Outcome]:
        yield from self._open_ledger(key).decide_wave(wave.read())
        wave.clear()
        waiting.clear()


@dataclass
class DecideStories(beam.PTransform):
    """Judged articles keyed by ledger -> one Outcome each, committed.

    Args:
        open_ledger: picklable; opens the process's ledger of a key.
        wave_seconds: length of a wave in a stream; in a bounded pass a wave is all the pass has for its ledger.
    """

    open_ledger: Callable[[str], Ledger]
    wave_seconds: float = 2.0

    def expand(self, keyed: beam.PCollection[tuple[str, Judged]]) -> beam.PCollection[Outcome]:
        return keyed | "Decide" >> beam.ParDo(
            _DecideStoriesDoFn(self.open_ledger, self.wave_seconds)
        ).with_output_types(Outcome)
