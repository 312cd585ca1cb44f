"""A story, and a comparison of two articles, explained to a person."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from rich.cells import cell_len

from pipeline.render.terminal import Page, clean, columns, fit, plural
from transforms.model import Article, Membership, Record, Relation, Relevance, Signal, Story
from transforms.stories.explain import Explanation
from transforms.stories.reasons import reason_of

NEEDED = 0.5
"""Score from which an article joins a story."""
_RELATIONS = {
    Relation.FIRST: "One is the first report of the other's story.",
    Relation.COPY: "The later one is a copy of the earlier.",
    Relation.NEAR_COPY: "The later one is an edited copy of the earlier.",
    Relation.REWRITE: "The later one rewrites the earlier.",
    Relation.SAME_EVENT: "They report the same event, each in its own words.",
}


class Surroundings(Record, frozen=True):
    """What memberships speak of besides their own story."""

    stories: dict[str, Story] = msgspec.field(default_factory=dict)
    """Other stories, by id."""
    articles: dict[str, Article] = msgspec.field(default_factory=dict)
    """Articles that are matched from outside the story, by id."""


def story_text(
    story: Story,
    members: Sequence[tuple[Article, Membership]],
    page: Page,
    relevance: Mapping[str, Relevance] | None = None,
    around: Surroundings | None = None,
) -> str:
    """What `stories show` prints: the story, and each membership with what spoke for and against it.

    Args:
        story: as stored.
        members: in order of publication.
        page: where it is printed.
        relevance: topic name -> the story's judgement; topics that it is not relevant to are left out.
        around: other stories and articles that the memberships name.
    """
    return "\n".join(_story(story, members, page, relevance or {}, around or Surroundings()))


def comparison_text(
    one: Article,
    other: Article,
    found: Explanation,
    page: Page,
    decided: Sequence[Membership] = (),
    around: Surroundings | None = None,
) -> str:
    """What `explain URL URL` prints.

    Args:
        one: an article.
        other: another.
        found: the two compared by themselves.
        page: where it is printed.
        decided: the places that they have, where both have one.
        around: the stories that these name.
    """
    return "\n".join(_comparison(one, other, found, page, decided, around or Surroundings()))


def _story(
    story: Story,
    members: Sequence[tuple[Article, Membership]],
    page: Page,
    relevance: Mapping[str, Relevance],
    around: Surroundings,
) -> Iterator[str]:
    head = f"STORY {story.id}"
    yield from page.ends(head, f"{page.moment(story.started)} to {page.moment(story.latest)}", page.bold(head))
    yield from (page.bold(line) for line in page.wrap(clean(story.title) or "(no title)", "  ", "  "))
    if story.merged_into:
        yield f"  Merged into story {story.merged_into}: wirewatch stories show {story.merged_into}"
    if story.follows:
        yield f"  Follows up story {story.follows}: wirewatch stories show {story.follows}"
    yield from page.wrap(_origin(story), "  ", "  ")
    for topic, judged in sorted(relevance.items()):
        if judged.relevant:
            what = ", ".join(f'"{clean(piece.what)}" ({clean(piece.field)})' for piece in judged.evidence[:6])
            yield from page.wrap(f"Topic {clean(topic)} ({judged.score:.2f}): {what}", "  ", "    ")
    inside = {article.id: article for article, _ in members}
    for article, membership in members:
        yield ""
        yield from _member(article, membership, inside, story, page, around)


def _origin(story: Story) -> str:
    parts = [f"{plural(story.size, 'article')} of {plural(story.outlets, 'outlet')}."]
    if story.origin is None:
        parts.append("Who reported first is not known.")
    else:
        where = "" if story.origin.in_feeds else " (in no feed of yours)"
        why = f": {clean(story.origin.evidence)}" if story.origin.evidence else ""
        parts.append(f"First reported by {clean(story.origin.name)}{where}{why}.".replace("..", "."))
    if story.independent_origins:
        names = ", ".join(clean(origin.name) for origin in story.independent_origins)
        parts.append(f"{plural(len(story.independent_origins), 'independent origin')}: {names}.")
    return " ".join(parts)


def _member(
    article: Article,
    membership: Membership,
    inside: Mapping[str, Article],
    story: Story,
    page: Page,
    around: Surroundings,
) -> Iterator[str]:
    left = f"  {page.moment(article.published)}  {_teller(article)}"
    yield from page.ends(left, f"{membership.relation.value}, {membership.score:.2f}", page.bold(left))
    yield from page.wrap(clean(article.title) or "(no title)", "    ", "    ")
    yield f"    {page.dim(clean(article.url))}"
    if article.unread:
        yield from page.wrap(f"Read from the feed only: {clean(article.unread)}", "    ", "      ")
    if membership.matched:
        matched = inside.get(membership.matched) or around.articles.get(membership.matched)
        elsewhere = "" if membership.matched in inside else " (not in this story now)"
        told = membership.reason if membership.reason != reason_of(membership.signals) else ""  # the lines below say it
        reason = f": {clean(told)}" if told else ""
        yield from page.wrap(f"Matched with {_called(matched)}{elsewhere}{reason}", "    ", "      ")
    elif membership.reason:
        said = "Started the story" if membership.relation is Relation.FIRST else "Because"
        yield from page.wrap(f"{said}: {clean(membership.reason)}", "    ", "      ")
    yield from signal_lines(membership.signals, page, "      ")
    if membership.placed != story.id:
        placed = _named(membership.placed, around)
        yield from page.wrap(f"First placed in story {placed}; it has been here since a later look.", "    ", "      ")
    if membership.nearest_other:
        yield from page.wrap(_why_not(membership, story.id, around), "    ", "      ")


def _called(article: Article | None) -> str:
    """An article as a person knows it."""
    if article is None:
        return "an article that is here no longer"
    return f"{_teller(article)}, {clean(article.title) or '(no title)'!r}"


def _teller(article: Article) -> str:
    return clean(article.outlet) or clean(article.domain) or "?"


def _named(story_id: str, around: Surroundings) -> str:
    story = around.stories.get(story_id)
    return f"{story_id} ({clean(story.title)!r})" if story else story_id


def _why_not(membership: Membership, story_id: str, around: Surroundings) -> str:
    """The nearest other story at the article's decision, and why it is not there."""
    name, score = _named(membership.nearest_other, around), membership.nearest_other_score
    other = around.stories.get(membership.nearest_other)
    head = f"Nearest other story when it came: {name}, {score:.2f}"
    if membership.nearest_other == story_id or (other and other.merged_into == story_id):
        return f"{head}. It is part of this one now."
    if score < NEEDED:
        return f"{head}. Not that one: {NEEDED:.2f} is needed."
    if membership.placed == story_id and membership.relation is not Relation.FIRST:
        return f"{head}. It would have done, but this one fitted better ({membership.score:.2f})."
    return f"{head}."


def signal_lines(signals: Sequence[Signal], page: Page, indent: str) -> Iterator[str]:
    """A line a signal, those that count most first: what it counts, its name, its words, its value and weight."""
    names = columns((clean(signal.name) for signal in signals), 28)
    for signal in sorted(signals, key=lambda s: (-abs(s.value * s.weight), -abs(s.value))):
        counts = f"{signal.value * signal.weight:+.2f}" if signal.weight else "    -"
        measured = (
            f"{signal.value:.2f} of 1, weight {signal.weight:.2f}"
            if signal.weight
            else f"{signal.value:.2f} of 1, tells the relation"
        )
        head = f"{indent}{counts}  {fit(clean(signal.name), names)}"
        words = f"{clean(signal.text)} [{measured}]" if signal.text else f"[{measured}]"
        yield from page.wrap(words, f"{head}  ", " " * (cell_len(head) + 2))


def _decision(
    one: Article, other: Article, decided: Sequence[Membership], found: Explanation, around: Surroundings
) -> Iterator[str]:
    """Where the two are, and how that agrees with the two compared by themselves."""
    ours, theirs = decided
    if ours.story_id == theirs.story_id:
        yield f"Both are in story {_named(ours.story_id, around)}."
        if not found.together:
            yield "The two alone would not be one: the story's other articles hold them together."
        return
    yield f"They are in two stories: {_named(ours.story_id, around)} and {_named(theirs.story_id, around)}."
    for article, membership, place in ((one, ours, theirs), (other, theirs, ours)):
        if membership.nearest_other == place.story_id:
            yield (
                f"When {_teller(article)} came, the other's story was the nearest that it did not join: "
                f"{membership.nearest_other_score:.2f}, {NEEDED:.2f} is needed."
            )
    if found.together:
        yield "The two alone would be one: in their surroundings many articles are as much alike, or a person parted them."


def _comparison(
    one: Article,
    other: Article,
    found: Explanation,
    page: Page,
    decided: Sequence[Membership],
    around: Surroundings,
) -> Iterator[str]:
    together = decided[0].story_id == decided[1].story_id if decided else found.together
    verdict = "ONE STORY" if together else "TWO STORIES"
    numbers = f"the two alone {found.score:.2f}, needs {found.needed:.2f}"
    yield from page.ends(verdict, numbers, page.bold(verdict))
    for article in (one, other):
        yield ""
        yield f"  {page.moment(article.published)}  {fit(_teller(article), 24).rstrip()}"
        yield from page.wrap(clean(article.title) or "(no title)", "    ", "    ")
        yield f"    {page.dim(clean(article.url))}"
    yield ""
    for line in _decision(one, other, decided, found, around) if decided else ():
        yield from page.wrap(line, "  ", "  ")
    if together:
        yield f"  {_RELATIONS[found.relation]}"
    said = found.verdict.partition(": ")[0] if found.together else found.verdict
    yield from page.wrap(f"The two alone: {clean(said)}", "  ", "  ")
    yield from signal_lines(found.signals, page, "  ")
