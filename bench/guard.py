"""The address guard on every road: `python -m bench.guard`.

Each vector (addresses inside by name, URLs in every spelling, URLs that mislead a parser) goes down each road through
the client that production uses there. Connections are counted at a real listener on loopback and at every connect() of
the process, which lets none off the machine. The last column is the same road with names only and the guard's table
taken out: what the counters say when the guard fails. Exit code 1: something was connected to, or a counter is blind.
"""

import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from tests.guard_roads import ROADS, network, vectors, wire
from tests.guard_vectors import INSIDE
from tests.transforms.feeds.press import Press


def counted(road: str, folder: Path) -> tuple[int, int]:
    """Vectors that went down a road, and the connections that came of it."""
    with Press() as press, wire(press) as between:
        urls = vectors(between)
        ROADS[road](urls, network(between, press), press, folder)
        return len(urls), len(between.connects) + between.accepted


def counted_without_guard(road: str, folder: Path) -> int:
    """Addresses inside that would have been connected to."""
    with Press() as press, wire(press) as between, patch("transforms.feeds.guard.refusal", lambda *_: None):
        vectors(between)
        urls = [f"http://n{number}.example.com:{between.port}/" for number in range(len(INSIDE))]
        ROADS[road](urls, network(between, press), press, folder)
        return len({host for host, _ in between.connects})


def main() -> int:
    print("road       vectors  connections  addresses reached without the guard")
    failed = False
    for road in ROADS:
        with tempfile.TemporaryDirectory() as folder:
            sent, connections = counted(road, Path(folder))
            blind = counted_without_guard(road, Path(folder))
        print(f"{road:10} {sent:7} {connections:12} {blind:8} of {len(INSIDE)}", flush=True)
        failed = failed or connections > 0 or blind < len(INSIDE)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
