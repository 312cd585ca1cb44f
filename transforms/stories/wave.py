"""One wave of a ledger while it is decided: what it will write, over the ledger's memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from transforms.alerts.decide import StoryView
from transforms.alerts.wave import DecideAlerts
from transforms.articles.identity import identity_claims, settle_identity
from transforms.model import Alert, Article, Judged, Membership, Outcome, OutcomeKind, Relation, Story
from transforms.stories.decide import Decision, decide
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import OutletTable
from transforms.stories.places import Places
from transforms.stories.ports import DecidedArticle, KnownArticle, LedgerTransaction, Wave
from transforms.stories.repair import Merge, Move, repair
from transforms.stories.similarity import Hashes
from transforms.stories.view import InFeeds, stored_sketch, story_now, story_view, youngest_news

Repair = Callable[[StoriesMemory, int], tuple[Merge | Move, ...]]
"""(memory, the ledger's number) -> what is to be put right now."""

replace = msgspec.structs.replace


@dataclass(frozen=True)
class Means:
    """What deciding a wave needs besides memory and rows.

    Args:
        outlets: names, owners and domains of outlets.
        in_feeds: is an outlet one of the person's feeds?
        decide_alerts: what a wave's end has to tell; None: nothing (a replay without alerts).
        repair: second looks at stories, asked after each number that a decision took.
    """

    outlets: OutletTable
    in_feeds: InFeeds
    decide_alerts: DecideAlerts | None
    repair: Repair = repair


class DecidingWave:
    """One wave, from its articles to the rows that it writes; changes the memory as it goes.

    Attributes:
        outcomes: one a consumed article, complete after close().
        elsewhere: articles first decided by other ledgers, by ledger; they are revisions for those to decide.
    """

    def __init__(
        self,
        ledger: str,
        memory: StoriesMemory,
        alerts: Mapping[str, Alert],
        rows: LedgerTransaction,
        means: Means,
    ) -> None:
        """Args:
        ledger: its key.
        memory: all that the ledger has committed.
        alerts: the ledger's alerts by id, each in its latest revision.
        rows: the open transaction.
        means: the rest.
        """
        self._ledger = ledger
        self._memory = memory
        self._alerts = alerts
        self._rows = rows
        self._means = means
        self._places = Places(ledger, memory, alerts, rows)
        self._seq = rows.seq
        self._now = float("-inf")
        self._ledger_of: dict[str, str] = {}
        self._stored: dict[str, Judged] = {}
        self._articles: dict[str, DecidedArticle] = {}
        self._texts: set[tuple[str, str]] = set()
        self._earlier: list[DecidedArticle] = []
        self.outcomes: list[Outcome] = []
        self.elsewhere: dict[str, list[Judged]] = {}

    # --- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, ranked: Sequence[Judged]) -> None:
        """Decide the articles one after another; the first call is the only one."""
        self._now = max(judged.article.seen for judged in ranked)
        # All claims first: where another ledger is about to decide the same article, they wait for its commit.
        settled = [self._settled(judged) for judged in ranked]
        ids = [judged.article.id for judged in settled]
        self._ledger_of = self._rows.ledger_of(ids)
        self._stored = self._rows.stored(ids)
        for judged in settled:
            home = self._ledger_of.get(judged.article.id, self._ledger)
            if home == self._ledger:
                self.outcomes.append(self._decide_one(judged))
            else:
                self.elsewhere.setdefault(home, []).append(judged)

    def _settled(self, judged: Judged) -> Judged:
        """The article under the id that the claims give it."""
        article = judged.article
        settled = settle_identity(article, self._rows.claim(identity_claims(article), article.id))
        if settled == article.id:
            return judged
        return replace(
            judged, article=replace(article, id=settled), fingerprint=replace(judged.fingerprint, article_id=settled)
        )

    def _decide_one(self, judged: Judged) -> Outcome:
        article = judged.article
        written = self._articles.get(article.id)
        before = written.judged if written else self._stored.get(article.id)
        if before is None:
            return self._place(judged)
        if before.article.text_hash == article.text_hash or self._is_decided(article):
            return self._repeat(article)
        return self._revise(judged, before.article)

    def _is_decided(self, article: Article) -> bool:
        """Has this text been decided before, though another has replaced it since?"""
        if (article.id, article.text_hash) in self._texts:
            return True
        return article.id in self._stored and self._rows.outcome(article.id, article.text_hash) is not None

    def _place(self, judged: Judged) -> Outcome:
        """A new article: join a story or start one, then the repairs that are due at this number."""
        decision = decide(judged, self._memory)
        self._seq += 1
        membership = _membership(judged.article, decision, self._seq)
        if decision.starts:
            self._places.start(decision.story_id, judged.article, self._seq, decision.follows)
        self._remember(DecidedArticle(judged, self._seq, self._seq), membership)
        return self._outcome(OutcomeKind.DECIDED, judged.article, membership)

    def _revise(self, judged: Judged, before: Article) -> Outcome:
        """A new text under a known id: text and fingerprint are replaced; address, date, story and ledger stay."""
        article = replace(judged.article, published=before.published, url=before.url, domain=before.domain)
        judged = replace(judged, article=article)
        known = self._memory.article(article.id)
        membership = self._membership_of(article.id, before.text_hash)
        self._seq += 1
        if known is None or membership is None:  # out of the window: kept, but nothing is decided on it any more
            first = self._places.known(article.id)
            self._write(DecidedArticle(judged, first.decided if first else self._seq, self._seq))
        else:
            self._remember(DecidedArticle(judged, known.decided, self._seq), membership)
        return self._outcome(OutcomeKind.REVISED, article, membership)

    def _repeat(self, article: Article) -> Outcome:
        """Decided before, text and all: its place as it is now."""
        return self._outcome(OutcomeKind.DUPLICATE, article, self._membership_of(article.id, article.text_hash))

    def _membership_of(self, article_id: str, text_hash: str) -> Membership | None:
        membership = self._places.membership(article_id)
        if membership is not None:
            return membership
        stored = self._rows.outcome(article_id, text_hash)
        return stored.membership if stored else None

    def _remember(self, decided: DecidedArticle, membership: Membership) -> None:
        article = decided.judged.article
        known = KnownArticle(
            article=replace(article, text="", links=()),
            fingerprint=decided.judged.fingerprint,
            relevance=decided.judged.relevance,
            decided=decided.decided,
            seq=decided.seq,
        )
        self._places.remember(known, membership)
        self._write(decided)
        self._places.repair(self._means.repair(self._memory, self._seq), self._seq)

    def _write(self, decided: DecidedArticle) -> None:
        article = decided.judged.article
        if article.id in self._articles:
            self._earlier.append(self._articles[article.id])
        self._articles[article.id] = decided
        self._texts.add((article.id, article.text_hash))

    def _outcome(self, kind: OutcomeKind, article: Article, membership: Membership | None) -> Outcome:
        return Outcome(
            kind=kind,
            article_id=article.id,
            ledger=self._ledger,
            row=article.row,
            line=article.line,
            membership=membership,
            seq=self._seq,
            again=article.again,
        )

    # --- the wave's end -----------------------------------------------------------------------------------------------

    def close(self) -> Wave:
        """The wave's end, once: the touched stories anew, and which alerts to raise or revise."""
        views = [view for story in list(self._places.stories.values()) if (view := self._view(story)) is not None]
        decide_alerts = self._means.decide_alerts
        raised = decide_alerts(views, self._places.merged, self._alerts, self._now) if decide_alerts else []
        sinks = tuple(sorted({sink for alert in raised for sink in alert.sinks}))
        self.outcomes = [
            replace(
                outcome, sinks=sinks, membership=self._places.memberships.get(outcome.article_id, outcome.membership)
            )
            for outcome in self.outcomes
        ]
        return Wave(
            seq=self._seq,
            articles=(*self._earlier, *self._articles.values()),
            memberships=tuple(self._places.memberships.values()),
            stories=tuple(self._places.stories.values()),
            alerts=tuple(raised),
            ended=tuple(self.outcomes),
        )

    def _view(self, story: Story) -> StoryView | None:
        members = [] if story.merged_into else self._places.members(story.id)
        story = replace(story, seq=self._seq)
        if members:
            story = story_now(story, members, self._means.outlets, self._means.in_feeds)
        self._places.put(story)
        if not members:
            return None
        followed = self._memory.story(story.follows) if story.follows else None
        decide_alerts = self._means.decide_alerts
        max_age = decide_alerts.config.max_age if decide_alerts else 0.0
        youngest = youngest_news(members, self._articles.keys(), self._now, max_age)
        return story_view(story, members, youngest, followed.title if followed else "", self._sketch)

    def _sketch(self, known: KnownArticle) -> Hashes:
        """The sketch of a member, from the memory or, where it has let go of it, from the row."""
        held = self._memory.sketch(known.article.id)
        return stored_sketch(known) if held is None else held


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
        likeness=decision.likeness,
        seq=seq,
    )
