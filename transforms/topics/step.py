"""JudgeRelevance: every article judged against the topics as they are now."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import apache_beam as beam
import msgspec
from apache_beam.pvalue import TaggedOutput

from transforms.failures import failed_article
from transforms.model import DeadLetter, Judged, Relevance
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
            yield _with_relevance(judged, relevance)
        except Exception as error:  # noqa: BLE001 - a pure step: one article must not stop the others
            letter = failed_article(STEP, "judge-failed", judged.article, error, self._clock())
            yield TaggedOutput(DEAD, letter)


def _with_relevance(judged: Judged, relevance: tuple[Relevance, ...]) -> Judged:
    return msgspec.structs.replace(judged, relevance=relevance)


@dataclass
class JudgeRelevance(beam.PTransform):
    """Judged without relevance -> Judged with it on `.main`, DeadLetter on `.dead`.

    Args:
        current_topics: picklable; gives the topics as they are now (asked for each article, so it must be quick).
        clock: seconds since the epoch, for dead letters.
    """

    current_topics: Callable[[], TopicSet]
    clock: Callable[[], float] = time.time

    def expand(self, judged: beam.PCollection[Judged]) -> Any:
        outputs = judged | "Judge" >> beam.ParDo(
            _JudgeRelevanceDoFn(self.current_topics, self.clock)
        ).with_output_types(Judged).with_outputs(DEAD, main="main")
        outputs.dead.element_type = DeadLetter
        return outputs
