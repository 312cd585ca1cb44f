"""A week of a thousand feeds with faults, by an own clock: `python -m bench.week [--feeds 1000] [--days 7] [--step 600]`.

A server on loopback plays the feeds: honest and lying validators, none at all, spells of 404 and 5xx, Retry-After in both
forms, redirects for now and for good, 410, guids and tracking parameters reset, ttl and skipHours, slow ones, several
on one host, each listed three times. The clock moves in steps; in each, a follower of its own polls what is due over a
store in SQLite, as `wirewatch run` from a timetable does, and ends. Once a day the process state is thrown away in the
middle of a pass (drained) and the store opened anew. Then the server's log is held against the etiquette.
Pages are handed in and ended, not read; `pace` is 0, for the network's time is real (tests/transforms/feeds/
test_etiquette.py shows the pace). Exits with 1 where a bound is broken, an article lost or a page served twice.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.faulty_week import BEGAN, DAY, HELD, HOUR, KINDS, LEAST, LISTED, ON_A_HOST, SKIPPED, Clock, World
from pipeline.settings.feeds import load_feeds
from pipeline.store import Store, open_store
from pipeline.store.leases import PENDING
from pipeline.store.schema import inbox
from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.follower import Follower
from transforms.feeds.ports import Shard
from transforms.model import Page


class Threads:
    """Parses in threads: what is served here is known to end."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)

    def submit(self, function: Callable[..., Any], *arguments: Any, deadline: float) -> "Future[Any]":
        del deadline
        return self._threads.submit(function, *arguments)


@dataclass
class Week:
    """The reader's side: a store, and passes over it."""

    world: World
    folder: Path
    handed_in: Counter[str] = field(default_factory=Counter)
    dead: list[str] = field(default_factory=list)
    passes: int = 0
    waiting: set[str] = field(default_factory=set)
    """Articles whose pages are to be tried again after the week's end."""

    def __post_init__(self) -> None:
        self.pool = Threads()
        listing = self.folder / "feeds.opml"
        outlines = "".join(
            f"<outline text='list {times}'>"
            + "".join(
                f"<outline text='Feed {one.number}' xmlUrl='http://{(one.host, one.host.upper())[times % 2]}{one.path}'/>"
                for one in self.world.feeds
            )
            + "</outline>"
            for times in range(3)
        )
        listing.write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
        self.store = self._opened()
        self.store.feeds.sync_feeds(load_feeds(listing))

    def _opened(self) -> Store:
        return open_store(f"sqlite:///{self.folder}/store.db")

    def reopen(self) -> None:
        """What a new process has: the store."""
        self.store.close()
        self.store = self._opened()

    def until_idle(self) -> None:
        """Passes until nothing is due, as `wirewatch run` makes them."""
        self.run()
        while self.store.feeds.next_due(Shard()) <= self.world.clock():
            self.run()

    def run(self, *, cut_short: bool = False) -> None:
        """A pass; cut short: drained as soon as its first page is there."""
        follower = Follower(
            Shard(),
            self.store.feeds,
            polling=PollingConfig(pace=0.0),
            network=NetworkConfig(hosts={"*.test": f"127.0.0.1:{self.world.port}"}, contact="bench@example.test"),
            max_age=DAY,
            pool=self.pool,
            owner=f"pass {self.passes}",
            clock=self.world.clock,
        )
        self.passes += 1
        follower.start(bounded=True)
        while not follower.done():
            items = follower.ready(0.5)
            for item in items:
                if isinstance(item, Page):
                    self.handed_in[item.row.entry.link.partition("?")[0]] += 1
                    self.store.feeds.drop(item.row, "read")
                else:
                    self.dead.append(item.message)
                    self.store.dead_letters.record([item])
            if items and cut_short:  # as a signal does; what has been handed in goes on to its end
                follower.drain()
        follower.close()


def simulate(count: int, days: float, step: float, folder: Path, seed: int, say: Callable[[str], None]) -> list[str]:
    """Run it; what was found wrong."""
    began = time.monotonic()
    with World(count, Clock(), seed) as world:
        week = Week(world, folder)
        steps = int(days * DAY / step)
        a_day = max(int(DAY / step), 1)
        for number in range(steps + 1):
            world.clock.now = BEGAN + number * step
            restart = number % a_day == a_day // 2
            if restart:
                week.run(cut_short=True)
                week.reopen()
            week.until_idle()
            if number % a_day == 0:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                polls = sum(len(feed.polls) for feed in world.feeds)
                say(
                    f"day {number // a_day}: {polls:,} polls, {sum(world.served.values()):,} pages, {memory:.0f} MiB at most"
                )
        world.clock.now += DAY / 24  # pages that were put off
        week.until_idle()
        week.waiting = _waiting(week.store)
        week.store.close()
    _report(world, week, time.monotonic() - began, say)
    return [*broken_bounds(world, step), *_lost(world, week), *(f"dead letter: {one}" for one in week.dead)]


def _waiting(store: Store) -> set[str]:
    """Links of the pages that are to be asked for again later."""
    links = sa.select(inbox.c.link).where(inbox.c.state == PENDING)
    return {link.partition("?")[0] for link in store.database.read(lambda c: c.execute(links).scalars().all())}


def _report(world: World, week: Week, took: float, say: Callable[[str], None]) -> None:
    statuses = Counter(poll.status for feed in world.feeds for poll in feed.polls)
    polls = sum(statuses.values())
    say(
        f"{week.passes:,} passes, {polls:,} polls in {took:.0f} s; answered "
        + ", ".join(f"{s}: {n:,}" for s, n in sorted(statuses.items()))
    )
    for kind in dict.fromkeys(KINDS):
        feeds = [feed for feed in world.feeds if feed.kind == kind]
        counts = sorted(len(feed.polls) for feed in feeds)
        if counts:
            say(f"  {kind:18} {len(feeds):4} feeds, polls a feed: {counts[0]} to {counts[-1]}")
    busiest = world.by_day.most_common(1)[0]
    say(
        f"  a host, of {ON_A_HOST} feeds: at most {world.most_at_once} requests at once, {busiest[1]} on a day (pages included)"
    )
    say(f"  {len(week.handed_in):,} articles handed in, {sum(world.served.values()):,} pages served")


def broken_bounds(world: World, step: float) -> Iterator[str]:
    """What of the etiquette the log breaks, given by how much the clock moved at a time."""
    for feed in world.feeds:
        name = f"feed {feed.number} ({feed.kind})"
        least = HOUR
        for number, (one, next_one) in enumerate(pairwise(feed.polls)):
            least = LEAST.get(feed.kind, HOUR)
            if one.status in {429, 503} and feed.kind in {"429", "503 dated"}:
                least = HELD
            if next_one.at - one.at < least:
                yield f"{name}: polls {number} and {number + 1} are {next_one.at - one.at:.0f} s apart, asked for {least:.0f}"
            if one.status == 410:
                yield f"{name}: asked after its 410"
        if feed.kind == "ttl and skipHours":
            # A poll that fell due before the hour may have waited for its step.
            hours = {(_hour(poll.at), _hour(poll.at - step)) for poll in feed.polls[1:]}
            if skipped := [now for now, before in hours if {now, before} <= SKIPPED]:
                yield f"{name}: polled in an hour that it asks to skip: {sorted(skipped)}"
        if feed.kind == "404 spell":
            gaps = [b.at - a.at for a, b in pairwise([poll for poll in feed.polls if poll.status == 404])]
            if any(later < earlier for earlier, later in pairwise(gaps)):
                yield f"{name}: its back-off does not grow: {gaps}"
    if world.most_at_once > PollingConfig().per_host:
        yield f"{world.most_at_once} requests to one host at once"
    for host, asked in world.robots.items():
        if any(later - earlier < DAY for earlier, later in pairwise(asked)):
            yield f"{host}: robots.txt asked for more than once a day"


def _hour(moment: float) -> int:
    return datetime.fromtimestamp(moment, UTC).hour


def _lost(world: World, week: Week) -> Iterator[str]:
    """Articles that a feed listed when it was last read, or that came twice."""
    for (feed, article), times in world.served.items():
        if times > 1:
            yield f"article {article} of feed {feed} was served {times} times"
    for link, times in week.handed_in.items():
        if times > 1:
            yield f"{link} was handed in {times} times"
    for played in world.feeds:
        # A redirect's target answered as an honest feed; a server that lies shows nothing new but in its full answers.
        good = {200} if played.kind == "lying" else {200, 304, 301, 302}
        read = [poll.at for poll in played.polls if poll.status in good]
        if not read:
            yield f"feed {played.number} ({played.kind}) was never read"
            continue
        oldest = (
            played.newest(read[-1]) - LISTED if played.kind == "lying" else 0
        )  # what it has dropped, nobody was shown
        for article in range(played.newest(read[-1]), max(oldest, 0), -1):
            if played.published(article) < BEGAN - PollingConfig().first_poll_age:
                break
            link = f"http://{played.host}/article/{played.number}/{article}"
            if link not in week.handed_in and link not in week.waiting:
                yield f"{link} ({played.kind}), published on day {(played.published(article) - BEGAN) / DAY:.2f}, was missed"


def main() -> int:
    """Print what was asked and what was found; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--step", type=float, default=600.0, help="seconds that the clock moves at a time")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = simulate(
            told.feeds, told.days, told.step, Path(folder), told.seed, lambda line: print(line, flush=True)
        )
    for line in wrong[:40]:
        print(f"WRONG: {line}")
    print(f"{len(wrong)} bounds broken, articles lost or served twice")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
