"""Saved articles read for a replay: one JSON object a line, each an article or a reason why it is none."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from transforms.articles.article import saved_article
from transforms.articles.dates import parse_date
from transforms.model import Article, Record

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


class _Raw(msgspec.Struct, frozen=True):
    """Only what a bad line may still tell of itself."""

    id: str | int | None = None


class LineRef(Record):
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


_decoder = msgspec.json.Decoder(ReplayLine)
_raw_decoder = msgspec.json.Decoder(_Raw)


def survey(path: Path, start: float, *, by_published: bool = False) -> list[LineRef]:
    """Read the whole file once: every line's place, publication time and error, in input order.

    Args:
        path: JSON lines, UTF-8.
        start: publication time of first lines that have none, seconds since the epoch.
        by_published: decide in order of publication instead of input order.
    """
    refs: list[LineRef] = []
    published = start
    with path.open("rb") as lines:
        offset = 0
        for number, raw in enumerate(lines, 1):
            ref = _survey_line(number, offset, raw, published)
            offset += len(raw)
            published = ref.published
            refs.append(ref)
    order = sorted(refs, key=lambda ref: ref.published) if by_published else refs
    seen = -math.inf
    ranked: dict[int, LineRef] = {}
    for rank, ref in enumerate(order, 1):
        seen = max(seen, ref.published)
        ranked[ref.number] = msgspec.structs.replace(ref, rank=rank, seen=seen)
    return [ranked[ref.number] for ref in refs]


def _survey_line(number: int, offset: int, raw: bytes, before: float) -> LineRef:
    def bad(error: str, input_id: str = "") -> LineRef:
        return LineRef(number=number, offset=offset, length=len(raw), input_id=input_id, published=before, error=error)

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
    return LineRef(number=number, offset=offset, length=len(raw), input_id=input_id, published=published)


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
        url=line.url,
        title=title,
        text=text,
        published=ref.published,
        seen=ref.seen,
        line=ref.rank,
        outlet=line.outlet or "",
        authors=tuple(author.strip() for author in authors if author.strip()),
        lang=line.lang or "",
        html=line.html or "",
    )
