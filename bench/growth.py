"""A memory that remembers mixed articles, as many as are wanted, with places such as decisions give them."""

import itertools
from collections import deque

import msgspec
import numpy as np

from bench.mixing import Mixed, Mixer
from transforms.config import StoriesConfig
from transforms.model import Membership, Relation, Story
from transforms.stories.decide import Decision, decide
from transforms.stories.index import Terms
from transforms.stories.likeness import KEPT
from transforms.stories.memory import StoriesMemory
from transforms.stories.ports import KnownArticle
from transforms.stories.similarity import Profile, profile_of

START = 1_577_836_800.0
SPAN = 6 * 86400.0
"""Seconds over which all articles are published: inside one window."""
CHECKED = 100
"""First articles whose mixed profiles are compared with what the product makes of the same fingerprint; later one in DECIDED."""
DECIDED = 1_000
"""One in so many articles is decided; what its decision says stands in the next ones' memberships."""


class Growth:
    """A memory that takes mixed articles."""

    def __init__(self, mixer: Mixer, most: int, seed: int) -> None:
        """Args:
        mixer: mixes them; numbers the terms of every new index alike, so that profiles fit all.
        most: how many are taken in all.
        seed: draws them.
        """
        self.memory = StoriesMemory(StoriesConfig())
        self.mixer = mixer
        self._step = SPAN / most
        self._chance = np.random.default_rng([seed, 1])
        self._near: dict[int, deque[str]] = {}
        self._said = msgspec.msgpack.encode(Membership("", "", "", Relation.FIRST))
        self._known = msgspec.msgpack.Decoder(KnownArticle)
        mixer.number_terms(self.memory.index)
        self.ids: list[str] = []

    @property
    def size(self) -> int:
        """Articles taken."""
        return len(self.ids)

    def grow(self, size: int) -> None:
        """Remember articles until there are so many."""
        while self.size < size:
            pair = self.mixer.pair(self._chance)
            name = f"held-{self.size}"
            self._take(self.mixer.mixed(pair, name, START + self._step * self.size, self._chance), pair)

    def _take(self, mixed: Mixed, pair: tuple[int, int]) -> None:
        article, number = mixed.article, self.size + 1
        profile = self.mixer.profile(mixed)
        if self.size % DECIDED == 0 or self.size < CHECKED:
            judged = self.mixer.judged(mixed)
            if not same(profile, profile_of(article, judged.fingerprint, self.memory.index)):
                raise AssertionError(f"{mixed.article.title!r} is not put together as the product does it")
            self._said = msgspec.msgpack.encode(_membership(decide(judged, self.memory), article.id))
        near = [self._near.setdefault(place, deque(maxlen=KEPT // 2)) for place in pair]
        likeness = {
            other: round(float(value), 6)
            for other, value in zip(itertools.chain(*near), self._chance.random(KEPT), strict=False)
        }
        story_id = article.id
        if likeness and number % 2:
            story_id = self.memory.story_of(next(iter(likeness)))
        else:
            self.memory.put_story(
                Story(story_id, article.lang, article.title, article.published, article.published, article.id)
            )
        said = msgspec.msgpack.decode(self._said, type=Membership)
        place = msgspec.structs.replace(
            said, article_id=article.id, story_id=story_id, placed=story_id, likeness=likeness, seq=number
        )
        # Records come from a store, so each has strings of its own.
        known = KnownArticle(article=article, fingerprint=mixed.print_, relevance=(), decided=number, seq=number)
        own = self._known.decode(msgspec.msgpack.encode(known))
        self.memory.remember(own, place, profile)
        for one in near:
            one.append(own.article.id)
        self.ids.append(own.article.id)


def _membership(decision: Decision, article_id: str) -> Membership:
    fields = ("relation", "score", "reason", "matched", "signals", "nearest_other", "nearest_other_score")
    return Membership(article_id, "", "", **{name: getattr(decision, name) for name in fields})


def same(a: Profile, b: Profile) -> bool:
    """Are two profiles equal, but for the order of their terms?"""

    def equal(one: object, other: object) -> bool:
        if isinstance(one, tuple) and isinstance(other, tuple):
            return len(one) == len(other) and all(map(equal, one, other))
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            return one.dtype == other.dtype and np.array_equal(one, other)
        return one == other

    return equal(*(tuple(one._replace(terms=_ordered(one.terms))) for one in (a, b)))


def _ordered(terms: Terms) -> Terms:
    orders = [np.argsort(slots) for slots in terms.slots]
    return Terms(
        tuple(slots[order] for slots, order in zip(terms.slots, orders, strict=True)),
        tuple(counts[order] for counts, order in zip(terms.counts, orders, strict=True)),
    )
