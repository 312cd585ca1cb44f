"""What a document costs against 1,000 topics with queries: `python -m bench.queries [--topics 1000] [--data FILE.jsonl.gz]`.

Words of documents and queries are drawn from the same skewed vocabulary (rank r with weight 1/r), a tenth of the
documents in Cyrillic, so that pruning has neither an easy nor a hopeless task. With --data the documents are the
texts of a file of JSON lines, and the queries are made of its words.
"""

import argparse
import gzip
import itertools
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from transforms.model import Article, Fingerprint, Topic
from transforms.topics.document import Document, matches
from transforms.topics.judge import TopicSet, judge
from transforms.topics.words import tokens

DOCUMENTS = 200
WORDS = 500
"""Of a document."""
VOCABULARY = 30_000
_SYLLABLES = {
    "latin": ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pra", "ste", "tri", "wo"],
    "cyrillic": ["ба", "це", "ді", "фо", "гу", "ха", "ке", "лі", "мо", "ну", "пра", "сте"],
}


def made_documents(chance: random.Random) -> list[Article]:
    """Documents of made-up words."""
    documents = []
    kinds = {
        script: ["".join(parts) for length in (2, 3, 4, 5) for parts in itertools.product(syllables, repeat=length)]
        for script, syllables in _SYLLABLES.items()
    }
    for words in kinds.values():
        chance.shuffle(words)
        words.sort(key=len)
        del words[VOCABULARY:]
    for number in range(DOCUMENTS):
        words = kinds["cyrillic" if number % 10 == 0 else "latin"]
        weights = _cumulative(len(words))
        text = chance.choices(words, cum_weights=weights, k=WORDS)
        documents.append(_article(number, " ".join(text[:10]).capitalize(), ". ".join(text)))
    return documents


def read_documents(path: Path) -> list[Article]:
    """The first texts of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in itertools.islice(lines, DOCUMENTS)]
    return [_article(number, one.get("title") or "", one["text"]) for number, one in enumerate(told)]


def made_topics(chance: random.Random, documents: list[Article], count: int) -> list[Topic]:
    """Queries of three to eight terms, of words as rare as those that people follow: none of the 300 commonest."""
    counts = Counter(word for one in documents for word in tokens(one.text) if len(word) > 3)
    words = [word for word, _ in counts.most_common()][300:] or list(counts)
    return [Topic(f"t{number}", f"Topic {number}", _query(chance, words)) for number in range(count)]


def _query(chance: random.Random, words: list[str]) -> str:
    def term() -> str:
        word = chance.choice(words)
        kind = chance.random()
        if kind < 0.15:
            return f"{word[: max(4, len(word) - 2)]}*"
        if kind < 0.45:
            return f'"{word} {chance.choice(words)}"'
        return word

    def any_term(most: int) -> str:
        return "(" + " OR ".join(term() for _ in range(chance.randint(1, most))) + ")"

    kind = chance.random()
    if kind < 0.4:
        return f"{any_term(5)} AND {any_term(3)}"
    if kind < 0.7:
        return f"{any_term(6)} AND NOT title:{chance.choice(words)}"
    if kind < 0.9:
        return f"{any_term(3)} NEAR/10 {any_term(3)}"
    return f"title:{any_term(3)} OR lead:{any_term(3)}"


def _article(number: int, title: str, text: str) -> Article:
    return Article(f"d{number}", f"http://bench.example/{number}", title, text, 0.0, lang="en", domain="bench.example")


def _cumulative(count: int) -> list[float]:
    return list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))


def _milliseconds(work: Callable[[Article], object], documents: list[Article]) -> list[float]:
    """The best of three runs for each document."""
    taken = []
    for document in documents:
        runs = []
        for _ in range(3):
            start = time.perf_counter()
            work(document)
            runs.append(time.perf_counter() - start)
        taken.append(min(runs) * 1000)
    return taken


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--topics", type=int, default=1000, help="how many queries [default: 1000]")
    options.add_argument("--data", type=Path, help="documents: gzipped JSON lines with text and title")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)
    documents = read_documents(chosen.data) if chosen.data else made_documents(chance)
    topics = made_topics(chance, documents, chosen.topics)
    start = time.perf_counter()
    topic_set = TopicSet.of(topics)
    prepared = time.perf_counter() - start
    nothing = Fingerprint("", "", b"", {}, {}, {}, {})

    def read(one: Article) -> Document:
        document = Document(one)
        _ = document.title.places, document.text.places
        return document

    def evaluate(one: Article, *, pruned: bool) -> list[int]:
        document = read(one)
        numbers = topic_set.index.candidates(document) if pruned else range(len(topics))
        return [number for number in numbers if matches(topic_set.trees[number], document)]

    rows = {
        "words and places alone": _milliseconds(read, documents),
        "queries, pruned by the index": _milliseconds(lambda one: evaluate(one, pruned=True), documents),
        "queries, every one evaluated": _milliseconds(lambda one: evaluate(one, pruned=False), documents),
        "judge (tail, queries, evidence)": _milliseconds(lambda one: judge(one, nothing, topic_set), documents),
    }
    candidates = statistics.mean(len(topic_set.index.candidates(read(one))) for one in documents)
    found = statistics.mean(len(evaluate(one, pruned=True)) for one in documents)
    words = statistics.mean(len(tokens(one.text)) for one in documents)
    print(f"{len(topics)} queries, {len(documents)} documents of {words:.0f} words; prepared in {prepared:.2f} s;")
    print(f"a document has {candidates:.1f} candidates and {found:.1f} matches\n")
    print(f"{'milliseconds a document':36}{'mean':>8}{'p50':>8}{'p95':>8}")
    for name, taken in rows.items():
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"{name:36}{statistics.mean(taken):8.2f}{statistics.median(taken):8.2f}{p95:8.2f}")


if __name__ == "__main__":
    main()
