"""What deciding an article costs, beside reading its page: python -m bench.costs --data DIR.

Reads the pages of DIR/extraction/segments.jsonl.gz with trafilatura.extract() at its default options, takes the
fingerprints of the texts that it gives, and decides and remembers the articles, repairs included: WAVE of them at a time,
as a graph takes them step by step, and one after another on one core, so that what else the machine does weighs on all
alike. The store, the graph and the topics are left out. There is no confirmer: all that the decision looks at is in these
times.
"""

import argparse
import base64
import gzip
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import trafilatura

from bench.in_process import OUTLETS, take
from transforms.articles.saved import saved_article
from transforms.config import StoriesConfig
from transforms.model import Judged
from transforms.stories.fingerprint import fingerprint
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import load_outlets

START = 1_577_836_800.0
"""2020-01-01T00:00Z."""
WAVE = 50

T = TypeVar("T")
LIMIT = 0.25


def timed(times: list[float], call: Callable[..., T], *arguments: Any) -> T:
    """What a call gives; the processor time that it took is added to times."""
    began = time.process_time()
    result = call(*arguments)
    times.append(time.process_time() - began)
    return result


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds extraction/segments.jsonl.gz")
    options = parser.parse_args(arguments)
    outlets, memory = load_outlets(OUTLETS), StoriesMemory(StoriesConfig())
    read, printed, decided, words = [], [], [], []
    with gzip.open(options.data / "extraction" / "segments.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [base64.b64decode(json.loads(line)["html_b64"]) for line in lines]
    fingerprint(
        saved_article("https://made-up.example/", "", "The models are read once.", lang="en", published=START), outlets
    )
    for first in range(0, len(bodies), WAVE):
        texts = [timed(read, trafilatura.extract, body) for body in bodies[first : first + WAVE]]
        articles = [
            saved_article(
                f"https://made-up.example/{number}",
                text.split("\n", 1)[0][:100],
                text,
                lang="en",
                published=START + 60.0 * number,
            )
            for number, text in enumerate(texts, start=first)
            if text
        ]
        prints = [timed(printed, fingerprint, article, outlets) for article in articles]
        words += [print_.words for print_ in prints]
        for article, print_ in zip(articles, prints, strict=True):
            timed(decided, take, Judged(article, print_), memory, len(decided) + 1)
    share = (sum(printed) + sum(decided)) / sum(read)
    print(f"pages {len(read)}, with text {len(printed)}, words an article {statistics.mean(words):.0f}")
    for name, times in (("trafilatura.extract()", read), ("fingerprint", printed), ("decision", decided)):
        print(
            f"{name:<22} {sum(times) / sum(read):6.3f} of extract()   median {1000 * statistics.median(times):6.2f} ms"
        )
    print(f"fingerprint and decision: {share:.3f} of extract(), asked: under {LIMIT}")
    return int(share >= LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
