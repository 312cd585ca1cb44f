import shutil
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.coders import registry
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing import test_stream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue

from pipeline.store import StoreAddress
from tests.articles import REPORTS, article, judged
from tests.transforms.stories.ledgers import Process, groups, told
from transforms.model import Article, Judged, Outcome, OutcomeKind
from transforms.stories.decide_step import DecideStories
from transforms.stories.ledger import Ledger, ledger_key

_processes: dict[StoreAddress, Process] = {}


@dataclass(frozen=True)
class Opening:
    """Opens this process's ledgers over a store."""

    address: StoreAddress

    def __call__(self, key: str) -> Ledger:
        if self.address not in _processes:
            _processes[self.address] = Process(self.address.open(create=False))
        return _processes[self.address].ledger(key)


@pytest.fixture
def opening(tmp_path: Path, migrated_sqlite: Path):
    path = shutil.copy(migrated_sqlite, tmp_path / "wirewatch.db")
    opening = Opening(StoreAddress(f"sqlite:///{path}", patience=5.0, durable=False))
    yield opening
    _processes.pop(opening.address, None)
    opening.address.close()


def keyed(*articles: Article) -> list[tuple[str, Judged]]:
    return [(ledger_key(one), judged(one)) for one in articles]


UKRAINIAN = article("comet", lang="uk")
ARTICLES = [article(variant=2, hours=3), UKRAINIAN, article("bank", hours=2), article(), article(variant=1, hours=1)]


def test_a_bounded_pass_is_one_wave_a_ledger_decided_by_rank(opening: Opening) -> None:
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        outcomes = (
            pipeline
            | beam.Create(keyed(*ARTICLES), reshuffle=False).with_output_types(tuple[str, Judged])
            | DecideStories(opening)
        )
        assert outcomes.element_type is Outcome
        english = sorted((one for one in ARTICLES if one.lang == "en"), key=lambda one: one.published)
        expected = [("en", one.id, number) for number, one in enumerate(english, start=1)]
        assert_that(
            outcomes | beam.Map(lambda outcome: (outcome.ledger, outcome.article_id, outcome.seq)),
            equal_to([*expected, ("uk", UKRAINIAN.id, 1)]),
        )
    store = opening.address.open()
    assert len(groups(store)) == 3
    assert {story.seq for story in told(store).stories.values()} == {4, 1}, "one wave: one number for its stories"


def test_an_empty_pass_decides_nothing(opening: Opening) -> None:
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        outcomes = pipeline | beam.Create([]).with_output_types(tuple[str, Judged]) | DecideStories(opening)
        assert_that(outcomes, equal_to([]))
    assert opening.address.open().ledgers.keys() == []


def test_a_waves_first_element_sets_its_end(opening: Opening) -> None:
    """Steady input, an element a second: waves of two seconds end while it flows, not when it stops.

    The in-process runner of bounded passes knows no test streams; this one does.
    """
    pairs = keyed(*(article(report, hours=hours) for hours, report in enumerate(REPORTS)))
    stream = test_stream.TestStream(coder=registry.get_coder(beam.typehints.Tuple[str, Judged]))
    for second, pair in enumerate(pairs):
        stream = stream.advance_watermark_to(second).add_elements([TimestampedValue(pair, second)])
    options = PipelineOptions([], streaming=True)
    with beam.Pipeline("BundleBasedDirectRunner", options=options) as pipeline:
        outcomes = (
            pipeline
            | stream.advance_watermark_to(60).advance_watermark_to_infinity()
            | DecideStories(opening, wave_seconds=2.0)
        )
        assert_that(outcomes | beam.Map(lambda outcome: outcome.kind), equal_to([OutcomeKind.DECIDED] * 5))
    stories = told(opening.address.open()).stories.values()
    assert sorted(story.seq for story in stories) == [2, 2, 4, 4, 5], "each story has its wave's last number"
