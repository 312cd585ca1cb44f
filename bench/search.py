"""What finding candidates costs while a memory grows to a million: python -m bench.search --data DIR [--plot FILE.svg].

A StoriesMemory remembers articles that are mixed of sentences of two articles of DIR/streams (bench.mixing; --seed draws
them), all inside one window. At each size 1,000 mixed articles that are not in it look for candidates as a decision does
(StoriesMemory.candidates). Beside it the same score for all remembered articles: by reading all lists of a query's terms,
and by brute force, going through all remembered fingerprints one after another (on a sample of the queries, and checked
against each other there). Recall is the share of the ten best of all that the search finds. Times are processor time; a
second memory stays at the first size and answers each query in turn with the growing one, so that growth is told in one
breath.

Memory is what the process has grown by since the first size: index, profile, record, membership, neighbours. Memberships
carry what real decisions say (one in a thousand articles is decided) and 30 neighbours. A million take some 15 GB in all.
"""

import argparse
import functools
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from bench.growth import SPAN, START, Growth
from bench.in_process import OUTLETS
from bench.mixing import Mixer, read_stream
from bench.plot import Line, log_plot
from transforms.stories.index import TermIndex
from transforms.stories.likeness import CANDIDATES
from transforms.stories.outlets import load_outlets
from transforms.stories.similarity import Profile

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
BEST = 10
LIMIT = CANDIDATES + 1
"""Candidates that a decision asks for."""
SCANNED = 15
"""Queries that are answered by brute force too."""
MOST_GROWTH = 12.0
MOST_OF_BRUTE_FORCE = 0.1
LEAST_RECALL = 0.98
SAMPLE = 2_000
"""Articles on which bytes are counted."""
GC_HEADER = 16
CHUNK = 20_000
"""Articles that brute force goes through at a time."""

T = TypeVar("T")
Rows = npt.NDArray[np.int32]
Shares = npt.NDArray[np.float64]


class Measured(NamedTuple):
    """What was found at one size; times in milliseconds."""

    size: int
    median: float
    under: float
    """What 95 % of the searches take at most."""
    small: float
    """Median at the first size, each query asked there in turn."""
    all_lists: float
    brute_force: float
    recall: float
    held: int
    """Bytes that the process holds."""


def brute_force(growth: Growth, queries: list[Profile]) -> list[tuple[float, Shares]]:
    """Of each query the milliseconds that going through all fingerprints takes, and the ten greatest shares.

    The fingerprints are laid end to end, so many at a time, while the clock stands.
    """
    memory = growth.memory
    worths = []
    for profile in queries:
        slots, values = memory.index.heaviest(profile.terms)
        worths.append(np.zeros(memory.index.terms))
        worths[-1][slots] = values
    found = [(0.0, np.zeros(BEST))] * len(queries)
    for first in range(0, growth.size, CHUNK):
        bags = [memory.remembered(one).profile.terms.slots[0] for one in growth.ids[first : first + CHUNK]]
        sizes = np.array([len(bag) for bag in bags])
        laid, starts = np.concatenate(bags), np.cumsum(sizes) - sizes
        for number, (worth, (spent, before)) in enumerate(zip(worths, found, strict=True)):
            took, best = _timed(functools.partial(_greatest, worth, laid, starts, before))
            found[number] = (spent + took, best)
    return found


def _greatest(worth: Shares, laid: Rows, starts: npt.NDArray[np.intp], before: Shares) -> Shares:
    shares = np.concatenate([np.add.reduceat(worth[laid], starts), before])
    return np.sort(np.partition(shares, len(shares) - BEST)[-BEST:])


def measure(growth: Growth, small: Growth, queries: list[Profile]) -> Measured:
    """What the queries cost and find at the memory's size.

    Args:
        growth: the memory.
        small: one that stays at the first size.
        queries: profiles of articles that it does not hold.
    """
    memory, middle = growth.memory, START + SPAN / 2
    gc.collect()
    held = resident()
    times, small_times, whole, hits = [], [], [], 0
    for profile in queries:
        took, found = _timed(lambda profile=profile: memory.candidates(profile, middle, LIMIT))
        times.append(took)
        took, _ = _timed(lambda profile=profile: small.memory.candidates(profile, middle, LIMIT))
        small_times.append(took)
        took, (rows, shares) = _timed(lambda profile=profile: read_all(memory.index, profile))
        whole.append(took)
        tenth = np.sort(shares)[-BEST] - 1e-9
        best = set(rows[shares >= tenth].tolist())
        hits += min(sum(one.row in best for one in found[:BEST]), BEST)
    scanned = _scan(growth, queries[:SCANNED])
    return Measured(
        growth.size,
        statistics.median(times),
        float(np.percentile(times, 95)),
        statistics.median(small_times),
        statistics.median(whole),
        scanned,
        hits / (BEST * len(queries)),
        held,
    )


def read_all(index: TermIndex, profile: Profile) -> tuple[Rows, Shares]:
    """The ten best rows and what they share, all lists read."""
    return index.search(profile.terms, -np.inf, np.inf, BEST, entries=np.inf)


def _scan(growth: Growth, queries: list[Profile]) -> float:
    """Median time of brute force; what it finds must be what reading all lists finds."""
    found = brute_force(growth, queries)
    for profile, (_, best) in zip(queries, found, strict=True):
        others = np.sort(read_all(growth.memory.index, profile)[1])[-BEST:]
        if not np.allclose(best, others, atol=1e-6):
            raise AssertionError(f"brute force finds {best}, all lists {others}")
    return statistics.median(took for took, _ in found)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of processor time that it took, and its result."""
    began = time.process_time_ns()
    result = work()
    return (time.process_time_ns() - began) / 1e6, result


def resident() -> int:
    """Bytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds streams/outlets_2018_2020.jsonl.gz")
    parser.add_argument("--size", type=int, default=SIZES[-1], help="articles remembered in the end")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--sources", type=int, help="only so many articles of the stream are mixed; for a quick look")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, help="where the plot is written, as SVG")
    options = parser.parse_args(arguments)
    mixer = Mixer(read_stream(options.data)[: options.sources], load_outlets(OUTLETS))
    growth, small = (Growth(mixer, options.size, options.seed) for _ in range(2))
    sizes = [size for size in SIZES if size < options.size] + [options.size]
    small.grow(sizes[0])
    chance = np.random.default_rng([options.seed, 2])
    mixed = [mixer.mixed(mixer.pair(chance), f"query-{number}", START, chance) for number in range(options.queries)]
    queries = [mixer.profile(one) for one in mixed]
    words = statistics.mean(sum(len(sentence.words) for sentence in one.sentences) for one in mixed)
    print(
        f"seed {options.seed}: sentences of {len(mixer):,} articles, mixed two by two; {len(queries):,} queries; "
        f"{words:.0f} words and {statistics.mean(len(one.terms.slots[0]) for one in queries):.0f} terms an article\n"
        f"{'remembered':>10} {'search ms':>10} {'95 %':>7} {'growth':>7} {'all lists':>10} {'search is':>10} "
        f"{'brute force':>12} {'growth':>7} {'search is':>10} {'recall@10':>10} {'bytes each':>11}",
        flush=True,
    )
    found: list[Measured] = []
    for size in sizes:
        growth.grow(size)
        found.append(measure(growth, small, queries))
        one, first = found[-1], found[0]
        print(
            f"{one.size:>10,} {one.median:>10.3f} {one.under:>7.3f} {one.median / one.small:>7.2f} "
            f"{one.all_lists:>10.3f} {one.median / one.all_lists:>10.4f} {one.brute_force:>12.2f} "
            f"{one.brute_force / first.brute_force:>7.1f} {one.median / one.brute_force:>10.4f} {one.recall:>10.4f} "
            f"{_bytes_each(first, one):>11,.0f}",
            flush=True,
        )
    print(_bytes_of_parts(growth, _bytes_each(found[0], found[-1])))
    if options.plot:
        options.plot.write_text(drawn(found), encoding="utf-8")
        print(f"plot: {options.plot}")
    last = found[-1]
    kept = (
        last.median <= MOST_GROWTH * last.small,
        last.median < MOST_OF_BRUTE_FORCE * last.brute_force,
        last.recall >= LEAST_RECALL,
    )
    print(
        f"asked: at most {MOST_GROWTH:.0f} times the time at {found[0].size:,}: {_said(kept[0])}; under "
        f"{MOST_OF_BRUTE_FORCE} of brute force: {_said(kept[1])}; recall of {LEAST_RECALL} or more: {_said(kept[2])}"
    )
    return int(not all(kept))


def _bytes_each(first: Measured, one: Measured) -> float:
    """Bytes that each article remembered since the first size takes; what was free before then is filled by then."""
    return (one.held - first.held) / (one.size - first.size) if one.size > first.size else float("nan")


def _said(kept: bool) -> str:  # noqa: FBT001
    return "yes" if kept else "NO"


def drawn(found: list[Measured]) -> str:
    """The plot of what was measured."""
    sizes = [float(one.size) for one in found]
    return log_plot(
        "Finding an article's candidates",
        "remembered articles",
        "milliseconds",
        sizes,
        [
            Line("brute force", [one.brute_force for one in found]),
            Line("all lists read", [one.all_lists for one in found]),
            Line("search, 95 % under", [one.under for one in found], dashed=True),
            Line("search, median", [one.median for one in found]),
        ],
    )


def _bytes_of_parts(growth: Growth, each: float) -> str:
    """Where the bytes of a remembered article are, counted on some; neighbours are 16 bytes each."""
    memory, some = growth.memory, growth.ids[:: max(growth.size // SAMPLE, 1)]
    held = [memory.remembered(article_id) for article_id in some]
    counted = {
        "profile": statistics.mean(size_of(one.profile) for one in held),
        "record": statistics.mean(size_of(one.known) for one in held),
        "membership": statistics.mean(len(msgspec.msgpack.encode(one.membership)) for one in held),
        "neighbours": statistics.mean(16 * len(memory.ranked(article_id)) for article_id in some),
    }
    counted["index, stories and the rest"] = each - sum(counted.values())
    return "bytes an article, counted: " + ", ".join(f"{name} {count:,.0f}" for name, count in counted.items())


def size_of(thing: object) -> int:
    """Bytes of an object and all that it holds."""
    size = sys.getsizeof(thing) + (GC_HEADER if gc.is_tracked(thing) else 0)
    if isinstance(thing, tuple | list | frozenset):
        return size + sum(map(size_of, thing))
    if isinstance(thing, dict):
        return size + sum(map(size_of, thing)) + sum(map(size_of, thing.values()))
    if isinstance(thing, msgspec.Struct):
        return size + sum(size_of(getattr(thing, name)) for name in thing.__struct_fields__)
    return size


if __name__ == "__main__":
    raise SystemExit(main())
