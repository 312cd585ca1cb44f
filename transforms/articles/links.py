"""Links of an article's text that lead to other sites, and the lines with them that extraction takes for navigation."""

import re

from lxml.html import HtmlElement

from transforms.articles.urls import registrable_domain, web_url
from transforms.model import Link

MAX_LINKS = 60
MAX_ANCHOR = 200

_BLOCKS = frozenset(
    {
        "p",
        "li",
        "td",
        "th",
        "dd",
        "dt",
        "blockquote",
        "figcaption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "div",
        "section",
        "article",
    }
)
_LEAVES = ("p", "li", "blockquote", "div", "h1", "h2", "h3", "h4")
_NOT_WORD = re.compile(r"\W+")
_LEAST_PROBE = 8
_PROBE = 60
"""Characters of a block that are looked for in the text."""
_CREDIT_LINE = re.compile(
    r"(?:source|sources|via|h/t|hat tip|originally (?:published|appeared)|джерел[оа]|источники?|за матеріалами|по материалам|"
    r"quellen?|fuentes?|fontes?|fonti?|źródł[oa]|zdroj|kaynak|kilde|källa|bron)\b\s*:?",
    re.IGNORECASE,
)
_CREDIT_LENGTH = 160


class TextLinks:
    """The page's links seen from its text.

    Args:
        tree: the whole page.
        text: its article's text, paragraphs separated by newlines.
        base: what relative links are relative to.
    """

    def __init__(self, tree: HtmlElement, text: str, base: str) -> None:
        self._tree = tree
        self._base = base
        self._domain = registrable_domain(base)
        self._folded = _fold(text)
        self._outside: dict[str, bool] = {}
        self._places: dict[HtmlElement, float | None] = {}

    def found(self) -> tuple[Link, ...]:
        """Links to other sites whose paragraph is in the text, or directly behind one that is; in the page's order."""
        links: dict[str, Link] = {}
        for anchor in self._tree.iter("a"):
            href = anchor.get("href")
            position = self._position(_block(anchor)) if href and self._leads_out(href) else None
            url = "" if href is None or position is None else web_url(href, self._base)
            if url and url not in links and position is not None:
                words = " ".join(anchor.text_content().split())[:MAX_ANCHOR]
                links[url] = Link(url=url, anchor=words, position=position)
                if len(links) == MAX_LINKS:
                    break
        return tuple(sorted(links.values(), key=lambda link: link.position))

    def credit_lines(self) -> list[str]:
        """Short lines such as "Source: Axios" behind the text's paragraphs that are not in the text."""
        lines: dict[str, None] = {}
        for element in self._tree.iter(*_LEAVES):
            start = (element.text or "").lstrip() or (element[0].text or "" if len(element) else "").lstrip()
            if not start or not _CREDIT_LINE.match(start):
                continue
            line = " ".join(element.text_content().split())
            if (
                8 <= len(line) <= _CREDIT_LENGTH
                and _fold(line) not in self._folded
                and self._behind(element) is not None
            ):
                lines[line] = None
        return list(lines)

    def _leads_out(self, href: str) -> bool:
        """Cheap, for the hundreds of a page's links: is there a host, and is it another site's?"""
        scheme, slashes, rest = href.strip()[:300].partition("//")
        if not slashes or scheme.lower() not in {"http:", "https:", ""}:
            return False
        host = rest.replace("?", "/").replace("#", "/").partition("/")[0]
        if host not in self._outside:
            self._outside[host] = bool(host) and registrable_domain(f"//{host}") != self._domain
        return self._outside[host] and "share" not in rest[:50]

    def _position(self, block: HtmlElement) -> float | None:
        found = self._find(block)
        return self._behind(block) if found is None else found

    def _behind(self, block: HtmlElement) -> float | None:
        """Where the nearest block with words before this one stands in the text."""
        before = block.getprevious()
        for _ in range(3):
            if before is None:
                return None
            found = None if before.tag in {"main", "article"} else self._find(before)
            if found is not None:
                return found
            if before.tag not in {"br", "hr", "figure", "script", "style"} and _fold(before.text_content()[:1000]):
                return None
            before = before.getprevious()
        return None

    def _find(self, block: HtmlElement) -> float | None:
        if block not in self._places:
            self._places[block] = self._look_up(block)
        return self._places[block]

    def _look_up(self, block: HtmlElement) -> float | None:
        words = block.text_content().strip()
        for probe in (_fold(words[: 4 * _PROBE])[:_PROBE], _fold(words[-4 * _PROBE :])[-_PROBE:]):
            at = self._folded.find(probe) if len(probe) >= _LEAST_PROBE else -1
            if at >= 0:
                return min(at / max(len(self._folded), 1), 1.0)
        return None


def _block(anchor: HtmlElement) -> HtmlElement:
    element = anchor
    while element.tag not in _BLOCKS and element.getparent() is not None:
        element = element.getparent()
    return element


def _fold(text: str) -> str:
    return _NOT_WORD.sub("", text[:1_000_000]).casefold()
