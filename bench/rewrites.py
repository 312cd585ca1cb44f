"""How often the source of a rewrite is named right, on 50 articles read by a person.

    python -m bench.rewrites --data DIR

bench/rewrites_read.csv holds, for the 50 articles that `random.Random(1).sample` draws from
DIR/streams/unlabelled_rewrites.jsonl.gz, the source that the text really credits (names that are equally right are
parted by |, "-" stands for none: the report is its own, or names nobody), whether Wirewatch named it when the article
was read, and what kind of error it made. Here the answers are given anew and compared with the source column.
"""

import argparse
import csv
import gzip
import json
import random
from pathlib import Path

from bench.attribution import OUTLETS, credits_of
from transforms.model import Article, Record
from transforms.stories.credits import primary_source
from transforms.stories.origins import ORIGIN_WEIGHT
from transforms.stories.outlets import OutletTable, load_outlets

READ = Path(__file__).parent / "rewrites_read.csv"
NONE = "-"


class Reading(Record, frozen=True):
    """One article as a person read it."""

    id: str
    sources: tuple[str, ...]
    """Names that are right; NONE among them: naming nobody is."""
    right_then: bool
    """Did Wirewatch name it at the first reading, before anything was mended?"""
    error: str


def readings(path: Path = READ) -> list[Reading]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Reading(row["id"], tuple(row["source"].split("|")), row["right"] == "yes", row["error"])
            for row in csv.DictReader(lines)
        ]


def sampled(data: Path, count: int) -> list[dict[str, str]]:
    """The articles that the readings are of."""
    with gzip.open(data / "streams" / "unlabelled_rewrites.jsonl.gz", "rt", encoding="utf-8") as lines:
        return random.Random(1).sample([json.loads(line) for line in lines], count)


def credited_source(text: str, outlets: OutletTable) -> str:
    """The source that a story of this one article would have for its origin; NONE: its own report."""
    article = Article(id="read", url="", title="", text=text, published=0.0, lang="en")
    credit = primary_source([one for one in credits_of(article, outlets) if one.weight >= ORIGIN_WEIGHT])
    return credit.name if credit else NONE


def is_right(found: str, sources: tuple[str, ...], outlets: OutletTable) -> bool:
    return _folded(found, outlets) in {_folded(name, outlets) for name in sources}


def _folded(name: str, outlets: OutletTable) -> str:
    known = outlets.find(name)
    words = (known.name if known else name).casefold().split()
    return " ".join(word for word in words if word not in {"the", "il", "magazine"})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rewrites", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds streams/")
    options = parser.parse_args(arguments)
    outlets, read = load_outlets(OUTLETS), readings()
    records = {record["id"]: record["text"] for record in sampled(options.data, len(read))}
    if list(records) != [one.id for one in read]:
        raise SystemExit(f"{READ} is not of this sample; read it anew")
    found = {one.id: credited_source(records[one.id], outlets) for one in read}
    right = {one.id for one in read if is_right(found[one.id], one.sources, outlets)}
    naming = [one for one in read if NONE not in one.sources]
    silent = [one for one in read if one.sources == (NONE,)]
    print(f"{len(read)} articles; right {len(right)} ({len(right) / len(read):.0%})")
    print(f"  at the first reading: {sum(one.right_then for one in read)}")
    print(f"  of {len(naming)} that credit an outlet: {sum(one.id in right for one in naming)}")
    print(f"  of {len(silent)} that credit none: {sum(one.id in right for one in silent)}")
    for one in read:
        if one.id not in right:
            print(f"    {one.id}: expected {' or '.join(one.sources)}, found {found[one.id]}")


if __name__ == "__main__":
    main()
