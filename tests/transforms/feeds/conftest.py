"""A press on loopback and followers of it."""

import pytest

from tests.transforms.feeds.following import ONLY, Clock, Threads
from tests.transforms.feeds.press import Press
from transforms.config import PollingConfig
from transforms.feeds.follower import Follower


@pytest.fixture(scope="module")
def threads():
    return Threads()


@pytest.fixture
def press():
    with Press() as served:
        served.play("http://post.test/robots.txt", "User-agent: *\nDisallow: /secret\n")
        yield served


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def following(press, clock, threads):
    """Opens followers of a store; all are closed at the end."""
    opened = []

    def open_follower(store, shard=ONLY, *, network=None, pool=None, everything=False, **polling):
        polling = {"pace": 0.0, "page_tries": 2, **polling}
        follower = Follower(
            shard,
            store,
            polling=PollingConfig(**polling),
            network=network or press.network(),
            max_age=86400.0,
            pool=pool or threads,
            owner="test",
            everything=everything,
            clock=clock,
            roll=lambda: 0.0,
        )
        opened.append(follower)
        return follower

    yield open_follower
    for follower in opened:
        follower.close()
