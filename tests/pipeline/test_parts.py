"""What a process opens for a run, and lets go of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.parts import Parts
from pipeline.settings.settings import Settings
from pipeline.store.store import StoreAddress
from transforms.alerts.ports import SinkError
from transforms.feeds.ports import Shard


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = Settings(tmp_path / "settings.toml", tmp_path / "feeds.opml", tmp_path / "topics.toml")
    address = StoreAddress(f"sqlite:///{tmp_path / 'store.db'}")
    parts = Parts(settings, address, f"test {tmp_path}")
    yield parts
    parts.close()
    address.close()


def test_a_stream_has_one_follower_a_shard_and_each_pass_its_own(parts: Parts) -> None:
    first = parts.open_follower(Shard(0, 2))
    assert parts.open_follower(Shard(0, 2)) is first
    assert parts.open_follower(Shard(1, 2)) is not first
    assert replace(parts, pass_number=1).open_follower(Shard(0, 2)) is not first


def test_a_drain_ends_followers_that_are_open_and_those_opened_later(parts: Parts) -> None:
    early = parts.open_follower(Shard(0, 2))
    early.start(bounded=False)
    assert not early.done()
    parts.drain()
    late = parts.open_follower(Shard(1, 2))
    late.start(bounded=False)
    assert early.done()
    assert late.done()


def test_opening_a_follower_is_a_beat_of_the_source(parts: Parts) -> None:
    first = parts.last_beat()
    assert parts.last_beat() == first
    parts.open_follower(Shard())
    assert parts.last_beat() > first


def test_a_sink_that_is_not_in_the_settings_any_more_is_refused_for_good(parts: Parts) -> None:
    with pytest.raises(SinkError, match="'desk' is not in the settings") as refused:
        parts.open_sink("desk")
    assert refused.value.final
