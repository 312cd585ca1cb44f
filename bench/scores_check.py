"""Do our scores agree with the reference scorer? python -m bench.scores_check --data DIR.

Loads DIR/metrics.py and compares BCubed, pairwise F and the adjusted Rand index on random groupings.
`python -m bench.stories` does so on what it has found as well.
"""

import argparse
import importlib.util
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from bench.scores import adjusted_rand, bcubed, pairwise

Groups = Mapping[str, str]
RANDOM = 300
ALLOWED = 1e-9


def reference(data: Path) -> ModuleType:
    """The module DIR/metrics.py."""
    spec = importlib.util.spec_from_file_location("reference_metrics", data / "metrics.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{data / 'metrics.py'}: no reference scorer there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def greatest_difference(metrics: ModuleType, groupings: Iterable[tuple[Groups, Groups]]) -> tuple[float, int]:
    """Greatest difference of any figure over (true, found) groupings, and how many figures were compared."""
    greatest, figures = 0.0, 0
    for true, found in groupings:
        ours = (*bcubed(true, found), *pairwise(true, found), adjusted_rand(true, found))
        theirs = (*metrics.bcubed(true, found), *metrics.pairwise(true, found), metrics.ari(true, found))
        greatest = max(greatest, *(abs(one - other) for one, other in zip(ours, theirs, strict=True)))
        figures += len(ours)
    return greatest, figures


def random_groupings(seed: int = 1) -> Iterator[tuple[Groups, Groups]]:
    """From 2 to 200 items in one to as many groups."""
    chance = random.Random(seed)
    for _ in range(RANDOM):
        items = [str(item) for item in range(chance.randint(2, 200))]
        true, found = (
            {item: str(chance.randint(1, groups)) for item in items}
            for groups in (chance.randint(1, len(items)), chance.randint(1, len(items)))
        )
        yield true, found


def report(data: Path, groupings: Iterable[tuple[Groups, Groups]] = ()) -> bool:
    """Print the comparison; true where all agree."""
    metrics = reference(data)
    good = True
    for what, cases in (("what was found here", list(groupings)), ("random groupings", list(random_groupings()))):
        if cases:
            greatest, figures = greatest_difference(metrics, cases)
            print(f"our scorer beside metrics.py on {what}: {figures} figures, greatest difference {greatest:.1e}")
            good = good and greatest <= ALLOWED
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds metrics.py")
    return 0 if report(parser.parse_args().data) else 1


if __name__ == "__main__":
    sys.exit(main())
