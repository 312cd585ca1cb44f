"""python -m tests.faults [--runs N] [--streams N] [--seed N] [--only run|stream|database]

Kills runs, and streams' launchers, runners and workers, at random moments, and takes the database away, each followed
by a clean run: what is then there is compared with what an undisturbed run leaves. One line a try; exit code 1 on any
difference. A try is repeated by its seed, as far as a moment's measure goes.
"""

import argparse
import logging
import random
import sys
import time

from tests.arena import NO_PRISM, prism
from tests.faults.database import take_database_away
from tests.faults.runs import kill_runs
from tests.faults.streams import kill_streams
from tests.faults.trial import Tally, say, undisturbed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="runs to kill")
    parser.add_argument("--streams", type=int, default=10, help="streams to kill")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--only", choices=["run", "stream", "database"])
    asked = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    began, tally = time.monotonic(), Tally(asked.seed)
    reference, takes = undisturbed()
    say(
        f"undisturbed: {len(reference.articles)} articles, {len(reference.pairs)} alerts in {takes:.1f} s; "
        f"repeat with --seed {asked.seed}"
    )
    if asked.only in {None, "run"}:
        kill_runs(tally, asked.runs, reference, takes)
    if asked.only in {None, "stream"}:
        if prism() is None:
            say(f"streams skipped: {NO_PRISM}")
        else:
            kill_streams(tally, asked.streams, reference)
    if asked.only in {None, "database"}:
        take_database_away(tally, reference)
    counts = ", ".join(f"{tally.tries.get(kind, 0)} {kind}s" for kind in ("run", "stream", "outage"))
    say(f"faults: {counts}, {tally.differences} differences; {time.monotonic() - began:.0f} s")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
