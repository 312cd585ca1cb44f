"""What the pipeline is to make of the newsroom: stories, relations, origins, alerts, dead letters and feeds.

The truth about a story stands beside its articles in fixtures/newsroom/stories; what concerns feeds and failures in
fixtures/newsroom/expected.toml. Everything is said for a first poll of all feeds by the shipped settings, with all
articles out, nothing edited and nothing repaired.
"""

import tomllib
from pathlib import Path

import msgspec

from pipeline.bundled import bundled
from pipeline.newsroom.edition import ALERT_AGE, FIRST_POLL_AGE
from pipeline.newsroom.landscape import ArticleSpec, Expect, Landscape, blocks, load


class ExpectedArticle(msgspec.Struct, frozen=True):
    """One article that is read."""

    id: str
    """Its story's name and its outlet's, with a dot between."""
    url: str
    outlet: str
    """The outlet's name for people."""
    relations: frozenset[str]
    """Relations to its story that are right."""
    credits: tuple[str, ...]
    """Outlets and agencies that its text names as its source."""
    share: float | None
    """For one that takes over another's text: which share of its words it keeps."""
    backfilled: bool
    """Older than alerts.max_age at the first poll."""
    text_from: str
    """page, or feed-summary where the page answers 403."""


class ExpectedStory(msgspec.Struct, frozen=True):
    """One story that is found."""

    id: str
    """Its name in the fixtures; not the pipeline's story id."""
    lang: str
    articles: tuple[ExpectedArticle, ...]
    """In order of publication."""
    topics: tuple[str, ...]
    alerts: tuple[str, ...]
    origin: str
    origin_in_feeds: bool
    independent_origins: tuple[str, ...]
    follows: str
    apart_from: tuple[str, ...]


class ExpectedFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a followed feed's poll ends when it is not simply ok."""

    url: str
    status: str
    note: str = ""
    """What a person should be told: a word that the cause must hold."""


class ExpectedDeadLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page that cannot be processed."""

    url: str
    step: str
    reasons: tuple[str, ...]
    """Codes any of which is right."""


class Expectations(msgspec.Struct, frozen=True):
    """The whole truth about the newsroom."""

    stories: dict[str, ExpectedStory]
    feeds: dict[str, str]
    """Followed feed -> status of its cursor."""
    notes: dict[str, str]
    dead_letters: tuple[ExpectedDeadLetter, ...]
    seen_only: frozenset[str]
    """URLs too old for a first poll."""
    unseen: frozenset[str]
    """URLs that no followed feed lists."""

    @property
    def alerts(self) -> dict[str, tuple[str, ...]]:
        """Topic -> stories that raise an alert on it."""
        topics = sorted({topic for story in self.stories.values() for topic in story.alerts})
        return {topic: tuple(story.id for story in self.stories.values() if topic in story.alerts) for topic in topics}

    @property
    def groups(self) -> frozenset[frozenset[str]]:
        """URLs by story."""
        return frozenset(frozenset(article.url for article in story.articles) for story in self.stories.values())

    @property
    def articles(self) -> dict[str, ExpectedArticle]:
        """Articles that are read, by URL."""
        return {article.url: article for story in self.stories.values() for article in story.articles}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    feeds: tuple[ExpectedFeed, ...]
    dead_letters: tuple[ExpectedDeadLetter, ...]


def expectations(landscape: Landscape | None = None, folder: Path | None = None) -> Expectations:
    """Load the expectations of the bundled newsroom.

    Raises:
        ValueError: the files contradict each other; the message says where.
    """
    folder = folder or bundled("fixtures") / "newsroom"
    landscape = landscape or load(folder)
    file = msgspec.convert(tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8")), _File)
    dead = {letter.url for letter in file.dead_letters}
    followed = {outlet.id for outlet, feed in landscape.feeds() if feed.format not in {"gone", "html"}}
    known = {landscape.url(article) for article in landscape.articles.values()}
    if not dead <= known:
        raise ValueError(f"{folder}/expected.toml: no article has the address {min(dead - known)!r}")
    stories, seen_only, unseen = {}, set(), set()
    for name, story in landscape.stories.items():
        articles = []
        for article in sorted(story.articles, key=lambda article: -article.offset):
            url = landscape.url(article)
            if article.outlet not in followed:
                unseen.add(url)
            elif article.offset >= FIRST_POLL_AGE:
                seen_only.add(url)
            elif url not in dead:
                articles.append(_article(landscape, article))
        if articles:
            names = {landscape.outlets[outlet].name for outlet in followed}
            stories[name] = _story(name, story.lang, tuple(articles), story.expect, names)
    feeds = {outlet.site + feed.path: "ok" for outlet, feed in landscape.feeds()}
    feeds |= {feed.url: feed.status for feed in file.feeds}
    notes = {feed.url: feed.note for feed in file.feeds if feed.note}
    return Expectations(stories, feeds, notes, file.dead_letters, frozenset(seen_only), frozenset(unseen))


def _story(
    name: str, lang: str, articles: tuple[ExpectedArticle, ...], expect: Expect, followed: set[str]
) -> ExpectedStory:
    origin = expect.origin or articles[0].outlet
    return ExpectedStory(
        id=name,
        lang=lang,
        articles=articles,
        topics=expect.topics,
        alerts=expect.alerts,
        origin=origin,
        origin_in_feeds=origin in followed,
        independent_origins=expect.independent_origins or (origin,),
        follows=expect.follows,
        apart_from=expect.apart_from,
    )


def _article(landscape: Landscape, article: ArticleSpec) -> ExpectedArticle:
    share = None
    if article.copy_of:
        original = landscape.articles[f"{article.story}.{article.copy_of}"]
        share = round(_words(landscape, article) / _words(landscape, original), 2)
    return ExpectedArticle(
        id=article.id,
        url=landscape.url(article),
        outlet=landscape.outlets[article.outlet].name,
        relations=frozenset(article.relation.split(" | ")),
        credits=article.credits,
        share=share,
        backfilled=article.offset > ALERT_AGE,
        text_from="page" if article.status == 200 else "feed-summary",
    )


def _words(landscape: Landscape, article: ArticleSpec) -> int:
    return sum(len(block.words.split()) for block in blocks(landscape.source_text(article)))
