"""The project's own labelled stories (fixtures/stories/README.md), read for benches and tests."""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from pipeline.bundled import bundled
from transforms.model import Relation

LANGUAGES = ("en", "de", "es", "fr", "ru", "uk")
COPIES = frozenset({Relation.COPY, Relation.NEAR_COPY})
FOLDER = bundled("fixtures") / "stories"
OUTLETS = FOLDER / "outlets.toml"
"""The set's outlets, for the table that credits are looked up in."""
START = 1577836800.0
"""2020-01-01T00:00Z, when the first article arrives where no date is used."""


class LabelledArticle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article with what is to be found out about it; the fields are those of fixtures/stories/README.md."""

    id: str
    story: str
    relation: Relation
    outlet: str
    url: str
    published: dt.datetime
    title: str
    text: str
    lang: str
    event: str = ""
    follows: str = ""
    of: str = ""
    credits: tuple[str, ...] = ()
    trap: str = ""


def labelled(lang: str) -> list[LabelledArticle]:
    """The labelled articles of a language in order of their file."""
    data = tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return [msgspec.convert({**entry, "lang": data["lang"]}, LabelledArticle) for entry in data["articles"]]


def event_of(article: LabelledArticle) -> str:
    """What the article's story has in common with those of other languages; its own name where there is nothing."""
    return article.event or f"{article.lang} {article.story}"


def by_digest(article: LabelledArticle) -> str:
    """Place in an order that tells nothing."""
    return hashlib.sha256(article.id.encode()).hexdigest()


def by_date(article: LabelledArticle) -> tuple[dt.datetime, str]:
    """Place in the order of publication."""
    return article.published, article.id


ORDERS: dict[str, Callable[[LabelledArticle], Any]] = {"digest": by_digest, "date": by_date}


def replay_lines(articles: list[LabelledArticle], order: str) -> Iterator[dict[str, Any]]:
    """Lines as `wirewatch replay` reads them, in the order of arrival; only "date" tells the publication times."""
    for place, article in enumerate(sorted(articles, key=ORDERS[order])):
        yield {
            "id": article.id,
            "url": article.url,
            "title": article.title,
            "text": article.text.strip(),
            "outlet": article.outlet,
            "lang": article.lang,
            "published": article.published.timestamp() if order == "date" else START + 60.0 * place,
        }


def copies_in(articles: list[LabelledArticle], order: str) -> set[str]:
    """Articles that arrive after another of the same wording: the first to arrive is no copy, whoever wrote it."""
    wording: dict[str, str] = {}
    for article in articles:  # the original stands before its copies
        wording[article.id] = wording[article.of] if article.relation in COPIES else article.id
    met: set[str] = set()
    copies: set[str] = set()
    for article in sorted(articles, key=ORDERS[order]):
        if wording[article.id] in met:
            copies.add(article.id)
        met.add(wording[article.id])
    return copies
