"""Feeds on a real server live through normal weeks and then each its own trouble: told once, in the right words, and its end.

The clock is ours, the server, the store and the polls are real. A feed is asked every six hours of that clock, every twelve while
all is well.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web

from pipeline.health import judged, tell_changes
from pipeline.settings.settings import load_settings
from pipeline.store import Store, open_store
from tests.transforms.feeds.press import Press, item, rss
from transforms.config import PollingConfig
from transforms.feeds.client import Client
from transforms.feeds.feed_polling import FeedPolling
from transforms.feeds.means import Means
from transforms.feeds.pace import Pace
from transforms.feeds.ports import Shard
from transforms.model import Alert, Feed, FeedCondition

DAY = 86400.0
STEP = DAY / 4
BEGAN = 1_700_438_400.0  # Monday, 20 November 2023, 00:00 UTC
TROUBLE = BEGAN + 21 * DAY
RECOVERY = TROUBLE + 4 * DAY
END = TROUBLE + 9 * DAY
LISTED = 30
NAMES = ("steady", "silent", "dropped", "losing", "lost", "gone", "moved")


class Threads:
    """A pool that parses in threads: what it runs here is known to end."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)

    def submit(self, function, *args, deadline):
        return self._threads.submit(function, *args)


class World:
    """The press with one feed a name, and the hour it is."""

    def __init__(self, press: Press) -> None:
        self.press, self.now = press, BEGAN
        self.links: dict[str, list[tuple[str, float]]] = {name: [] for name in NAMES}
        for name in NAMES:
            press.play(f"http://{name}.test/feed", self.part(name))
            press.play(f"http://new-{name}.test/feed", self.part(name))

    def part(self, name: str):
        async def part(request: web.Request) -> web.Response:
            troubled = TROUBLE <= self.now < RECOVERY
            if troubled and name == "lost":
                return web.Response(status=404)
            if self.now >= TROUBLE and name == "gone":
                return web.Response(status=410)
            if self.now >= TROUBLE and name == "moved" and request.host.startswith("moved"):
                return web.Response(status=301, headers={"Location": "http://new-moved.test/feed"})
            return self.document(name, request)

        return part

    def document(self, name: str, request: web.Request) -> web.Response:
        latest = self.links[name][-LISTED:][::-1]
        tag = f'"{latest[0][0] if latest else "none"}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        dates = [f"<pubDate>{formatdate(at, usegmt=True)}</pubDate>" for _, at in latest]
        items = [
            item(f"http://{name}.test/{link}", f"Report {link} here", more=date)
            for (link, _), date in zip(latest, dates, strict=True)
        ]
        return web.Response(body=rss(*items, title=f"{name.title()} Post").encode(), headers={"ETag": tag})

    def publish(self, until: float) -> None:
        """An entry an hour from 6 to 22, but for what befalls the feed."""
        while self.now < until:
            hour = int(self.now % DAY // 3600)
            troubled = TROUBLE <= self.now < RECOVERY
            for name, links in self.links.items():
                count = int(6 <= hour < 22)
                if troubled and name == "silent":
                    count = 0
                if troubled and name == "dropped":
                    count = int(hour in {7, 12, 17, 21})
                if name == "losing" and TROUBLE <= self.now < TROUBLE + STEP:
                    count = 20
                links += [(f"{name}-{int(self.now)}-{one}", self.now + 60 * one) for one in range(count)]
            self.now += 3600.0


def poll(world: World, store: Store, pool: Threads) -> None:
    """One bounded round of polls, as a pass makes it."""

    async def go() -> None:
        polling = PollingConfig(pace=0.0, every=STEP)
        network = world.press.network()
        means = Means(
            Shard(), store.feeds, polling, network, DAY, pool, "test", clock=lambda: world.now, roll=lambda: 0.0
        )
        pace = Pace(polling)
        async with Client(network, pace, clock=lambda: world.now) as client:
            await FeedPolling(means, client, pace, asyncio.Event()).follow()

    asyncio.run(go())


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> tuple[Store, dict[str, list[tuple[float, Alert]]]]:
    """The store after it all, and the alerts by feed with the time they were raised at."""
    folder: Path = tmp_path_factory.mktemp("health")
    (folder / "settings.toml").write_text("health.alert = true\n")
    settings, url = load_settings(folder / "settings.toml"), f"sqlite:///{folder}/kept.db"
    store, pool = open_store(url, durable=False), Threads()
    with Press() as press:
        world = World(press)
        store.feeds.sync_feeds([Feed(f"http://{name}.test/feed") for name in NAMES])
        while world.now < END:
            normal = world.now < TROUBLE - DAY
            world.publish(world.now + STEP * (2 if normal else 1))
            poll(world, store, pool)
            if tell_changes(store, settings, world.now):
                store.close()  # a restart: what was told is in the store
                assert tell_changes(store, settings, world.now) == 0
    alerts: dict[str, list[tuple[float, Alert]]] = {name: [] for name in NAMES}
    for row in store.reading.alerts_after(0, limit=1000):
        name = row.alert.feed.url.removeprefix("http://").partition(".")[0]
        alerts[name].append(((row.alert.raised - TROUBLE) / DAY, row.alert))
        assert [sent.sink for sent in row.sent] == ["stdout"]
    assert {health.name for _, health in judged(store, settings, world.now)} == {
        f"{name.title()} Post" for name in NAMES
    }
    return store, alerts


STORY = {
    # name: conditions in their order, days after the trouble within which the first is told
    "steady": ([], 0.0),
    "silent": ([FeedCondition.SILENT, FeedCondition.NORMAL], 1.5),
    "dropped": ([FeedCondition.DROPPED, FeedCondition.NORMAL], 3.0),
    "losing": ([FeedCondition.LOSING, FeedCondition.NORMAL], 0.25),
    "lost": ([FeedCondition.FAILING, FeedCondition.NORMAL], 2.0),
    "gone": ([FeedCondition.GONE], 0.25),
    "moved": ([FeedCondition.MOVED], 7.5),
}


@pytest.mark.parametrize("name", STORY)
def test_each_trouble_is_told_once_in_time_and_so_is_its_end(lived, name: str) -> None:
    conditions, within = STORY[name]
    alerts = lived[1][name]
    assert [alert.feed.condition for _, alert in alerts] == conditions
    if alerts:
        assert 0 <= alerts[0][0] <= within
        assert [alert.revision for _, alert in alerts] == list(range(1, len(alerts) + 1))
        assert len({alert.id for _, alert in alerts}) == 1


WORDS = {
    "silent": ("Silent Post has gone silent", "No new entry for", "still publishes"),
    "dropped": ("Dropped Post publishes far less than usual", "15 new entries in the last 3 d, where about 48 are usual.", "part"),
    "losing": ("Losing Post loses entries between polls", "none of the 30 that it listed, which cover", 'every="'),
    "lost": ("Lost Post cannot be read", "404", "wirewatch feeds check http://lost.test/feed"),
    "gone": ("Gone Post is gone", "410", "wirewatch feeds add http://gone.test/"),
    "moved": ("Moved Post has moved for good", "http://new-moved.test/feed", "Put the new address"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_it_is_told_in_words_that_help(lived, name: str) -> None:
    (_, alert), *_ = lived[1][name]
    title, what, advice = WORDS[name]
    assert alert.title == title
    assert what in alert.feed.what
    assert advice in alert.feed.advice
