"""Elements and texts as feedparser sees them, for the fast reader."""

import contextlib
import re
from functools import lru_cache
from typing import Any

from feedparser.datetimes import _parse_date  # the same dates, by the same code
from feedparser.urls import _urljoin, make_safe_absolute_uri

from transforms.feeds.formats.raw import PLAIN_LINK, seconds
from transforms.feeds.formats.vocabulary import MEANT, PREFIXES, REFUSED, RESERVED, TYPES

XML = "{http://www.w3.org/XML/1998/namespace}"
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
"""In UTF-8, where searching is three times as fast as among characters."""
_CP1252 = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


class Unsure(Exception):  # noqa: N818 - not an error: feedparser is asked instead
    """What feedparser would make of it is not known."""


def type_of(element: Any, default: str) -> str:
    """The type of a text that is written as text; anything else is not for this reader."""
    if not element.items():
        return default
    attributes, _ = attributes_of(element, "")
    if "mode" in attributes or "src" in attributes:
        raise Unsure
    kind = TYPES.get(attributes["type"].lower()) if "type" in attributes else default
    if kind is None:
        raise Unsure
    return kind


def attributes_of(element: Any, base: str) -> tuple[dict[str, str], str]:
    """Its attributes by names in lower case, xml: ones left out, and the base after xml:base."""
    found: dict[str, str] = {}
    for name, value in element.items():
        if name.startswith(XML):
            if name == f"{XML}base":
                base = make_safe_absolute_uri(base, value) or base if base else base
        elif name.startswith("{"):
            if name.rpartition("}")[2].lower() in MEANT:
                raise Unsure
        elif name.lower() == "base":
            raise Unsure
        else:
            found[name.lower()] = value
    return found, base


def joined(base: str, link: str) -> str:
    link = link.strip()
    return link if not link or PLAIN_LINK.fullmatch(link) else str(_urljoin(base, link))


class Names:
    """Names of a document's elements as feedparser calls them: a standard prefix, lower case."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def of(self, element: Any) -> str:
        tag = element.tag
        name = self.known.get(tag, "")
        if not name:
            namespace, _, local = tag.rpartition("}")
            prefix = PREFIXES.get(namespace[1:].lower())
            if prefix is None:
                prefix = f"{element.prefix}:".lower() if element.prefix else ""
                if namespace[1:].lower() in REFUSED or not (prefix or local.lower() not in RESERVED):
                    raise Unsure
            name = self.known[tag] = prefix + local.lower()
        return name


def only_text(element: Any) -> str:
    if len(element):
        raise Unsure
    return element.text or ""


def fixed(text: str) -> str:
    """Stripped, and with the usual charset mistakes undone the way feedparser does."""
    text = text.strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text.translate(_CP1252) if _C1.search(text.encode("utf-8", "replace")) else text


@lru_cache(maxsize=4096)
def moment(text: str) -> float | None:
    return seconds(_parse_date(text))
