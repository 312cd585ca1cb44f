"""What a store holds beside what pipeline.newsroom.expectations says that it should: a line a difference."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.newsroom.expectations import Expectations, ExpectedStory
from pipeline.store.reading import StoredArticle
from pipeline.store.store import Store
from transforms.model import Alert, Membership, Story


@dataclass
class Found:
    """A store's content, by URL where there is one."""

    articles: dict[str, StoredArticle]
    places: dict[str, Membership]
    stories: dict[str, Story]
    alerts: list[Alert]

    @classmethod
    def of(cls, store: Store) -> "Found":
        articles = {stored.judged.article.url: stored for stored in store.reading.export_articles()}
        by_id = store.reading.places()
        places = {url: by_id[stored.judged.article.id] for url, stored in articles.items()}
        stories = {story.id: story for story in store.reading.all_stories()}
        return cls(articles, places, stories, [row.alert for row in store.reading.alerts()])

    def members(self) -> dict[str, frozenset[str]]:
        """Story id -> URLs of its articles now."""
        found: dict[str, set[str]] = {}
        for url, place in self.places.items():
            found.setdefault(place.story_id, set()).add(url)
        return {story: frozenset(urls) for story, urls in found.items()}

    def groups(self) -> frozenset[frozenset[str]]:
        return frozenset(self.members().values())


def differences(store: Store, truth: Expectations) -> list[str]:
    """Stories, relations, origins, alerts, feeds and dead letters; empty: all is as it should be."""
    found = Found.of(store)
    return [
        *_articles(found, truth),
        *_stories(found, truth),
        *_alerts(found, truth),
        *_feeds(store, truth),
        *_dead_letters(store, truth),
    ]


def _articles(found: Found, truth: Expectations) -> Iterator[str]:
    for url in sorted(truth.articles.keys() - found.articles.keys()):
        yield f"article {url}: was not read"
    for url in sorted(found.articles.keys() - truth.articles.keys()):
        yield f"article {url}: was read, though it should not be"
    for url, expected in truth.articles.items():
        if url not in found.articles:
            continue
        judged, place = found.articles[url].judged, found.places[url]
        article = judged.article
        if article.outlet != expected.outlet:
            yield f"article {url}: outlet {article.outlet!r}, expected {expected.outlet!r}"
        if article.text_from != expected.text_from:
            yield f"article {url}: text from {article.text_from.value}, expected {expected.text_from}"
        if article.backfilled != expected.backfilled:
            yield f"article {url}: backfilled {article.backfilled}, expected {expected.backfilled}"
        if place.relation not in expected.relations:
            yield f"article {url}: {place.relation.value} ({place.reason}), expected {_said(expected.relations)}"
        missing = set(expected.credits) - {credit.name for credit in judged.fingerprint.credits}
        if missing:
            yield f"article {url}: does not credit {_said(missing)}"


def _stories(found: Found, truth: Expectations) -> Iterator[str]:
    members = found.members()
    for name, expected in truth.stories.items():
        urls = frozenset(article.url for article in expected.articles)
        ids = sorted({found.places[url].story_id for url in urls if url in found.places})
        if len(ids) != 1:
            yield f"story {name}: is {len(ids)} stories: {_said(_short(members[story]) for story in ids)}"
            continue
        story = found.stories[ids[0]]
        if strangers := members[story.id] - urls:
            yield f"story {name}: holds {_said(strangers)} too"
        yield from _origins(name, expected, story)
        if expected.follows:
            followed = found.stories.get(story.follows)
            wanted = {article.url for article in truth.stories[expected.follows].articles}
            if followed is None or not members.get(followed.id, frozenset()) & wanted:
                yield f"story {name}: follows {story.follows or 'nothing'}, expected {expected.follows}"


def _origins(name: str, expected: ExpectedStory, story: Story) -> Iterator[str]:
    origin = story.origin
    if origin is None or (origin.name, origin.in_feeds) != (expected.origin, expected.origin_in_feeds):
        told = "unknown" if origin is None else f"{origin.name!r} (in feeds: {origin.in_feeds}; {origin.evidence})"
        yield f"story {name}: origin {told}, expected {expected.origin!r} (in feeds: {expected.origin_in_feeds})"
    independent = sorted(origin.name for origin in story.independent_origins)
    if independent != sorted(expected.independent_origins):
        yield f"story {name}: independent origins {independent}, expected {sorted(expected.independent_origins)}"


def _alerts(found: Found, truth: Expectations) -> Iterator[str]:
    members = found.members()
    raised = [(alert.topic, members.get(alert.story, frozenset())) for alert in found.alerts if not alert.merged_into]
    for pair in sorted({p for p in raised if raised.count(p) > 1}, key=str):
        yield f"alert {pair[0]}: {raised.count(pair)} open alerts on {_short(pair[1])}"
    wanted = {
        (topic, frozenset(article.url for article in truth.stories[name].articles)): name
        for topic, names in truth.alerts.items()
        for name in names
    }
    for pair, name in wanted.items():
        if pair not in raised:
            yield f"alert {pair[0]}: none on story {name}"
    for topic, urls in raised:
        if (topic, urls) not in wanted:
            yield f"alert {topic}: raised on {_short(urls)}, which should raise none"


def _feeds(store: Store, truth: Expectations) -> Iterator[str]:
    cursors = {listed.cursor.feed.url: listed.cursor for listed in store.feeds.listed()}
    for url, status in truth.feeds.items():
        cursor = cursors.get(url)
        if cursor is None or cursor.status != status:
            yield f"feed {url}: {cursor.status.value if cursor else 'not there'}, expected {status}"
        elif (note := truth.notes.get(url, "")) not in cursor.cause:
            yield f"feed {url}: its cause is {cursor.cause!r}, which does not say {note!r}"


def _dead_letters(store: Store, truth: Expectations) -> Iterator[str]:
    letters = {kept.letter.subject: kept.letter for kept in store.dead_letters.listed()}
    for expected in truth.dead_letters:
        letter = letters.pop(expected.url, None)
        if letter is None:
            yield f"dead letter {expected.url}: is not there"
        elif letter.step != expected.step or letter.reason not in expected.reasons:
            reasons = _said(expected.reasons)
            yield f"dead letter {expected.url}: {letter.step} {letter.reason}, expected {expected.step} {reasons}"
    for letter in letters.values():
        yield f"dead letter {letter.subject}: {letter.step} {letter.reason}, expected none ({letter.message})"


def _said(names: Iterable[str]) -> str:
    return " | ".join(sorted(names))


def _short(urls: Iterable[str]) -> str:
    return "{" + ", ".join(sorted(url.removeprefix("http://") for url in urls)) + "}"
