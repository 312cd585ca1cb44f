"""How many memberships hang on the order in which articles arrive.

    python -m bench.order [--data DIR] [--shuffles N]

The newsroom's articles, and with DIR the whole of DIR/stories/g5.jsonl.gz, are decided in shuffled orders (seeds 0, 1,
...), all inside one window, and each grouping is compared with the first one: a membership has moved where an article is
not among those of its story that stayed together. tests/transforms/stories/test_invariance.py holds MOST_MOVED for any
order of the newsroom's.
"""

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.in_process import OUTLETS, take
from pipeline.newsroom.server import Newsroom
from transforms.articles.saved import saved_article
from transforms.config import StoriesConfig
from transforms.model import Judged
from transforms.stories.fingerprint import fingerprint
from transforms.stories.ledger import ledger_key
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import load_outlets

START = 1_577_836_800.0
MOST_MOVED = 0.05
"""Share of the newsroom's memberships that an order may change."""


def newsroom() -> list[Judged]:
    """The newsroom's articles, fingerprinted."""
    return _judged([json.loads(line) for line in Newsroom(clock=lambda: START).articles_jsonl()])


def _judged(lines: Sequence[Mapping[str, str]]) -> list[Judged]:
    outlets = load_outlets(OUTLETS)
    articles = [
        saved_article(
            line.get("url") or f"https://outlet.example/{number}",
            line["title"] or "",
            line["text"],
            published=START,
            seen=START,
            outlet=line.get("outlet") or "",
            lang=line.get("lang") or "en",
        )
        for number, line in enumerate(lines)
    ]
    once = {article.id: article for article in articles}
    return [Judged(article, fingerprint(article, outlets)) for article in once.values()]


def grouped(articles: Sequence[Judged]) -> dict[str, str]:
    """Article id -> its story, once all have arrived in this order, a minute apart."""
    memories: dict[str, StoriesMemory] = {}
    numbers: Counter[str] = Counter()
    for place, judged in enumerate(articles):
        key = ledger_key(judged.article)
        numbers[key] += 1
        arrived = msgspec.structs.replace(judged.article, published=START + 60 * place)
        memory = memories.setdefault(key, StoriesMemory(StoriesConfig()))
        take(msgspec.structs.replace(judged, article=arrived), memory, numbers[key])
    return {judged.article.id: memories[ledger_key(judged.article)].story_of(judged.article.id) for judged in articles}


def moved(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    """Share of memberships that differ: of each story of one, all but the most that are together in the other, too."""
    together: dict[str, Counter[str]] = {}
    for article_id, story in one.items():
        together.setdefault(story, Counter())[other[article_id]] += 1
    return 1 - sum(max(counts.values()) for counts in together.values()) / len(one)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.order", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds stories/g5.jsonl.gz")
    parser.add_argument("--shuffles", type=int, default=10)
    options = parser.parse_args(arguments)
    sets = {"newsroom": newsroom()}
    if options.data:
        with gzip.open(options.data / "stories" / "g5.jsonl.gz", "rt", encoding="utf-8") as lines:
            sets["g5"] = _judged([json.loads(line) for line in lines])
    for name, articles in sets.items():
        first, *others = (
            grouped(random.Random(seed).sample(articles, len(articles))) for seed in range(options.shuffles + 1)
        )
        shares = [max(moved(first, other), moved(other, first)) for other in others]
        mean, most = sum(shares) / len(shares), max(shares)
        print(
            f"{name:10} {len(articles):>4} articles, {len(shares)} orders: {mean:.1%} moved in the mean, {most:.1%} at most"
        )
    print(f"held by a test for the newsroom: at most {MOST_MOVED:.0%}")


if __name__ == "__main__":
    main()
