"""Ledgers as a process has them, over a real store, and what the store then holds."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pytest

from pipeline.store import Store
from tests.articles import NO_OUTLETS, judged
from transforms.alerts.wave import DecideAlerts
from transforms.config import AlertsConfig, StoriesConfig
from transforms.model import Alert, Article, Judged, Membership, Outcome, OutcomeKind, Relation, Story, Topic
from transforms.stories.ledger import Ledger, ledger_key
from transforms.stories.memory import StoriesMemory
from transforms.stories.ports import Wave
from transforms.stories.repair import Merge, Move

TOPICS = (Topic("ports", "Ports"), Topic("money", "Money"))

on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For tables of cases whose rows one database reads like the other."""

Repairs = dict[int, Callable[[StoriesMemory], Iterable[Merge | Move]]]


def no_repair(_memory: StoriesMemory, _seq: int) -> tuple[Merge | Move, ...]:
    """Stories stay as they were decided."""
    return ()


def at(changes: Repairs) -> Callable[..., tuple[Merge | Move, ...]]:
    """Repairs at these numbers of a ledger."""
    return lambda memory, seq: tuple(changes[seq](memory)) if seq in changes else ()


class Process:
    """One process's ledgers; another Process on the same store is another process, or the same one started again."""

    def __init__(self, store: Store, *, alerting: bool = True, config: AlertsConfig | None = None, **more: Any) -> None:
        self._store = store
        self._alerts = (
            DecideAlerts(lambda: TOPICS, config or AlertsConfig(cooldown=0.0), ("desk",)) if alerting else None
        )
        self._more = {"in_feeds": lambda _name, _domain: True, "repair": no_repair, **more}
        self._ledgers: dict[str, Ledger] = {}

    def ledger(self, key: str = "en") -> Ledger:
        if key not in self._ledgers:
            self._ledgers[key] = Ledger(
                key,
                self._store.ledgers,
                StoriesConfig(),
                NO_OUTLETS,
                decide_alerts=self._alerts,
                elsewhere=self.ledger,
                **self._more,
            )
        return self._ledgers[key]

    def decide(self, *wave: Article | Judged) -> list[Outcome]:
        """One wave of each language among these."""
        ready = [judged(one) if isinstance(one, Article) else one for one in wave]
        keys = sorted({ledger_key(one.article) for one in ready})
        waves = [[one for one in ready if ledger_key(one.article) == key] for key in keys]
        return [
            outcome for key, some in zip(keys, waves, strict=True) for outcome in self.ledger(key).decide_wave(some)
        ]


class Told(msgspec.Struct, frozen=True):
    """What a store holds."""

    places: dict[str, Membership]
    stories: dict[str, Story]
    alerts: dict[str, Alert]


def told(store: Store) -> Told:
    """Everything that was decided."""
    reading = store.reading
    return Told(
        places=reading.places(),
        stories={story.id: story for story in reading.all_stories()},
        alerts={numbered.alert.id: numbered.alert for numbered in reading.alerts()},
    )


def without_numbers(held: Told) -> Told:
    """The same without the numbers under which a ledger wrote it, which depend on the waves' cuts."""
    return Told(
        places={key: msgspec.structs.replace(place, seq=0) for key, place in held.places.items()},
        stories={key: msgspec.structs.replace(story, seq=0) for key, story in held.stories.items()},
        alerts={},
    )


def write_by_hand(store: Store, **pairs: Iterable[tuple[str, str]]) -> None:
    """Pairs (article id, story id) that a person has parted (apart=) or joined (together=), without what follows."""
    with store.ledgers.ledger("en") as rows:
        rows.write(Wave(seq=rows.seq + 1, **{kind: tuple(some) for kind, some in pairs.items()}))


def groups(store: Store) -> set[frozenset[str]]:
    """Sets of articles that are one story."""
    found: dict[str, set[str]] = {}
    for article_id, place in store.reading.places().items():
        found.setdefault(place.story_id, set()).add(article_id)
    return {frozenset(members) for members in found.values()}


def cut(articles: Sequence[Article], *sizes: int) -> list[list[Article]]:
    """The articles in pieces of these sizes; the last takes the rest."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(list(articles[start : start + size]))
        start += size
    return [piece for piece in [*pieces, list(articles[start:])] if piece]


def kinds(outcomes: Iterable[Outcome]) -> list[OutcomeKind]:
    """How these ended."""
    return [outcome.kind for outcome in outcomes]


def place(store: Store, one: Article) -> tuple[str, Relation]:
    """An article's story and what it is to it."""
    membership = store.reading.places()[one.id]
    return membership.story_id, membership.relation
