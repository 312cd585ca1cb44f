"""Saved articles read for a replay: one JSON object a line, each an article or a reason why it is none."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from transforms.articles.dates import parse_date
from transforms.articles.language import UNKNOWN, language_code
from transforms.articles.saved import saved_article
from transforms.articles.urls import registrable_domain
from transforms.model import Article, Link, Record, TextFrom

MAX_LINE = 32 * 1024 * 1024
"""Bytes of a line; a longer one is a bad line."""
KEPT_OF_BAD = 64 * 1024
"""Bytes of a bad line that its dead letter keeps."""
_MILLISECONDS = 1e11
_HEADLINE = 300
"""Characters that a text's first line may have to be taken for its headline."""


class Exported(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an export knows of an article beyond the fields that anybody may give."""

    links: tuple[Link, ...] = ()
    canonical_url: str = ""
    modified: float | None = None
    feed: str = ""
    source: str = ""
    source_url: str = ""
    text_from: TextFrom = TextFrom.PAGE
    unread: str = ""
    backfilled: bool = False


class ReplayLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One input line: `url` and `text` are needed, all else is optional; unknown fields are passed over."""

    url: str
    """http or https."""
    text: str
    """Paragraphs separated by newlines."""
    id: Any = None
    """Yours, of any kind; handed back as `input_id`."""
    title: str | None = None
    """Without one, a short first line of the text is the headline."""
    published: str | float | None = None
    """ISO 8601 (without a zone: UTC) or seconds since the epoch; without one, the line before's."""
    outlet: str | None = None
    authors: str | list[str] | None = None
    lang: str | None = None
    """ISO 639-1; without one it is told from the text."""
    html: str | None = None
    """The page; its links are read, its text is not."""
    wirewatch: Exported | None = None
    """Written by `wirewatch articles export`."""


def export_line(article: Article) -> ReplayLine:
    """The line of an article that replays as this very article."""
    return ReplayLine(
        url=article.url,
        text=article.text,
        id=article.id,
        title=article.title,
        published=article.published,
        outlet=article.outlet or None,
        authors=list(article.authors) or None,
        lang=article.lang or None,
        wirewatch=Exported(**{field: getattr(article, field) for field in Exported.__struct_fields__}),
    )


class _OnlyId(msgspec.Struct, frozen=True):
    """What a bad line may still tell of itself."""

    id: Any = None


class LineRef(Record, frozen=True):
    """Where a line of the input stands and what its reading said."""

    number: int
    """From 1, in input order."""
    offset: int
    length: int
    input_id: Any
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
_id_decoder = msgspec.json.Decoder(_OnlyId)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MARK = b"\xef\xbb\xbf"
"""UTF-8's byte order mark, which some programs write first."""


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
    with path.open("rb") as file:
        for number, (raw, length) in enumerate(_lines(file), 1):
            ref, line = _survey_line(number, offset, raw, length, published)
            offset += length
            published = ref.published
            refs.append(ref)
            if line is not None:
                outlets.add((line.outlet or "", registrable_domain(line.url)))
    order = sorted(refs, key=lambda ref: ref.published) if by_published else refs
    seen = -math.inf
    ranked: dict[int, LineRef] = {}
    for rank, ref in enumerate(order, 1):
        if not ref.error:
            seen = max(seen, ref.published)
        ranked[ref.number] = msgspec.structs.replace(ref, rank=rank, seen=seen)
    return Survey(tuple(ranked[ref.number] for ref in refs), frozenset(outlets))


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Each line, cut where it is longer than a line may be, and its whole length."""
    while raw := file.readline(MAX_LINE + 1):
        length, rest = len(raw), raw
        while not rest.endswith(b"\n") and (rest := file.readline(MAX_LINE)):
            length += len(rest)
        yield raw, length


def _survey_line(number: int, offset: int, raw: bytes, length: int, before: float) -> tuple[LineRef, ReplayLine | None]:
    def ref(input_id: Any, published: float, error: str = "") -> LineRef:
        return LineRef(number, offset, length, input_id, published, error=error)

    if not raw.strip():
        return ref(None, before, "an empty line; each line must be one JSON object"), None
    if length > MAX_LINE:
        return ref(None, before, f"a line of {length:,} bytes; at most {MAX_LINE:,} are read"), None
    try:
        line = _decoded(raw)
    except _UNREADABLE as error:
        return ref(_id_of(raw), before, _told(error)), None
    published = _time(line.published, before)
    if not re.match(r"https?://[^\s/]", line.url, re.IGNORECASE):
        problem = f"`url` is {line.url[:200]!r}; it must begin with http:// or https://"
    elif not line.text.strip():
        problem = "`text` is empty; give the article's text"
    elif published is None:
        problem = f"`published` is {line.published!r}; give an ISO 8601 time or seconds since the epoch"
    else:
        return ref(line.id, published), line
    return ref(line.id, before, problem), None


def _decoded(raw: bytes) -> ReplayLine:
    return _decoder.decode(raw.removeprefix(_MARK))


def _told(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 ({error.reason}); write the file anew as UTF-8"
    if isinstance(error, RecursionError):
        return "not usable JSON: nested too deep"
    if isinstance(error, msgspec.ValidationError):
        return f"{error}; one JSON object with `url` and `text`, both strings, is needed"
    return f"not JSON ({error}); each line must be one JSON object"


def _id_of(raw: bytes) -> Any:
    try:
        return _id_decoder.decode(raw.removeprefix(_MARK)).id
    except _UNREADABLE:
        return None


def _time(value: str | float | None, before: float) -> float | None:
    """Seconds since the epoch; a number above 100 thousand million counts milliseconds, as JavaScript does."""
    if value is None or value == "":
        return before
    if isinstance(value, str):
        return parse_date(value)
    seconds = value / 1000 if abs(value) >= _MILLISECONDS else float(value)
    return seconds if abs(seconds) < _MILLISECONDS else None


def read_articles(path: Path, refs: list[LineRef]) -> Iterator[Article]:
    """The articles of good lines, in the order of the refs given."""
    with path.open("rb") as lines:
        for ref in refs:
            lines.seek(ref.offset)
            yield article_of(_decoded(lines.read(ref.length)), ref)


def raw_line(path: Path, ref: LineRef) -> bytes:
    """The beginning of a line as it stands in the file, without its end."""
    with path.open("rb") as lines:
        lines.seek(ref.offset)
        return lines.read(min(ref.length, KEPT_OF_BAD)).rstrip(b"\r\n")


def article_of(line: ReplayLine, ref: LineRef) -> Article:
    """The article of a good line; without a title, a short first line of the text is its headline."""
    title, text = (line.title or "").strip(), line.text.strip()
    if not title and line.wirewatch is None:
        first, _, rest = text.partition("\n")
        if rest.strip() and len(first) <= _HEADLINE:
            title, text = first.strip(), rest.strip()
    authors = [line.authors] if isinstance(line.authors, str) else line.authors or []
    article = saved_article(
        line.url,
        title,
        text,
        published=ref.published,
        seen=ref.seen,
        line=ref.rank,
        outlet=(line.outlet or "").strip(),
        authors=tuple(author.strip() for author in authors if author.strip()),
        lang=language_code(line.lang or ""),
        html=line.html or "",
        **(msgspec.structs.asdict(line.wirewatch) if line.wirewatch else {}),
    )
    # "und" is no language that saved_article could be told, and is a ledger of its own
    return msgspec.structs.replace(article, lang=UNKNOWN) if line.lang == UNKNOWN else article
