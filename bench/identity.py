"""What a feed that renames its entries raises as new: `python -m bench.identity [--entries 400]`.

Each row polls a feed twice (parsed, judged and accepted into a store) and counts what the second document's entries are
taken for: new articles, or known ones that were edited and are read again. Articles under several addresses with one
canonical link are settled by the store's claims. Exits with 1 where a row is out of its bounds.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec

from pipeline.store import Store, open_store
from transforms.articles.identity import identity_claims, settle_identity
from transforms.articles.urls import article_id, normalise_url
from transforms.feeds.acceptance import accept_entry, new_entries
from transforms.feeds.parse import ParsedFeed, parse_feed
from transforms.feeds.ports import Acceptance, Polled, Seen
from transforms.model import Article, Entry, Feed

NOW, HOUR, DAY = 1_700_000_000.0, 3600.0, 86400.0
SITE = "https://www.harbour-post.example"
FEED, SECTION = f"{SITE}/feed.xml", f"{SITE}/city/feed.xml"
SUBJECTS = ("Council", "Harbour master", "Ministry", "Grain traders", "Court", "Ferry line", "Union", "Museum")
DEEDS = ("votes on", "delays", "reopens", "questions", "sells", "rebuilds", "defends", "buys")
OBJECTS = ("northern quay", "tram depot", "old silo", "city budget", "fish market", "customs house", "tide gate")


@dataclass(frozen=True)
class Item:
    """One entry as its publisher writes it."""

    number: int
    link: str
    guid: str
    title: str
    published: float
    updated: float | None = None


def items(count: int) -> list[Item]:
    """Articles of one site, half an hour apart; neighbours have like titles."""
    return [
        Item(
            number,
            f"{SITE}/news/2023/story-{number}.html",
            f"hp-{number}",
            f"{SUBJECTS[number % 8]} {DEEDS[number // 8 % 8]} {OBJECTS[number // 64 % 7]} in district {number}",
            NOW - 1800.0 * number,
        )
        for number in range(count)
    ]


def rss(listed: list[Item]) -> bytes:
    """The document; guids that are links are said to be."""
    entries = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link>"
        + (f"<guid isPermaLink='{str(one.guid == one.link).lower()}'>{escape(one.guid)}</guid>" if one.guid else "")
        + f"<pubDate>{formatdate(one.published, usegmt=True)}</pubDate>"
        + (f"<a:updated>{_iso(one.updated)}</a:updated>" if one.updated else "")
        + "</item>"
        for one in listed
    )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>Harbour Post</title>'
    return f"{head}{entries}</channel></rss>".encode()


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


Change = Callable[[Item], Item]


def changed(**fields: Callable[[Item], object]) -> Change:
    """A change of each entry: new values of its fields, made of the entry."""
    return lambda one: replace(one, **{name: make(one) for name, make in fields.items()})


@dataclass(frozen=True)
class Trial:
    """A first document, a second one, and which share of the second's entries is to be new, and edited."""

    name: str
    second: Change
    first: Change = field(default=lambda one: one)
    new: tuple[float, float] = (0.0, 0.01)
    edited: tuple[float, float] = (0.0, 0.0)
    feed: str = FEED
    """Of the second document."""


def _query(text: str) -> Callable[[Item], object]:
    return lambda one: f"{one.link}?{text.format(n=one.number)}"


def _permalink(query: str) -> Change:
    return lambda one: replace(one, link=f"{one.link}?{query}", guid=f"{one.link}?{query}")


def _path(old: str, new: str) -> Callable[[Item], object]:
    return lambda one: one.link.replace(old, new)


def _by_id(one: Item) -> Item:
    return replace(one, link=f"{SITE}/article.php?id={one.number}", guid="")


TRIALS = (
    Trial("nothing changes", lambda one: one),
    Trial("every guid renamed", changed(guid=lambda one: f"urn:new:{one.number * 7919}")),
    Trial("every guid dropped", changed(guid=lambda _: "")),
    Trial(
        "tracking parameters renamed", changed(link=_query("at_medium=feed")), changed(link=_query("utm_source=rss"))
    ),
    Trial("an unknown tracking parameter added", changed(link=_query("wn=a{n}"))),
    Trial("an unknown one renamed, in links that are the guids", _permalink("wn2=web"), _permalink("wn=rss")),
    Trial(
        "every guid and every tracking parameter",
        changed(guid=lambda one: f"x{one.number}", link=_query("mtm_campaign=b")),
        changed(link=_query("utm_campaign=a")),
    ),
    Trial("https becomes http, www. goes", changed(link=_path("https://www.", "http://"), guid=lambda _: "")),
    Trial("AMP pages", changed(link=_path(".html", ".amp.html"), guid=lambda _: "")),
    Trial("the mobile site", changed(link=_path("www.", "m."), guid=lambda _: "")),
    Trial("every path moved, guids kept", changed(link=_path("/news/2023/", "/archive/"))),
    Trial("every date reset", changed(published=lambda _: NOW, updated=lambda _: NOW + HOUR)),
    Trial("every pubDate a day later", changed(published=lambda one: one.published + DAY)),
    Trial(
        "every update three hours later (a time zone)",
        changed(updated=lambda one: one.published + 3 * HOUR),
        changed(updated=lambda one: one.published),
        edited=(0.0, 1.0),
    ),
    Trial(
        "another section's feed lists them under its own guids",
        changed(guid=lambda one: f"city-{one.number}"),
        feed=SECTION,
    ),
    Trial("?id=1 and ?id=2 stay two: none is new again", _by_id, _by_id),
    # --- what has to be seen
    Trial(
        "a twentieth edited: revisions",
        lambda one: replace(one, title=f"{one.title}, corrected", updated=NOW + HOUR) if one.number % 20 == 0 else one,
        changed(updated=lambda one: one.published),
        edited=(0.05, 0.05),
    ),
    Trial(
        "?id= goes on to other numbers: all new",
        lambda one: replace(_by_id(one), link=f"{SITE}/article.php?id={one.number + 9000}"),
        _by_id,
        new=(1.0, 1.0),
    ),
    Trial(
        "guids used again for other articles: all new",
        lambda one: replace(one, link=f"{SITE}/b/{one.number}", title=f"Nothing of the sort, part {one.number}"),
        new=(1.0, 1.0),
    ),
)


def poll(store: Store, feed: str, listed: list[Item], now: float) -> Counter[Acceptance]:
    """Accept a document as a poll does; what its entries were taken for."""
    if feed not in {one.cursor.feed.url for one in store.feeds.listed()}:
        store.feeds.add_feed(Feed(feed))
    [cursor] = [one.cursor for one in store.feeds.listed() if one.cursor.feed.url == feed]
    parsed = parse_feed(rss(listed), {"content-type": "application/rss+xml"}, feed)
    if not isinstance(parsed, ParsedFeed) or len(parsed.entries) != len(listed):
        raise SystemExit(f"the document of {feed} was not read whole: {parsed!r}"[:300])
    found: Counter[Acceptance] = Counter()

    def judge(entry: Entry, by_link: Seen | None, by_guid: Seen | None) -> Acceptance:
        verdict = accept_entry(entry, by_link, by_guid)
        found[verdict] += 1
        return verdict

    entries = new_entries(cursor, parsed, now=now, first_poll_age=365 * DAY, max_age=DAY)
    after = msgspec.structs.replace(cursor, version=cursor.version + 1, last_success=now)
    [rows] = store.feeds.accept([Polled(after, tuple(entries), now)], judge)
    if rows != found[Acceptance.NEW] + found[Acceptance.CHANGED]:
        raise SystemExit(f"{rows} rows were made of {dict(found)}")
    return found


def tried(trial: Trial, store: Store, count: int) -> tuple[Counter[Acceptance], Counter[Acceptance]]:
    """What the first document's entries were taken for, and the second's."""
    made = items(count)
    first = poll(store, FEED, [trial.first(one) for one in made], NOW + HOUR)
    return first, poll(store, trial.feed, [trial.second(one) for one in made], NOW + 2 * HOUR)


def within(trial: Trial, first: Counter[Acceptance], second: Counter[Acceptance], count: int) -> bool:
    """Was all new at first, and then what may be?"""
    shares = ((second[Acceptance.NEW], trial.new), (second[Acceptance.CHANGED], trial.edited))
    return first[Acceptance.NEW] == count and all(low * count <= found <= high * count for found, (low, high) in shares)


def canonical_articles(store: Store, count: int) -> int:
    """How many articles so many are when each is read under three addresses that name one canonical link."""
    found = set()
    for one in items(count):
        for address in (one.link, one.link.replace("/news/", "/city/news/"), f"{one.link}?wn=section"):
            url = normalise_url(address)
            article = Article(
                article_id(url), url, one.title, "Text", one.published, canonical_url=normalise_url(one.link)
            )
            with store.ledgers.ledger("en") as rows:
                found.add(settle_identity(article, rows.claim(identity_claims(article), article.id)))
    return len(found)


def main() -> int:
    """Print each trial; 1 where one is out of its bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=400, help="of the feed")
    count = parser.parse_args().entries
    wrong = 0
    print(f"{count} entries; what a second document's are taken for\n    new  edited")
    for trial in TRIALS:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"sqlite:///{Path(folder)}/store.db")
            first, second = tried(trial, store, count)
            store.close()
        good = within(trial, first, second, count)
        wrong += not good
        new, edited = second[Acceptance.NEW] / count, second[Acceptance.CHANGED] / count
        print(f"  {new:5.1%}  {edited:5.1%}  {'' if good else 'OUT OF BOUNDS  '}{trial.name}")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/store.db")
        articles = canonical_articles(store, count)
        store.close()
    wrong += articles != count
    print(f"{count} articles under three addresses each, with one canonical link: {articles} articles")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
