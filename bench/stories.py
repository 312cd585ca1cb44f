"""How well articles are grouped into stories: python -m bench.stories --data DIR [--set NAME] [--show-errors].

Articles arrive in order of sha256(id), one a minute from 2020-01-01T00:00Z; no date of the set is used. Each is decided
knowing only those before it; `placed` is its story at that moment, `story_id` its story after all repairs. Beside it in
the same run: three plain ways of grouping; clusters with an odd sha256(cluster_id) alone, with the shipped weights and
with weights that `python -m bench.fit --half even` fitted on the even ones; and the dated articles of allsides in order
of their dates, each shifted by up to 48 hours either way.
"""

import argparse
import gzip
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.baselines import BASELINES
from bench.in_process import judge_lines, replay_in_process
from bench.scores import Score, adjusted_rand, bcubed, judged, pairwise
from bench.scores_check import report
from bench.story_errors import confusions
from transforms.stories.weights import Weights, load_weights

SETS = ("ecbplus", "g5", "allsides")
START = 1577836800.0
EVEN = Path(__file__).with_name("weights_even.toml")
"""Weights fitted on the clusters whose sha256 is even."""
SHIFT = 48 * 3600.0
COPIES = frozenset({"copy", "near-copy"})

Rows = list[dict[str, Any]]
Lines = list[dict[str, Any]]


class Place(NamedTuple):
    """Where a replay has put an article."""

    story: str
    placed: str
    relation: str
    matched: str
    """Id of the line it was matched with."""


def read_rows(path: Path) -> Rows:
    """The records of a file, in its order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_set(path: Path) -> Rows:
    """The records of a set in order of arrival."""
    return sorted(read_rows(path), key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())


def is_odd(cluster: str) -> bool:
    """Is the number that is the cluster's sha256 odd?"""
    return bool(int(hashlib.sha256(cluster.encode()).hexdigest(), 16) & 1)


def replay_lines(rows: Rows, times: Sequence[float] | None = None) -> Iterator[dict[str, Any]]:
    """Lines as `wirewatch replay` reads them; a missing or repeated URL is made up, and so are times that are not given."""
    met: set[str] = set()
    for place, row in enumerate(rows):
        url = row.get("url") or ""
        if not url or url in met:
            url = f"http://made-up.example/{place}"
        met.add(url)
        yield {
            "id": row["id"],
            "url": url,
            "title": row["title"],
            "text": row["text"],
            "outlet": row.get("source") or "",
            "lang": row.get("lang") or "en",
            "published": times[place] if times else START + 60.0 * place,
        }


def dated(rows: Rows, seed: int = 1) -> tuple[Rows, list[float]]:
    """The rows that have a date in order of that date shifted by up to SHIFT either way, and these times."""
    chance = random.Random(seed)
    shifted = []
    for row in rows:
        if row.get("date"):
            day = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp()
            shifted.append((day + chance.uniform(-SHIFT, SHIFT), row["id"], row))
    shifted.sort()
    return [row for _, _, row in shifted], [time for time, _, _ in shifted]


def replay_by_command(lines: Lines) -> dict[str, Place]:
    """Places by way of `python -m pipeline replay`."""
    with tempfile.TemporaryDirectory() as folder:
        articles, out = Path(folder, "articles.jsonl"), Path(folder, "out")
        articles.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "pipeline", "replay", str(articles), "--out", str(out)], check=True)
        decided = [json.loads(line) for line in Path(out, "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    inputs = {row["article_id"]: row["input_id"] for row in decided}
    return {
        row["input_id"]: Place(row["story_id"], row["placed"], row["relation"], inputs.get(row["matched"], ""))
        for row in decided
    }


def replay_in_loop(weights: Weights | None) -> Callable[[Lines], dict[str, Place]]:
    """Places by the same decisions in a loop, without graph and store."""

    def replay(lines: Lines) -> dict[str, Place]:
        return {
            article_id: Place(place.story_id, place.placed, place.relation.value, place.matched)
            for article_id, place in replay_in_process(judge_lines(lines), weights).items()
        }

    return replay


def copies_told(pairs: Rows, places: Mapping[str, Place]) -> Score:
    """Precision and recall of copy and near-copy as a replay writes them, over pairs of measured overlap.

    A membership said to be a copy is right where the pair with the article it was matched with is one; an article
    with a copy before it is missed where its membership is said to be none. Copies are the bands copy, near, and partial
    with a containment of .8 or more; other partial pairs are not scored, pairs not listed are no copies.
    """
    order = {article_id: place for place, article_id in enumerate(places)}
    true, unscored, later = set(), set(), set()
    for pair in pairs:
        if pair["a"] in order and pair["b"] in order:
            both = frozenset((pair["a"], pair["b"]))
            copied = pair["band"] in {"copy", "near"} or (pair["band"] == "partial" and pair["containment5"] >= 0.8)
            if copied:
                true.add(both)
                later.add(max(both, key=order.__getitem__))
            elif pair["band"] == "partial":
                unscored.add(both)
    said = {one: frozenset((one, place.matched)) for one, place in places.items() if place.relation in COPIES}
    scored = [both for both in said.values() if both not in unscored]
    hits = sum(both in true for both in scored)
    return judged(hits, len(scored) - hits, sum(one not in said for one in later))


def _processor_seconds() -> float:
    """Processor time of this process and of the commands it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


Groups = dict[str, str]


class Table:
    """Prints a line a grouping and keeps what was compared."""

    def __init__(self) -> None:
        self.groupings: list[tuple[Groups, Groups]] = []
        self._scores: dict[str, list[float]] = {}
        print(
            f"{'way':<28} {'set':<9} {'articles':>8} {'BCubed F':>9} {'P':>6} {'R':>6} {'placed F':>9} {'pairs F':>8} "
            f"{'ARI':>6} {'copies P':>9} {'R':>6} {'ms each':>8}",
            flush=True,
        )

    def add(
        self,
        way: str,
        name: str,
        true: Groups,
        found: Groups,
        seconds: float,
        placed: Groups | None = None,
        copies: Score | None = None,
    ) -> None:
        """One way's outcome on one set."""
        score, pairs, rand = bcubed(true, found), pairwise(true, found), adjusted_rand(true, found)
        at_first = f"{bcubed(true, placed).f:.4f}" if placed else ""
        told = (f"{copies.precision:.3f}", f"{copies.recall:.3f}") if copies else ("", "")
        print(
            f"{way:<28} {name:<9} {len(true):>8} {score.f:>9.4f} {score.precision:>6.3f} {score.recall:>6.3f} "
            f"{at_first:>9} {pairs.f:>8.4f} {rand:>6.3f} {told[0]:>9} {told[1]:>6} {1000 * seconds / len(true):>8.2f}",
            flush=True,
        )
        self.groupings.append((true, found))
        self._scores.setdefault(way, []).append(score.f)

    def close(self) -> None:
        """The means of ways that were tried on more than one set."""
        for way, scores in self._scores.items():
            if len(scores) > 1:
                print(f"{way:<28} {'mean':<9} {'':>8} {sum(scores) / len(scores):>9.4f}")


def _true(rows: Rows) -> Groups:
    return {row["id"]: row["cluster_id"] for row in rows}


def add_replay(
    table: Table,
    way: str,
    name: str,
    rows: Rows,
    replay: Callable[[Lines], dict[str, Place]],
    pairs: Rows,
    times: Sequence[float] | None = None,
) -> Groups:
    """Replay a set and print its line; returns the stories found."""
    lines = list(replay_lines(rows, times))
    began = _processor_seconds()
    places = replay(lines)
    seconds = _processor_seconds() - began
    found = {article_id: place.story for article_id, place in places.items()}
    at_first = {article_id: place.placed for article_id, place in places.items()}
    known = {pair["a"] for pair in pairs}
    copies = copies_told(pairs, places) if any(row["id"] in known for row in rows) else None
    table.add(way, name, _true(rows), found, seconds, at_first, copies)
    return found


def show_errors(rows: Rows, found: Groups) -> None:
    """What was wrongly joined and wrongly parted, with a title of each side."""
    titles = {row["id"]: row["title"] for row in rows}
    for error in confusions(_true(rows), found):
        one, other = error.ids
        print(
            f"  {'joined' if error.joined else 'parted'} {error.sizes[0]} and {error.sizes[1]}: "
            f"{one} {titles[one]!r} | {other} {titles[other]!r}"
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.stories", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds stories/NAME.jsonl.gz and metrics.py"
    )
    parser.add_argument("--set", action="append", choices=SETS, help="only this set (may be repeated)")
    parser.add_argument("--in-process", action="store_true", help="the decisions in a loop, without graph and store")
    parser.add_argument("--weights", type=Path, help="another weights file than the shipped one; in a loop")
    parser.add_argument("--only-ours", action="store_true", help="leave out what stands beside it")
    parser.add_argument("--show-errors", action="store_true", help="list what was wrongly joined and wrongly parted")
    parser.add_argument("--seed", type=int, default=1, help="of the dates' shifts")
    options = parser.parse_args(arguments)
    weights = load_weights(options.weights) if options.weights else None
    in_loop = options.in_process or weights is not None
    replay = replay_in_loop(weights) if in_loop else replay_by_command
    folder, names = options.data / "stories", options.set or SETS
    pairs = read_rows(folder / "reuse_pairs.jsonl.gz")
    sets = {name: read_set(folder / f"{name}.jsonl.gz") for name in names}
    table = Table()
    wrong = {name: add_replay(table, "Wirewatch", name, rows, replay, pairs) for name, rows in sets.items()}
    if not options.only_ours:
        _beside(table, sets, pairs)
        if "allsides" in sets and not in_loop:
            rows, times = dated(sets["allsides"], options.seed)
            add_replay(table, "dates shifted up to 48 h", "allsides", rows, replay, [], times)
    table.close()
    for name, found in wrong.items() if options.show_errors else ():
        print(f"\n{name}:")
        show_errors(sets[name], found)
    return 0 if report(options.data, table.groupings) else 1


def _beside(table: Table, sets: Mapping[str, Rows], pairs: Rows) -> None:
    for way, group in BASELINES.items():
        for name, rows in sets.items():
            lines = list(replay_lines(rows))
            began = _processor_seconds()
            found = group(lines)
            table.add(way, name, _true(rows), found, _processor_seconds() - began)
    odd = {name: [row for row in rows if is_odd(row["cluster_id"])] for name, rows in sets.items()}
    ways = {"odd clusters, shipped": None}
    if EVEN.exists():
        ways["odd, fitted on even"] = load_weights(EVEN)
    for way, weights in ways.items():
        for name, rows in odd.items():
            add_replay(table, way, name, rows, replay_in_loop(weights), pairs)


if __name__ == "__main__":
    sys.exit(main())
