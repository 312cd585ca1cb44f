"""Every figure of the README: python -m bench [--data DIR]. What needs the evaluation data is left out without DIR."""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

WITH_DATA = (
    "bench.stories",
    "bench.scores_check",
    "bench.copies",
    "bench.boilerplate",
    "bench.costs",
    "bench.attribution",
    "bench.rewrites",
    "bench.order",
    "bench.extraction",
    "bench.extraction_variants",
    "bench.pages",
    "bench.walls",
    "bench.replays",
    "bench.feeds",
    "bench.robots",
    "bench.urls",
    "bench.vectors",
    "bench.search",
)
ALONE = (
    "bench.queries",
    "bench.languages",
    "bench.polling",
    "bench.identity",
    "bench.week",
    "bench.health",
    "bench.faulty_servers",
    "bench.guard",
    "bench.hostile",
    "bench.workers",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the evaluation data")
    arguments = parser.parse_args()
    failed = []
    for name in (*ALONE, *WITH_DATA):
        if name in WITH_DATA and arguments.data is None:
            print(f"\n== {name}: left out, give --data DIR")
            continue
        print(f"\n== {name}: {(importlib.import_module(name).__doc__ or '').splitlines()[0]}", flush=True)
        command = [sys.executable, "-m", name, *(["--data", str(arguments.data)] if name in WITH_DATA else [])]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print("\nfailed: " + ", ".join(failed) if failed else "\nall ran")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
