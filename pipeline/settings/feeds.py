"""The feeds a person follows, from OPML or a plain list."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from lxml import etree

from pipeline.settings import values
from pipeline.settings.errors import complaint
from pipeline.settings.toml import read_text
from transforms.model import Feed

LARGEST_OPML = 16 * 1024 * 1024
LONGEST_URL = 4096
LONGEST_NAME = 200
_DEFAULT_PORTS = {"http": 80, "https": 443}


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """Read feeds, by URL in alphabetical order, each once (the first name given wins, tags are joined).

    OPML: an outline with xmlUrl is a feed, named by text or title; outlines around it and its category are its tags;
    every="15m" asks for its own pace. A plain list has one URL a line, an optional name behind it, and `#` comments.

    Raises:
        SettingsError: one line naming file, line, value and remedy.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError:
        start = b""
    # UTF-16 begins with a byte order mark, UTF-8 perhaps too
    looks_like_xml = start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
    feeds: dict[str, Feed] = {}
    for feed in _opml(path) if looks_like_xml else _plain_list(path):
        key = same_url(feed.url)
        known = feeds.get(key)
        if known is None:
            feeds[key] = feed
        else:
            tags = tuple(dict.fromkeys((*known.tags, *feed.tags)))
            feeds[key] = Feed(known.url, known.name or feed.name, tags, known.every or feed.every)
    return tuple(feeds[key] for key in sorted(feeds))


def same_url(url: str) -> str:
    """What two spellings of one feed's URL have in common: case of scheme and host, default port, no fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, ""))


def _plain_list(path: Path) -> Iterator[Feed]:
    for number, line in enumerate(read_text(path, "feeds file").splitlines(), start=1):
        written = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if written:
            url, _, name = written.partition(" ") if " " in written else written.partition("\t")
            yield Feed(url=_url(path, number, "", url), name=_name(name))


def _opml(path: Path) -> Iterator[Feed]:
    size = path.stat().st_size
    if size > LARGEST_OPML:
        raise complaint(path, None, "", f"the feeds file has {size} bytes, at most {LARGEST_OPML} are read; split it")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        tree = etree.fromstring(path.read_bytes(), parser).getroottree()
    except etree.XMLSyntaxError as error:
        what = re.sub(r", line \d+.*", "", error.msg or "empty")
        raise complaint(
            path, error.lineno or 1, "", f"not valid XML: {what}; export the OPML anew or mend this line"
        ) from error
    if tree.docinfo.internalDTD is not None and list(tree.docinfo.internalDTD.iterentities()):
        raise complaint(path, 1, "", "defines XML entities, which no feed list needs; take the DOCTYPE out")
    root = tree.getroot()
    if etree.QName(root).localname.lower() != "opml":
        raise complaint(
            path, root.sourceline, "", f"is <{root.tag}>, not OPML; give an OPML file or one URL a line", None
        )
    yield from _outlines(path, root, ())


def _outlines(path: Path, element: etree._Element, tags: tuple[str, ...]) -> Iterator[Feed]:
    # lxml refuses trees deeper than 256 elements, so this ends.
    for child in element:
        if not isinstance(child.tag, str):
            continue
        inner = tags
        if etree.QName(child).localname.lower() == "outline":
            told = {str(key).lower(): str(value) for key, value in child.attrib.items()}
            name = _name(told.get("text", "").strip() or told.get("title", ""))
            if "xmlurl" in told:
                yield _outline(path, child.sourceline, told, name, tags)
            elif name:
                inner = (*tags, name)
        yield from _outlines(path, child, inner)


def _outline(path: Path, line: int | None, told: dict[str, str], name: str, tags: tuple[str, ...]) -> Feed:
    every = None
    if told.get("every"):
        text = told["every"]
        try:
            every = values.duration()(float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else text)
        except ValueError as error:
            raise complaint(path, line, "every", str(error), text) from error
    categories = (tag.strip(" /") for tag in told.get("category", "").split(","))
    url = _url(path, line, "xmlUrl", told["xmlurl"].strip())
    return Feed(
        url=url,
        name="" if name == url else name,  # OPML needs some text; that of a feed without name is its URL
        tags=tuple(dict.fromkeys((*tags, *(_name(tag) for tag in categories if tag)))),
        every=every,
    )


def _url(path: Path, line: int | None, key: str, url: str) -> str:
    if len(url) > LONGEST_URL:
        problem = f"has {len(url)} characters, at most {LONGEST_URL} are read; give the feed's own address"
        raise complaint(path, line, key, problem, url)
    try:
        return values.web_url(url)
    except ValueError as error:
        # What stands before an @ may be a password.
        value = re.sub(r"//[^/]*@", "//…@", url)
        raise complaint(path, line, key, str(error), value) from error


def _name(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:LONGEST_NAME]
