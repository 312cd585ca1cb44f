"""`wirewatch stream` on Prism: news that appears becomes alerts by itself; it drains; it says so when its runner dies."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.newsroom.expectations import expectations
from tests.arena import FAST_POLLING, NO_PRISM, Arena, Command, alive, arena, command_of, eventually, prism
from tests.newsroom_truth import Found

pytestmark = [pytest.mark.prism, pytest.mark.xdist_group("stream")]

REVEAL = 30.0
LIVENESS = 5 * REVEAL
"""Seconds; all is there a few seconds after the last article has appeared."""
PATIENCE = 60.0
"""Seconds for what takes one or two."""
TABLES: dict[str, dict[str, Any]] = {"polling": FAST_POLLING, "alerts": {"cooldown": 0}}


@pytest.fixture(autouse=True)
def _prism() -> None:
    if prism() is None:
        pytest.skip(NO_PRISM)


@pytest.fixture
def streaming(tmp_path: Path) -> Iterator[tuple[Arena, Command]]:
    """A stream at work: it has read some pages, and its extraction workers run."""
    with arena(tmp_path, tables=TABLES, harmless=True) as here:
        command = here.start("stream")
        below: list[int] = []
        try:
            eventually(lambda: here.alerts.exists() or command.process.poll() is not None, PATIENCE, "a first alert")
            assert command.process.poll() is None, command.finished()
            below = command.children()
            yield here, command
        finally:
            for pid in [command.pid, *below]:
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)
            command.process.wait()


def test_articles_that_appear_become_alerts_beside_feed_health_and_an_interrupt_drains(tmp_path: Path) -> None:
    truth = expectations()
    wanted = {(topic, name) for topic, names in truth.alerts.items() for name in names}
    story_of = {url: name for name, story in truth.stories.items() for url in (a.url for a in story.articles)}
    tables = {**TABLES, "health": {"alert": True, "sinks": ["desk"]}}
    with arena(tmp_path, tables=tables, reveal_over=REVEAL) as here:
        command = here.start("stream")

        def health_told() -> list[str]:
            return [event["subject"] for event in here.desk.events() if event["type"] == "org.wirewatch.feed.raised"]

        def told() -> set[tuple[str, str]]:
            events = [event["data"] for event in here.desk.events() if "topic" in event["data"]]
            return {(event["topic"]["id"], story_of[m["url"]]) for event in events for m in event["members"]}

        def all_read() -> bool:
            with here.store() as store:
                return store.reading.counts().articles == len(truth.articles)

        def ended() -> bool:
            return command.process.poll() is not None

        eventually(lambda: wanted <= told() or ended(), LIVENESS, f"alerts on {sorted(wanted)}")
        assert not ended(), command.finished()
        eventually(all_read, LIVENESS, "all articles read")
        eventually(health_told, PATIENCE, "the gone feed's health told beside the stream")
        command.interrupt()
        finished = command.finished(PATIENCE)
        assert finished.code == 0, finished
        with here.store() as store:
            counts, found = store.reading.counts(), Found.of(store)
            cursors = [listed.cursor for listed in store.feeds.listed()]
    assert told() == wanted
    assert "taken" not in counts.rows
    assert set(counts.deliveries) <= {"delivered", "superseded"}
    assert found.groups() == truth.groups
    assert all(cursor.version > 1 for cursor in cursors if cursor.status == "ok")


def test_stream_whose_prism_is_killed_ends_with_a_clear_line(streaming: tuple[Arena, Command]) -> None:
    _, command = streaming
    [server] = [pid for pid in command.children() if "--job_port=" in command_of(pid)]
    os.kill(server, signal.SIGKILL)
    finished = command.finished(PATIENCE)
    assert finished.code == 1, finished
    assert finished.err.splitlines()[-1].startswith(
        "wirewatch: the stream's runner, Prism, was killed by SIGKILL; start"
    )
    assert "Traceback" not in finished.err


def test_killed_stream_leaves_neither_prism_nor_workers_behind(streaming: tuple[Arena, Command]) -> None:
    here, command = streaming
    below = command.children()
    assert any("--job_port=" in command_of(pid) for pid in below)
    assert len(below) > 3
    command.kill()
    eventually(lambda: not any(map(alive, below)), PATIENCE, f"the end of {list(map(command_of, below))}")
    finished = here.wirewatch("run")
    assert finished.code == 0, finished
    with here.store() as store:
        assert store.reading.counts().rows == {"pending": 1}  # a forbidden page, to be tried again later
        assert store.reading.counts().articles >= len(expectations().articles)
