"""How well articles are grouped into stories: python -m bench.stories --data DIR [--set NAME] [--in-process].

Articles arrive in order of sha256(id), one a minute from 2020-01-01T00:00Z; no date of the set is used. Each is decided
knowing only those before it; `placed` is its story at that moment, `story_id` its story after all repairs.
"""

import argparse
import gzip
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.in_process import replay_in_process
from bench.scores import adjusted_rand, bcubed, pairwise

SETS = ("ecbplus", "g5", "allsides")
START = 1577836800.0


class Outcome(NamedTuple):
    """A set's articles with their true and found stories, and the processor seconds taken."""

    true: dict[str, str]
    found: dict[str, str]
    placed: dict[str, str]
    seconds: float


def read_set(path: Path) -> list[dict[str, Any]]:
    """The records of a set in order of arrival."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())


def replay_lines(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lines as `wirewatch replay` reads them; a missing or repeated URL is made up."""
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
            "published": START + 60.0 * place,
        }


def replay_by_command(lines: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Stories and first placings by way of `python -m pipeline replay`."""
    with tempfile.TemporaryDirectory() as folder:
        articles, out = Path(folder, "articles.jsonl"), Path(folder, "out")
        articles.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "pipeline", "replay", str(articles), "--out", str(out)], check=True)
        decided = [json.loads(line) for line in Path(out, "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["input_id"]: row["story_id"] for row in decided}, {row["input_id"]: row["placed"] for row in decided}


def _processor_seconds() -> float:
    """Processor time of this process and of the commands it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def run_set(path: Path, *, in_process: bool) -> Outcome:
    rows = read_set(path)
    lines = list(replay_lines(rows))
    began = _processor_seconds()
    found, placed = replay_in_process(lines) if in_process else replay_by_command(lines)
    return Outcome({row["id"]: row["cluster_id"] for row in rows}, found, placed, _processor_seconds() - began)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stories", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds stories/NAME.jsonl.gz")
    parser.add_argument("--set", action="append", choices=SETS, help="only this set (may be repeated)")
    parser.add_argument("--in-process", action="store_true", help="the decisions in a loop, without graph and store")
    options = parser.parse_args(arguments)
    print(
        f"{'set':<10} {'articles':>8} {'BCubed F':>9} {'P':>6} {'R':>6} {'placed F':>9} {'pairs F':>8} {'ARI':>6} {'ms each':>8}"
    )
    scores = []
    for name in options.set or SETS:
        outcome = run_set(options.data / "stories" / f"{name}.jsonl.gz", in_process=options.in_process)
        score, placed = bcubed(outcome.true, outcome.found), bcubed(outcome.true, outcome.placed)
        pairs, rand = pairwise(outcome.true, outcome.found), adjusted_rand(outcome.true, outcome.found)
        scores.append((score.f, placed.f))
        print(
            f"{name:<10} {len(outcome.true):>8} {score.f:>9.4f} {score.precision:>6.3f} {score.recall:>6.3f} "
            f"{placed.f:>9.4f} {pairs.f:>8.4f} {rand:>6.3f} {1000 * outcome.seconds / len(outcome.true):>8.2f}"
        )
    if len(scores) > 1:
        mean, mean_placed = (sum(column) / len(scores) for column in zip(*scores, strict=True))
        print(f"{'mean':<10} {'':>8} {mean:>9.4f} {'':>6} {'':>6} {mean_placed:>9.4f}")


if __name__ == "__main__":
    main()
