"""Are copies told from rewrites? python -m bench.copies [--data DIR] [--seed 1] [--show-errors].

Judges pairs by their stored fingerprints, as the story decision does. First the pairs of DIR/stories/reuse_pairs: copies
are the bands copy, near, and partial with a containment of .8 or more; other partial pairs are not scored, all else is no
copy. Then pairs made from the project's own fixtures (bench.made_pairs), by kind of change.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.made_pairs import Text, made_pairs
from bench.scores import Score, judged
from pipeline.bundled import bundled
from transforms.articles.saved import saved_article
from transforms.config import StoriesConfig
from transforms.model import Judged, Relation
from transforms.stories.fingerprint import fingerprint
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import OutletTable, load_outlets
from transforms.stories.relation import relation

COPIES = {Relation.COPY, Relation.NEAR_COPY}
SETS = ("ecbplus", "g5")


def rows(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Judge:
    """Tells the relation of two texts from their fingerprints alone; the earlier one's text is gone by then."""

    def __init__(self) -> None:
        self._memory = StoriesMemory(StoriesConfig())
        self._outlets: OutletTable = load_outlets(bundled("seeds") / "outlets.toml")
        self._known: dict[Text, Judged] = {}

    def _judged(self, one: Text, site: str) -> Judged:
        if one not in self._known:
            url = f"https://{site}.example/{len(self._known)}"
            article = saved_article(url, one.title, one.text, lang=one.lang, published=0.0)
            self._known[one] = Judged(article, fingerprint(article, self._outlets))
        return self._known[one]

    def relation(self, earlier: Text, later: Text) -> Relation:
        """What the later text is to the earlier one."""
        alike = pair_likeness(self._judged(earlier, "one"), self._judged(later, "other"), self._memory)
        return relation(alike.theirs, alike.mine)


def is_copy(pair: dict[str, Any]) -> bool | None:
    """True or False; None: not scored."""
    if pair["band"] == "partial":
        return True if pair["containment5"] >= 0.8 else None
    return pair["band"] in {"copy", "near"}


def scored(verdicts: Iterable[tuple[bool, bool]]) -> Score:
    """Precision and recall of (said, true) verdicts."""
    verdicts = list(verdicts)
    return judged(
        sum(said and true for said, true in verdicts),
        sum(said and not true for said, true in verdicts),
        sum(true and not said for said, true in verdicts),
    )


def measured(folder: Path, judge: Judge) -> None:
    """The pairs of reuse_pairs."""
    texts = {
        row["id"]: Text("en", row["cluster_id"], row["title"], row["text"], "")
        for name in SETS
        for row in rows(folder / f"{name}.jsonl.gz")
    }
    pairs = [(pair, wanted) for pair in rows(folder / "reuse_pairs.jsonl.gz") if (wanted := is_copy(pair)) is not None]
    found = [(judge.relation(texts[pair["a"]], texts[pair["b"]]) in COPIES, wanted) for pair, wanted in pairs]
    score = scored(found)
    print(
        f"reuse_pairs: {len(pairs)} pairs, {sum(true for _, true in found)} copies: P {score.precision:.3f}  R {score.recall:.3f}"
    )


def made(seed: int, judge: Judge, *, show_errors: bool) -> None:
    """The pairs that are made."""
    pairs = made_pairs(seed)
    verdicts: dict[str, list[tuple[bool, bool]]] = {}
    print(f"{'made pairs':<24} {'pairs':>5} {'copies':>6} {'said so':>7} {'right':>6}")
    for pair in pairs:
        told = judge.relation(pair.earlier, pair.later)
        verdicts.setdefault(pair.kind, []).append((told in COPIES, pair.copied))
        if show_errors and (told in COPIES) != pair.copied:
            print(f"  {pair.kind}: {told.value}: {pair.earlier.title!r} | {pair.later.title!r}")
    for kind, some in verdicts.items():
        said, true, right = (sum(one) for one in (*zip(*some, strict=True), [a == b for a, b in some]))
        print(f"{kind:<24} {len(some):>5} {true:>6} {said:>7} {right / len(some):>6.3f}")
    score = scored(one for some in verdicts.values() for one in some)
    print(f"{'all, seed ' + str(seed):<24} {len(pairs):>5}: P {score.precision:.3f}  R {score.recall:.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.copies", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds stories/reuse_pairs.jsonl.gz and its sets")
    parser.add_argument("--seed", type=int, default=1, help="of the pairs that are made")
    parser.add_argument(
        "--show-errors", action="store_true", help="list the made pairs that were taken for what they are not"
    )
    options = parser.parse_args()
    judge = Judge()
    if options.data:
        measured(options.data / "stories", judge)
    made(options.seed, judge, show_errors=options.show_errors)
    return 0


if __name__ == "__main__":
    sys.exit(main())
