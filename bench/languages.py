"""How well articles are grouped in each language, on the project's own labelled set.

    python -m bench.languages [--lang LANG] [--show-errors]
    python -m bench.languages --across

Each language of fixtures/stories by way of `wirewatch replay`, twice: in order of sha256(id), one article a minute, no
date used; and in order of publication with its dates. Printed are BCubed F, precision and recall, F of pairs, F at first
placing, precision and recall of "this is a copy" (an article that arrives after another of the same wording) and of the
credited outlets.

With --across: all languages in one replay, without and with the setting stories.across_languages, judged by the events
that stories of several languages share; and how well single pairs of articles of different languages are told, by
the vectors of their fingerprints and by their names and numbers.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from bench.labelled import (
    COPIES,
    LANGUAGES,
    ORDERS,
    OUTLETS,
    LabelledArticle,
    copies_in,
    event_of,
    labelled,
    replay_lines,
)
from bench.replays import replayed
from bench.scores import Score, bcubed, judged, pairwise
from transforms.articles.saved import saved_article
from transforms.stories.across import AcrossIndex
from transforms.stories.fingerprint import fingerprint
from transforms.stories.outlets import load_outlets
from transforms.stories.vectors import unpack

COLUMNS = ("BCubed F", "P", "R", "pairs F", "placed F", "copy P", "copy R", "credit P", "credit R")


class Result(NamedTuple):
    """What a replay made of a language."""

    true: dict[str, str]
    found: dict[str, str]
    placed: dict[str, str]
    copies: Score
    credits: Score
    wrong_copies: list[str]
    wrong_credits: list[str]

    def figures(self) -> list[float]:
        """As COLUMNS lists them."""
        groups, pairs, placed = (
            bcubed(self.true, self.found),
            pairwise(self.true, self.found),
            bcubed(self.true, self.placed),
        )
        return [
            *(groups.f, groups.precision, groups.recall, pairs.f, placed.f),
            *(self.copies.precision, self.copies.recall, self.credits.precision, self.credits.recall),
        ]


def decided_lines(lines: Iterator[dict[str, Any]], settings_text: str = "") -> dict[str, dict[str, Any]]:
    """What `wirewatch replay` writes for each line, by the line's id."""
    with tempfile.TemporaryDirectory() as folder:
        articles, settings = Path(folder, "articles.jsonl"), Path(folder, "settings.toml")
        articles.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        settings.write_text(f"outlets = {json.dumps(str(OUTLETS))}\n{settings_text}", encoding="utf-8")
        decided, _ = replayed(articles, Path(folder, "out"), "--settings", str(settings))
        return {row["input_id"]: row for row in decided}


def result(articles: list[LabelledArticle], order: str) -> Result:
    """Replay a language's articles in an order and judge what was decided."""
    rows = decided_lines(replay_lines(articles, order))
    true_copies = copies_in(articles, order)
    said_copies = {article.id for article in articles if rows[article.id]["relation"] in COPIES}
    hits = false = missed = 0
    wrong_credits = []
    for article in articles:
        wanted, said = set(article.credits), set(rows[article.id]["credited"])
        hits, false, missed = hits + len(wanted & said), false + len(said - wanted), missed + len(wanted - said)
        if wanted != said:
            wrong_credits.append(f"{article.id}: expected {sorted(wanted)}, found {sorted(said)}")
    return Result(
        true={article.id: article.story for article in articles},
        found={article.id: rows[article.id]["story_id"] for article in articles},
        placed={article.id: rows[article.id]["placed"] for article in articles},
        copies=judged(len(true_copies & said_copies), len(said_copies - true_copies), len(true_copies - said_copies)),
        credits=judged(hits, false, missed),
        wrong_copies=[
            f"{name}: {rows[name]['relation']}, which is {'a copy' if name in true_copies else 'none'}"
            for name in sorted(true_copies ^ said_copies)
        ],
        wrong_credits=wrong_credits,
    )


def errors(articles: list[LabelledArticle], outcome: Result) -> Iterator[str]:
    """Each pair that is wrongly joined or split, then wrong relations and credits."""
    for a, b in combinations(articles, 2):
        together = outcome.found[a.id] == outcome.found[b.id]
        if together != (a.story == b.story):
            yield f"{'joined' if together else 'split '}  {a.id} {a.title}\n          {b.id} {b.title}"
    yield from (f"relation {line}" for line in outcome.wrong_copies)
    yield from (f"credits  {line}" for line in outcome.wrong_credits)


def print_across() -> None:
    """One replay of all languages, without and with the setting; then pairs by the evidence there is."""
    articles = [article for lang in LANGUAGES for article in labelled(lang)]
    events = {article.id: event_of(article) for article in articles}
    columns = ("BCubed F", "P", "R", "pairs F", "mean of languages")
    print(f"{'order':<8}{'across':>8}" + "".join(f"{one:>{max(len(one) + 2, 9)}}" for one in columns))
    for order in ORDERS:
        for across in ("false", "true"):
            rows = decided_lines(replay_lines(articles, order), f"[stories]\nacross_languages = {across}\n")
            found = {name: row["story_id"] for name, row in rows.items()}
            groups, pairs = bcubed(events, found), pairwise(events, found)
            inside = [bcubed({a.id: a.story for a in articles if a.lang == lang}, found).f for lang in LANGUAGES]
            figures = (groups.f, groups.precision, groups.recall, pairs.f, sum(inside) / len(inside))
            print(
                f"{order:<8}{across:>8}"
                + "".join(f"{x:>{max(len(c) + 2, 9)}.3f}" for x, c in zip(figures, columns, strict=True))
            )
    outlets = load_outlets(OUTLETS)
    prints = {
        a.id: fingerprint(saved_article(a.url, a.title, a.text.strip(), lang=a.lang, published=0.0), outlets)
        for a in articles
    }
    vectors = {name: unpack(print_.vector) for name, print_ in prints.items()}
    index = AcrossIndex()
    for article in articles:
        index.add(article.id, article.lang, 0.0, prints[article.id])
    named = {
        a.id: {other: value for value, other in index.alike(a.id, a.lang, 0.0, prints[a.id], 0.0)} for a in articles
    }
    foreign = [(a, b) for a, b in combinations(articles, 2) if a.lang != b.lang]
    truths = [event_of(a) == event_of(b) for a, b in foreign]
    print(
        f"\n{len(foreign)} pairs of different languages, {sum(truths)} of one event; the best F that a threshold gives"
    )
    print(f"vectors            {best_f([float(vectors[a.id] @ vectors[b.id]) for a, b in foreign], truths):.3f}")
    likenesses = [max(named[a.id].get(b.id, 0.0), named[b.id].get(a.id, 0.0)) for a, b in foreign]
    print(f"names and numbers  {best_f(likenesses, truths):.3f}")


def best_f(values: list[float], truths: list[bool]) -> float:
    """Greatest F over all thresholds on the values."""
    best, right, positives = 0.0, 0, sum(truths)
    for said, (_, truth) in enumerate(sorted(zip(values, truths, strict=True), key=lambda one: -one[0]), 1):
        right += truth
        best = max(best, 2 * right / (said + positives) if right else 0.0)
    return best


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.languages", description=__doc__.splitlines()[0])
    parser.add_argument("--lang", action="append", choices=LANGUAGES, help="only this language (may be repeated)")
    parser.add_argument("--show-errors", action="store_true", help="wrong joins and splits, relations and credits")
    parser.add_argument("--across", action="store_true", help="stories over languages instead")
    options = parser.parse_args(arguments)
    if options.across:
        print_across()
        return
    for order in ORDERS:
        print(f"\nin order of {order}\n{'':<6}{'articles':>9}{'stories':>8}" + "".join(f"{one:>9}" for one in COLUMNS))
        table, shown = [], []
        for lang in options.lang or LANGUAGES:
            articles = labelled(lang)
            outcome = result(articles, order)
            table.append(outcome.figures())
            stories = len(set(outcome.true.values()))
            print(f"{lang:<6}{len(articles):>9}{stories:>8}" + "".join(f"{one:>9.3f}" for one in table[-1]), flush=True)
            shown.extend(errors(articles, outcome) if options.show_errors else ())
        means = [sum(column) / len(table) for column in zip(*table, strict=True)]
        print(f"{'mean':<6}{'':>9}{'':>8}" + "".join(f"{one:>9.3f}" for one in means))
        print("\n".join(shown), end="\n" if shown else "")


if __name__ == "__main__":
    main()
