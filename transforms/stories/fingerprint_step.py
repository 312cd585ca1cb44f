"""FingerprintArticles: each article with what its story's decision needs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from transforms.failures import failed_article
from transforms.model import Article, DeadLetter, Judged
from transforms.stories.fingerprint import fingerprint
from transforms.stories.outlets import OutletTable

DEAD = "dead"
STEP = "FingerprintArticles"


class _FingerprintArticlesDoFn(beam.DoFn):
    def __init__(self, load_outlets: Callable[[], OutletTable], clock: Callable[[], float]) -> None:
        self._load_outlets = load_outlets
        self._clock = clock

    def setup(self) -> None:
        self._outlets = self._load_outlets()

    def process(self, article: Article) -> Iterator[Any]:
        try:
            yield Judged(article=article, fingerprint=fingerprint(article, self._outlets))
        except Exception as error:  # noqa: BLE001 - a pure step: one article must not stop the others
            letter = failed_article(STEP, "fingerprint-failed", article, error, self._clock())
            yield beam.pvalue.TaggedOutput(DEAD, letter)


@dataclass
class FingerprintArticles(beam.PTransform):
    """Articles -> Judged, with a fingerprint and no relevance yet, on `.main`; DeadLetter on `.dead`.

    Args:
        load_outlets: picklable; gives the outlet table, called once a worker.
        clock: seconds since the epoch, for dead letters.
    """

    load_outlets: Callable[[], OutletTable]
    clock: Callable[[], float] = time.time

    def expand(self, articles: beam.PCollection[Article]) -> beam.pvalue.DoOutputsTuple:
        return articles | "Fingerprint" >> beam.ParDo(
            _FingerprintArticlesDoFn(self.load_outlets, self.clock)
        ).with_output_types(Judged, dead=DeadLetter).with_outputs(DEAD, main="main")
