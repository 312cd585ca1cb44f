"""Saved articles read for a replay: one JSON object a line, each an article or a reason why it is none."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from transforms.articles.dates import parse_date
from transforms.articles.saved import saved_article
from transforms.articles.urls import registrable_domain
from transforms.model import Article, Link, Record, TextFrom

MAX_LINE = 32 * 1024 * 1024
"""Bytes of a line; a longer one is a bad line."""
_HEADLINE = 300
"""Characters that a text's first line may have to be taken for its headline."""


class ReplayLine(msgspec.Struct, frozen=True):
    """One input line: `url` and `text` are needed, all else is optional."""

    url: str
    text: str
    id: str | int | None = None
    title: str | None = None
    published: str | float | None = None
    outlet: str | None = None
    authors: str | list[str] | None = None
    lang: str | None = None
    html: str | None = None
    """The page; its links are read, its text is not."""
    links: list[Link] | None = None
    canonical_url: str = ""
    source: str = ""
    source_url: str = ""
    text_from: TextFrom = TextFrom.PAGE
    backfilled: bool = False


def export_line(article: Article) -> dict[str, Any]:
    """The line of an article that replays as this very article."""
    line = {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": article.published,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "lang": article.lang,
        "links": article.links,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "source_url": article.source_url,
        "text_from": article.text_from,
        "backfilled": article.backfilled,
    }
    return {key: value for key, value in line.items() if value or key in {"title", "text"}}


class _Raw(msgspec.Struct, frozen=True):
    """Only what a bad line may still tell of itself."""

    id: str | int | None = None


class LineRef(Record, frozen=True):
    """Where a line of the input stands and what its reading said."""

    number: int
    """From 1, in input order."""
    offset: int
    length: int
    input_id: str
    published: float
    seen: float = 0.0
    """The greatest publication time up to here, in the order of deciding."""
    rank: int = 0
    """Its place in the order of deciding, from 1."""
    error: str = ""


class Survey(Record, frozen=True):
    """A replay's input, read once."""

    refs: tuple[LineRef, ...]
    """Every line's place, in input order."""
    outlets: frozenset[tuple[str, str]]
    """(name, domain) of the outlets met: they count as followed."""


_decoder = msgspec.json.Decoder(ReplayLine)
_raw_decoder = msgspec.json.Decoder(_Raw)


def survey(path: Path, start: float, *, by_published: bool = False) -> Survey:
    """Read the whole file once: every line's place, publication time and error.

    Args:
        path: JSON lines, UTF-8.
        start: publication time of first lines that have none, seconds since the epoch.
        by_published: decide in order of publication instead of input order.
    """
    refs: list[LineRef] = []
    outlets: set[tuple[str, str]] = set()
    published, offset = start, 0
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            ref, line = _survey_line(number, offset, raw, published)
            offset += len(raw)
            published = ref.published
            refs.append(ref)
            if line is not None:
                outlets.add((line.outlet or "", registrable_domain(line.url)))
    order = sorted(refs, key=lambda ref: ref.published) if by_published else refs
    seen = -math.inf
    ranked: dict[int, LineRef] = {}
    for rank, ref in enumerate(order, 1):
        seen = max(seen, ref.published)
        ranked[ref.number] = msgspec.structs.replace(ref, rank=rank, seen=seen)
    return Survey(tuple(ranked[ref.number] for ref in refs), frozenset(outlets))


def _survey_line(number: int, offset: int, raw: bytes, before: float) -> tuple[LineRef, ReplayLine | None]:
    def bad(error: str, input_id: str = "") -> tuple[LineRef, None]:
        place = LineRef(number=number, offset=offset, length=len(raw), input_id=input_id, published=before, error=error)
        return place, None

    if not raw.strip():
        return bad("an empty line; each line must be one JSON object")
    if len(raw) > MAX_LINE:
        return bad(f"{len(raw)} bytes; a line may have {MAX_LINE}")
    try:
        line = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return bad(f"{error}; `url` and `text` are needed, both strings", _id_of(raw))
    input_id = "" if line.id is None else str(line.id)
    if not re.match(r"https?://[^\s/]", line.url, re.IGNORECASE):
        return bad(f"`url` is {line.url[:200]!r}; it must begin with http:// or https://", input_id)
    if not line.text.strip():
        return bad("`text` is empty", input_id)
    published = _time(line.published, before)
    if published is None:
        return bad(f"`published` is {line.published!r}; give an ISO 8601 time or seconds since the epoch", input_id)
    return LineRef(number=number, offset=offset, length=len(raw), input_id=input_id, published=published), line


def _id_of(raw: bytes) -> str:
    try:
        found = _raw_decoder.decode(raw).id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return "" if found is None else str(found)


def _time(value: str | float | None, before: float) -> float | None:
    if value is None or value == "":
        return before
    if isinstance(value, str):
        return parse_date(value)
    return float(value) if math.isfinite(value) and abs(value) < 1e11 else None


def read_articles(path: Path, refs: list[LineRef]) -> Iterator[Article]:
    """The articles of good lines, in the order of the refs given."""
    with path.open("rb") as lines:
        for ref in refs:
            lines.seek(ref.offset)
            yield article_of(_decoder.decode(lines.read(ref.length)), ref)


def raw_line(path: Path, ref: LineRef) -> bytes:
    """A line as it stands in the file, without its end."""
    with path.open("rb") as lines:
        lines.seek(ref.offset)
        return lines.read(ref.length).rstrip(b"\r\n")


def article_of(line: ReplayLine, ref: LineRef) -> Article:
    """The article of a good line; without a title, a short first line of the text is its headline."""
    title, text = (line.title or "").strip(), line.text.strip()
    if not title:
        first, _, rest = text.partition("\n")
        if rest.strip() and len(first) <= _HEADLINE:
            title, text = first.strip(), rest.strip()
    authors = [line.authors] if isinstance(line.authors, str) else line.authors or []
    return saved_article(
        line.url,
        title,
        text,
        published=ref.published,
        seen=ref.seen,
        line=ref.rank,
        outlet=line.outlet or "",
        authors=tuple(author.strip() for author in authors if author.strip()),
        lang=line.lang or "",
        html=line.html or "",
        links=tuple(line.links or ()),
        canonical_url=line.canonical_url,
        source=line.source,
        source_url=line.source_url,
        text_from=line.text_from,
        backfilled=line.backfilled,
    )
