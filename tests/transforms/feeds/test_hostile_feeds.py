"""Hostile feeds are read into records that can be kept, or told apart with a reason; bench.hostile makes many more."""

import random

import msgspec
import pytest

from bench.hostile_feeds import FEEDS
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed, parse_feed
from transforms.workers import shared_pool

COSTLY = {"attributes", "HTML", "many items"}
"""Left to the bench: seconds each."""


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("family", sorted(FEEDS.keys() - COSTLY))
def test_a_hostile_feed_is_read_or_told_apart(family: str, seed: int) -> None:
    body, content_type = FEEDS[family](random.Random(seed))
    found = shared_pool(2).submit(
        parse_feed, body, {"content-type": content_type}, "http://post.example/feed", deadline=30.0
    )
    parsed = found.result(60.0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(parsed), type=type(parsed)) == parsed
    if isinstance(parsed, ParsedFeed):
        assert all(entry.link.startswith(("http://", "https://")) for entry in parsed.entries)
        assert not any("<script" in entry.title for entry in parsed.entries)
    else:
        assert isinstance(parsed, NotAFeed | Unparsed)
        assert parsed.reason
