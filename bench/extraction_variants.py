"""Which way of asking trafilatura reads pages best for its time: the choice made in transforms/articles/extract.py.

    python -m bench.extraction_variants --data DIR [--every N]

Text only, from bytes, without metadata, links and language; the variants read each page in turn. F as in
bench.extraction; "half 0" and "half 1" are the pages whose id has an even and an odd SHA-256: what is better in one
half only is chance. Time is CPU of the default options' over the variant's: greater is faster.
"""

import argparse
import base64
import hashlib
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from bench.extraction import Segments, records
from transforms.articles.extract import lighten, main_text
from transforms.articles.markup import decode_html, parse_html
from transforms.config import ExtractionConfig

_FRAME = ("nav", "footer", "aside", "button", "noscript", "menu", "dialog")
"""Never form, which some sites wrap around their whole pages."""
_NAVIGATION = ("nav", "button", "noscript", "menu", "dialog")
Read = Callable[[bytes, str], str]


def tree_of(body: bytes) -> HtmlElement:
    """As the shipped road parses it: decoded, capped, without spans."""
    return parse_html(decode_html(body), ExtractionConfig())


def bare(**options: Any) -> Read:
    """trafilatura on bytes."""
    return lambda body, _url: trafilatura.extract(body, **options) or ""


def parsed(*, light: bool = True, **options: Any) -> Read:
    """trafilatura on our tree, without comments."""

    def read(body: bytes, _url: str) -> str:
        tree = tree_of(body)
        if light:
            lighten(tree)
        return trafilatura.extract(tree, include_comments=False, **options) or ""

    return read


def shipped(*, without: tuple[str, ...] = (), whole_again: bool = True, retry_below: int = 1_000, **again: Any) -> Read:
    """The fast mode, and where it finds little the whole cascade.

    Args:
        without: elements taken out of the fast mode's copy of the tree.
        whole_again: the second reading has them.
        retry_below: characters.
        again: options of the second reading.
    """

    def read(body: bytes, _url: str) -> str:
        tree = tree_of(body)
        lighten(tree)
        if not without:
            return main_text(tree, retry_below, **again)
        bare = deepcopy(tree)
        etree.strip_elements(bare, *without, with_tail=False)
        text = main_text(bare, 0)
        return text if len(text) >= retry_below else main_text(tree if whole_again else bare, retry_below, **again)

    return read


_FIRST = "trafilatura, default options"
VARIANTS: dict[str, Read] = {
    _FIRST: bare(),
    "  fast": bare(fast=True),
    "  favor_recall": bare(favor_recall=True),
    "  favor_precision": bare(favor_precision=True),
    "our tree": parsed(light=False),
    "our tree lightened": parsed(),
    "  lightened, fast": parsed(fast=True),
    "  lightened, fast, favor_recall": parsed(fast=True, favor_recall=True),
    "fast, then all below 500": shipped(retry_below=500),
    "fast, then all below 1,000 (shipped)": shipped(),
    "fast, then all below 2,000": shipped(retry_below=2_000),
    "  shipped, again with recall": shipped(favor_recall=True),
    "  shipped, frame taken out first": shipped(without=_FRAME),
    "  shipped, frame taken out of both": shipped(without=_FRAME, whole_again=False),
    "  shipped, navigation taken out first": shipped(without=_NAVIGATION),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.extraction_variants", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the evaluation data")
    parser.add_argument("--every", type=int, default=1, help="read every Nth page only")
    parser.add_argument("--only", default="", help="variants whose names fit this pattern, beside the first")
    options = parser.parse_args()
    chosen = {name: read for name, read in VARIANTS.items() if re.search(options.only, name) or name == _FIRST}
    runs = [(Segments(name, read), (Segments(name, read), Segments(name, read))) for name, read in chosen.items()]
    for read in chosen.values():
        read(b"<html><body><p>Read once, so that nothing is loaded while the clock runs.</p></body></html>", "")
    for number, record in enumerate(records(options.data / "extraction" / "segments.jsonl.gz", options.every)):
        body = base64.b64decode(record["html_b64"])
        half = hashlib.sha256(record["id"].encode()).digest()[0] % 2
        for turn in range(len(runs)):
            whole, halves = runs[(number + turn) % len(runs)]
            text = whole.add(body, record)
            halves[half].count(text, record)
    base = runs[0][0]
    print(f"{base.pages} pages, halves of {runs[0][1][0].pages} and {runs[0][1][1].pages}")
    print(f"  {'':38} {'F':>6} {'half 0':>7} {'half 1':>7} {'found':>6} {'wrong':>6} {'of default':>10}")
    for whole, (even, odd) in runs:
        print(
            f"  {whole.name:38} {whole.f:6.4f} {even.f:7.4f} {odd.f:7.4f} {whole.found:6} {whole.wrong:6} "
            f"{whole.rate / base.rate:10.2f}"
        )


if __name__ == "__main__":
    main()
