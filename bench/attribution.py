"""How well agencies and credited outlets are found.

    python -m bench.attribution [--data DIR]

Three parts, every error listed. On fixtures/credits: precision and recall of the credited outlets, of the agency and of
the report's source, over the hundred labelled articles that the rules were mended on. On fixtures/credits/held_out: the
same over articles written apart from the rules; their first figure was P .973, R .750, then general rules were mended on
them, too. On DIR/attribution/polnear.jsonl.gz: precision, recall and F of the wire agency, and the recall over the
hat-tipped outlets whose letters stand in the article (the 15 that the set's README speaks of) and over those that it
names as words: five of the 15 are "The Hill", found in "Hillary".
"""

import argparse
import gzip
import json
import re
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transforms.articles.boilerplate import split_tail
from transforms.model import Article, Credit, CreditKind, Link
from transforms.stories.credits import agency_of, find_credits, primary_source
from transforms.stories.outlets import OutletTable, load_outlets

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "credits"
HELD_OUT = FIXTURES / "held_out"
OUTLETS = ROOT / "seeds" / "outlets.toml"
# The set's own names of the outlets that published its articles.
POLNEAR_OUTLETS = {
    "huff-post": "HuffPost",
    "nyt": "The New York Times",
    "wash-post": "The Washington Post",
    "west-journal": "Western Journal",
    "usa-today": "USA Today",
}


@dataclass
class Count:
    """True and false answers, and the errors in words."""

    right: int = 0
    false: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, expected: set[str], found: set[str], where: str) -> None:
        self.right += len(expected & found)
        self.false += len(found - expected)
        self.missed += len(expected - found)
        if expected != found:
            self.errors.append(f"{where}: expected {sorted(expected)}, found {sorted(found)}")

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def line(self, name: str) -> str:
        return (
            f"{name:34} P {self.precision:.3f}  R {self.recall:.3f}  F {self.f:.3f}"
            f"   ({self.right} right, {self.false} false, {self.missed} missed)"
        )


@dataclass
class Labelled:
    """One article of fixtures/credits with its expectation."""

    id: str
    article: Article
    sources: set[str]
    cited: set[str]
    primary: str
    agency: str


def credits_of(article: Article, outlets: OutletTable) -> tuple[Credit, ...]:
    return find_credits(article, *split_tail(article.text), outlets)


def fixtures(folder: Path = FIXTURES) -> Iterator[Labelled]:
    """The labelled articles of a folder of TOML files, in order of file and place."""
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["articles"]:
            links = tuple(Link(**link) for link in entry.get("links", ()))
            domain = entry.get("domain", "")
            article = Article(
                id=entry["id"],
                url=f"https://{domain or 'outlet.example'}/{entry['id']}",
                title=entry["title"],
                text=entry["text"].strip(),
                published=0.0,
                outlet=entry.get("outlet", ""),
                domain=domain,
                authors=tuple(entry.get("authors", ())),
                lang=path.stem,
                canonical_url=entry.get("canonical_url", ""),
                links=links,
                source=entry.get("source", ""),
                source_url=entry.get("source_url", ""),
            )
            yield Labelled(
                id=entry["id"],
                article=article,
                sources=set(entry.get("sources", ())),
                cited=set(entry.get("cited", ())),
                primary=entry.get("primary", ""),
                agency=entry.get("agency", ""),
            )


def score_fixtures(outlets: OutletTable, folder: Path = FIXTURES) -> dict[str, Count]:
    """Counts of credited outlets, of those that the report comes from, of primary sources and of agencies."""
    counts = {name: Count() for name in ("credited outlets", "of them sources", "primary source", "agency")}
    for one in fixtures(folder):
        found = credits_of(one.article, outlets)
        counts["credited outlets"].add(one.sources | one.cited, {credit.name for credit in found}, one.id)
        sources = {credit.name for credit in found if credit.kind is not CreditKind.CITED}
        counts["of them sources"].add(one.sources, sources, one.id)
        counts["agency"].add({one.agency} - {""}, {agency_of(found)} - {""}, one.id)
        if one.primary:
            primary = primary_source(found)
            counts["primary source"].add({one.primary}, {primary.name} if primary else set(), one.id)
    return counts


def polnear_article(record: dict[str, Any]) -> Article:
    return Article(
        id=record["id"],
        url="",
        title=record["title"] or "",
        text=record["text"],
        published=0.0,
        outlet=POLNEAR_OUTLETS.get(record["source"], record["source"] or ""),
        authors=(record["author"],) if record["author"] else (),
    )


def score_polnear(data: Path, outlets: OutletTable) -> tuple[dict[str, Count], float, int]:
    """(agency and hat-tipped outlets, CPU seconds, articles) of the set."""
    agency, by_letters, by_words, taken, articles = Count(), Count(), Count(), 0.0, 0
    with gzip.open(data / "attribution" / "polnear.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            article = polnear_article(record)
            parts = split_tail(article.text)
            start = time.process_time()
            found = find_credits(article, *parts, outlets)
            taken += time.process_time() - start
            articles += 1
            where = f"{record['id']} (author {record['author']}): {'; '.join(c.evidence for c in found[:2])}"
            agency.add({record["wire"] or ""} - {""}, {agency_of(found)} - {""}, where)
            tip = (record["credit"] or "").removeprefix("h/t:").strip(" .")
            expected = outlets.find(tip) if tip else None
            name = expected.name if expected else tip
            for count, pattern in ((by_letters, "{}"), (by_words, r"(?<!\w){}(?!\w)")):
                if tip and _named(tip, article, pattern):
                    count.add({name}, {name} & {credit.name for credit in found}, where)
    counts = {
        "agency": agency,
        "hat tips, by their letters": by_letters,
        "hat tips named as words": by_words,
    }
    return counts, taken, articles


def _named(tip: str, article: Article, pattern: str) -> bool:
    """Does the article hold the outlet's name, its article aside?"""
    bare = re.escape(re.sub(r"^The\s+", "", tip))
    return bool(re.search(pattern.format(bare), f"{article.title}\n{article.text}", re.IGNORECASE))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attribution", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds attribution/polnear.jsonl.gz")
    options = parser.parse_args(arguments)
    outlets = load_outlets(OUTLETS)
    print(f"{len(outlets.outlets)} outlets in the table")
    counts = {}
    for title, folder in (("fixtures/credits", FIXTURES), ("held out", HELD_OUT)):
        counts |= {f"{title}: {name}": count for name, count in score_fixtures(outlets, folder).items()}
    if options.data:
        polnear, taken, articles = score_polnear(options.data, outlets)
        counts |= {f"polnear: {name}": count for name, count in polnear.items()}
        print(f"{taken / articles * 1000:.2f} ms an article of polnear ({articles} articles, boilerplate not counted)")
    for name, count in counts.items():
        print(count.line(name))
        for error in count.errors:
            print(f"    {error}")


if __name__ == "__main__":
    main()
