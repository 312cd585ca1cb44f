"""URL normalisation against the cases of three projects, each under its own conventions.

    python -m bench.urls --data DIR [--show]

A case is met when our normalised URL is the expected one under the suite's own convention (CONVENTIONS: what its
authors fold, applied to both sides) and, for the identity of articles, when both have one key. The cases that are not
met are listed with the reason (docs/design-notes.md argues them); one without a reason fails.
"""

import argparse
import contextlib
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from transforms.articles.urls import normalise_url, registrable_domain, url_key


def _mediacloud(url: str) -> str:
    """http for https, no www., no port, lower case throughout (but for YouTube, whose ids are case sensitive)."""
    parts = urlsplit(normalise_url(url))
    netloc = (parts.hostname or "").removeprefix("www.")
    folded = urlunsplit(("http", netloc, parts.path, parts.query, ""))
    return folded if netloc == "youtube.com" else folded.lower()


def _courlan(url: str) -> str:
    """Unicode host names, percent encoding undone, no slash at the end; fragments are kept there and dropped here."""
    parts = urlsplit(normalise_url(url))
    host = parts.hostname or ""
    with contextlib.suppress(UnicodeError):
        host = host.encode("ascii").decode("idna")
    path = unquote(parts.path).rstrip("/")
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, host + port, path, unquote(parts.query), ""))


def _miniflux(url: str) -> str:
    """The order of the query and the fragment do not count: there they are kept as they came."""
    return urlunsplit((*urlsplit(normalise_url(url))[:4], ""))


CONVENTIONS: dict[str, Callable[[str], str]] = {
    "mediacloud/metadata-lib": _mediacloud,
    "adbar/courlan": _courlan,
    "miniflux/v2": _miniflux,
}
_REASONS = (
    (r"do\.ma\.in:442", "another port is another server"),
    (r"[\"<{]|CDATA|garbled|g__|^øª", "rubbish around a URL is for whoever extracts URLs; a URL is not cut by guess"),
    (r"/&$", "a path of & is a page of its own as far as a URL tells"),
    (r"twitter\.com/share|facebook\.com/sharer", "a share button's page is not the page it shares"),
    (r"aftr_source|this_affiliate|testid=", "no known tracker: an unknown parameter may be the article's"),
    (r"example\|org", "no URL at all comes back as it was, not empty"),
    (
        r"datatherapy\.wordpress",
        "wordpress.com is no public suffix: its blogs share a domain, as the suffix list has it",
    ),
    (r"ampproject", "the domain of a copy is the cache's; its page's URL is taken out of it before"),
    (r"gov\.(cn|br)/", "gov.cn and ma.gov.br are public suffixes: below them each name has an owner of its own"),
)


def met(case: dict[str, Any]) -> tuple[bool, str]:
    """Is the case met, and what is found?"""
    url = case["url"]
    if case["function"] == "canonical_domain":
        domain = registrable_domain(url)
        return domain == case["expected"], domain
    fold = CONVENTIONS[case["source"]]
    expected = case.get("expected", case.get("equals_normalised_of"))
    return fold(url) == fold(expected), normalise_url(url)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.urls", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds web/urls/")
    parser.add_argument("--show", action="store_true", help="list every case that is not met")
    options = parser.parse_args()
    with gzip.open(options.data / "web" / "urls" / "data.jsonl.gz", "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    good: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    same: Counter[str] = Counter()
    total: Counter[str] = Counter()
    unargued = 0
    reasons: Counter[str] = Counter()
    for case in cases:
        name = f"{case['source']} {case['function']}"
        total[name] += 1
        agreed, found = met(case)
        good[name] += agreed
        if case["function"] != "canonical_domain":
            expected = case.get("expected", case.get("equals_normalised_of"))
            exact[name] += normalise_url(case["url"]) == expected
            same[name] += url_key(case["url"]) == url_key(expected)
        if not agreed:
            reason = next((why for pattern, why in _REASONS if re.search(pattern, case["url"])), "")
            reasons[reason] += 1
            unargued += not reason
            if options.show or not reason:
                print(f"    {name} {case['url']!r:.110}: expected {case.get('expected')!r:.80}, found {found!r:.80}")
    for name in total:
        print(
            f"{name:45} {good[name]:3} of {total[name]:3} under its conventions; "
            f"{exact[name]} letter for letter, {same[name]} one article by our key"
        )
    print(f"all: {good.total()} of {total.total()}; {total.total() - good.total()} differ:")
    for reason, count in reasons.most_common():
        print(f"  {count:3} {reason or 'NOT ARGUED'}")
    return bool(unargued)


if __name__ == "__main__":
    sys.exit(main())
