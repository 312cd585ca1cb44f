"""schema.org data that pages carry as JSON-LD, as broken as it comes."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]

MAX_NODES = 2_000
MAX_SCRIPT = 1_000_000
"""Characters of one script that are read."""

_COMMENT = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_MISSING_COMMA = re.compile(r'(?<=["}\]])(\s*\n\s*)(?=["{])')
_ARTICLE_TYPES = ("article", "posting", "newsstory", "report", "review", "analysisnewsarticle")
_PAGE_TYPES = frozenset({"webpage", "itempage", "videoobject", "newsmediaobject", "podcastepisode", "event"})
_FIELD = re.compile(r'"(headline|datePublished|dateModified|name|@type|articleBody)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_json_ld(scripts: Iterable[str]) -> list[Node]:
    """All nodes of the page's JSON-LD scripts, outermost first; what cannot be repaired gives what a search finds."""
    nodes: list[Node] = []
    for script in scripts:
        text = script[:MAX_SCRIPT]
        values = _parse(text)
        nodes.extend(_flatten(values) if values else _searched(text))
        if len(nodes) >= MAX_NODES:
            break
    return nodes[:MAX_NODES]


def _parse(text: str) -> list[Any]:
    """The values in a script: usually one, sometimes several in a row."""
    bare = _COMMENT.sub("", _COMMENT.sub("", text)).strip().rstrip(";").strip()
    for attempt in (bare, html.unescape(bare), _repaired(bare)):
        values = _decode_all(attempt)
        if values:
            return values
    return []


def _repaired(text: str) -> str:
    return _MISSING_COMMA.sub(r",\1", _BAD_ESCAPE.sub(r"\\\\", _TRAILING_COMMA.sub("", text)))


def _decode_all(text: str) -> list[Any]:
    decoder = json.JSONDecoder(strict=False)  # line breaks inside strings are common
    values: list[Any] = []
    position = 0
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            while position < len(text) and text[position] in " \t\r\n,;":
                position += 1
    except (ValueError, RecursionError):
        return []
    return values


def _searched(text: str) -> list[Node]:
    """The fields of a script that is no JSON, as far as they can be told apart: those before the first nested name."""
    node: Node = {}
    for name, value in _FIELD.findall(text):
        if name != "name":
            node.setdefault(name, html.unescape(re.sub(r"\\(.)", r"\1", value)))
    author = re.search(r'"author"\s*:\s*[\[{\s]*(?:"@type"\s*:\s*"\w+"\s*,\s*)?"name"\s*:\s*"([^"]+)"', text)
    if author:
        node["author"] = {"name": author[1]}
    return [node] if node else []


def _flatten(values: Iterable[Any]) -> Iterator[Node]:
    """Breadth first, so that what the page is about comes before what it mentions."""
    queue = list(values)
    for value in queue:  # grows while it is read
        if isinstance(value, list):
            queue.extend(value[:MAX_NODES])
        elif isinstance(value, dict):
            yield value
            queue.extend(child for child in value.values() if isinstance(child, (dict, list)))
        if len(queue) > MAX_NODES:
            return


def types(node: Node) -> set[str]:
    """The node's types, lower case, without schema.org's address."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {re.split(r"[/:#]", kind)[-1].lower() for kind in listed if isinstance(kind, str)}


def article_node(nodes: list[Node], urls: frozenset[str], key: Any) -> Node:
    """The node that is the page's article, {} where there is none.

    Args:
        nodes: as read_json_ld gives them.
        urls: keys of the page's own addresses: among several articles (a list of related ones) it has one of these.
        key: from an address to its key.
    """
    articles = [node for node in nodes if any(kind.endswith(_ARTICLE_TYPES) for kind in types(node))]
    candidates = (
        articles
        or [node for node in nodes if types(node) & _PAGE_TYPES]
        or [node for node in nodes if "headline" in node and "@type" not in node]
    )
    if len(candidates) > 1:
        for node in candidates:
            addresses = {node.get("url"), node.get("@id"), reference(node.get("mainEntityOfPage"))}
            if any(isinstance(address, str) and key(address) in urls for address in addresses):
                return node
        return next((node for node in candidates if node.get("headline") and node.get("datePublished")), candidates[0])
    return candidates[0] if candidates else {}


def reference(value: Any) -> Any:
    """What a value points to: itself, or its @id or url."""
    return value.get("@id") or value.get("url") if isinstance(value, dict) else value


def text_of(value: Any) -> str:
    """A field's words: the string, the first of a list, the name of an object, an object's @value."""
    if isinstance(value, list):
        return next((words for words in map(text_of, value[:20]) if words), "")
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value") or "")
    return html.unescape(value).strip() if isinstance(value, str) else ""


def names_of(value: Any, nodes: list[Node]) -> list[str]:
    """Names of people or organisations: strings, objects, lists of them, or references to nodes elsewhere."""
    listed = value if isinstance(value, list) else [value]
    names: list[str] = []
    for one in listed[:50]:
        if isinstance(one, dict) and "name" not in one and "@id" in one:
            one = next((node for node in nodes if node.get("@id") == one["@id"] and "name" in node), one)  # noqa: PLW2901
        found = one.get("name") if isinstance(one, dict) else one
        names.extend(text_of(name) for name in (found if isinstance(found, list) else [found])[:50])
    return [name for name in names if name]
