import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import ClassVar

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prism import find_prism
from tests.transforms.feeds.following import Threads
from tests.transforms.feeds.memory_store import MemoryStore
from tests.transforms.feeds.press import Press, conditional, item, rss
from transforms.config import PollingConfig
from transforms.feeds.follower import Follower
from transforms.feeds.ports import Shard
from transforms.feeds.step import THE_REST, FollowFeeds, ShardCoder, Vigil, VigilCoder, VigilTracker

FEED = "http://post.test/feed"
PRISM = find_prism()
PATIENCE = 60.0


class Opened:
    """The process's own followers, found again by name after pickling."""

    by_name: ClassVar[dict[str, Follower]] = {}
    stores: ClassVar[dict[str, MemoryStore]] = {}


class OpenFollower:
    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, shard: Shard) -> Follower:
        return Opened.by_name[f"{self.name}/{shard.index}"]


@pytest.fixture
def press():
    with Press() as served:
        yield served


@pytest.fixture
def opened(press):
    """Makes the followers of a store, to be opened by name."""
    names = []

    def make(store, shards=1, **polling) -> OpenFollower:
        name = uuid.uuid4().hex
        for index in range(shards):
            names.append(f"{name}/{index}")
            Opened.by_name[names[-1]] = Follower(
                Shard(index, shards),
                store,
                polling=PollingConfig(pace=0.0, **polling),
                network=press.network(),
                max_age=86400.0,
                pool=Threads(),
                owner="test",
            )
        return OpenFollower(name)

    yield make
    for name in names:
        Opened.by_name.pop(name).close()


def test_pass_has_pages_dead_letters_and_due_deliveries_each_on_its_output(press, opened):
    press.play("http://post.test/robots.txt", "User-agent: *\nDisallow: /secret")
    press.play(FEED, rss(item("/1"), item("/secret")))
    press.play("http://post.test/1", "<p>one</p>")
    store = MemoryStore(FEED, clock=time.time)
    store.deliveries = [("en", "desk")]
    began = time.time()
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        followed = (
            pipeline
            | "Shards" >> beam.Create([Shard(0, 2), Shard(1, 2)], reshuffle=False)
            | "FollowFeeds" >> FollowFeeds(opened(store, shards=2))
        )
        stamped = followed.main | "Stamp" >> beam.Map(lambda page, at=beam.DoFn.TimestampParam: (page.url, float(at)))
        assert_that(stamped, _stamped_since(began), label="pages")
        dead = followed.dead | "Reasons" >> beam.Map(lambda letter: letter.reason)
        assert_that(dead, _exactly(["robots"]), label="dead")
        assert_that(followed.due, _exactly([("en", "desk")]), label="due")
    assert followed.main.element_type.__name__ == "Page"
    assert followed.dead.element_type.__name__ == "DeadLetter"


def _exactly(expected):
    def check(actual):
        assert sorted(actual) == sorted(expected)

    return check


def _stamped_since(began):
    def check(actual):
        [(url, at)] = actual
        assert url == "http://post.test/1"
        assert began - 1 <= at <= time.time() + 1

    return check


def test_restriction_and_shard_travel_as_bytes():
    for coder, value in ((VigilCoder(), Vigil(3, 4)), (VigilCoder(), Vigil()), (ShardCoder(), Shard(1, 2))):
        assert coder.decode(coder.encode(value)) == value


@given(st.integers(0, 1000), st.booleans(), st.floats(0.001, 1.0))
def test_tracker_splits_after_what_is_claimed_and_nowhere_else(start, claim, fraction):
    tracker = VigilTracker(Vigil(start))
    assert not tracker.is_bounded()
    if claim:
        assert tracker.try_claim(start)
    assert tracker.try_split(fraction) is None
    primary, residual = tracker.try_split(0)
    assert tracker.current_restriction() == primary
    assert primary.start == start
    assert primary.end == residual.start == (start + 1 if claim else start)
    assert residual.end is None
    assert tracker.try_split(0) is None
    assert not tracker.try_claim(residual.start)
    tracker.check_done()
    assert tracker.current_progress().completed_work == 0.0


@given(st.integers(0, 1000), st.booleans(), st.booleans())
def test_tracker_is_done_when_the_rest_is_claimed_unless_it_was_split_off(start, claim, split):
    tracker = VigilTracker(Vigil(start))
    if claim:
        assert tracker.try_claim(start)
    if split:
        assert tracker.try_split(0) is not None
    assert tracker.try_claim(THE_REST) is not split
    assert tracker.try_split(0) is None
    tracker.check_done()


def test_look_that_neither_ends_nor_defers_is_an_error():
    tracker = VigilTracker(Vigil())
    tracker.try_claim(0)
    with pytest.raises(ValueError, match="without deferring"):
        tracker.check_done()
    with pytest.raises(ValueError, match="not claimed"):
        VigilTracker(Vigil(0, 2)).check_done()


class Collect(beam.DoFn):
    def __init__(self, folder: str) -> None:
        self.folder = folder

    def process(self, page):
        path = Path(self.folder) / uuid.uuid4().hex
        path.write_text(page.url)


def _count(folder: str) -> int:
    return len(list(Path(folder).iterdir()))


class End(beam.DoFn):
    """Ends the row, as a decision would."""

    def __init__(self, name: str) -> None:
        self.name = name

    def process(self, page):
        Opened.stores[self.name].end(page.row.row)
        yield page


@pytest.mark.prism
@pytest.mark.skipif(PRISM is None, reason="no Prism binary: make prism, or set WIREWATCH_PRISM")
def test_stream_on_prism_hands_in_what_appears(press, opened):
    """Threads of this process run the stream; the pages come out as files."""

    def publish(count):
        press.play(FEED, conditional(rss(*[item(f"/{n}") for n in range(count)]), etag=f'"{count}"'))

    publish(2)
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(FEED, clock=time.time, every=1.0)
    with tempfile.TemporaryDirectory() as folder:
        opener = opened(store, shards=2, at_least=0.1)
        Opened.stores[opener.name] = store
        options = PipelineOptions(
            [
                "--runner=PrismRunner",
                f"--prism_location={PRISM}",
                "--environment_type=LOOPBACK",
                "--streaming",
                "--experiments=disable_prism_server_singleton",
            ]
        )
        pipeline = beam.Pipeline(options=options)
        followed = (
            pipeline
            | "Shards" >> beam.Create([Shard(0, 2), Shard(1, 2)], reshuffle=False)
            | "FollowFeeds" >> FollowFeeds(opener, bounded=False)
        )
        _ = (
            followed.main
            | "Spread" >> beam.Reshuffle()
            | "End" >> beam.ParDo(End(opener.name))
            | "Collect" >> beam.ParDo(Collect(folder))
        )
        result = pipeline.run()
        try:
            for pages in (2, 5, 9):
                publish(pages)
                until = time.monotonic() + PATIENCE
                while _count(folder) < pages:
                    assert time.monotonic() < until, f"{_count(folder)} of {pages} pages came"
                    threading.Event().wait(0.1)
        finally:
            result.cancel()
    assert store.under_way == {}
    assert len(press.paths()) >= pages
