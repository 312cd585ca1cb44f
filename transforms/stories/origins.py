"""Where a story comes from: its origin, and the origins that do not depend on each other.

Each member's report is followed to where it ends: to the outlet that it credits (and on, where that outlet's own
article is in the story and credits another), else to the article that it copies or retells, else to its own outlet.
Members bound by copying or retelling tell one report: those that credit nobody share the others' source.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from transforms.model import Credit, CreditKind, Membership, Origin, Record, Relation
from transforms.stories.credits import primary_source
from transforms.stories.outlets import OutletTable
from transforms.stories.ports import KnownArticle

ORIGIN_WEIGHT = 0.75
"""A credit below this (a contribution, a mere link) says that an outlet helped, not that the report is its own."""
SUPPORT_SHARE = 0.25
"""One credit alone makes an origin if it is this share of the members, or older than every uncredited report."""

_DERIVED = (Relation.COPY, Relation.NEAR_COPY, Relation.REWRITE)


class StoryOrigins(Record, frozen=True):
    """Who reported first as far as the evidence shows, and who reported on their own."""

    origin: Origin | None = None
    independent: tuple[Origin, ...] = ()
    """The origin first; one a house (owner), whatever the number of its outlets."""


class _Member(NamedTuple):
    id: str
    published: float
    outlet: str
    """Canonical name; empty: not known."""
    domain: str
    credit: Credit | None
    matched: str
    relation: Relation

    @property
    def rank(self) -> tuple[float, str]:
        return self.published, self.id


class _End(NamedTuple):
    """Where one member's report ends."""

    member: _Member
    name: str
    domain: str
    credit: Credit | None
    """None: the report is the outlet's own."""


def story_origins(
    members: Sequence[tuple[KnownArticle, Membership]], outlets: OutletTable, in_feeds: Callable[[str, str], bool]
) -> StoryOrigins:
    """The origin and the independent origins of a story.

    Args:
        members: the story's articles with their places in it, in any order.
        outlets: names, domains and owners.
        in_feeds: is an outlet (name, domain) followed by a feed?
    """
    known = sorted((_member(article, membership, outlets) for article, membership in members), key=lambda one: one.rank)
    ends = [end for end in _ends(known) if end.name]
    by_name: dict[str, list[_End]] = {}
    for end in ends:
        by_name.setdefault(end.name, []).append(end)
    first = _origin_name(by_name, len(known))
    if not first:
        return StoryOrigins()
    groups = _follow_derivation(known)
    origins: dict[str, Origin] = {}
    for name in sorted(by_name, key=lambda name: (name != first, -len(by_name[name]), by_name[name][0].member.rank)):
        outlet = outlets.find(name)
        house = outlet.house if outlet else name
        if house not in origins:
            origins[house] = _origin(name, by_name[name], len(known), in_feeds, groups)
    independent = tuple(origins.values())
    return StoryOrigins(origin=independent[0], independent=independent)


def _member(known: KnownArticle, membership: Membership, outlets: OutletTable) -> _Member:
    article = known.article
    outlet = (outlets.find(article.outlet) if article.outlet else None) or outlets.by_domain(article.domain)
    sure = [credit for credit in known.fingerprint.credits if credit.weight >= ORIGIN_WEIGHT]
    return _Member(
        id=article.id,
        published=article.published,
        outlet=outlet.name if outlet else article.outlet or article.domain,
        domain=article.domain or (outlet.domains[0] if outlet and outlet.domains else ""),
        credit=primary_source(sure),
        matched=membership.matched,
        relation=membership.relation,
    )


def _follow_derivation(members: Iterable[_Member]) -> dict[str, str]:
    """Group of each article that copying or retelling binds together; a group is named after its earliest article."""
    group: dict[str, str] = {}
    rank = {}
    for member in members:
        group[member.id] = member.id
        rank[member.id] = member.rank

    def top(article_id: str) -> str:
        while group[article_id] != article_id:
            group[article_id] = group[group[article_id]]
            article_id = group[article_id]
        return article_id

    for member in members:
        if member.relation in _DERIVED and member.matched in group:
            one, other = sorted((top(member.id), top(member.matched)), key=lambda article_id: rank[article_id])
            group[other] = one
    return {article_id: top(article_id) for article_id in group}


def _ends(members: Sequence[_Member]) -> list[_End]:
    groups = _follow_derivation(members)
    by_id = {member.id: member for member in members}
    of_outlet: dict[str, _Member] = {}
    for member in members:
        of_outlet.setdefault(member.outlet, member)
    ends = {member.id: _credited_end(member, of_outlet) for member in members if member.credit}
    shared: dict[str, _End] = {}
    for group_id in dict.fromkeys(groups.values()):
        credited = [end for article_id, end in ends.items() if groups[article_id] == group_id]
        if credited:
            counts = Counter(end.name for end in credited)
            shared[group_id] = max(
                credited, key=lambda end: (counts[end.name], end.credit.weight if end.credit else 0.0)
            )
    result = []
    for member in members:
        if member.id in ends:
            result.append(ends[member.id])
        elif source := shared.get(groups[member.id]):
            result.append(source._replace(member=member))
        else:
            original = by_id[groups[member.id]]
            result.append(_End(member, original.outlet, original.domain, None))
    return result


def _credited_end(member: _Member, of_outlet: dict[str, _Member]) -> _End:
    """Follow credits through the story's own articles: the Post credits Politico, whose article credits Axios."""
    at, seen = member, {member.outlet}
    credit = member.credit
    while credit:
        next_member = of_outlet.get(credit.name)
        if next_member is None or next_member.credit is None or next_member.outlet in seen:
            domain = next_member.domain if next_member else credit.domain
            return _End(member, credit.name, domain, member.credit)
        seen.add(next_member.outlet)
        at, credit = next_member, next_member.credit
    return _End(member, at.outlet, at.domain, member.credit)  # pragma: no cover - callers give members with a credit


def _origin_name(by_name: dict[str, list[_End]], size: int) -> str:
    """The credited source that most reports end at; else the earliest report that others retell, else the earliest."""

    def credited_by(name: str) -> int:
        return sum(end.credit is not None for end in by_name[name])

    def earliest(name: str) -> tuple[float, str]:
        return min(end.member.rank for end in by_name[name])

    uncredited = [name for name in by_name if not credited_by(name)]
    first_uncredited = min(map(earliest, uncredited), default=(float("inf"), ""))

    def holds(name: str) -> bool:
        count = credited_by(name)
        return count > 1 or (count == 1 and (count >= SUPPORT_SHARE * size or earliest(name) < first_uncredited))

    def is_agency(name: str) -> bool:
        return all(end.credit is None or end.credit.kind is CreditKind.AGENCY for end in by_name[name])

    if credited := [name for name in by_name if holds(name)]:
        return min(credited, key=lambda name: (-len(by_name[name]), is_agency(name), earliest(name), name))
    retold = [name for name in uncredited if len(by_name[name]) > 1]
    return min(retold or uncredited, key=lambda name: (earliest(name), name), default="")


def _origin(
    name: str, ends: Sequence[_End], size: int, in_feeds: Callable[[str, str], bool], groups: dict[str, str]
) -> Origin:
    domain = next((end.domain for end in ends if end.domain), "")
    return Origin(name=name, domain=domain, in_feeds=in_feeds(name, domain), evidence=_words(name, ends, size, groups))


def _words(name: str, ends: Sequence[_End], size: int, groups: dict[str, str]) -> str:
    """Why a name is an origin, for a person."""
    credited = [end for end in ends if end.credit]
    direct = [end for end in credited if end.member.credit is end.credit and end.credit]
    if direct:
        best = max(direct, key=lambda end: (end.credit.weight if end.credit else 0.0, -end.member.published))
        words = best.credit.evidence if best.credit else ""
        who = best.member.outlet or best.member.id
        via = f" via {best.credit.via}" if best.credit and best.credit.via else ""
        return f"credited{via} by {len(direct)} of {size}: {words} ({who})"
    own = min(ends, key=lambda end: end.member.rank)
    retold = sum(groups[end.member.id] == groups[own.member.id] for end in ends) - 1
    if retold:
        return f"earliest of {retold + 1} that tell one report; credits nobody"
    return f"its own report, credits nobody ({own.member.outlet or name})"
