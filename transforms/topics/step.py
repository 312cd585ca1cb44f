"""JudgeRelevance: every article judged against the topics as they are now."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import apache_beam as beam
import msgspec
from apache_beam.pvalue import DoOutputsTuple, PCollection, TaggedOutput

from transforms.failures import failed_article
from transforms.model import DeadLetter, Judged
from transforms.topics.judge import TopicSet, judge

DEAD: Final = "dead"
STEP = "JudgeRelevance"


class _JudgeRelevanceDoFn(beam.DoFn):
    def __init__(self, current_topics: Callable[[], TopicSet], clock: Callable[[], float]) -> None:
        self._current_topics = current_topics
        self._clock = clock

    def process(self, judged: Judged) -> Iterator[Judged | TaggedOutput[Literal["dead"], DeadLetter]]:
        topics = self._current_topics()
        try:
            relevance = judge(judged.article, judged.fingerprint, topics)
        except Exception as error:  # noqa: BLE001 - a pure step: one article must not stop the others
            letter = failed_article(STEP, "judge-failed", judged.article, error, self._clock())
            yield TaggedOutput(DEAD, letter)
        else:
            yield msgspec.structs.replace(judged, relevance=relevance)


@dataclass
class JudgeRelevance(beam.PTransform[PCollection[Judged], DoOutputsTuple]):
    """Judged without relevance -> Judged with it on `.main`, DeadLetter on `.dead`.

    Args:
        current_topics: picklable; gives the topics as they are now (asked for each article, so it must be quick).
        clock: seconds since the epoch, for dead letters.
    """

    current_topics: Callable[[], TopicSet]
    clock: Callable[[], float] = time.time

    def expand(self, judged: PCollection[Judged]) -> DoOutputsTuple:
        work = _JudgeRelevanceDoFn(self.current_topics, self.clock)
        step = beam.ParDo(work).with_output_types(Judged)  # type: ignore[no-untyped-call, unused-ignore]
        outputs: DoOutputsTuple = judged | "Judge" >> step.with_outputs(DEAD, main="main")
        outputs.dead.element_type = DeadLetter
        return outputs
