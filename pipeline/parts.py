"""What the graph's steps are handed: openers of stores, ledgers, followers, topics and sinks, one of each a process.

A Parts travels pickled to the workers; what it opens stays in the process that opened it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.bundled import bundled
from pipeline.settings.settings import Settings
from pipeline.settings.topics import TopicsFile
from pipeline.sinks import open_sink
from pipeline.store.store import Store, StoreAddress
from transforms.alerts.ports import Outbox, Sink, SinkError
from transforms.alerts.wave import DecideAlerts
from transforms.articles.urls import registrable_domain
from transforms.config import SinkConfig
from transforms.feeds.follower import Follower
from transforms.feeds.pace import Pace
from transforms.feeds.ports import Shard
from transforms.model import DeadLetter, Judged, Outcome, Topic
from transforms.stories.ledger import Ledger, ledger_key
from transforms.stories.outlets import OutletTable, load_outlets, met_outlets
from transforms.stories.vectors import embed
from transforms.stories.wave import Means
from transforms.topics.judge import TopicSet
from transforms.workers import WorkerPool, shared_pool

T = TypeVar("T")

_opened: dict[tuple[Any, ...], Any] = {}
_opening = threading.RLock()
_beats: dict[str, float] = {}
_draining: set[str] = set()
"""Owners that have been told to drain: a follower that is opened later drains too."""


def _once(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """The process's own object of a key, made at first use."""
    with _opening:
        if key not in _opened:
            _opened[key] = make()
        found: T = _opened[key]
        return found


@dataclass(frozen=True)
class Parts:
    """Everything a graph needs, by one run's settings.

    Args:
        settings: as validated.
        store: where the truth is.
        owner: under whose name rows are leased; unique to the run.
        everything: poll every feed in this pass, due or not (never under a Retry-After).
        sinks: where alerts go; a replay has its own.
        alerting: raise alerts at all.
        outlets_met: (name, domain) of a replay's outlets, which count as the person's feeds.
        pass_number: tells a bounded pass's follower from the one before.
        topics: topics file; None: no topics.
        replaying: alerts go to the run's own sinks, whatever the topics say.
    """

    settings: Settings
    store: StoreAddress
    owner: str
    everything: bool = False
    sinks: tuple[SinkConfig, ...] = field(default=())
    alerting: bool = True
    outlets_met: frozenset[tuple[str, str]] = frozenset()
    pass_number: int = 0
    topics: Path | None = None
    replaying: bool = False

    # --- opened once a process ----------------------------------------------------------------------------------------

    def open_store(self) -> Store:
        return self.store.open()

    def open_follower(self, shard: Shard) -> Follower:
        """A pass has its own follower; a stream's lives as long as its process. Each call is a beat of the source."""
        _beats[self.owner] = time.monotonic()
        follower = _once((self.owner, "follower", self.pass_number, shard.index), lambda: self._follower(shard))
        if self.owner in _draining:
            follower.drain()
        return follower

    def last_beat(self) -> float:
        """When the source last looked in this process, by the monotonic clock; the first question is a beat."""
        return _beats.setdefault(self.owner, time.monotonic())

    def drain(self) -> None:
        """End the following: what is not handed in goes back, what is goes on to its end."""
        with _opening:
            _draining.add(self.owner)
            followers = [opened for key, opened in _opened.items() if key[:2] == (self.owner, "follower")]
        for follower in followers:
            follower.drain()

    def end_pass(self) -> None:
        """Close a bounded pass's followers, and ask the store anew which feeds there are when next it matters."""
        with _opening:
            ended = {
                name: [_opened.pop(key) for key in list(_opened) if key[:2] == (self.owner, name)]
                for name in ("follower", "in_feeds", "outlets")
            }
        for follower in ended["follower"]:
            follower.close()

    def _follower(self, shard: Shard) -> Follower:
        return Follower(
            shard,
            self.open_store().feeds,
            polling=self.settings.polling,
            network=self.settings.network,
            max_age=self.settings.alerts.max_age,
            pool=self.pool(),
            owner=self.owner,
            everything=self.everything,
            clock=time.time,
            pace=_once((self.owner, "pace"), lambda: Pace(self.settings.polling)),
        )

    def open_ledger(self, key: str) -> Ledger:
        return _once((self.owner, "ledger", key), lambda: self._ledger(key))

    def _ledger(self, key: str) -> Ledger:
        return Ledger(
            key,
            self.open_store().ledgers,
            self.settings.stories,
            self.outlets(),
            self.in_feeds,
            self._decide_alerts() if self.alerting else None,
            self.open_ledger,
        )

    def means(self) -> Means:
        """What a correction by hand needs besides the rows."""
        return Means(self.outlets(), self.in_feeds, self._decide_alerts() if self.alerting else None)

    def _decide_alerts(self) -> DecideAlerts:
        return DecideAlerts(
            topics=self._topics_followed,
            config=self.settings.alerts,
            sinks=tuple(sink.name for sink in self.sinks),
        )

    def _topics_followed(self) -> Sequence[Topic]:
        topics = self.current_topics().topics
        return [msgspec.structs.replace(topic, sinks=()) for topic in topics] if self.replaying else topics

    def open_outbox(self) -> Outbox:
        return self.open_store().outbox

    def open_sink(self, name: str) -> Sink:
        return _once((self.owner, "sink", name), lambda: self._sink(name))

    def _sink(self, name: str) -> Sink:
        config = next((sink for sink in self.sinks if sink.name == name), None)
        if config is None:
            raise SinkError(f"sink {name!r} is not in the settings; put it back, or drop its dead letters", final=True)
        return open_sink(config, self.settings.network, self.settings.time_zone)

    def max_tries(self) -> dict[str, int]:
        """How often each sink is tried."""
        return {sink.name: sink.max_tries for sink in self.sinks}

    def current_topics(self) -> TopicSet:
        if self.topics is None:
            return _once((self.owner, "topics"), lambda: TopicSet.of(()))
        path, sinks = self.topics, None if self.replaying else self.settings.sink_names
        return _once((self.owner, "topics"), lambda: TopicsFile(path, sinks, embed)).current()

    def outlets(self) -> OutletTable:
        """The settings' own table, then the bundled one, then the outlets met: those of the feeds or of a replay's lines."""
        own = self.settings.outlets
        table = _once(("outlets", own), lambda: _outlet_table(own))
        return _once((self.owner, "outlets", own), lambda: table.extended(met_outlets(self._met())))

    def pool(self) -> WorkerPool:
        return shared_pool(self.settings.extraction.workers, self.settings.extraction.memory)

    def close(self) -> None:
        """Let go of what this process opened for the run."""
        with _opening:
            for key in [key for key in _opened if key[0] == self.owner]:
                closing = getattr(_opened.pop(key), "close", None)
                if closing is not None:
                    closing()

    # --- decisions that need the parts ----------------------------------------------------------------------------------

    def keyed_by_ledger(self, judged: Judged) -> tuple[str, Judged]:
        return (ledger_key(judged.article, one_ledger=self.settings.stories.across_languages), judged)

    def in_feeds(self, name: str, domain: str) -> bool:
        """Is the outlet one of the person's feeds, by its name or its domain?"""
        names, domains = _once((self.owner, "in_feeds"), self._outlets_followed)
        return name.casefold() in names or bool(domain and domain in domains)

    def _outlets_followed(self) -> tuple[frozenset[str], frozenset[str]]:
        met = self._met()
        return frozenset(name.casefold() for name, _ in met if name), frozenset(domain for _, domain in met if domain)

    def _met(self) -> set[tuple[str, str]]:
        """(name, domain) of the outlets of the person's feeds and of a replay's lines; either may be empty."""
        cursors = [listed.cursor for listed in self.open_store().feeds.listed()]
        return set(self.outlets_met) | {(c.feed.name or c.title, registrable_domain(c.feed.url)) for c in cursors}

    def for_replay(self, sinks: tuple[SinkConfig, ...], outlets_met: frozenset[tuple[str, str]]) -> "Parts":
        """These parts for a replay: its own sinks, or none and no alerts."""
        return replace(self, sinks=sinks, alerting=bool(sinks), outlets_met=outlets_met, replaying=True)

    def note_line(self, outcome: Outcome) -> Outcome:
        """Keep which article a replay's line became, in this process."""
        _once((self.owner, "lines"), dict[int, str])[outcome.line] = outcome.article_id
        return outcome

    def decided_lines(self) -> dict[int, str]:
        """Line (in order of deciding) -> article id, as noted in this process."""
        return _once((self.owner, "lines"), dict[int, str])

    def record_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self.open_store().dead_letters.record(letters)


def _outlet_table(own: Path | None) -> OutletTable:
    shipped = load_outlets(bundled("seeds") / "outlets.toml")
    return load_outlets(own).extended(shipped.outlets) if own else shipped
