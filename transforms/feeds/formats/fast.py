"""Plain RSS 2.0 and Atom 1.0, read at some thirty times feedparser's speed, with feedparser's answer.

feedparser is the judge: this reader keeps to what it is known to do the same way, and gives up (None) on a document at
the first thing that it is not sure of: an unknown element without a prefix, markup inside of a text, an attribute that
could matter, a DOCTYPE, anything not well-formed. `python -m bench.feeds` holds the two side by side.

The order of elements matters as it does to feedparser: a description behind a description is content, a title deeper
down does not replace one higher up, a guid is the link until a link comes.
"""

import re
from collections.abc import Callable
from typing import Any

from feedparser.urls import _urljoin
from lxml import etree

from transforms.feeds.formats.elements import (
    XML,
    Names,
    Unsure,
    attributes_of,
    fixed,
    joined,
    moment,
    only_text,
    type_of,
)
from transforms.feeds.formats.raw import PLAIN_LINK, RawEntry, RawFeed
from transforms.feeds.formats.vocabulary import (
    ATOM,
    BARE,
    COMMUNITY,
    DATES,
    IMAGE_PARTS,
    KEPT_SIMPLY,
    NESTS,
    OF_ENTRY,
    OF_FEED,
    OTHER_VERSIONS,
    PERSON_PARTS,
    RESERVED,
    TAKEN,
)

_ADDRESS = r"[A-Za-z0-9_.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,4}"
_ADDRESS_AND_NAME = re.compile(rf"{_ADDRESS}(?: \(([^()<>@&]+)\))?")
_PARTS = re.compile(r"&([A-Za-z0-9_]+);")


def read_plain(body: bytes, base: str, language: str, most: int) -> RawFeed | None:
    """Read the document; None: let feedparser do it.

    Args:
        body: in UTF-8, whatever its declaration says, without a byte order mark.
        base: what its links rest on, absolute.
        language: what the answer's Content-Language says.
        most: entries from which on it is not this reader's.
    """
    if b"<!DOCTYPE" in body:
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        no_network=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(body, parser)
        return _Reader(base, language, most).read(root)
    except (etree.XMLSyntaxError, Unsure):
        return None


class _Context:
    """A feed or an entry while it is being read, with what feedparser remembers of it."""

    __slots__ = ("has_content", "has_link", "has_summary", "into", "levels", "title_level")

    def __init__(self, into: Any) -> None:
        self.into = into
        self.levels: dict[str, int] = {}
        self.title_level = -1
        self.has_link = self.has_summary = self.has_content = False

    def keep(self, name: str, value: Any, level: int) -> None:
        """What is deeper down does not replace what is higher up."""
        if level <= self.levels.get(name, level):
            self.levels[name] = level
            setattr(self.into, name, value)


class _Reader:
    def __init__(self, base: str, language: str, most: int) -> None:
        self._base = base
        self._most = most
        self._feed = RawFeed(language=language.replace("_", "-"))
        self._names = Names()
        self._children: dict[str, Callable[[Any, str, _Context, int, str], None]] = {
            "title": self._title,
            "dc:title": self._title,
            "media:title": self._title,
            "link": self._link,
            "guid": self._guid,
            "id": self._guid,
            "description": self._description,
            "dc:description": self._description,
            "media:description": self._description,
            "summary": self._description,
            "itunes:summary": self._description,
            "content": self._content,
            "content:encoded": self._content,
            "author": self._author,
            "dc:creator": self._author,
            "dc:author": self._author,
            "itunes:author": self._author,
            "contributor": self._person_ignored,
            "managingeditor": self._author,
            "source": self._source,
            "enclosure": self._enclosure,
            "feedburner:origlink": self._origlink,
        }

    def read(self, root: Any) -> RawFeed:
        name = self._names.of(root)
        if any((uri or "").lower() in OTHER_VERSIONS for uri in root.nsmap.values()):
            raise Unsure
        attributes, base = attributes_of(root, self._base)
        if language := root.get(f"{XML}lang") or attributes.get("lang"):
            self._feed.language = language.replace("_", "-")
        if name == "rss":
            (channel,) = root if len(root) == 1 else (None,)
            if channel is None or self._names.of(channel) != "channel":
                raise Unsure
            attributes, base = attributes_of(channel, base)
            if "href" in attributes or "lastmod" in attributes:
                raise Unsure
            self._read_feed(channel, 3, "item", base)
        elif name == "feed" and root.tag[1:].lower() == f"{ATOM}}}feed" and "version" not in attributes:
            self._feed.atom = True
            self._read_feed(root, 2, "entry", base)
        else:
            raise Unsure
        return self._feed

    def _read_feed(self, parent: Any, level: int, entries: str, base: str) -> None:
        context = _Context(self._feed)
        for element in parent:
            name = self._names.of(element)
            if name == entries:
                if len(self._feed.entries) >= self._most:
                    raise Unsure
                context.title_level = self._read_entry(element, level + 1, base)
            elif name in {"title", "link", "id", "description", "summary", "itunes:summary"}:
                self._feed_field(element, name, context, level, base)
            elif name in KEPT_SIMPLY:
                if element.attrib:
                    raise Unsure
                setattr(self._feed, KEPT_SIMPLY[name], fixed(only_text(element)))
            elif name == "image":
                context.title_level = self._image(element, level)
            elif name in {"author", "contributor", "managingeditor"}:
                self._person_ignored(element, name, context, level, base)
            elif name in {"skiphours", "skipdays"}:
                if any(self._names.of(part) not in {"hour", "day"} or len(part) for part in element):
                    raise Unsure
            elif name in OF_FEED:
                only_text(element)
            else:
                self._harmless(element, name)
        self._feed.literal = self._feed.atom and self._feed.literal

    def _read_entry(self, element: Any, level: int, base: str) -> int:
        attributes, base = attributes_of(element, base)
        if "href" in attributes or "lastmod" in attributes:
            raise Unsure
        entry = RawEntry()
        self._feed.entries.append(entry)
        context = _Context(entry)
        self._read_children(element, context, level, base)
        entry.literal = self._feed.atom and entry.literal
        return context.title_level

    def _read_children(self, parent: Any, context: _Context, level: int, base: str) -> None:
        known = self._names.known
        for element in parent:
            name = known.get(element.tag) or self._names.of(element)
            read = self._children.get(name)
            if read is not None:
                read(element, name, context, level, base)
            elif name in DATES:
                setattr(context.into, DATES[name], moment(fixed(only_text(element))))
            elif name in OF_ENTRY:
                only_text(element)
            elif name == "image":
                only_text(element)
                context.title_level = -1
            elif name in NESTS:
                self._read_children(element, context, level + 1, base)
            else:
                self._harmless(element, name)

    def _feed_field(self, element: Any, name: str, context: _Context, level: int, base: str) -> None:
        if name == "title":
            self._title(element, name, context, level, base)
        elif name == "link":
            self._link(element, name, context, level, base)
        elif name == "id":
            attributes, base = attributes_of(element, base)
            if "ispermalink" in attributes:
                raise Unsure
            if not context.has_link:
                context.has_link, self._feed.link = True, fixed(joined(base, only_text(element)))
        elif context.has_summary:  # the next one would be taken for content, and count for the first entry
            raise Unsure
        else:
            only_text(element)
            context.has_summary = name != "description"

    def _image(self, element: Any, level: int) -> int:
        title_level = -1
        for part in element:
            name = self._names.of(part)
            if name not in IMAGE_PARTS or only_text(part) is None:
                raise Unsure
            if name == "title" and only_text(part).strip():
                title_level = level + 1
        return title_level

    def _title(self, element: Any, name: str, context: _Context, level: int, _base: str) -> None:
        kind = type_of(element, "text/plain")
        value = fixed(only_text(element))
        if not -1 < context.title_level <= level:
            if isinstance(context.into, RawEntry):
                context.keep("title", value, level)
            else:
                context.into.title = value
            context.into.literal = kind == "text/plain"
        if value and name != "media:title":
            context.title_level = level

    def _link(self, element: Any, _name: str, context: _Context, _level: int, base: str) -> None:
        attributes, base = attributes_of(element, base)
        if "url" in attributes or "uri" in attributes:
            raise Unsure
        rel = attributes.get("rel", "alternate").lower()
        href = attributes.get("href")
        if href is not None:
            only_text(element)
            href = href if PLAIN_LINK.fullmatch(href) else _urljoin(base, href)
            kind = attributes.get("type", "text/html" if rel != "self" else "").lower()
            if rel == "alternate" and kind in {"text/html", "html", "application/xhtml+xml", "xhtml"}:
                context.has_link, context.into.link = True, href
            elif rel == "enclosure" and isinstance(context.into, RawEntry):
                context.into.enclosures.append(href)
            return
        if rel == "enclosure":
            raise Unsure
        value = fixed(joined(base, only_text(element)))
        if ";" in value:
            if isinstance(context.into, RawEntry):
                value = value.replace("&amp;", "&")
            value = _PARTS.sub(r"&\1", value)
        context.has_link, context.into.link = True, value

    def _guid(self, element: Any, _name: str, context: _Context, level: int, base: str) -> None:
        attributes, base = attributes_of(element, base)
        is_link = attributes.get("ispermalink", "true") == "true"
        value = only_text(element)
        value = fixed(joined(base, value) if is_link else value)
        context.keep("id", value, level)
        if is_link and not context.has_link:
            context.has_link, context.into.link = True, value

    def _description(self, element: Any, name: str, context: _Context, level: int, base: str) -> None:
        if context.has_summary and not context.has_content:
            context.has_content = True
            self._add_content(element, "text/plain", context, base)
            return
        type_of(element, "text/plain" if name.endswith("summary") else "text/html")
        if not context.into.contents:
            context.into.base = attributes_of(element, base)[1]
        context.keep("summary", fixed(only_text(element)), level)
        context.has_summary = True

    def _content(self, element: Any, _name: str, context: _Context, _level: int, base: str) -> None:
        context.has_content = True
        self._add_content(element, "text/plain", context, base)

    def _add_content(self, element: Any, default: str, context: _Context, base: str) -> None:
        type_of(element, default)
        value = fixed(only_text(element))
        context.into.base = attributes_of(element, base)[1]
        context.into.contents.append(value)
        if not context.has_summary:
            context.has_summary, context.into.summary = True, value

    def _author(self, element: Any, name: str, context: _Context, level: int, _base: str) -> None:
        nested = bool(len(element))
        if level > context.levels.setdefault("author", level) or nested is not context.levels.setdefault(
            "nested", nested
        ):
            raise Unsure
        if nested:
            names = [part for part in element if self._names.of(part) == "name"]
            self._person_ignored(element, name, context, 0, "")
            text = "".join(only_text(part).strip() for part in names[-1:])
            if not text and context.into.authors:  # feedparser takes the one's before
                raise Unsure
            context.into.authors.append(text)
            return
        text = fixed(only_text(element))
        if "@" in text:
            match = _ADDRESS_AND_NAME.fullmatch(text)
            if not match:
                raise Unsure
            text = (match[1] or "").strip()
        context.into.authors.append(text)

    def _person_ignored(self, element: Any, _name: str, _context: _Context, _level: int, _base: str) -> None:
        for part in element:
            name = self._names.of(part)
            if name in PERSON_PARTS:
                only_text(part)
            else:
                self._harmless(part, name)

    def _source(self, element: Any, _name: str, context: _Context, _level: int, _base: str) -> None:
        attributes, _ = attributes_of(element, "")
        context.into.source = fixed(only_text(element))
        context.into.source_link = attributes.get("url", "")
        context.title_level = -1

    def _enclosure(self, element: Any, _name: str, context: _Context, _level: int, _base: str) -> None:
        attributes, _ = attributes_of(element, "")
        only_text(element)
        if "uri" in attributes or "href" in attributes:
            raise Unsure
        context.into.enclosures.append(attributes.get("url", ""))

    def _origlink(self, element: Any, _name: str, context: _Context, level: int, _base: str) -> None:
        if element.attrib:
            raise Unsure
        context.keep("origlink", fixed(only_text(element)), level)

    def _harmless(self, element: Any, name: str) -> None:
        """Nothing in it is kept, and nothing feedparser would take for a field."""
        if name in BARE:
            only_text(element)
            return
        if name.partition(":")[0] in TAKEN and name not in COMMUNITY:
            raise Unsure
        if ":" not in name and (name in RESERVED or element.attrib or len(element)):
            raise Unsure
        for part in element:
            self._harmless(part, self._names.of(part))
