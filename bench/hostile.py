"""Hostile feeds and pages down the production road: `python -m bench.hostile [--each 8] [--seed 1] [--show]`.

Each family of bench.hostile_feeds and bench.hostile_pages makes so many documents from the seed. A feed is parsed and a page
extracted in the pool's killable workers under the shipped deadline and memory, and what comes out is made into the records
that the store takes. Printed by family: how many were read, how many became dead letters and why, the slowest as a share
of its deadline, the most memory a worker grew by as a share of its cap. Exit code 1: something else came of one, or a
worker was slower or larger than its caps.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.hostile_feeds import FEEDS, Made
from bench.hostile_pages import PAGES
from transforms.articles.article import read_article
from transforms.articles.extract import extract_page
from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig, NetworkConfig
from transforms.feeds.feed_polling import PARSE_SECONDS
from transforms.feeds.parse import NotAFeed, ParsedFeed, parse_feed
from transforms.model import Entry, InboxRow, Page
from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut

NOW = 1_700_000_000.0
URL = "http://post.example/feed"
CONFIG = ExtractionConfig()


class Spent(NamedTuple):
    """What came of a document, and what it cost its worker."""

    outcome: str
    seconds: float = 0.0
    grown: int = 0
    """Bytes."""


def measured(work: Callable[..., str], *args: object) -> Spent:
    """Run inside a worker."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before, began = _status("VmRSS"), time.monotonic()
    outcome = work(*args)
    return Spent(outcome, time.monotonic() - began, _status("VmHWM") - before)


def read_feed(body: bytes, content_type: str) -> str:
    """What a poll makes of a document."""
    parsed = parse_feed(body, {"content-type": content_type} if content_type else {}, URL)
    msgspec.msgpack.encode(parsed)
    if isinstance(parsed, ParsedFeed):
        return "read"
    return "not a feed" if isinstance(parsed, NotAFeed) else f"unparsed: {parsed.reason.partition(':')[0]}"


def read_page(page: Page) -> str:
    """What ExtractArticles makes of a page."""
    try:
        article = read_article(page, extract_page(page, CONFIG), NOW)
    except UnreadablePage as unreadable:
        return f"dead: {unreadable.reason}"
    except Exception as error:  # noqa: BLE001 - as the step does
        return f"dead: extract-failed with {type(error).__name__}"
    msgspec.msgpack.encode(article)
    return "read"


def page_of(made: Made) -> Page:
    entry = Entry(feed=URL, id="1", link="http://post.example/1", title="Ships wait")
    row = InboxRow(1, entry, accepted=NOW, due=NOW)
    return Page(row=row, url=entry.link, body=made[0], content_type=made[1].partition(";")[0])


def spent(future: "Future[Spent]", deadline: float) -> Spent:
    try:
        return future.result()
    except WorkerTimedOut:
        return Spent("dead: timeout", deadline)
    except WorkerDied as died:
        return Spent(f"dead: worker-killed, {died.reason}", grown=CONFIG.memory if "grew" in died.reason else 0)
    except Exception as error:  # noqa: BLE001 - what this program looks for
        return Spent(f"WRONG: {type(error).__name__}: {error}"[:120])


def run(kind: str, family: str, pool: WorkerPool, seed: int, each: int, *, show: bool) -> list[Spent]:
    """All documents of a family, a few at a time."""
    deadline = PARSE_SECONDS if kind == "feed" else CONFIG.deadline
    chance = random.Random(f"{seed} {kind} {family}")
    found: list[Spent] = []
    for start in range(0, each, 2 * pool.size):
        make = (FEEDS if kind == "feed" else PAGES)[family]
        made = [_as_fetched(make(chance)) for _ in range(start, min(each, start + 2 * pool.size))]
        futures = {
            pool.submit(measured, read_feed, *one, deadline=deadline)
            if kind == "feed"
            else pool.submit(measured, read_page, page_of(one), deadline=deadline): number
            for number, one in enumerate(made, start)
        }
        for future in as_completed(futures):
            one = spent(future, deadline)
            found.append(one)
            if show and (
                one.outcome.startswith(("W", "unparsed: the", "dead: w", "dead: e"))
                or one.seconds > deadline / 4
                or one.grown > CONFIG.memory / 4
            ):
                print(f"    {kind} {family} {futures[future]}: {one.outcome} {one.seconds:.1f} s {one.grown >> 20} MiB")
    return found


def _as_fetched(made: Made) -> Made:
    """No larger than a body may be."""
    return made[0][: NetworkConfig().max_bytes], made[1]


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=8, help="documents of each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="name the costly ones")
    arguments = parser.parse_args()
    pool = WorkerPool(0, CONFIG.memory)
    everything: list[Spent] = []
    print(f"{'family':28} {'read':>4} {'dead':>4}  slowest  memory  reasons")
    for kind, families in (("feed", FEEDS), ("page", PAGES)):
        for family in families:
            found = run(kind, family, pool, arguments.seed, arguments.each, show=arguments.show)
            everything += found
            print(f"{kind + ': ' + family:28} {_line(found)}", flush=True)
    pool.close()
    wrong = sum(one.outcome.startswith("WRONG") for one in everything)
    print(f"{'all ' + str(len(everything)):28} {_line(everything)}")
    print(f"neither read nor a dead letter: {wrong}")
    return int(bool(wrong) or max(one.grown for one in everything) > 1.05 * CONFIG.memory)


def _line(found: list[Spent]) -> str:
    reasons = Counter(one.outcome.removeprefix("dead: ") for one in found if one.outcome != "read")
    read = sum(one.outcome == "read" for one in found)
    slowest, grown = max(one.seconds for one in found), max(one.grown for one in found)
    words = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"{read:4} {len(found) - read:4}  {slowest / CONFIG.deadline:7.2f} {grown / CONFIG.memory:7.2f}  {words}"


if __name__ == "__main__":
    sys.exit(main())
