"""A day and a quarter of a few feeds with faults, by an own clock: the smaller sister of `python -m bench.week`."""

from pathlib import Path

from bench.faulty_week import BEGAN, KINDS, Clock, Poll, World
from bench.week import broken_bounds, simulate


def test_a_day_and_more_keeps_the_etiquette_and_loses_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    wrong = simulate(len(KINDS), 1.25, 7200.0, tmp_path, 1, said.append)
    assert wrong == []
    told = " ".join(said)
    assert all(f"{status}:" in told for status in (200, 301, 302, 304, 404, 410, 429, 503))


def test_a_broken_bound_is_told() -> None:
    world = World(len(KINDS), Clock(), 1)
    honest, gone = world.feeds[0], world.feeds[KINDS.index("410")]
    honest.polls = [Poll(0.0, 200), Poll(3599.0, 304)]
    gone.polls = [Poll(0.0, 410), Poll(90_000.0, 410)]
    skips = world.feeds[KINDS.index("ttl and skipHours")]
    skips.polls = [Poll(BEGAN, 200), Poll(BEGAN + 2 * 3600.0 + 599.0, 200), Poll(BEGAN + 27 * 3600.0, 200)]
    assert [line.partition(":")[0] for line in broken_bounds(world, 600.0)] == [
        "feed 0 (honest)",
        f"feed {gone.number} (410)",
        f"feed {skips.number} (ttl and skipHours)",
        f"feed {skips.number} (ttl and skipHours)",
    ]
