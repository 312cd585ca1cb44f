"""The open articles and stories of one ledger, with the index that finds an article's likely stories."""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable

import msgspec

from transforms.config import StoriesConfig
from transforms.model import Article, Fingerprint, Judged, Membership, Seconds, Story
from transforms.stories.across import AcrossIndex
from transforms.stories.index import TermIndex
from transforms.stories.ports import KnownArticle
from transforms.stories.ranking import Ranking
from transforms.stories.similarity import Hashes, Profile, profile_of, renumbered
from transforms.stories.weights import Weights, shipped_weights

GRACE = 86400.0
"""Seconds beyond the window for which articles are kept, for those that arrive late."""


_NO_TERMS: dict[str, int] = {}
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Membership)


class Remembered:
    """An article in memory: its rows, and its fingerprint made ready for comparing.

    A memory holds it small: its fingerprint without what the profile has, its membership packed.
    """

    __slots__ = ("_packed", "known", "profile", "row", "story_id")

    def __init__(self, known: KnownArticle, membership: Membership, profile: Profile, row: int) -> None:
        self.known = known
        self.membership = membership
        self.profile = profile
        self.row = row

    @property
    def membership(self) -> Membership:
        """Its place."""
        return _DECODER.decode(self._packed)

    @membership.setter
    def membership(self, membership: Membership) -> None:
        self.story_id = membership.story_id
        self._packed = _ENCODER.encode(membership)


class StoriesMemory:
    """What a ledger remembers; a pure function of the rows it holds, whatever the order in which they came and went.

    Times are publication times; no clock is read.
    """

    def __init__(self, config: StoriesConfig, weights: Weights | None = None) -> None:
        self.config = config
        self.weights = weights or shipped_weights()
        self.seq = 0
        """The ledger's number up to which rows are held; kept by the ledger."""
        self.highwater: Seconds = float("-inf")
        """Greatest publication time met."""
        self._articles: dict[str, Remembered] = {}
        self._ranked: dict[str, Ranking] = {}
        self._decided: dict[int, str] = {}
        self._rows: list[str] = []
        self._stories: dict[str, Story] = {}
        self._members: dict[str, list[tuple[int, str]]] = {}
        """(number of its decision, id) of each article of a story, in order."""
        self._apart: set[tuple[str, str]] = set()
        self._together: set[tuple[str, str]] = set()
        self._handled: set[str] = set()
        self._by_age: list[tuple[Seconds, str]] = []
        self.index = TermIndex()
        self.across = AcrossIndex() if config.across_languages else None
        """None where each ledger holds one language."""
        self._latest: tuple[Fingerprint, tuple[str, str], Profile] | None = None

    # --- rows ---------------------------------------------------------------------------------------------------------

    def remember(self, known: KnownArticle, membership: Membership, profile: Profile | None = None) -> None:
        """Hold an article and its place; a known one is replaced (a revision).

        Args:
            known: the article.
            membership: its place.
            profile: what profile_of() makes of it with this memory's index, where that is at hand.
        """
        article = known.article
        if article.id in self._articles:
            self._forget(article.id)
        else:
            self._link(article.id, membership)
        self._decided[known.decided] = article.id
        profile = profile or self._profile_of(article, known.fingerprint)
        row = self.index.add(profile.terms, article.published)
        self._rows.append(article.id)
        self._articles[article.id] = Remembered(self._without_words(known), membership, profile, row)
        insort(self._members.setdefault(membership.story_id, []), (known.decided, article.id))
        if self.across is not None:
            self.across.add(article.id, article.lang, article.published, known.fingerprint)
        heapq.heappush(self._by_age, (article.published, article.id))
        self.highwater = max(self.highwater, article.published)

    def _without_words(self, known: KnownArticle) -> KnownArticle:
        """The article with what is asked of a fingerprint beside its profile."""
        print_, across = known.fingerprint, self.across is not None
        kept = Fingerprint(
            article_id=print_.article_id,
            version=print_.version,
            vector=b"",
            title_terms=_NO_TERMS,
            lead_terms=_NO_TERMS,
            body_terms=_NO_TERMS,
            names=print_.names if across else _NO_TERMS,
            numbers=print_.numbers if across else (),
            words=print_.words,
            credits=print_.credits,
            links=print_.links,
            facts=print_.facts,
        )
        article = known.article
        if article.text or article.links:
            article = msgspec.structs.replace(article, text="", links=())
        return msgspec.structs.replace(known, article=article, fingerprint=kept)

    def _link(self, article_id: str, membership: Membership) -> None:
        """Note which held articles it is like, as written at its decision."""
        near = [
            (likeness, held.known.article.id)
            for other, likeness in membership.likeness.items()
            if (held := self._articles.get(other)) is not None
        ]
        for likeness, other in near:
            self._ranked[other].add(likeness, article_id)
        self._ranked[article_id] = Ranking(near)

    def move(self, membership: Membership) -> None:
        """Give an article another place; it must be remembered."""
        remembered = self._articles[membership.article_id]
        self._leave(remembered)
        remembered.membership = membership
        insort(self._members.setdefault(membership.story_id, []), (remembered.known.decided, membership.article_id))

    def put_story(self, story: Story) -> None:
        """Hold a story, or a new state of it."""
        self._stories[story.id] = story

    def keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Pairs (article_id, story_id) that a person has split."""
        pairs = set(pairs)
        self._apart |= pairs
        self._together -= pairs
        self._handled.update(name for pair in pairs for name in pair)

    def keep_together(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Pairs (article_id, story_id) that a person has joined."""
        pairs = set(pairs)
        self._together |= pairs
        self._apart -= pairs
        self._handled.update(name for pair in pairs for name in pair)

    @property
    def horizon(self) -> Seconds:
        """Articles published before it are not held."""
        return self.highwater - self.config.window - GRACE

    def evict(self, horizon: Seconds | None = None) -> None:
        """Let go of articles published before the horizon, and of stories that have none left."""
        bound = self.horizon if horizon is None else horizon
        while self._by_age and self._by_age[0][0] < bound:
            _, article_id = heapq.heappop(self._by_age)
            remembered = self._articles.get(article_id)
            if remembered is not None and remembered.known.article.published < bound:
                story_id = remembered.story_id
                self._forget(article_id)
                self._unlink(article_id)
                del self._decided[remembered.known.decided]
                if story_id not in self._members:
                    self._stories.pop(story_id, None)
        if self.index.rows > 2 * len(self._articles) + 1000:
            self._index_anew()

    def _forget(self, article_id: str) -> None:
        remembered = self._articles.pop(article_id)
        self.index.discount(remembered.row, remembered.profile.terms)
        self._leave(remembered)
        if self.across is not None:
            self.across.discard(article_id)

    def _unlink(self, article_id: str) -> None:
        for likeness, other in self._ranked.pop(article_id).pairs():
            self._ranked[other].remove(likeness, article_id)

    def _leave(self, remembered: Remembered) -> None:
        story_id = remembered.story_id
        members = self._members[story_id]
        del members[bisect_left(members, (remembered.known.decided, remembered.known.article.id))]
        if not members:
            del self._members[story_id]

    def _index_anew(self) -> None:
        """Drop the rows and words of articles that have left."""
        before, self.index = self.index, TermIndex()
        self._latest = None
        self._rows = []
        for article_id, remembered in self._articles.items():
            article = remembered.known.article
            remembered.profile = renumbered(remembered.profile, article.lang, before, self.index)
            remembered.row = self.index.add(remembered.profile.terms, article.published)
            self._rows.append(article_id)

    # --- look-ups -----------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._articles)

    def article(self, article_id: str) -> KnownArticle | None:
        """An article as held, its fingerprint without words and sketch; None where it is not."""
        remembered = self._articles.get(article_id)
        return remembered.known if remembered else None

    def sketch(self, article_id: str) -> Hashes | None:
        """The sketch of an article's wording, packed, or None."""
        remembered = self._articles.get(article_id)
        return remembered.profile.shingles if remembered else None

    def membership(self, article_id: str) -> Membership | None:
        """An article's place, or None."""
        remembered = self._articles.get(article_id)
        return remembered.membership if remembered else None

    def remembered(self, article_id: str) -> Remembered:
        """An article with its profile; KeyError where it is not held."""
        return self._articles[article_id]

    def story(self, story_id: str) -> Story | None:
        """A story as held, or None."""
        return self._stories.get(story_id)

    def stories(self) -> list[Story]:
        """The open stories that are merged into no other, by id."""
        return [self._stories[key] for key in sorted(self._stories) if not self._stories[key].merged_into]

    def members(self, story_id: str) -> list[KnownArticle]:
        """A story's articles as article() has them, in the order in which they were decided."""
        return [remembered.known for remembered in self.companions(story_id)]

    def companions(self, story_id: str) -> list[Remembered]:
        """A story's articles with their profiles, in that order."""
        return [self._articles[article_id] for _, article_id in self._members.get(story_id, ())]

    def ranked(self, article_id: str) -> list[tuple[float, str]]:
        """Held articles that an article is like, with the likeness, greatest first."""
        ranking = self._ranked.get(article_id)
        return ranking.pairs() if ranking else []

    def likenesses(self, article_id: str) -> list[float]:
        """Those of ranked(), without the articles."""
        ranking = self._ranked.get(article_id)
        return ranking.likenesses() if ranking else []

    def story_of(self, article_id: str) -> str:
        """The story a held article is in."""
        return self._articles[article_id].story_id

    def member_ids(self, story_id: str, latest: int = 0) -> list[str]:
        """Ids of members() in their order; only of so many that were decided last, where a number is given."""
        return [article_id for _, article_id in self._members.get(story_id, ())[-latest:]]

    def size_of(self, story_id: str) -> int:
        """How many members() a story has."""
        return len(self._members.get(story_id, ()))

    def decided_between(self, after: int, until: int) -> list[str]:
        """Held articles whose first decision has a number in (after, until]."""
        return [self._decided[number] for number in range(after + 1, until + 1) if number in self._decided]

    def is_by_hand(self, article_id: str, story_id: str) -> bool:
        """Has a person decided anything about this article or this story?"""
        return article_id in self._handled or story_id in self._handled

    def is_apart(self, article_id: str, story_id: str) -> bool:
        """Has a person split this article from this story?"""
        return (article_id, story_id) in self._apart

    def is_together(self, article_id: str, story_id: str) -> bool:
        """Has a person joined this article to this story?"""
        return (article_id, story_id) in self._together

    def profile(self, judged: Judged) -> Profile:
        """An article made ready for comparing with what is held; nothing of it is kept but its words."""
        return self._profile_of(judged.article, judged.fingerprint)

    def _profile_of(self, article: Article, print_: Fingerprint) -> Profile:
        """The article that has just been decided is remembered next: its profile is made once."""
        if self._latest is None or self._latest[0] is not print_ or self._latest[1] != (article.url, article.outlet):
            self._latest = (print_, (article.url, article.outlet), profile_of(article, print_, self.index))
        return self._latest[2]

    def candidates(self, profile: Profile, published: Seconds, limit: int = 100) -> list[Remembered]:
        """The held articles inside the window that share most weight with a profile, best first, at most limit."""
        window = self.config.window
        rows, shares = self.index.search(profile.terms, published - window, published + window, limit)
        found = sorted((-share, self._rows[row]) for row, share in zip(rows.tolist(), shares.tolist(), strict=True))
        return [self._articles[article_id] for _, article_id in found[:limit]]
