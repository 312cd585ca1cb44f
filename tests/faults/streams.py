"""SIGKILL at random moments of a stream on Prism, to its launcher, its runner and a worker in turn, then a clean run."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from pipeline.store.activity import rows_due
from tests.arena import FAST_POLLING, Arena, Command, alive, command_of
from tests.faults.state import State, same_news
from tests.faults.trial import TABLES, Tally, aftermath, installation, kill_launcher, left_behind, rest

KIND = "stream"
STREAMING: dict[str, dict[str, Any]] = {**TABLES, "polling": FAST_POLLING}
LIVENESS = 120.0
"""Seconds within which a stream has read the whole newsroom; it needs about ten."""
ENDING = 90.0
VICTIMS = ("launcher", "runner", "worker")


def kill_streams(tally: Tally, tries: int, reference: State) -> None:
    """Kill so many streams, each of a fresh store, at a moment uniform over what the newsroom takes a clean one."""
    opened, takes, found = _clean(reference)
    tally.told(
        KIND, 0, f"undisturbed: at work after {opened:.1f} s, all told after {takes:.1f} s", found, time.monotonic()
    )
    for number in range(1, tries + 1):
        began = time.monotonic()
        victim = VICTIMS[(number - 1) % len(VICTIMS)]
        moment = tally.dice(KIND, number).uniform(0.0 if victim == "launcher" else opened, takes)
        with installation(tables=STREAMING) as here:
            command = here.start("stream")
            try:
                rest(began + moment)
                found = _KILLS[victim](here, command, reference)
            finally:
                found += _end(command)
            told = set(here.desk.bodies())
            here.tune(TABLES)
            state, wrong = aftermath(here, here.wirewatch("run"), told)
            found += wrong
            if state is not None:
                found += same_news(reference, state)
        tally.told(
            KIND, number, f"{victim:<8} killed at {moment:5.2f} s of {takes:.1f} s, then a clean run", found, began
        )


def _clean(reference: State) -> tuple[float, float, list[str]]:
    """Seconds until a stream has its workers, seconds until it has told everything, what is wrong with it."""
    with installation(tables=STREAMING) as here:
        began = time.monotonic()
        command = here.start("stream")
        try:
            found = _until(lambda: bool(_workers(command)), command, "its workers have started")
            opened = time.monotonic() - began
            found += _until(lambda: _all_told(here, reference), command, "all is read and told")
            takes = time.monotonic() - began
            found += _drained(command)
        finally:
            found += _end(command)
        state, wrong = aftermath(here, None, set())
        found += wrong
        if state is not None:
            found += same_news(reference, state)
    return opened, takes, found


def _kill_launcher(here: Arena, command: Command, reference: State) -> list[str]:
    del here, reference
    return kill_launcher(command)


def _kill_runner(here: Arena, command: Command, reference: State) -> list[str]:
    """The launcher has to notice and to say it."""
    del here, reference
    found = _until(lambda: bool(_runners(command)), command, "Prism has started")
    below = command.children()
    for pid in _runners(command):
        os.kill(pid, signal.SIGKILL)
    try:
        finished = command.finished(ENDING)
    except AssertionError as error:
        return [*found, f"the launcher does not notice that Prism was killed: {error}"]
    if finished.code != 1 or "Prism" not in (finished.err.splitlines() or [""])[-1]:
        found.append(f"the launcher should end with exit code 1 and say that Prism was killed: {finished}")
    return found + left_behind(below)


def _kill_worker(here: Arena, command: Command, reference: State) -> list[str]:
    """The stream goes on, and loses nothing."""
    found = _until(lambda: bool(_workers(command)), command, "its workers have started")
    for pid in _workers(command)[:1]:
        os.kill(pid, signal.SIGKILL)
    found += _until(lambda: _all_told(here, reference), command, "all is read and told though a worker was killed")
    return found + _drained(command)


_KILLS: dict[str, Callable[[Arena, Command, State], list[str]]] = {
    "launcher": _kill_launcher,
    "runner": _kill_runner,
    "worker": _kill_worker,
}


def _drained(command: Command) -> list[str]:
    command.interrupt()
    try:
        finished = command.finished(ENDING)
    except AssertionError as error:
        return [f"an interrupt does not drain the stream: {error}"]
    return [] if finished.code == 0 else [f"an interrupted stream should end with 0: {finished}"]


def _until(holds: Callable[[], bool], command: Command, what: str) -> list[str]:
    deadline = time.monotonic() + LIVENESS
    while not holds():
        if command.process.poll() is not None:
            return [f"the stream ended before this held: {what}; {command.finished()}"]
        if time.monotonic() > deadline:
            return [f"not within {LIVENESS:.0f} s: {what}; {command.said()}"]
        time.sleep(0.05)
    return []


def _all_told(here: Arena, reference: State) -> bool:
    if not (here.folder / "store.db").exists() or not here.desk.receiver.requests:
        return False
    with here.store() as store:
        counts, waiting = store.reading.counts(), rows_due(store.database)
    read = not waiting and "taken" not in counts.rows
    done = read and set(counts.deliveries) <= {"delivered", "superseded"}
    return done and counts.articles >= len(reference.articles)


def _runners(command: Command) -> list[int]:
    return [pid for pid in command.children() if "--job_port=" in command_of(pid)]


def _workers(command: Command) -> list[int]:
    """Below the fork server, whose command line they share."""
    servers = [pid for pid in command.children() if "multiprocessing.forkserver" in command_of(pid)]
    return servers[1:]


def _end(command: Command) -> list[str]:
    """Whatever happened: nothing of it is left running."""
    below = command.children()
    if command.process.poll() is None:
        command.kill()
        command.process.wait()
    found = left_behind(below)
    for pid in below:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    return found
