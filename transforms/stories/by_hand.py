"""A person's corrections: articles split off from a story, two stories merged.

Each is one short transaction of its own under the ledger's lock and next number, on the rows of the stories it concerns;
no memory of the window is needed, so it works beside a run, whose memory reads the rows with its next wave. What a person
has touched, no repair looks at again (transforms.stories.repair), and the pairs written here hold against all others.
"""

from collections.abc import Collection, Sequence

import msgspec

from transforms.model import Judged, Membership, Record, Relation, Seconds, Story
from transforms.stories.explain import Explanation, explain
from transforms.stories.places import seniority, story_id_at
from transforms.stories.ports import KnownArticle, LedgerTransaction, Wave
from transforms.stories.reasons import reason_of
from transforms.stories.view import Member, story_now, story_view, youngest_news
from transforms.stories.wave import Means

replace = msgspec.structs.replace

MOST_COMPARED = 48
"""Latest articles of a story with which one that comes without a match is compared."""


class HandEditError(ValueError):
    """A correction that cannot be made; the message says why and what to do."""


class Correction(Record, frozen=True):
    """What a correction came to."""

    story: str
    """The story that carries on: the split-off one, or the survivor."""
    other: str
    """The story that was left, or the one that points to the survivor."""
    moved: tuple[str, ...]
    """Articles that have another story now."""
    wave: Wave
    """As it was written."""


def split_story(
    rows: LedgerTransaction, story_id: str, article_ids: Collection[str], means: Means, now: Seconds
) -> Correction:
    """Make articles of a story one of their own, and write it.

    Raises:
        HandEditError: no such story, it points to another, an article is not in it, or nothing would be left of it.
    """
    story = _standing(rows, story_id)
    members = rows.members(story_id)
    leaving = [member for member in members if member[0].article.id in article_ids]
    staying = [member for member in members if member[0].article.id not in article_ids]
    strangers = sorted(set(article_ids) - {known.article.id for known, _ in leaving})
    if strangers:
        raise HandEditError(
            f"article {strangers[0]!r} is not in story {story_id!r}; see `wirewatch stories show {story_id}`"
        )
    if not staying:
        raise HandEditError(
            f"these are all articles of story {story_id!r}: nothing would be left of it; name fewer of them"
        )
    seq = rows.seq + 1
    earliest = leaving[0][0].article
    started = Story(
        id=story_id_at(earliest.id, seq),
        ledger=story.ledger,
        title=earliest.title,
        started=earliest.published,
        latest=earliest.published,
        first_article=earliest.id,
    )
    gone = _settled(leaving, started.id, f"split off by hand from story {story_id}", seq)
    left = _settled(staying, story_id, "first of those that stayed when others were split off by hand", seq)
    ids = tuple(known.article.id for known, _ in gone)
    pairs = [(article_id, story_id) for article_id in ids]
    pairs += [(known.article.id, started.id) for known, _ in left]
    words = f"split off by hand: {_titles(leaving)}"
    wave = _told(
        rows,
        [(story, left, words), (started, gone, "")],
        {},
        means,
        now,
        Wave(seq=seq, apart=tuple(pairs), together=tuple((article_id, started.id) for article_id in ids)),
    )
    return _written(rows, Correction(story=started.id, other=story_id, moved=ids, wave=wave))


def merge_stories(rows: LedgerTransaction, one: str, other: str, means: Means, now: Seconds) -> Correction:
    """Make two stories one, and write it; the story with the oldest raised alert survives, else the older one.

    Raises:
        HandEditError: no such story, one of them points to another, or both are the same.
    """
    if one == other:
        raise HandEditError(f"story {one!r} is named twice; name two stories")
    stories = {story_id: _standing(rows, story_id) for story_id in (one, other)}
    members = {story_id: rows.members(story_id) for story_id in stories}
    alerts = rows.alerts_of([one, other])
    survivor, loser = sorted(stories, key=lambda story_id: seniority(stories[story_id], members[story_id], alerts))
    seq = rows.seq + 1
    joined = _settled([*members[survivor], *members[loser]], survivor, "joined by hand", seq)
    moved = tuple(known.article.id for known, _ in members[loser])
    ended = replace(
        stories[loser], size=0, outlets=0, origin=None, independent_origins=(), merged_into=survivor, seq=seq
    )
    wave = _told(
        rows,
        [(stories[survivor], joined, f"joined by hand: {_titles(members[loser])}")],
        {loser: survivor},
        means,
        now,
        Wave(seq=seq, stories=(ended,), together=tuple((known.article.id, survivor) for known, _ in joined)),
    )
    return _written(rows, Correction(story=survivor, other=loser, moved=moved, wave=wave))


def _standing(rows: LedgerTransaction, story_id: str) -> Story:
    story = rows.story(story_id)
    if story is None:
        raise HandEditError(f"there is no story {story_id!r} here; see `wirewatch stories list`")
    if story.merged_into:
        raise HandEditError(
            f"story {story_id!r} was merged into {story.merged_into!r} and has no articles; name that one instead"
        )
    return story


def _titles(members: Sequence[Member]) -> str:
    """The first title, and how many more there are."""
    first = repr(members[0][0].article.title)
    return first if len(members) == 1 else f"{first} and {len(members) - 1} more"


def _settled(members: Sequence[Member], story_id: str, why: str, seq: int) -> list[Member]:
    """Members as one story: one of them is its first, all others have a match in it; what holds already is kept."""
    ordered = sorted(members, key=lambda member: (member[0].decided, member[0].article.id))
    own = [m for m in ordered if m[1].relation is Relation.FIRST and m[1].story_id == story_id]
    first = (own or ordered)[0][0].article.id
    ids = {known.article.id for known, _ in ordered}
    settled = []
    for known, membership in ordered:
        place = _place(known, membership, ordered, ids, first=first, why=why)
        place = replace(place, story_id=story_id)
        settled.append((known, membership if place == membership else replace(place, seq=seq)))
    return settled


def _place(
    known: KnownArticle, before: Membership, members: Sequence[Member], ids: set[str], *, first: str, why: str
) -> Membership:
    if known.article.id == first:
        if before.relation is Relation.FIRST:
            return before
        return replace(before, relation=Relation.FIRST, score=1.0, reason=why, matched="", signals=())
    if before.relation is not Relation.FIRST and before.matched in ids:
        return before
    others = [other for other, _ in members if other.article.id != known.article.id][-MOST_COMPARED:]
    found = {other.article.id: _compared(known, other) for other in others}
    matched = max(found, key=lambda other: (found[other].score, other))
    best = found[matched]
    reason = f"{why}; {reason_of(best.signals)}" if best.signals else why
    relation = best.relation if best.together else Relation.SAME_EVENT
    return replace(before, relation=relation, score=1.0, reason=reason, matched=matched, signals=best.signals)


def _compared(one: KnownArticle, other: KnownArticle) -> Explanation:
    return explain(Judged(one.article, one.fingerprint), Judged(other.article, other.fingerprint))


def _told(
    rows: LedgerTransaction,
    changed: Sequence[tuple[Story, Sequence[Member], str]],
    merged: dict[str, str],
    means: Means,
    now: Seconds,
    wave: Wave,
) -> Wave:
    """The wave with the changed stories (each with its members and, for its alerts, words) and their alerts."""
    max_age = means.decide_alerts.config.max_age if means.decide_alerts else 0.0
    stories, views, memberships = list(wave.stories), [], []
    for story, members, words in changed:
        current = story_now(replace(story, seq=wave.seq), members, means.outlets, means.in_feeds)
        followed = rows.story(story.follows) if story.follows else None
        view = story_view(
            current, members, youngest_news(members, (), now, max_age), followed.title if followed else ""
        )
        stories.append(current)
        views.append(replace(view, corrected=words))
        memberships += [membership for _, membership in members if membership.seq == wave.seq]
    alerts = {alert.id: alert for alert in rows.alerts_of([story.id for story in stories])}
    raised = means.decide_alerts(views, merged, alerts, now) if means.decide_alerts else []
    return replace(wave, stories=tuple(stories), memberships=tuple(memberships), alerts=tuple(raised))


def _written(rows: LedgerTransaction, correction: Correction) -> Correction:
    rows.write(correction.wave)
    return correction
