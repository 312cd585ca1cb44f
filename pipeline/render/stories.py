"""A story, and a comparison of two articles, explained to a person."""

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from pipeline.render.terminal import Page, clean, columns, fit, plural
from transforms.model import Article, Membership, Relation, Relevance, Signal, Story
from transforms.stories.explain import Explanation

_RELATIONS = {
    Relation.FIRST: "One is the first report of the other's story.",
    Relation.COPY: "The later one is a copy of the earlier.",
    Relation.NEAR_COPY: "The later one is an edited copy of the earlier.",
    Relation.REWRITE: "The later one rewrites the earlier.",
    Relation.SAME_EVENT: "They report the same event, each in its own words.",
}


def story_text(
    story: Story,
    members: Sequence[tuple[Article, Membership]],
    page: Page,
    relevance: Mapping[str, Relevance] | None = None,
) -> str:
    """What `stories show` prints: the story, and each membership with what spoke for and against it.

    Args:
        story: as stored.
        members: in order of publication.
        page: where it is printed.
        relevance: topic name -> the story's judgement; topics that it is not relevant to are left out.
    """
    return "\n".join(_story(story, members, page, relevance or {}))


def comparison_text(one: Article, other: Article, found: Explanation, page: Page) -> str:
    """What `explain URL URL` prints."""
    return "\n".join(_comparison(one, other, found, page))


def _story(
    story: Story, members: Sequence[tuple[Article, Membership]], page: Page, relevance: Mapping[str, Relevance]
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
    titles = {article.id: clean(article.outlet) or clean(article.url) for article, _ in members}
    for article, membership in members:
        yield ""
        yield from _member(article, membership, titles, story, page)


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
    article: Article, membership: Membership, titles: Mapping[str, str], story: Story, page: Page
) -> Iterator[str]:
    left = f"  {page.moment(article.published)}  {clean(article.outlet) or '?'}"
    yield from page.ends(left, f"{membership.relation.value}, {membership.score:.2f}", page.bold(left))
    yield from page.wrap(clean(article.title) or "(no title)", "    ", "    ")
    yield f"    {page.dim(clean(article.url))}"
    if article.unread:
        yield from page.wrap(f"Read from the feed only: {clean(article.unread)}", "    ", "      ")
    if membership.matched:
        matched = titles.get(membership.matched, "an article that is here no longer")
        reason = f": {clean(membership.reason)}" if membership.reason else ""
        yield from page.wrap(f"Matched with {matched} ({membership.matched}){reason}", "    ", "      ")
    elif membership.reason:
        yield from page.wrap(f"Because: {clean(membership.reason)}", "    ", "      ")
    yield from signal_lines(membership.signals, page, "      ")
    if membership.placed != story.id:
        yield f"    Placed first in story {membership.placed}, moved here by a repair."
    if membership.nearest_other:
        yield f"    Next best was story {membership.nearest_other} ({membership.nearest_other_score:.2f})."


def signal_lines(signals: Sequence[Signal], page: Page, indent: str) -> Iterator[str]:
    """A line a signal, those that weigh most first: its value, its name, its words."""
    names = columns((clean(signal.name) for signal in signals), 28)
    for signal in sorted(signals, key=lambda s: -abs(s.value)):
        head = f"{indent}{signal.value:+.2f}  {fit(clean(signal.name), names)}"
        yield from page.wrap(clean(signal.text) or "-", f"{head}  ", " " * (cell_len(head) + 2))


def _comparison(one: Article, other: Article, found: Explanation, page: Page) -> Iterator[str]:
    verdict = "ONE STORY" if found.together else "TWO STORIES"
    numbers = f"{found.score:.2f}, needs {found.needed:.2f}"
    yield from page.ends(verdict, numbers, page.bold(verdict))
    for article in (one, other):
        yield ""
        yield f"  {page.moment(article.published)}  {fit(clean(article.outlet) or '?', 24).rstrip()}"
        yield from page.wrap(clean(article.title) or "(no title)", "    ", "    ")
        yield f"    {page.dim(clean(article.url))}"
    yield ""
    if found.together:
        yield f"  {_RELATIONS[found.relation]}"
    yield from page.wrap(clean(found.verdict), "  ", "  ")
    yield from signal_lines(found.signals, page, "  ")
