"""How feeds are read: the fields of three conformance suites, and real feeds against feedparser, field by field.

    python -m bench.feeds --data DIR [--show]

Fails when a difference is not argued in bench/feed_differences.toml, when a parser crashes or hangs, when the fast
reader's answer differs from feedparser's, or when reading all real feeds takes more than a tenth of feedparser's time.
"""

import argparse
import dataclasses
import io
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import feedparser

from bench.feed_suites import judge, of_feedparser, of_gofeed
from transforms.feeds.formats.raw import RawFeed
from transforms.feeds.formats.read import Reader, read_document
from transforms.feeds.formats.tolerant import read_any
from transforms.feeds.parse import ParsedFeed, Unparsed, parse_feed

ADDRESS = "http://feeds.example/feed.xml"
HEADERS = {"content-type": "application/xml", "content-location": ADDRESS}
GOAL = 10.0
SLOW = 10.0
"""Seconds that no document may take."""


def no_crash(root: Path) -> bool:
    """Every file of a folder as a feed: what came of them."""
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    for path in sorted(root.rglob("*")):
        if path.is_file():
            began = time.perf_counter()
            found = parse_feed(path.read_bytes(), HEADERS, ADDRESS)
            slowest = max(slowest, (time.perf_counter() - began, path.name))
            gave_up = isinstance(found, Unparsed) and found.reason.startswith("the parser gave up")
            outcomes["gave up" if gave_up else type(found).__name__] += 1
            if gave_up:
                print(f"    {path.relative_to(root)}: {found}")
    counts = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    print(f"feedvalidator: {outcomes.total()} files: {counts}; slowest {slowest[0]:.3f} s ({slowest[1]})")
    return not outcomes["gave up"] and slowest[0] < SLOW


def same_answers(documents: dict[str, bytes]) -> bool:
    """Each document as this project reads it, against feedparser with the same bytes and headers."""
    readers: Counter[str] = Counter()
    entries = different = 0
    for name, body in documents.items():
        reading = read_document(body, HEADERS, ADDRESS)
        readers[reading.reader] += 1
        if reading.feed is None:
            print(f"    {name}: not a feed")
        elif reading.reader in {Reader.FAST, Reader.FEEDPARSER}:
            judge_says = read_any(body, HEADERS) or RawFeed()
            entries += len(reading.feed.entries)
            for where, expected, found in differences(judge_says, reading.feed):
                different += 1
                print(f"    {name} {where}: feedparser {expected!r:.100}, here {found!r:.100}")
            if reading.reader is Reader.FEEDPARSER:
                print(f"    {name}: left to feedparser")
    counts = ", ".join(f"{count} {name}" for name, count in readers.most_common())
    print(f"real: {len(documents)} files read by: {counts}; {entries} entries compared, {different} fields differ")
    return not different


def differences(one: RawFeed, other: RawFeed) -> list[tuple[str, object, object]]:
    """(field, one's value, the other's) where two readings differ."""
    pairs = [("feed", one, other)]
    pairs += [(f"entries[{n}]", a, b) for n, (a, b) in enumerate(zip(one.entries, other.entries, strict=False))]
    found = [("entries", len(one.entries), len(other.entries))] if len(one.entries) != len(other.entries) else []
    for name, a, b in pairs:
        for field in dataclasses.fields(a):
            mine, theirs = getattr(a, field.name), getattr(b, field.name)
            if field.name != "entries" and mine != theirs:
                found.append((f"{name}.{field.name}", mine, theirs))
    return found


def speed(documents: dict[str, bytes], rounds: int = 5) -> bool:
    """CPU time over the whole mix, the contestants in turn on each document; the median of the rounds' ratios."""
    contestants = (_by_default, _tuned, _here)
    totals = [[0.0] * rounds for _ in contestants]
    read = 0
    for number, body in enumerate(documents.values()):
        for turn in range(rounds * len(contestants)):
            contestant = (turn + number) % len(contestants)
            began = time.process_time()
            found = contestants[contestant](body)
            totals[contestant][turn // len(contestants)] += time.process_time() - began
        read += len(found.entries) if isinstance(found := _here(body), ParsedFeed) else 0
    theirs, tuned, ours = map(statistics.median, totals)
    ratios = sorted(base / own for base, own in zip(totals[0], totals[2], strict=True))
    ratio = statistics.median(ratios)
    megabytes = sum(map(len, documents.values())) / 1e6
    print(
        f"real: {megabytes:.1f} MB, {read} entries kept: feedparser {theirs:.2f} s (without sanitising and links "
        f"{tuned:.2f} s), here {ours:.2f} s with cleaning and fallbacks: {ratio:.1f} times as fast, median of {rounds} "
        f"rounds ({ratios[0]:.1f} to {ratios[-1]:.1f}), goal {GOAL:.0f}"
    )
    return ratio >= GOAL


def _by_default(body: bytes) -> object:
    return feedparser.parse(io.BytesIO(body), response_headers=HEADERS)


def _tuned(body: bytes) -> object:
    return feedparser.parse(
        io.BytesIO(body), response_headers=HEADERS, resolve_relative_uris=False, sanitize_html=False
    )


def _here(body: bytes) -> object:
    return parse_feed(body, HEADERS, ADDRESS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds feeds/")
    parser.add_argument("--show", action="store_true", help="list every difference, not only those not argued")
    options = parser.parse_args()
    feeds = options.data / "feeds"
    good = []
    for name, suite in (("feedparser", of_feedparser), ("gofeed", of_gofeed)):
        root = feeds / name
        good.append(judge(root, name, suite(root)).print(name, show=options.show))
    good.append(no_crash(feeds / "feedvalidator"))
    documents = {path.name: path.read_bytes() for path in sorted((feeds / "real").iterdir())}
    good.append(same_answers(documents))
    good.append(speed(documents))
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
