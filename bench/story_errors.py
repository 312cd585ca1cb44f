"""What went wrong in a grouping, for reading: groups found together that are apart in truth, and the other way round."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple


class Confusion(NamedTuple):
    """Two sets of articles that were taken for one story, or one story's articles that were taken for two."""

    joined: bool
    """Wrongly together; else wrongly apart."""
    sizes: tuple[int, int]
    ids: tuple[str, str]
    """An article of each side."""


def confusions(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> list[Confusion]:
    """All of them, those with most wrong pairs first.

    A found story that mixes true ones gives one entry for each two of them that meet there; a true story that was
    parted gives one for each two of its parts.
    """
    entries = [*_mixed(found, true, joined=True), *_mixed(true, found, joined=False)]
    return sorted(entries, key=lambda one: (-one.sizes[0] * one.sizes[1], one.ids))


def _mixed(groups: Mapping[str, Hashable], within: Mapping[str, Hashable], *, joined: bool) -> Iterator[Confusion]:
    """For each of the groups, each two of the others that meet in it."""
    sizes = Counter((groups[item], within[item]) for item in groups)
    examples: dict[Hashable, dict[Hashable, str]] = {}
    for item in sorted(groups):
        examples.setdefault(groups[item], {}).setdefault(within[item], item)
    for group, parts in examples.items():
        named = list(parts.items())
        for place, (one, example) in enumerate(named):
            for other, counter in named[place + 1 :]:
                yield Confusion(joined, (sizes[group, one], sizes[group, other]), (example, counter))
