"""What finding candidates costs while a memory grows to a million: python -m bench.search --data DIR [--plot FILE.svg].

A StoriesMemory remembers articles that are mixed of sentences of two articles of DIR/streams (bench.mixing; --seed draws
them), all inside one window. At each size 1,000 mixed articles that are not in it look for candidates as a decision does
(StoriesMemory.candidates). Beside it the same score for all remembered articles: by reading all lists of a query's terms,
and by brute force, going through all remembered fingerprints one after another (on a sample of the queries, and checked
against each other there). Recall is the share of the ten best of all that the search finds. Times are processor time.

Memory is what the process has grown by since the first size: index, profile, record, membership, neighbours. Memberships carry what real
decisions say (one in a thousand articles is decided) and 30 neighbours. At 1,000,000 this takes about 15 minutes and 14 GB.
"""

import argparse
import functools
import gc
import itertools
import os
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from bench.in_process import OUTLETS
from bench.mixing import Mixed, Mixer, read_stream
from bench.plot import Line, log_plot
from transforms.config import StoriesConfig
from transforms.model import Membership, Relation, Story
from transforms.stories.decide import decide
from transforms.stories.index import TermIndex, Terms
from transforms.stories.likeness import CANDIDATES, KEPT
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import load_outlets
from transforms.stories.ports import KnownArticle
from transforms.stories.similarity import Profile, profile_of

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
BEST = 10
LIMIT = CANDIDATES + 1
"""Candidates that a decision asks for."""
SCANNED = 15
"""Queries that are answered by brute force too."""
CHECKED = 100
"""Mixed profiles that are compared with what the product makes of the same fingerprint."""
DECIDED = 1_000
"""One in so many articles is decided; what its decision says stands in the next ones' memberships."""
MOST_GROWTH = 12.0
MOST_OF_BRUTE_FORCE = 0.1
LEAST_RECALL = 0.98
SPAN = 6 * 86400.0
"""Seconds over which all articles are published: inside one window."""
START = 1_577_836_800.0
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
    all_lists: float
    brute_force: float
    recall: float
    held: int
    """Bytes that the process holds."""


class Growth:
    """A memory that takes mixed articles."""

    def __init__(self, mixer: Mixer, most: int, seed: int) -> None:
        """Args:
        mixer: mixes them.
        most: how many are taken in all.
        seed: draws them.
        """
        self.memory = StoriesMemory(StoriesConfig())
        self.mixer = mixer
        self._step = SPAN / most
        self._chance = np.random.default_rng([seed, 1])
        self._near: dict[int, deque[str]] = {}
        self._said = msgspec.msgpack.encode(Membership("", "", "", Relation.FIRST))
        self._known = msgspec.msgpack.Decoder(KnownArticle)
        mixer.number_terms(self.memory.index)
        self.ids: list[str] = []

    @property
    def size(self) -> int:
        """Articles taken."""
        return len(self.ids)

    def grow(self, size: int) -> None:
        """Remember articles until there are so many."""
        while self.size < size:
            pair = self.mixer.pair(self._chance)
            name = f"held-{self.size}"
            self._take(self.mixer.mixed(pair, name, START + self._step * self.size, self._chance), pair)

    def _take(self, mixed: Mixed, pair: tuple[int, int]) -> None:
        article, number = mixed.article, self.size + 1
        profile = self.mixer.profile(mixed)
        if self.size % DECIDED == 0 or self.size < CHECKED:
            judged = self.mixer.judged(mixed)
            if not same(profile, profile_of(article, judged.fingerprint, self.memory.index)):
                raise AssertionError(f"{mixed.article.title!r} is not put together as the product does it")
            self._said = msgspec.msgpack.encode(_membership(decide(judged, self.memory), article.id))
        near = [self._near.setdefault(place, deque(maxlen=KEPT // 2)) for place in pair]
        likeness = {
            other: round(float(value), 6)
            for other, value in zip(itertools.chain(*near), self._chance.random(KEPT), strict=False)
        }
        story_id = article.id
        if likeness and number % 2:
            story_id = self.memory.story_of(next(iter(likeness)))
        else:
            self.memory.put_story(
                Story(story_id, article.lang, article.title, article.published, article.published, article.id)
            )
        said = msgspec.msgpack.decode(self._said, type=Membership)
        place = msgspec.structs.replace(
            said, article_id=article.id, story_id=story_id, placed=story_id, likeness=likeness, seq=number
        )
        # Records come from a store, so each has strings of its own.
        known = KnownArticle(article=article, fingerprint=mixed.print_, relevance=(), decided=number, seq=number)
        own = self._known.decode(msgspec.msgpack.encode(known))
        self.memory.remember(own, place, profile)
        for one in near:
            one.append(own.article.id)
        self.ids.append(own.article.id)


def _membership(decision: object, article_id: str) -> Membership:
    fields = ("relation", "score", "reason", "matched", "signals", "nearest_other", "nearest_other_score")
    return Membership(article_id, "", "", **{name: getattr(decision, name) for name in fields})


def same(a: Profile, b: Profile) -> bool:
    """Are two profiles equal, but for the order of their terms?"""

    def equal(one: object, other: object) -> bool:
        if isinstance(one, tuple) and isinstance(other, tuple):
            return len(one) == len(other) and all(map(equal, one, other))
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            return one.dtype == other.dtype and np.array_equal(one, other)
        return one == other

    return equal(*(tuple(one._replace(terms=_ordered(one.terms))) for one in (a, b)))


def _ordered(terms: Terms) -> Terms:
    orders = [np.argsort(slots) for slots in terms.slots]
    return Terms(
        tuple(slots[order] for slots, order in zip(terms.slots, orders, strict=True)),
        tuple(counts[order] for counts, order in zip(terms.counts, orders, strict=True)),
    )


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


def measure(growth: Growth, queries: list[Profile]) -> Measured:
    """What the queries cost and find at the memory's size.

    Args:
        growth: the memory.
        queries: profiles of articles that it does not hold.
    """
    memory, middle = growth.memory, START + SPAN / 2
    gc.collect()
    held = resident()
    times, whole, hits = [], [], 0
    for profile in queries:
        took, found = _timed(lambda profile=profile: memory.candidates(profile, middle, LIMIT))
        times.append(took)
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
    growth = Growth(mixer, options.size, options.seed)
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
    for size in [size for size in SIZES if size < options.size] + [options.size]:
        growth.grow(size)
        found.append(measure(growth, queries))
        one, first = found[-1], found[0]
        print(
            f"{one.size:>10,} {one.median:>10.3f} {one.under:>7.3f} {one.median / first.median:>7.2f} "
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
        last.median <= MOST_GROWTH * found[0].median,
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
