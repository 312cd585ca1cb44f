"""A page that only sends its reader on to another: HTML's own redirect."""

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

MOST_BYTES = 16 * 1024
"""Of a page that is a redirect; what is larger has something to read in it."""
MOST_SECONDS = 5
"""Of delay; what waits longer is to be read before, or reloads itself for news."""

_HINT = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s*(?P<seconds>\d{1,9})(?:[\d.]*)\s*[;,\s]\s*(?:url\s*=\s*)?(?P<quote>[\"']?)(?P<url>.+)",
    re.IGNORECASE | re.DOTALL,
)


def refresh_target(body: bytes, url: str) -> str:
    """The absolute address that the page refreshes to within MOST_SECONDS; empty: it is a page of its own.

    https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps. One inside of noscript, which
    mostly leads to a page that asks for scripts, and one to itself are passed over.

    Args:
        body: as received, decompressed, in an encoding that has ASCII in it.
        url: the page's own.
    """
    if len(body) > MOST_BYTES or not _HINT.search(body):
        return ""
    tree = LexborHTMLParser(body)
    tree.strip_tags(["noscript", "script", "style", "template"])
    base = next((node.attributes.get("href") or "" for node in tree.css("base[href]")), "")
    for node in tree.css("meta[http-equiv][content]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        match = _REFRESH.fullmatch(node.attributes.get("content") or "")
        if match is None or int(match["seconds"]) > MOST_SECONDS:
            return ""
        target = match["url"].partition(match["quote"])[0] if match["quote"] else match["url"]
        try:
            joined = urljoin(urljoin(url, base), target.strip()).partition("#")[0]
        except ValueError:  # such as http://[x
            return ""
        return "" if joined == url.partition("#")[0] else joined
    return ""
