"""Fits the weights of the story decision: python -m bench.fit --data DIR [--half even] --write FILE.

A search one number at a time from plain beginnings (all parts alike) or from --start FILE: each is moved a step up and a
step down, and a move is kept where the merit gains at least GAIN: the mean BCubed F of the sets, the weakest set counted
twice, for one configuration must serve all. A round without gain halves the steps, a second one ends the search. A try is a
whole replay, online with repairs, as bench.stories runs it; only what the articles are like is taken from the round's
first replay, so that a try costs a third. No date, outlet or language is looked at.

With --half even only the clusters whose sha256(cluster_id) is even are replayed; the score on the odd ones is printed
when all is done, and decides nothing. transforms/stories/weights.toml and bench/weights_even.toml were written so.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.pool import Pool
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.in_process import judge_lines, replay_in_process, take
from bench.scores import bcubed
from bench.stories import SETS, is_odd, read_set, replay_lines
from transforms.config import StoriesConfig
from transforms.model import Judged
from transforms.stories.likeness import Likeness, most_alike, valued
from transforms.stories.memory import StoriesMemory
from transforms.stories.weights import CrowdWeights, LikenessWeights, Needed, Parts, Weights, load_weights

GAIN = 0.0005
"""Merit that a move must gain: less is chance."""
ROUNDS = 5
"""At most, where --rounds says nothing else."""
FINEST = 0.5
"""Share of STEPS below which no step goes."""
PLAIN = Weights(
    parts=Parts(text=0.25, lead=0.25, names=0.25, title=0.25),
    likeness=LikenessWeights(context=0.5, quotes=0.0, copied=0.5),
    crowd=CrowdWeights(prior=0.05, most=0.2, copy=0.5),
    needed=Needed(joining=0.12, regrouping=0.12),
)
STEPS = {
    "needed": {"joining": 0.01, "regrouping": 0.01},
    "parts": {"text": 0.1, "lead": 0.1, "names": 0.1, "title": 0.1},
    "likeness": {"context": 0.1, "quotes": 0.15, "copied": 0.1},
    "crowd": {"prior": 0.01, "most": 0.02, "copy": 0.1},
}


class Articles(NamedTuple):
    """A set's articles in order of arrival, their true stories, and what each is like."""

    judged: list[Judged]
    true: dict[str, str]
    alike: list[list[Likeness]]


def read_articles(folder: Path, name: str, wanted: Callable[[str], bool]) -> Articles:
    """The articles of those clusters that are wanted."""
    rows = [row for row in read_set(folder / f"{name}.jsonl.gz") if wanted(row["cluster_id"])]
    return Articles(judge_lines(replay_lines(rows)), {row["id"]: row["cluster_id"] for row in rows}, [])


def found_alike(articles: Articles, weights: Weights) -> Articles:
    """With what each article is like, as these weights choose its candidates."""
    memory = StoriesMemory(StoriesConfig(), weights)
    found = []
    for number, judged in enumerate(articles.judged, start=1):
        alike = most_alike(judged, memory)
        take(judged, memory, number, alike)
        found.append(alike)
    return articles._replace(alike=found)


def tried(articles: Articles, weights: Weights) -> float:
    """BCubed F of a replay with these weights."""
    memory = StoriesMemory(StoriesConfig(), weights)
    for number, (judged, alike) in enumerate(zip(articles.judged, articles.alike, strict=True), start=1):
        others = [one for kept in alike if (one := valued(kept, weights)).value > 0]
        others.sort(key=lambda one: (-one.value, one.other.known.article.id))
        now = [one._replace(other=memory.remembered(one.other.known.article.id)) for one in others]
        take(judged, memory, number, now)
    return bcubed(articles.true, {one: memory.story_of(one) for one in articles.true}).f


def moved(weights: Weights, group: str, field: str, step: float) -> Weights:
    """With one number a step further, not below 0; parts are shared out anew."""
    values = msgspec.to_builtins(weights)
    values[group][field] = max(round(values[group][field] + step, 4), 0.0)
    if group == "parts":
        total = sum(values["parts"].values())
        values["parts"] = {part: round(value / total, 2) for part, value in values["parts"].items()}
        largest = max(values["parts"], key=values["parts"].__getitem__)
        rest = sum(value for part, value in values["parts"].items() if part != largest)
        values["parts"][largest] = round(1 - rest, 2)
    return msgspec.convert(values, Weights)


def moves(weights: Weights, group: str, field: str, share: float) -> list[Weights]:
    """Both neighbours; where the likeness itself changes its size, also with the needed fits moved after it.

    Args:
        weights: where the search stands.
        group: table of the file.
        field: number in it.
        share: of STEPS, how long a step is.
    """
    step = STEPS[group][field] * share
    around = [moved(weights, group, field, step), moved(weights, group, field, -step)]
    if group in {"parts", "likeness"}:
        after = [(around[0], 0.01 * share), (around[1], -0.01 * share)]
        around += [moved(moved(one, "needed", "joining", by), "needed", "regrouping", by) for one, by in after]
    return [one for one in around if one != weights]


_ARTICLES: dict[str, Articles] = {}
"""What the worker processes try on; they are forked after it is set."""


def _try(case: tuple[str, Weights]) -> float:
    name, weights = case
    return tried(_ARTICLES[name], weights)


def merit(scores: Sequence[float]) -> float:
    """The mean of the sets' BCubed F, the least counted twice."""
    return (sum(scores) + min(scores)) / (len(scores) + 1)


def merits(pool: Pool, tries: Sequence[Weights]) -> list[float]:
    """Merit of each over the sets, the largest set first so that no process waits long."""
    names = sorted(_ARTICLES, key=lambda name: -len(_ARTICLES[name].judged))
    scores = pool.map(_try, [(name, weights) for name in names for weights in tries], chunksize=1)
    return [merit(scores[place :: len(tries)]) for place in range(len(tries))]


def search(weights: Weights, workers: int, rounds: int) -> Iterator[tuple[Weights, float]]:
    """The best weights so far after each round, with their merit on what they are fitted on."""
    share = 1.0
    for _ in range(rounds):
        for name, articles in list(_ARTICLES.items()):
            _ARTICLES[name] = found_alike(articles, weights)
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            before = best = merits(pool, [weights])[0]
            print(f"  begins at {best:.4f}", flush=True)
            for group, fields in STEPS.items():
                for field in fields:
                    tries = moves(weights, group, field, share)
                    scores = merits(pool, tries)
                    place = max(range(len(tries)), key=scores.__getitem__)
                    if scores[place] >= best + GAIN:
                        weights, best = tries[place], scores[place]
                        value = getattr(getattr(weights, group), field)
                        print(f"  {group}.{field} is {value:g}: {best:.4f}", flush=True)
        yield weights, best
        if best < before + GAIN:
            share /= 2
            if share < FINEST:
                return


def scores_of(folder: Path, names: Sequence[str], wanted: Callable[[str], bool], weights: Weights) -> list[float]:
    """BCubed F by set, whole replays of the wanted clusters alone."""
    found = []
    for name in names:
        articles = read_articles(folder, name, wanted)
        places = replay_in_process(articles.judged, weights)
        found.append(bcubed(articles.true, {one: place.story_id for one, place in places.items()}).f)
    return found


def written(weights: Weights, comments: Sequence[str]) -> str:
    """The weights as TOML under some lines of provenance."""
    lines = [f"# {comment}" for comment in comments]
    groups: Mapping[str, Mapping[str, float]] = msgspec.to_builtins(weights)
    for group, fields in groups.items():
        lines += ["", f"[{group}]", *(f"{field} = {value}" for field, value in fields.items())]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds stories/NAME.jsonl.gz")
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all", help="of the clusters, to fit on")
    parser.add_argument("--start", type=Path, help="weights file to begin with instead of plain weights")
    parser.add_argument("--set", action="append", choices=SETS, help="only this set (may be repeated)")
    parser.add_argument("--write", type=Path, required=True, help="file for the weights")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the search, at most")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    names, folder = options.set or SETS, options.data / "stories"

    def wanted(cluster: str) -> bool:
        return options.half == "all" or is_odd(cluster) == (options.half == "odd")

    _ARTICLES.update({name: read_articles(folder, name, wanted) for name in names})
    count = sum(len(articles.judged) for articles in _ARTICLES.values())
    weights = start = load_weights(options.start) if options.start else PLAIN
    for number, (found, gained) in enumerate(search(start, options.workers, options.rounds), start=1):
        weights = found
        print(f"round {number}: merit {gained:.4f}", flush=True)
    began = "the weights shipped before" if options.start else "plain weights, all parts alike"
    lines = [
        f"Written by `python -m bench.fit --half {options.half} --rounds {options.rounds}` on {datetime.now(UTC):%Y-%m-%d}, beginning with {began},",
        f"from {count} articles of {', '.join(names)}, in an order that tells nothing, no dates used.",
        "transforms/stories/weights.py says what each number does.",
    ]
    halves = {"even": lambda cluster: not is_odd(cluster), "odd": is_odd, "all": lambda _: True}
    for half in dict.fromkeys((options.half, *(["odd", "even"] if options.half != "all" else []))):
        scores = scores_of(folder, names, halves[half], weights)
        told = ", ".join(f"{name} {score:.4f}" for name, score in zip(names, scores, strict=True))
        lines.append(f"BCubed F of the {half} clusters: {told}, mean {sum(scores) / len(scores):.4f}.")
        print(lines[-1], flush=True)
    options.write.write_text(written(weights, lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
