"""The stories of one ledger: memory over the store's rows, decided a wave at a time in one transaction."""

import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec

from transforms.alerts.decide import StoryView
from transforms.alerts.wave import DecideAlerts
from transforms.articles.identity import identity_claims, settle_identity
from transforms.config import StoriesConfig
from transforms.model import (
    Alert,
    Article,
    Judged,
    Membership,
    Outcome,
    OutcomeKind,
    Relation,
    Story,
)
from transforms.stories.decide import Decision, decide
from transforms.stories.memory import GRACE, StoriesMemory
from transforms.stories.origins import story_origins
from transforms.stories.outlets import OutletTable
from transforms.stories.ports import (
    DecidedArticle,
    KnownArticle,
    LedgerStore,
    LedgerTransaction,
    Wave,
)
from transforms.stories.repair import Merge, Move, repair
from transforms.stories.view import Member, story_view

InFeeds = Callable[[str, str], bool]
"""(outlet name, domain) -> is it one of the person's feeds?"""


def ledger_key(article: Article, *, one_ledger: bool = False) -> str:
    """The ledger that decides an article: its language, or "all" with cross-language grouping."""
    return "all" if one_ledger else (article.lang or "und")


class Ledger:
    """Memory over one ledger's rows; one a process and key, shared by passes and DoFn instances, with a lock.

    The memory is changed in place while a wave is decided and dropped on any error, so that what is not committed is
    never believed; the next wave rebuilds it from the store.
    """

    def __init__(
        self,
        key: str,
        store: LedgerStore,
        config: StoriesConfig,
        outlets: OutletTable,
        in_feeds: InFeeds,
        decide_alerts: DecideAlerts | None,
        elsewhere: Callable[[str], "Ledger"],
    ) -> None:
        """Args:
        key: the ledger's name, a language or "all".
        store: opens its transactions.
        config: how articles become stories.
        outlets: names, owners and domains of outlets.
        in_feeds: is an outlet one of the person's feeds?
        decide_alerts: what a wave's end has to tell; None: nothing (a replay without alerts).
        elsewhere: opens another ledger, for a revision whose article was first decided there.
        """
        self.key = key
        self._store = store
        self._config = config
        self._outlets = outlets
        self._in_feeds = in_feeds
        self._decide_alerts = decide_alerts
        self._elsewhere = elsewhere
        self._lock = threading.RLock()
        self._memory: StoriesMemory | None = None
        self._committed = True
        self._alerts: dict[str, Alert] = {}

    def decide_wave(self, wave: Iterable[Judged]) -> list[Outcome]:
        """Decide the articles in order of rank, commit everything at once, return one outcome an article."""
        ranked = sorted(wave, key=lambda judged: (judged.article.line, judged.article.published, judged.article.id))
        if not ranked:
            return []
        with self._lock:
            deciding, written = self._store.decide(self.key, lambda rows: self._decide(rows, ranked))
            if self._memory is not None:
                self._memory.seq = written.seq
            self._alerts.update({alert.id: alert for alert in written.alerts})
            self._committed = True
            outcomes = deciding.outcomes
        for key, moved in deciding.elsewhere.items():
            outcomes.extend(self._elsewhere(key).decide_wave(moved))
        return outcomes

    def _decide(self, rows: LedgerTransaction, ranked: Sequence[Judged]) -> "tuple[_DecidingWave, Wave]":
        """One try at a wave; what an earlier try left in memory without a commit is thrown away."""
        if not self._committed:
            self._memory = None
        self._committed = False
        memory = self._caught_up(rows)
        deciding = _DecidingWave(self, memory, rows, ranked)
        deciding.decide()
        written = deciding.close(self._alerts)
        rows.write(written)
        return deciding, written

    def forget(self) -> None:
        """Drop the memory; the next wave rebuilds it."""
        with self._lock:
            self._memory = None

    def _caught_up(self, rows: LedgerTransaction) -> StoriesMemory:
        """The memory with all that was committed since its number, by whomever."""
        if self._memory is None:
            self._memory = StoriesMemory(self._config)
            self._alerts = {}
        memory = self._memory
        if memory.seq < rows.seq or memory.seq == 0:
            changes = rows.since(memory.seq, max(rows.highwater(), memory.highwater) - self._config.window - GRACE)
            placed = {membership.article_id: membership for membership in changes.memberships}
            for story in changes.stories:
                memory.put_story(story)
            for known in sorted(changes.articles, key=lambda known: known.decided):
                membership = placed.pop(known.article.id, None) or memory.membership(known.article.id)
                if membership is not None:
                    memory.remember(known, membership)
            for membership in placed.values():
                if memory.article(membership.article_id) is not None:
                    memory.move(membership)
            memory.keep_apart(changes.apart)
            memory.keep_together(changes.together)
            memory.evict()
            self._alerts.update({alert.id: alert for alert in changes.alerts})
            memory.seq = changes.seq
        return memory


class _DecidingWave:
    """One wave while it is decided: what it will write, over the ledger's memory."""

    def __init__(
        self, ledger: Ledger, memory: StoriesMemory, rows: LedgerTransaction, ranked: Sequence[Judged]
    ) -> None:
        self._ledger = ledger
        self._memory = memory
        self._rows = rows
        self._ranked = ranked
        self._seq = rows.seq
        self._articles: dict[str, DecidedArticle] = {}
        self._revisions: list[DecidedArticle] = []
        self._memberships: dict[str, Membership] = {}
        self._touched: dict[str, None] = {}
        self._merged: dict[str, str] = {}
        self.outcomes: list[Outcome] = []
        self.elsewhere: dict[str, list[Judged]] = {}

    def decide(self) -> None:
        ids = [judged.article.id for judged in self._ranked]
        self._ledger_of = self._rows.ledger_of(ids)
        self._stored = self._rows.stored(ids)
        for judged in self._ranked:
            outcome = self._decide_one(judged)
            if outcome is not None:
                self.outcomes.append(outcome)

    def _decide_one(self, judged: Judged) -> Outcome | None:
        article = judged.article
        claims = self._rows.claim(identity_claims(article), article.id)
        settled = settle_identity(article, claims)
        if settled != article.id:
            judged = _under_id(judged, settled)
            self._ledger_of.update(self._rows.ledger_of([settled]))
            self._stored.update(self._rows.stored([settled]))
        home = self._ledger_of.get(settled, self._ledger.key)
        if home != self._ledger.key:
            self.elsewhere.setdefault(home, []).append(judged)
            return None
        written = self._articles.get(settled)
        before = written.judged if written else self._stored.get(settled)
        if before is None:
            return self._place(judged)
        if before.article.text_hash == article.text_hash:
            return self._repeat(judged)
        earlier = None if written else self._rows.outcome(settled, article.text_hash)
        if earlier is not None:
            return self._repeat(judged)
        return self._revise(judged, before)

    def _place(self, judged: Judged) -> Outcome:
        """A new article: join a story or start one, then the repairs that are due at this number."""
        decision = decide(judged, self._memory)
        self._seq += 1
        membership = _membership(judged.article, decision, self._seq)
        if decision.starts:
            self._memory.put_story(_story(judged.article, decision, self._ledger.key, self._seq))
        self._remember(DecidedArticle(judged, self._seq, self._seq), membership)
        self._ledger_of[judged.article.id] = self._ledger.key
        self._repair()
        return self._outcome(OutcomeKind.DECIDED, judged, membership)

    def _revise(self, judged: Judged, before: Judged) -> Outcome:
        """A new text under a known id: the fingerprint is replaced, story and ledger stay."""
        article = msgspec.structs.replace(judged.article, published=before.article.published)
        judged = msgspec.structs.replace(judged, article=article)
        known = self._memory.article(article.id)
        membership = self._memory.membership(article.id) or self._rows_membership(article.id)
        if known is None or membership is None:  # out of the window: kept, but nothing is decided on it any more
            self._seq += 1
            self._revisions.append(DecidedArticle(judged, self._seq, self._seq))
            return self._outcome(OutcomeKind.REVISED, judged, membership)
        self._seq += 1
        self._remember(DecidedArticle(judged, known.decided, self._seq), membership)
        self._repair()
        return self._outcome(OutcomeKind.REVISED, judged, membership)

    def _rows_membership(self, article_id: str) -> Membership | None:
        stored = self._rows.outcome(article_id, self._stored[article_id].article.text_hash)
        return stored.membership if stored else None

    def _repeat(self, judged: Judged) -> Outcome:
        """Decided before, text and all: its stored outcome again."""
        article = judged.article
        membership = self._memberships.get(article.id) or self._memory.membership(article.id)
        if membership is None:
            stored = self._rows.outcome(article.id, article.text_hash)
            membership = stored.membership if stored else None
        return self._outcome(OutcomeKind.DUPLICATE, judged, membership)

    def _remember(self, decided: DecidedArticle, membership: Membership) -> None:
        article = decided.judged.article
        known = KnownArticle(
            article=msgspec.structs.replace(article, text="", links=()),
            fingerprint=decided.judged.fingerprint,
            relevance=decided.judged.relevance,
            decided=decided.decided,
            seq=decided.seq,
        )
        self._memory.remember(known, membership)
        previous = self._articles.get(article.id)
        if previous is not None:
            self._revisions.append(previous)
        self._articles[article.id] = decided
        self._memberships[article.id] = membership
        self._touched[membership.story_id] = None
        self._memory.evict()

    def _repair(self) -> None:
        for change in repair(self._memory, self._seq):
            if isinstance(change, Merge):
                self._merge(change)
            else:
                self._move(change)

    def _merge(self, merge: Merge) -> None:
        """The survivor is the story with the oldest raised alert, else the older story."""
        survivor, loser = sorted(merge.stories, key=self._seniority)
        for known in list(self._memory.members(loser)):
            membership = self._memory.membership(known.article.id)
            if membership is not None:
                self._rewrite(
                    msgspec.structs.replace(membership, story_id=survivor, reason=merge.reason or membership.reason)
                )
        story = self._memory.story(loser)
        if story is not None:
            self._memory.put_story(msgspec.structs.replace(story, merged_into=survivor, seq=self._seq))
        self._merged[loser] = survivor
        self._touched[survivor] = None
        self._touched[loser] = None

    def _move(self, move: Move) -> None:
        membership = self._memory.membership(move.article_id)
        if membership is None:
            return
        self._touched[membership.story_id] = None
        self._rewrite(
            msgspec.structs.replace(
                membership,
                story_id=move.story_id,
                relation=move.relation,
                score=move.score,
                reason=move.reason,
                matched=move.matched,
            )
        )
        self._touched[move.story_id] = None

    def _rewrite(self, membership: Membership) -> None:
        membership = msgspec.structs.replace(membership, seq=self._seq)
        self._memory.move(membership)
        self._memberships[membership.article_id] = membership

    def _seniority(self, story_id: str) -> tuple[float, float, str]:
        raised = [a.first_raised for a in self._ledger._alerts.values() if a.story == story_id and not a.merged_into]  # noqa: SLF001
        story = self._memory.story(story_id)
        return (min(raised, default=float("inf")), story.started if story else float("inf"), story_id)

    def _outcome(self, kind: OutcomeKind, judged: Judged, membership: Membership | None) -> Outcome:
        return Outcome(
            kind=kind,
            article_id=judged.article.id,
            ledger=self._ledger.key,
            row=judged.article.row,
            line=judged.article.line,
            membership=membership,
            seq=self._seq,
        )

    def close(self, alerts: dict[str, Alert]) -> Wave:
        """The wave's end, once: the touched stories anew, and which alerts to raise or revise."""
        now = max(judged.article.seen for judged in self._ranked)
        views = [view for story_id in self._touched if (view := self._view(story_id, now)) is not None]
        decide_alerts = self._ledger._decide_alerts  # noqa: SLF001
        raised = decide_alerts(views, self._merged, alerts, now) if decide_alerts else []
        sinks = tuple(sorted({sink for alert in raised for sink in alert.sinks}))
        self.outcomes = [msgspec.structs.replace(outcome, sinks=sinks) for outcome in self.outcomes]
        stories = [story for story_id in self._touched if (story := self._memory.story(story_id)) is not None]
        return Wave(
            seq=self._seq,
            articles=(*self._revisions, *self._articles.values()),
            memberships=tuple(self._memberships.values()),
            stories=tuple(msgspec.structs.replace(story, seq=self._seq) for story in stories),
            alerts=tuple(raised),
            ended=tuple(self.outcomes),
        )

    def _view(self, story_id: str, now: float) -> StoryView | None:
        story = self._memory.story(story_id)
        if story is None or story.merged_into:
            return None
        members = [
            (known, m) for known in self._memory.members(story_id) if (m := self._memory.membership(known.article.id))
        ]
        if len(members) < story.size:  # the memory has let some go; the store has not
            here = {known.article.id for known, _ in members}
            members = [pair for pair in self._rows.members(story_id) if pair[0].article.id not in here] + members
        if not members:
            return None
        members.sort(key=lambda pair: pair[0].decided)
        origins = story_origins(members, self._ledger._outlets, self._ledger._in_feeds)  # noqa: SLF001
        story = msgspec.structs.replace(
            story,
            title=members[0][0].article.title,
            started=min(known.article.published for known, _ in members),
            latest=max(known.article.published for known, _ in members),
            size=len(members),
            outlets=len({known.article.outlet or known.article.domain for known, _ in members}),
            origin=origins.origin,
            independent_origins=origins.independent,
        )
        self._memory.put_story(story)
        followed = self._memory.story(story.follows) if story.follows else None
        return story_view(story, members, self._youngest(members, now), followed.title if followed else "")

    def _youngest(self, members: Sequence[Member], now: float) -> float | None:
        """Publication time of the newest member that counts as news.

        An article of this wave that was young at its own hand-over counts as of now, so that the length of a wave (or of
        a replay's chunk) decides nothing.
        """
        ages = [
            now if self._is_fresh(known) else known.article.published
            for known, _ in members
            if not known.article.backfilled
        ]
        return max(ages, default=None)

    def _is_fresh(self, known: KnownArticle) -> bool:
        decide_alerts = self._ledger._decide_alerts  # noqa: SLF001
        article = known.article
        return (
            decide_alerts is not None
            and article.id in self._articles
            and article.seen - article.published <= decide_alerts.config.max_age
        )


def _under_id(judged: Judged, article_id: str) -> Judged:
    return msgspec.structs.replace(
        judged,
        article=msgspec.structs.replace(judged.article, id=article_id),
        fingerprint=msgspec.structs.replace(judged.fingerprint, article_id=article_id),
    )


def _membership(article: Article, decision: Decision, seq: int) -> Membership:
    return Membership(
        article_id=article.id,
        story_id=decision.story_id,
        placed=decision.story_id,
        relation=Relation.FIRST if decision.starts else decision.relation,
        score=decision.score,
        reason=decision.reason,
        matched=decision.matched,
        signals=decision.signals,
        nearest_other=decision.nearest_other,
        nearest_other_score=decision.nearest_other_score,
        seq=seq,
    )


def _story(article: Article, decision: Decision, ledger: str, seq: int) -> Story:
    return Story(
        id=decision.story_id,
        ledger=ledger,
        title=article.title,
        started=article.published,
        latest=article.published,
        first_article=article.id,
        follows=decision.follows,
        seq=seq,
    )
