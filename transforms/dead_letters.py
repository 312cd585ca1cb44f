"""RecordDeadLetters: the one dead-letter road's end, where each letter is kept and its inbox row ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam

from transforms.model import DeadLetter


class _RecordDeadLettersDoFn(beam.DoFn):
    def __init__(self, record: Callable[[Sequence[DeadLetter]], None]) -> None:
        self._record = record

    def process(self, letter: DeadLetter) -> Iterator[DeadLetter]:
        self._record([letter])
        yield letter


@dataclass
class RecordDeadLetters(beam.PTransform):
    """Dead letters -> the same, each recorded in one transaction with the end of its row.

    Args:
        record: picklable; writes dead letters to the store.
    """

    record: Callable[[Sequence[DeadLetter]], None]

    def expand(self, letters: beam.PCollection[DeadLetter]) -> beam.PCollection[DeadLetter]:
        return letters | "Record" >> beam.ParDo(_RecordDeadLettersDoFn(self.record)).with_output_types(DeadLetter)
