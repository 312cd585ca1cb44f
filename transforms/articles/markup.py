"""Bytes to an HTML tree, once, with caps on what a tree may hold."""

import codecs
import functools
import re

import charset_normalizer
from lxml import etree
from lxml.html import HtmlElement, document_fromstring
from w3lib.encoding import html_body_declared_encoding, resolve_encoding

from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LABELS = {
    "unicode-1-1-utf-8": "utf-8", "x-unicode20utf8": "utf-8", "unicode": "utf-16-le", "ucs-2": "utf-16-le",
    "iso-10646-ucs-2": "utf-16-le", "x-mac-cyrillic": "mac-cyrillic", "x-mac-ukrainian": "mac-cyrillic",
    "dos-874": "cp874", "iso-8859-8-i": "iso8859-8", "logical": "iso8859-8", "windows-949": "cp949", "x-x-big5": "big5hkscs",
}  # fmt: skip
"""The Encoding Standard's labels that neither w3lib nor Python knows."""
_REPLACED = frozenset({"hz", "iso2022_kr", "iso2022_cn", "utf-7", "utf_7"})
"""Encodings in which ASCII is not what it seems: the standard reads nothing that claims them; here they are not believed."""
_SAMPLE = 16_384
"""Bytes that the detection of an undeclared encoding looks at."""
_MAX_ATTRIBUTES = 1_000
"""Of one tag: libxml2 compares each with all others (100,000 take 17 s)."""
_WINDOW = 16_384
"""Characters: a tag with as many between its brackets has its attributes counted (a shorter one costs 0.1 s at worst)."""
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ATTRIBUTE_GAP = re.compile(r"[\s/]+")
_HEAD = 4_096
_WRAPPING = 3
"""Elements (html, body, p) that the parser puts around mere words."""
_DOCTYPE = re.compile(r"^\s*< ?! ?doctype[^<>]*/[^<>]*>", re.IGNORECASE)
_CLOSED_HTML = re.compile(r"(<html\b[^<>]*?)\s*/>", re.IGNORECASE)
_CONTROL = bytes(sorted({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D}))

# As trafilatura's own, but one class for all elements: choosing among lxml.html's takes a tenth of an extraction's time.
_PARSER = etree.HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False
)
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
_WRONG = "\ufffd"


def decode_html(body: bytes, charset: str = "") -> str:
    """The page's text by the HTML standard's order: byte-order mark, Content-Type header, meta in the head, detection.

    https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding, its labels as browsers
    understand them (https://encoding.spec.whatwg.org: latin1 is windows-1252; by w3lib). A declared encoding that the
    bytes plainly break gives way to detection.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    encoding = _labelled(charset, body) or _declared(body) or _detect(body) or "utf-8"
    text = body.decode(encoding, "replace")
    if text.count(_WRONG, 0, _SAMPLE) * 50 > min(len(text), _SAMPLE):
        better = _detect(body)
        if better and better != encoding:
            return body.decode(better, "replace")
    return text


def _labelled(label: str, body: bytes) -> str:
    """The encoding that the header means; empty: none that is known, or a wide one for bytes that are not."""
    label = label.strip().strip("'\"").lower()
    encoding = _LABELS.get(label) or (resolve_encoding(label) if label else None) or ""
    if encoding.startswith(("utf-16", "utf-32")):
        wide = "utf-16-le" if encoding == "utf-16" else encoding
        return wide if b"\0" in body[:_SAMPLE] else ""
    return "" if encoding in _REPLACED else encoding


def _declared(body: bytes) -> str:
    """The encoding that a meta element in the head declares, in ASCII: no wide one can be meant, so UTF-8 is."""
    encoding = html_body_declared_encoding(body) or ""
    return "utf-8" if encoding.startswith(("utf-16", "utf-32")) else "" if encoding in _REPLACED else encoding


def _detect(body: bytes) -> str | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    middle = len(body) // 2
    sample = body[: _SAMPLE // 2] + body[middle : middle + _SAMPLE // 2]
    best = charset_normalizer.from_bytes(sample, steps=4, chunk_size=512).best()
    return resolve_encoding(best.encoding) if best else None


def parse_html(text: str, config: ExtractionConfig) -> HtmlElement:
    """The page's tree, without table spans; libxml2 itself nests no deeper than 256.

    Raises:
        UnreadablePage: too-large or not-html.
    """
    tree = _parse(_with_few_attributes(text))
    elements = int(tree.xpath("count(//*)"))
    if elements > config.max_elements:
        raise UnreadablePage("too-large", f"it has {elements:,} elements, at most {config.max_elements:,} are read")
    if _deeper(config.max_depth)(tree):
        raise UnreadablePage("too-large", f"its elements are nested deeper than {config.max_depth}")
    for cell in tree.iter("td", "th"):  # a span of a million is a million cells to trafilatura
        cell.attrib.pop("colspan", None)
        cell.attrib.pop("rowspan", None)
    return tree


def _parse(text: str) -> HtmlElement:
    head, rest = text[:_HEAD], text[_HEAD:].replace("\ufffe", "").replace("\uffff", "")
    head = _CLOSED_HTML.sub(r"\1>", _DOCTYPE.sub("", head, count=1), count=1)  # both confuse libxml2
    encoded = f"{head}{rest}".encode("utf-8", "ignore").translate(None, _CONTROL)
    try:
        tree = document_fromstring(encoded, parser=_PARSER)
    except (etree.ParserError, ValueError) as error:
        raise UnreadablePage("not-html", f"no HTML was found in it: {error}") from error
    if tree.xpath("count(//*)") <= _WRAPPING and "<html" not in text[:_HEAD].lower():
        raise UnreadablePage("not-html", "no HTML was found in it")
    return tree


def _with_few_attributes(text: str) -> str:
    if all(text.find("<", start, start + _WINDOW) >= 0 for start in range(0, len(text) - _WINDOW, _WINDOW)):
        return text
    pieces = text.split("<")
    for index, piece in enumerate(pieces):
        if len(piece) > _WINDOW:
            tag, end, rest = piece.partition(">")
            name = _TAG_NAME.match(tag)
            if name and len(_ATTRIBUTE_GAP.findall(tag)) > _MAX_ATTRIBUTES:
                pieces[index] = f"{name[0]}{end}{rest}"
    return "<".join(pieces)


@functools.cache
def _deeper(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")
