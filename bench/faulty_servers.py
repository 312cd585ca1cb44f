"""Every faulty server under the shipped caps: `python -m bench.faulty_servers`.

All parts of tests/faulty_servers.py are asked at once, as feed, page, robots.txt and webhook; printed are what came of each
and how much of the time it used that may be spent on it: until there is a connection, until there are headers or the
next piece of a body, or in all. Exit code 1: an outcome was another, or a cap was passed by more than a tenth.
"""

import sys

from tests.faulty_servers import FAULTS, ROADS, answers, expected, staged
from transforms.config import NetworkConfig, SinkConfig

TOLERANCE = 1.1


def main() -> int:
    shipped, webhook = NetworkConfig(), SinkConfig("desk", "webhook").timeout
    caps = {"connect": shipped.connect_seconds, "headers": shipped.headers_seconds, "total": shipped.total_seconds}
    with staged(**{f"{phase}_seconds": seconds for phase, seconds in caps.items()}) as network:
        found = answers(network, webhook_seconds=webhook)
    wrong, longest = [], 0.0
    print(f"{'part':34}" + "".join(f"{road:>28}" for road in ROADS))
    for name, fault in FAULTS.items():
        line = f"{name:34}"
        for road in ROADS:
            answered = found[name, road]
            used = answered.seconds / (webhook if road == "webhook" else caps[fault.cap])
            longest = max(longest, used)
            line += f"{answered.outcome:>22} {used:5.2f}"
            if answered.outcome != expected(fault, road) or used > TOLERANCE:
                wrong.append(f"{name} ({road})")
        print(line)
    print(f"{len(FAULTS)} parts on {len(ROADS)} roads, {len(wrong)} with a wrong outcome or slower than its cap")
    print(f"longest: {longest:.3f} of its cap")
    for one in wrong:
        print(f"  wrong: {one}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
