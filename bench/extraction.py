"""How well and how fast pages are read, beside trafilatura's default options in the same run.

    python -m bench.extraction --data DIR [--every N]

DIR holds extraction/segments.jsonl.gz (pages with text that must and must not come out) and
extraction/readability.jsonl.gz (pages with another extractor's title, date and byline).

Segment F: tp = wanted segments found, fp = unwanted found (substring, white space collapsed), summed over all pages;
F = 2 tp / (tp + fp + wanted). Times are of this one process's CPU; the two read each page in turn, so that what else
the machine does weighs on both. Ours includes metadata, links and language.
"""

import argparse
import base64
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import trafilatura
from trafilatura.metadata import extract_metadata

from transforms.articles.dates import parse_date
from transforms.articles.extract import extract
from transforms.articles.identity import fold_title
from transforms.articles.markup import decode_html
from transforms.articles.metadata import read_metadata
from transforms.articles.pages import UnreadablePage

DAY = 86400.0
Facts = tuple[str, float | None, str]
"""Title, publication time, byline."""


def records(path: Path, every: int) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % every == 0:
                yield json.loads(line)


def collapsed(text: str) -> str:
    return " ".join(text.split())


class Segments:
    """Counts of one extractor over the pages of the segment set."""

    def __init__(self, name: str, read: Callable[[bytes, str], str]) -> None:
        self.name = name
        self._read = read
        self.found = self.wrong = self.wanted = self.pages = 0
        self.seconds = 0.0

    def add(self, body: bytes, record: dict[str, Any]) -> str:
        """Read a page and count what is in its text."""
        started = time.process_time()
        text = self._read(body, record["url"] or "")
        self.seconds += time.process_time() - started
        self.count(text, record)
        return text

    def count(self, text: str, record: dict[str, Any]) -> None:
        text = collapsed(text)
        self.pages += 1
        self.wanted += len(record["gold_with"])
        self.found += sum(collapsed(segment) in text for segment in record["gold_with"])
        self.wrong += sum(collapsed(segment) in text for segment in record["gold_without"])

    @property
    def f(self) -> float:
        return 2 * self.found / (self.found + self.wrong + self.wanted)

    @property
    def rate(self) -> float:
        return self.pages / self.seconds


def ours(body: bytes, url: str) -> str:
    try:
        return extract(body, url).text
    except UnreadablePage:
        return ""


def ours_dated(body: bytes, url: str) -> str:
    """As in the pipeline, where nearly every entry has a date and the page's visible text is not searched for one."""
    try:
        return extract(body, url, search_dates=False).text
    except UnreadablePage:
        return ""


def default(body: bytes, url: str) -> str:  # noqa: ARG001 - its default options know no URL
    return trafilatura.extract(body) or ""


def bench_segments(data: Path, every: int) -> None:
    runs = (
        Segments("trafilatura, default options", default),
        Segments("wirewatch, date searched", ours),
        Segments("wirewatch, as in the pipeline", ours_dated),
    )
    base = runs[0]
    for number, record in enumerate(records(data / "extraction" / "segments.jsonl.gz", every)):
        body = base64.b64decode(record["html_b64"])
        for turn in range(len(runs)):
            runs[(number + turn) % len(runs)].add(body, record)
    print(f"segments: {base.pages} pages, {base.wanted} wanted segments")
    print(f"  {'':32} {'F':>6} {'found':>6} {'wrong':>6} {'pages/s':>8} {'of default':>10}")
    for run in runs:
        print(f"  {run.name:32} {run.f:6.4f} {run.found:6} {run.wrong:6} {run.rate:8.1f} {run.rate / base.rate:10.2f}")


def own_facts(tree: Any, url: str) -> Facts:
    found = read_metadata(tree, url)
    return found.title, found.published.seconds if found.published else None, " ".join(found.authors)


def their_facts(tree: Any, url: str) -> Facts:
    found = extract_metadata(tree, url or None)
    return found.title or "", parse_date(found.date or ""), found.author or ""


def words(byline: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"^\s*(?:by|par|written by)\s+", "", byline, flags=re.IGNORECASE).casefold()))


def agreed(found: Facts, gold: Facts) -> tuple[bool, bool, bool]:
    """Title but for case, punctuation and the site's name; the same day; most words of the byline."""
    title = bool(gold[0]) and fold_title(found[0]) == fold_title(gold[0])
    day = gold[1] is not None and found[1] is not None and found[1] // DAY == gold[1] // DAY
    theirs, ours_ = words(gold[2]), words(found[2])
    byline = bool(theirs) and len(theirs & ours_) >= 0.6 * len(theirs | ours_)
    return title, day, byline


def bench_metadata(data: Path, every: int) -> None:
    readers = {"trafilatura": their_facts, "wirewatch": own_facts}
    right = {name: [0, 0, 0] for name in readers}
    seconds = dict.fromkeys(readers, 0.0)
    asked = [0, 0, 0]
    pages = 0
    for record in records(data / "extraction" / "readability.jsonl.gz", every):
        pages += 1
        gold = (record["gold_title"] or "", parse_date(record["gold_date"] or ""), record["gold_byline"] or "")
        asked = [count + bool(fact) for count, fact in zip(asked, gold, strict=True)]
        for name, reader in readers.items():
            tree = trafilatura.load_html(decode_html(record["html"].encode(), "utf-8"))
            started = time.process_time()
            found = reader(tree, record["url"] or "")
            seconds[name] += time.process_time() - started
            right[name] = [count + hit for count, hit in zip(right[name], agreed(found, gold), strict=True)]
    print(f"metadata: {pages} pages; agreed of given: title, day, byline")
    for name, counts in right.items():
        shares = "  ".join(f"{count:3} of {of:3}" for count, of in zip(counts, asked, strict=True))
        print(f"  {name:32} {shares}   all {sum(counts)} of {sum(asked)}   {pages / seconds[name]:6.0f} pages/s")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.extraction", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the evaluation data")
    parser.add_argument("--every", type=int, default=1, help="read every Nth page only")
    arguments = parser.parse_args()
    ours(b"<html><body><p>Read once, so that nothing is loaded while the clock runs.</p></body></html>", "")
    bench_segments(arguments.data, arguments.every)
    bench_metadata(arguments.data, arguments.every)


if __name__ == "__main__":
    main()
