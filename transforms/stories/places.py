"""Stories and the places of articles in them, as one wave changes them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from transforms.model import Alert, Article, Membership, Relation, Story
from transforms.stories.memory import StoriesMemory
from transforms.stories.ports import KnownArticle, LedgerTransaction
from transforms.stories.repair import Merge, Move
from transforms.stories.view import Member

replace = msgspec.structs.replace


def story_id_at(article_id: str, seq: int) -> str:
    """Id of the story that a repair makes an article start at a number of its ledger; at most one, so no other has it."""
    return hashlib.sha256(f"{article_id} {seq}".encode()).hexdigest()[:16]


def seniority(story: Story, members: Sequence[Member], alerts: Iterable[Alert]) -> tuple[float, float, str]:
    """Of two stories that merge the lesser survives: the story with the oldest raised alert, else the older story.

    A story is as old as the article that started it: what it has taken in since, by a merge too, makes it no older, so
    that the order of several merges decides nothing.
    """
    raised = [alert.first_raised for alert in alerts if alert.story == story.id and not alert.merged_into]
    published = {known.article.id: known.article.published for known, _ in members}
    started = published.get(story.first_article, min(published.values(), default=float("inf")))
    return (min(raised, default=float("inf")), started, story.id)


class Places:
    """A ledger's memory together with what a wave changes in it.

    The memory lets go of articles in the middle of a wave, at the same numbers whatever the waves' cuts; so what the
    wave is to write is kept here, not looked up there at its end.

    Attributes:
        stories: those that the wave touched, as they are to be written.
        memberships: the places that it gave or wrote anew, by article id.
        merged: id of each story that has ended -> the story that it points to.
    """

    def __init__(
        self, ledger: str, memory: StoriesMemory, alerts: Mapping[str, Alert], rows: LedgerTransaction
    ) -> None:
        """Args:
        ledger: its key.
        memory: all that the ledger has committed; changed as the wave goes.
        alerts: the ledger's alerts by id, each in its latest revision.
        rows: the open transaction.
        """
        self._ledger = ledger
        self._memory = memory
        self._alerts = alerts
        self._rows = rows
        self._known: dict[str, KnownArticle] = {}
        self._sizes: dict[str, int] = {}
        self.stories: dict[str, Story] = {}
        self.memberships: dict[str, Membership] = {}
        self.merged: dict[str, str] = {}

    # --- articles -----------------------------------------------------------------------------------------------------

    def remember(self, known: KnownArticle, membership: Membership) -> None:
        """Hold an article, new or revised, in its place; its story must be there."""
        self._touch(membership.story_id)
        self._memory.remember(known, membership)
        self._known[known.article.id] = known
        self.memberships[known.article.id] = membership
        self._memory.evict()

    def known(self, article_id: str) -> KnownArticle | None:
        """An article of this wave, even where the memory has let it go since."""
        return self._known.get(article_id)

    def membership(self, article_id: str) -> Membership | None:
        """An article's place as it is now, where the wave or the memory has it."""
        return self.memberships.get(article_id) or self._memory.membership(article_id)

    def members(self, story_id: str) -> list[Member]:
        """All members of a touched story as they are now, in order of decision; those that memory let go, too."""
        found = {
            known.article.id: (known, membership)
            for known in self._memory.members(story_id)
            if (membership := self._memory.membership(known.article.id)) is not None
        }
        for article_id, membership in self.memberships.items():
            if membership.story_id == story_id and article_id not in found:
                found[article_id] = (self._known[article_id], membership)
        if sum(article_id not in self.memberships for article_id in found) < self._sizes[story_id]:
            for known, membership in self._rows.members(story_id):
                if known.article.id not in self.memberships:
                    found.setdefault(known.article.id, (known, membership))
        return sorted(found.values(), key=lambda pair: (pair[0].decided, pair[0].article.id))

    # --- stories ------------------------------------------------------------------------------------------------------

    def start(self, story_id: str, article: Article, seq: int, follows: str = "") -> None:
        """A story that the article starts, still without members."""
        story = Story(
            id=story_id,
            ledger=self._ledger,
            title=article.title,
            started=article.published,
            latest=article.published,
            first_article=article.id,
            follows=follows,
            seq=seq,
        )
        self._memory.put_story(story)
        self.stories[story_id] = story
        self._sizes[story_id] = 0

    def put(self, story: Story) -> None:
        """A touched story's new state."""
        self.stories[story.id] = story
        if self._memory.story(story.id) is not None:
            self._memory.put_story(story)

    def _touch(self, story_id: str) -> None:
        """Note that the wave will write this story, and how many members it had before."""
        story = self._memory.story(story_id)
        if story_id not in self.stories and story is not None:
            self.stories[story_id] = story
            self._sizes[story_id] = story.size

    def _standing(self, story_id: str) -> str:
        """The story that a merged one has become."""
        story = self.stories.get(story_id) or self._memory.story(story_id)
        return self._standing(story.merged_into) if story and story.merged_into else story_id

    def _end(self, loser: str, survivor: str, members: Sequence[Member], seq: int) -> None:
        """The loser, whose last members these were, is empty and points to the survivor from now on."""
        articles = [known.article for known, _ in members]
        ended = replace(
            self.stories[loser],
            title=articles[0].title,
            started=min(article.published for article in articles),
            latest=max(article.published for article in articles),
            size=0,
            outlets=0,
            origin=None,
            independent_origins=(),
            merged_into=survivor,
            seq=seq,
        )
        self.put(ended)
        self.merged[loser] = survivor

    # --- repairs ------------------------------------------------------------------------------------------------------

    def repair(self, changes: Iterable[Merge | Move], seq: int) -> None:
        """Put these right at a number of the ledger; what a person has split or joined stays so."""
        fresh: dict[str, str] = {}
        for change in changes:
            if isinstance(change, Merge):
                self._merge(change, seq)
            else:
                self._move(change, fresh, seq)

    def _merge(self, merge: Merge, seq: int) -> None:
        stories = {self._standing(story_id) for story_id in merge.stories}
        for story_id in stories:
            self._touch(story_id)
        if len(stories) < 2 or not stories <= self.stories.keys():
            return
        members = {story_id: self.members(story_id) for story_id in stories}
        alerts = self._alerts.values()
        survivor, loser = sorted(
            stories, key=lambda story_id: seniority(self.stories[story_id], members[story_id], alerts)
        )
        if self._is_split(members[loser], survivor) or self._is_split(members[survivor], loser):
            return
        for known, membership in members[loser]:
            moved = replace(membership, story_id=survivor, reason=merge.reason or membership.reason)
            if membership.relation is Relation.FIRST:  # a story has one first; why this one came along is to be told
                moved = replace(moved, relation=Relation.SAME_EVENT, score=merge.score)
            self._place_anew(known, moved, seq)
        self._end(loser, survivor, members[loser], seq)

    def _is_split(self, members: Sequence[Member], story_id: str) -> bool:
        """Has a person split one of the members from the story?"""
        return any(self._memory.is_apart(known.article.id, story_id) for known, _ in members)

    def _move(self, move: Move, fresh: dict[str, str], seq: int) -> None:
        """Another place for an article; a story that it leaves empty points to where it went.

        A story that memory does not know may still be in the store, let go; so one that a move starts gets an id that
        none has: fresh has those of this repair.
        """
        known, membership = self._memory.article(move.article_id), self._memory.membership(move.article_id)
        target = fresh.get(move.story_id) or self._standing(move.story_id)
        if known is None or membership is None or membership.story_id == target:
            return
        left = membership.story_id
        if self._memory.is_apart(move.article_id, target) or self._memory.is_together(move.article_id, left):
            return
        relation = move.relation
        self._touch(left)
        self._touch(target)
        if target not in self.stories:
            target = fresh[move.story_id] = story_id_at(move.article_id, seq)
            self.start(target, known.article, seq)
            relation = Relation.FIRST
        moved = replace(
            membership,
            story_id=target,
            relation=relation,
            score=move.score,
            reason=move.reason,
            matched=move.matched,
        )
        self._place_anew(known, moved, seq)
        if not self.members(left):
            self._end(left, target, [(known, membership)], seq)

    def _place_anew(self, known: KnownArticle, membership: Membership, seq: int) -> None:
        membership = replace(membership, seq=seq)
        if self._memory.article(membership.article_id) is not None:
            self._memory.move(membership)
        self._known.setdefault(membership.article_id, known)
        self.memberships[membership.article_id] = membership
