"""What deciding an article costs, beside reading its page: python -m bench.costs --data DIR.

Reads each page of DIR/extraction/segments.jsonl.gz with trafilatura.extract() at its default options, takes the
fingerprint of the text that it gives, and decides and remembers the article, repairs included; one after another on one
core, so that what else the machine does weighs on all alike. The store, the graph and the topics are left out. There is
no confirmer: all that the decision looks at is in these times.
"""

import argparse
import base64
import gzip
import json
import statistics
import time
from pathlib import Path

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
LIMIT = 0.25


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds extraction/segments.jsonl.gz")
    options = parser.parse_args(arguments)
    outlets, memory = load_outlets(OUTLETS), StoriesMemory(StoriesConfig())
    read, printed, decided, words = [], [], [], []
    with gzip.open(options.data / "extraction" / "segments.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            body = base64.b64decode(json.loads(line)["html_b64"])
            began = time.process_time()
            text = trafilatura.extract(body)
            read.append(time.process_time() - began)
            if not text:
                continue
            url = f"https://made-up.example/{number}"
            article = saved_article(url, text.split("\n", 1)[0][:100], text, lang="en", published=START + 60.0 * number)
            began = time.process_time()
            judged = Judged(article, fingerprint(article, outlets))
            printed.append(time.process_time() - began)
            words.append(judged.fingerprint.words)
            began = time.process_time()
            take(judged, memory, len(printed))
            decided.append(time.process_time() - began)
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
