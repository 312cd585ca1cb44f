"""One foreign block on every article must join nothing: python -m bench.boilerplate --data DIR [--set g5].

Hangs a block of 60 words, which no list of promotional phrases knows, at the end of every text of DIR/stories/NAME and
decides the set twice, with and without, in one order. Prints pairs that the block joined or parted and the articles in
another story than before. Hung at the end it must join no two articles and move at most one in a hundred; what it does in
front of the texts, where it pushes other words out of the lead, is printed beside it.
"""

import argparse
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.in_process import judge_lines, replay_in_process
from bench.scores import bcubed
from bench.stories import SETS, read_set, replay_lines

BLOCK = (
    "Harrow Lane Media runs eleven regional titles between the coast and the northern hills. Its reporters were honoured "
    "last spring for a series about water meters, school kitchens and forgotten railway halts. Patrons receive the "
    "weekend magazine, two puzzles and an invitation to the autumn reading in the tram depot. Editors answer letters "
    "on Thursdays; corrections stand on page two."
)
HUNG = {"own line": "{text}\n{block}", "same line": "{text} {block}", "in front": "{block}\n{text}"}
ASKED = ("own line", "same line")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.boilerplate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds stories/NAME.jsonl.gz")
    parser.add_argument("--set", choices=SETS, default="g5")
    options = parser.parse_args(arguments)
    rows = read_set(options.data / "stories" / f"{options.set}.jsonl.gz")
    true = {row["id"]: row["cluster_id"] for row in rows}
    before = _stories(rows)
    print(
        f"{options.set}: {len(rows)} articles, BCubed F {bcubed(true, before).f:.4f}; block of {len(BLOCK.split())} words"
    )
    failed = False
    for name, form in HUNG.items():
        hung = [{**row, "text": form.format(text=row["text"], block=BLOCK)} for row in rows]
        after = _stories(hung)
        pairs = list(combinations(before, 2))
        joined = sum(before[a] != before[b] and after[a] == after[b] for a, b in pairs)
        parted = sum(before[a] == before[b] and after[a] != after[b] for a, b in pairs)
        moved = sum(_members(before, one) != _members(after, one) for one in before)
        least = len(rows) - _kept(before, after)
        failed |= name in ASKED and (joined > 0 or least > 0.01 * len(rows))
        print(
            f"  {name:<10} pairs joined {joined}, parted {parted}; memberships moved {least} ({least / len(rows):.1%}); "
            f"articles with other company {moved}; BCubed F {bcubed(true, after).f:.4f}"
        )
    return int(failed)


def _stories(rows: list[dict[str, Any]]) -> dict[str, str]:
    places = replay_in_process(judge_lines(replay_lines(rows)))
    return {article_id: place.story_id for article_id, place in places.items()}


def _members(stories: dict[str, str], one: str) -> frozenset[str]:
    return frozenset(other for other, story in stories.items() if story == stories[one])


def _kept(before: dict[str, str], after: dict[str, str]) -> int:
    """Articles that stay where most of their old story is, each new story standing for one old one."""
    overlaps: dict[tuple[str, str], int] = {}
    for one, story in before.items():
        key = (story, after[one])
        overlaps[key] = overlaps.get(key, 0) + 1
    kept, used_before, used_after = 0, set(), set()
    for (old, new), size in sorted(overlaps.items(), key=lambda item: (-item[1], item[0])):
        if old not in used_before and new not in used_after:
            kept += size
            used_before.add(old)
            used_after.add(new)
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
