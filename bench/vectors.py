"""How much of a text its vector should read: python -m bench.vectors --data DIR.

For each number of characters: how well the vectors' cosine tells pairs of one cluster from pairs of two, as the share
of times a pair of one cluster is the nearer (area under the ROC curve), by set of DIR/stories; and the time that the
vectors take, as a share of that for the number which ships. Pairs are drawn with --seed, as many of each kind.
"""

import argparse
import random
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from bench.stories import SETS, Rows, read_set
from transforms.stories.fingerprint import VECTOR_CHARACTERS
from transforms.stories.vectors import embed, unpack

READ = (150, 300, 400, 600, 1200, 2400, 10_000)
"""Characters of title and text that are tried."""
PAIRS = 20_000
"""Of each kind and set, at most."""

Pairs = list[tuple[int, int]]


def drawn(rows: Rows, chance: random.Random) -> tuple[Pairs, Pairs]:
    """Pairs of places of articles: of one cluster, and of two."""
    clusters: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        clusters[row["cluster_id"]].append(place)
    same = [(a, b) for members in clusters.values() for a in members for b in members if a < b]
    same = chance.sample(same, min(PAIRS, len(same)))
    apart: Pairs = []
    while len(apart) < len(same):
        a, b = chance.sample(range(len(rows)), 2)
        if rows[a]["cluster_id"] != rows[b]["cluster_id"]:
            apart.append((a, b))
    return same, apart


def area(rows: Rows, pairs: tuple[Pairs, Pairs], characters: int) -> tuple[float, float]:
    """Area under the ROC curve with so many characters read, and the seconds of processor time the vectors took."""
    texts = [f"{row['title']}\n{row['text']}"[:characters] for row in rows]
    began = time.process_time()
    packed = [embed(text) for text in texts]
    seconds = time.process_time() - began
    vectors = np.array([unpack(vector) for vector in packed])
    same, apart = (np.array([vectors[a] @ vectors[b] for a, b in kind]) for kind in pairs)
    apart.sort()
    below, upto = (np.searchsorted(apart, same, side=side) for side in ("left", "right"))
    return float((below + upto).mean() / (2 * len(apart))), seconds


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.vectors", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds stories/NAME.jsonl.gz")
    parser.add_argument("--seed", type=int, default=1, help="of the pairs")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    sets = {name: read_set(options.data / "stories" / f"{name}.jsonl.gz") for name in SETS}
    pairs = {name: drawn(rows, chance) for name, rows in sets.items()}
    embed("the model is read once")
    found = {
        characters: {name: area(rows, pairs[name], characters) for name, rows in sets.items()}
        for characters in sorted({*READ, VECTOR_CHARACTERS})
    }
    shipped = sum(seconds for _, seconds in found[VECTOR_CHARACTERS].values())
    print(f"seed {options.seed}\n{'characters':>10} " + " ".join(f"{name:>8}" for name in SETS) + "     mean   time")
    for characters, areas in found.items():
        mean = sum(one for one, _ in areas.values()) / len(areas)
        print(
            f"{characters:>10} "
            + " ".join(f"{areas[name][0]:>8.4f}" for name in SETS)
            + f" {mean:>8.4f} {sum(seconds for _, seconds in areas.values()) / shipped:>6.2f}"
            + (" shipped" if characters == VECTOR_CHARACTERS else "")
        )


if __name__ == "__main__":
    main()
