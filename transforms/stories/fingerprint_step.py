"""FingerprintArticles: each article with what its story's decision needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from transforms.model import Article, Judged
from transforms.stories.fingerprint import fingerprint


class _FingerprintArticlesDoFn(beam.DoFn):
    def __init__(self, load_outlets: Callable[[], Any]) -> None:
        self._load_outlets = load_outlets

    def setup(self) -> None:
        self._outlets = self._load_outlets()

    def process(self, article: Article) -> Iterable[Judged]:
        yield Judged(article=article, fingerprint=fingerprint(article, self._outlets))


@dataclass
class FingerprintArticles(beam.PTransform):
    """Articles -> Judged, with a fingerprint and no relevance yet. Pure; one article in, one out.

    Args:
        load_outlets: gives the outlet table, called once a worker.
    """

    load_outlets: Callable[[], Any]

    def expand(self, articles: Any) -> Any:
        return articles | "Fingerprint" >> beam.ParDo(_FingerprintArticlesDoFn(self.load_outlets)).with_output_types(
            Judged
        )
