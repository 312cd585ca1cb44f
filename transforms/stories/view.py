"""A story as an alert tells it: each member with its evidence, in words."""

from collections.abc import Callable, Container, Iterable, Sequence

import msgspec

from transforms.alerts.decide import StoryView
from transforms.alerts.facts import story_facts
from transforms.alerts.relevance import merge_by_topic
from transforms.model import (
    AlertMember,
    Article,
    CreditKind,
    Fingerprint,
    Membership,
    Relation,
    Seconds,
    Story,
    TextFrom,
)
from transforms.stories.origins import story_origins
from transforms.stories.outlets import OutletTable
from transforms.stories.ports import KnownArticle
from transforms.stories.shingles import shared
from transforms.stories.similarity import Hashes, packed

Member = tuple[KnownArticle, Membership]
InFeeds = Callable[[str, str], bool]
"""(outlet name, domain) -> is it one of the person's feeds?"""
MOST_REASONS = 4
COPIES = frozenset({Relation.COPY, Relation.NEAR_COPY})


def stored_sketch(known: KnownArticle) -> Hashes:
    """The sketch of a stored article's wording, packed."""
    return packed(known.fingerprint.shingles)


def story_view(
    story: Story,
    members: Sequence[Member],
    youngest: Seconds | None,
    follow_up: str = "",
    sketch: Callable[[KnownArticle], Hashes] = stored_sketch,
) -> StoryView:
    """What an alert on the story can say.

    Args:
        story: as it stands, origin and counts included.
        members: all its articles with their places.
        youngest: publication time of the newest member that counts as news; None: none does.
        follow_up: for a person: the title of the story that this one follows up.
        sketch: gives a member's sketch; a memory holds articles without it.
    """
    ordered = sorted(members, key=lambda pair: (pair[0].article.published, pair[0].decided))
    by_id = {known.article.id: known for known, _ in members}
    return StoryView(
        story=story,
        members=tuple(_alert_member(known, membership, by_id, sketch) for known, membership in ordered),
        relevance=merge_by_topic(known.relevance for known, _ in ordered),
        reasons=_reasons(members),
        youngest=youngest,
        facts=story_facts([known.fingerprint.facts for known, _ in ordered]),
        follow_up=follow_up,
    )


def story_now(story: Story, members: Sequence[Member], outlets: OutletTable, in_feeds: InFeeds) -> Story:
    """The story with what follows from its members.

    Args:
        story: as it stood.
        members: all its articles with their places, in order of decision; at least one.
        outlets: names, owners and domains of outlets.
        in_feeds: is an outlet one of the person's feeds?
    """
    articles = [known.article for known, _ in members]
    origins = story_origins(members, outlets, in_feeds)
    return msgspec.structs.replace(
        story,
        title=articles[0].title,
        started=min(article.published for article in articles),
        latest=max(article.published for article in articles),
        size=len(articles),
        outlets=len({article.outlet or article.domain for article in articles}),
        origin=origins.origin,
        independent_origins=origins.independent,
    )


def youngest_news(
    members: Iterable[Member], decided_now: Container[str], now: Seconds, max_age: float
) -> Seconds | None:
    """Publication time of the newest member that counts as news; None: none does.

    An article of this wave that was young at its own hand-over counts as of now, so that the length of a wave (or of a
    replay's chunk) decides nothing. Backfilled articles never count.

    Args:
        members: the story's articles with their places.
        decided_now: ids of the wave's articles.
        now: the wave's moment.
        max_age: seconds up to which an article is young.
    """

    def counts_from(article: Article) -> Seconds:
        young = article.seen - article.published <= max_age
        return now if young and article.id in decided_now else article.published

    return max((counts_from(known.article) for known, _ in members if not known.article.backfilled), default=None)


def _alert_member(
    known: KnownArticle,
    membership: Membership,
    by_id: dict[str, KnownArticle],
    sketch: Callable[[KnownArticle], Hashes],
) -> AlertMember:
    article = known.article
    matched = by_id.get(membership.matched)
    kept = membership.relation in COPIES and matched is not None
    return AlertMember(
        article_id=article.id,
        url=article.url,
        title=article.title,
        outlet=article.outlet or article.domain,
        published=article.published,
        relation=membership.relation,
        score=membership.score,
        reason="" if membership.relation is Relation.FIRST else membership.reason,
        matched=membership.matched,
        credit=_credit_words(known.fingerprint),
        share=kept_share(sketch(known), sketch(matched)) if kept and matched else None,
        unread="" if article.text_from is TextFrom.FEED_CONTENT else article.unread,
    )


def _credit_words(fingerprint: Fingerprint) -> str:
    """The words of the surest credit that names where the report comes from."""
    sources = [credit for credit in fingerprint.credits if credit.kind is not CreditKind.CITED]
    best = max(sources, key=lambda credit: credit.weight, default=None)
    return best.evidence if best else ""


def kept_share(copy: Hashes, original: Hashes) -> float:
    """Which share of the original's words the copy keeps, estimated from their sketches; 0 to 1."""
    return round(shared(copy, original) / len(original), 2) if len(original) else 0.0


def _reasons(members: Sequence[Member]) -> tuple[str, ...]:
    """Why these are one story: the reasons of its surest member that is no copy, else of its surest copy."""
    joined = [
        membership for _, membership in members if membership.relation is not Relation.FIRST and membership.reason
    ]
    if not joined:
        return ()
    best = min(joined, key=lambda membership: (membership.relation in COPIES, -membership.score, membership.seq))
    return tuple(best.reason.split("; ")[:MOST_REASONS])
