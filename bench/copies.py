"""Are copies told from rewrites? python -m bench.copies --data DIR.

Judges the pairs of DIR/stories/reuse_pairs by their fingerprints. Copies are the bands copy, near, and partial with a
containment of .8 or more; other partial pairs are not scored, all else is no copy.
"""

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

from pipeline.bundled import bundled
from transforms.articles.saved import saved_article
from transforms.config import StoriesConfig
from transforms.model import Judged, Relation
from transforms.stories.fingerprint import fingerprint
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import OutletTable, load_outlets
from transforms.stories.relation import relation
from transforms.stories.similarity import Profile

COPIES = {Relation.COPY, Relation.NEAR_COPY}
SETS = ("ecbplus", "g5")


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def profile(row: dict[str, Any], outlets: OutletTable, memory: StoriesMemory) -> Profile:
    url = f"https://made-up.example/{row['id']}"
    article = saved_article(url, row["title"], row["text"], lang="en", published=0.0)
    return memory.profile(Judged(article, fingerprint(article, outlets)))


def is_copy(pair: dict[str, Any]) -> bool | None:
    """True or False; None: not scored."""
    if pair["band"] == "partial":
        return True if pair["containment5"] >= 0.8 else None
    return pair["band"] in {"copy", "near"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data / "stories"
    memory, outlets = StoriesMemory(StoriesConfig()), load_outlets(bundled("seeds") / "outlets.toml")
    articles = {row["id"]: row for name in SETS for row in rows(folder / f"{name}.jsonl.gz")}
    pairs = [(pair, wanted) for pair in rows(folder / "reuse_pairs.jsonl.gz") if (wanted := is_copy(pair)) is not None]
    needed = sorted({pair[side] for pair, _ in pairs for side in ("a", "b")})
    profiles = {name: profile(articles[name], outlets, memory) for name in needed}
    found = [(relation(profiles[pair["a"]], profiles[pair["b"]]) in COPIES, wanted) for pair, wanted in pairs]
    right, said, true = sum(a and b for a, b in found), sum(a for a, _ in found), sum(b for _, b in found)
    print(f"{len(pairs)} pairs, {true} copies: P {right / max(said, 1):.3f}  R {right / max(true, 1):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
