"""What the conformance suites of feedparser and gofeed assert about the fields that are kept here.

Of authors the name is kept, of sources title and link; what the suites say of addresses, rights and the like is passed
over, as is what they say of charsets, types and versions.
"""

import ast
import calendar
import fnmatch
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from feedparser.datetimes import _parse_date
from selectolax.lexbor import LexborHTMLParser

from transforms.feeds.formats.raw import RawFeed, seconds
from transforms.feeds.formats.read import read_document
from transforms.feeds.parse import plain_text, with_absolute_links

SERVER = "http://127.0.0.1:8097/"
"""What feedparser's suite calls the server that its files come from."""
DIFFERENCES = Path(__file__).with_name("feed_differences.toml")
_HEADERS = {".json": "application/feed+json"}
_ADDRESS = re.compile(r"\s*[(<]?[\w.+-]+@[\w.-]+[)>]?\s*")


class Assertion(NamedTuple):
    """One field that a file's author expects."""

    field: str
    expected: Any
    found: Any
    agreed: bool


@dataclass
class Tally:
    """Agreed of asserted, by folder; what differs."""

    agreed: Counter[str] = field(default_factory=Counter)
    asserted: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, Assertion, str]] = field(default_factory=list)
    """(file, assertion, reason)."""

    def print(self, name: str, *, show: bool) -> bool:
        """Say what was found; is every difference argued?"""
        for folder in sorted(self.files):
            print(f"  {folder:38} {self.agreed[folder]:5} of {self.asserted[folder]:5} ({self.files[folder]} files)")
        agreed, asserted = self.agreed.total(), self.asserted.total()
        reasons = Counter(reason for _, _, reason in self.differences)
        print(f"{name}: {agreed} of {asserted} assertions agreed; {len(self.differences)} differ:")
        for reason, count in reasons.most_common():
            print(f"  {count:4} {reason or 'NOT ARGUED'}")
        for file, one, reason in self.differences:
            if show or not reason:
                print(f"    {file} {one.field}: expected {one.expected!r:.120}, found {one.found!r:.120}")
        return "" not in reasons


def judge(root: Path, suite: str, files: Iterator[tuple[Path, list[Assertion]]]) -> Tally:
    """Count a suite's assertions by folder, each difference with its reason from the table of known ones."""
    known = [entry for entry in tomllib.loads(DIFFERENCES.read_text())["difference"] if entry["suite"] == suite]
    tally = Tally()
    for path, assertions in files:
        folder, name = str(path.parent.relative_to(root)), str(path.relative_to(root))
        tally.files[folder] += 1
        tally.asserted[folder] += len(assertions)
        tally.agreed[folder] += sum(one.agreed for one in assertions)
        for one in assertions:
            if not one.agreed:
                reasons = (
                    entry["reason"]
                    for entry in known
                    if any(fnmatch.fnmatch(name, pattern) for pattern in entry["files"])
                    and any(fnmatch.fnmatch(one.field, pattern) for pattern in entry.get("fields", ["*"]))
                )
                tally.differences.append((name, one, next(reasons, "")))
    return tally


def of_feedparser(root: Path) -> Iterator[tuple[Path, list[Assertion]]]:
    """feedparser's own files, all but those about sanitising, each with what it asserts."""
    for path in sorted(root.rglob("*.xml")):
        if "sanitize" in path.parts:
            continue
        body = path.read_bytes()
        headers, expression = _told(body)
        if expression:
            feed = read_document(body, headers, SERVER + path.name).feed or RawFeed()
            base = urljoin(SERVER + path.name, headers.get("content-location", ""))
            yield path, list(_assertions(expression, feed, base))


def _told(body: bytes) -> tuple[dict[str, str], str]:
    """The headers and the expectation that a file's first comment names."""
    for charset in (
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "cp037",
        "latin-1",
    ):
        try:
            text = body.decode(charset)
        except UnicodeError:
            continue
        if found := re.search(r"Expect:\s*(.*?)\s*(?:-->|\n\S+:|\n\s*\n)", text, re.DOTALL):
            lines = re.findall(r"^\s*Header:\s*([^\s:]+):\s*(.*?)\s*$", text, re.MULTILINE)
            return {name.lower(): value for name, value in lines}, " ".join(found[1].split("\n"))
    return {}, ""


def _assertions(expression: str, feed: RawFeed, base: str) -> Iterator[Assertion]:
    for node in ast.walk(ast.parse(expression, mode="eval")):
        if not isinstance(node, ast.Compare) or not all(isinstance(op, ast.Eq) for op in node.ops):
            continue
        sides = [node.left, *node.comparators]
        try:
            expected = ast.literal_eval(sides[-1])
        except ValueError:
            continue
        for side in sides[:-1]:
            path = _path(side)
            if path and (one := compare(path, expected, feed, base)):
                yield one


def _path(node: ast.expr) -> tuple[str | int, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute) and (before := _path(node.value)):
        return (*before, node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and (before := _path(node.value)):
        return (*before, node.slice.value)
    return ()


def compare(path: tuple[str | int, ...], expected: Any, feed: RawFeed, base: str) -> Assertion | None:
    """Does the field at feedparser's path say what is expected? None: it is not kept here.

    Titles and names are compared as the one line of plain text that is kept of them, links joined to the document's
    base, dates as moments, markup as markup.
    """
    record: Any = feed
    name = ".".join(str(part) for part in path)
    if path[0] == "entries" and len(path) > 2 and isinstance(path[1], int):
        record = feed.entries[path[1]] if path[1] < len(feed.entries) else None
        path = ("entry", *path[2:])
    elif path[0] != "feed":
        return None
    reads = _FIELDS.get(tuple("#" if isinstance(part, int) else str(part) for part in path))
    if reads is None or not isinstance(expected, str | tuple):
        return None
    read, kind = reads
    numbers = [part for part in path if isinstance(part, int)]
    try:
        found = read(record, *numbers)
    except (IndexError, AttributeError):
        found = None
    return Assertion(name, expected, found, found is not None and _equal(kind, expected, found, record, base))


def _equal(kind: str, expected: Any, found: Any, record: Any, base: str) -> bool:
    if kind == "moment":
        moment = seconds(_parse_date(expected)) if isinstance(expected, str) else _tuple_seconds(expected)
        return bool(moment == found)
    if kind == "link":
        return bool(urljoin(base, expected) == urljoin(base, found))
    if kind == "title":
        return plain_text(expected, literal=record.literal) == plain_text(found, literal=record.literal)
    if kind == "name":
        bare = plain_text(_ADDRESS.sub(" ", expected), literal=False).removesuffix("()").strip()
        return bare.strip("()") == plain_text(found, literal=False)
    if kind == "markup":
        resolved = with_absolute_links(found, record.base or base)
        return expected in {found, resolved} or _tree(expected) == _tree(resolved)
    return bool(expected == found)


def _tree(markup: str) -> str:
    tree = LexborHTMLParser(markup)
    return tree.html or ""


def _tuple_seconds(expected: Any) -> float | None:
    return float(calendar.timegm(expected))


def _authors(entry: Any, place: int = 0) -> str:
    return str(entry.authors[place])


_Read = Callable[..., Any]
_FIELDS: dict[tuple[str, ...], tuple[_Read, str]] = {
    ("feed", "title"): (lambda feed: feed.title, "title"),
    ("feed", "title_detail", "value"): (lambda feed: feed.title, "title"),
    ("feed", "link"): (lambda feed: feed.link, "link"),
    ("feed", "language"): (lambda feed: feed.language, "text"),
    ("entry", "id"): (lambda entry: entry.id, "link"),
    ("entry", "guid"): (lambda entry: entry.id, "link"),
    ("entry", "link"): (lambda entry: entry.link, "link"),
    ("entry", "title"): (lambda entry: entry.title, "title"),
    ("entry", "title_detail", "value"): (lambda entry: entry.title, "title"),
    ("entry", "summary"): (lambda entry: entry.summary, "markup"),
    ("entry", "description"): (lambda entry: entry.summary, "markup"),
    ("entry", "summary_detail", "value"): (lambda entry: entry.summary, "markup"),
    ("entry", "content", "#", "value"): (lambda entry, place: entry.contents[place], "markup"),
    ("entry", "published"): (lambda entry: entry.published, "moment"),
    ("entry", "published_parsed"): (lambda entry: entry.published, "moment"),
    ("entry", "updated"): (lambda entry: entry.updated, "moment"),
    ("entry", "updated_parsed"): (lambda entry: entry.updated, "moment"),
    ("entry", "created"): (lambda entry: entry.created, "moment"),
    ("entry", "created_parsed"): (lambda entry: entry.created, "moment"),
    ("entry", "author"): (lambda entry: _authors(entry, -1), "name"),
    ("entry", "author_detail", "name"): (lambda entry: _authors(entry, -1), "name"),
    ("entry", "authors", "#", "name"): (_authors, "name"),
    ("entry", "source", "title"): (lambda entry: entry.source, "name"),
    ("entry", "source", "href"): (lambda entry: entry.source_link, "link"),
    ("entry", "source", "link"): (lambda entry: entry.source_link, "link"),
    ("entry", "enclosures", "#", "href"): (lambda entry, place: entry.enclosures[place], "link"),
    ("entry", "enclosures", "#", "url"): (lambda entry, place: entry.enclosures[place], "link"),
}


def of_gofeed(root: Path) -> Iterator[tuple[Path, list[Assertion]]]:
    """gofeed's documents, each with what its expectation says of the fields kept here."""
    for path in sorted(root.rglob("*")):
        expectation = (
            path.with_suffix(".json") if path.suffix == ".xml" else path.with_name(f"{path.stem}_expected.json")
        )
        if path.suffix not in {".xml", ".json"} or path.stem.endswith("_expected") or not expectation.exists():
            continue
        try:
            expected = json.loads(expectation.read_text(encoding="utf-8"))
        except ValueError:
            continue
        headers = {"content-type": _HEADERS.get(path.suffix, "application/xml")}
        feed = read_document(path.read_bytes(), headers, SERVER + path.name).feed or RawFeed()
        for entry in feed.entries:  # as clean_entry does, but for taking it off `updated`
            if entry.published is None and not feed.atom:
                entry.published = entry.updated
        yield path, [one for place, value in _expectations(expected) if (one := compare(place, value, feed, SERVER))]


def _expectations(expected: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield ("feed", "title"), _value(expected.get("title"))
    yield ("feed", "language"), expected.get("language")
    link = expected.get("link", expected.get("home_page_url"))
    yield ("feed", "link"), link or _alternate(expected)
    entries = expected.get("items") or expected.get("entries") or []
    for place, item in enumerate(entries):
        yield from ((("entries", place, *path), value) for path, value in _of_item(item))


def _of_item(item: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    guid = item.get("guid", item.get("id"))
    yield ("id",), guid.get("value") if isinstance(guid, dict) else guid
    yield ("title",), _value(item.get("title"))
    yield ("link",), item.get("link") or item.get("url") or _alternate(item)
    yield ("summary",), _value(item.get("description", item.get("summary")))
    content = item.get("content", item.get("content_html"))
    yield ("content", 0, "value"), _value(content)
    for ours, theirs in (
        ("published", ("publishedParsed", "pubDateParsed", "date_published")),
        ("updated", ("updatedParsed", "date_modified")),
    ):
        yield (ours,), next((item[name] for name in theirs if item.get(name)), None)
    people = item.get("authors") or [item.get("author")]
    for number, person in enumerate(people):
        yield ("authors", number, "name"), person.get("name") if isinstance(person, dict) else person
    source = item.get("source")
    if isinstance(source, dict):
        yield ("source", "title"), _value(source.get("title"))
        yield ("source", "href"), source.get("url")
    enclosures = item.get("enclosures") or ([item["enclosure"]] if item.get("enclosure") else item.get("attachments"))
    for number, enclosure in enumerate(enclosures or []):
        yield ("enclosures", number, "href"), enclosure.get("url")


def _value(value: Any) -> Any:
    return value.get("value", value.get("src")) if isinstance(value, dict) else value


def _alternate(record: dict[str, Any]) -> str | None:
    links = [link for link in record.get("links") or () if isinstance(link, dict)]
    return next((link.get("href") for link in links if link.get("rel", "alternate") == "alternate"), None)
