"""What all faults share: an undisturbed reference, a try with its line, waiting for what is left behind."""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.arena import Arena, Command, Finished, alive, arena, command_of
from tests.faults.state import State, kept

TABLES: dict[str, dict[str, Any]] = {"alerts": {"cooldown": 0}}
DYING = 20.0
"""Seconds within which a killed launcher's children must be gone; they need a fraction of one."""


@dataclass
class Tally:
    """How many tries of each kind there were, and how many of them left a difference."""

    seed: int
    tries: dict[str, int] = field(default_factory=dict)
    differences: int = 0

    def dice(self, kind: str, number: int) -> random.Random:
        """The try's own, whatever was tried before it."""
        return random.Random(f"{self.seed} {kind} {number}")

    def told(self, kind: str, number: int, what: str, found: list[str], began: float) -> None:
        """One try's line, and its differences below it; number 0 is undisturbed and does not count."""
        self.tries[kind] = self.tries.get(kind, 0) + bool(number)
        self.differences += bool(found)
        verdict = "equal" if not found else f"{len(found)} DIFFERENCES"
        say(f"{kind} {number:>2}  seed {self.seed}  {what}: {verdict}  ({time.monotonic() - began:.1f} s)")
        for line in found[:20]:
            say(f"    {line}")


@contextmanager
def installation(**options: Any) -> Iterator[Arena]:
    """A fresh one in a folder that goes away."""
    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-faults-") as folder,
        arena(Path(folder), harmless=True, **{"tables": TABLES, **options}) as here,
    ):
        yield here


def undisturbed() -> tuple[State, float]:
    """A clean run's state, and the seconds that it took."""
    with installation() as here:
        finished = here.wirewatch("run")
        if finished.code:
            raise SystemExit(f"faults: the undisturbed run fails: {finished}")
        with here.store() as store:
            state = State.of(store)
            found = list(kept(here, store, state, set()))
    if found:
        raise SystemExit(f"faults: the undisturbed run leaves {found}")
    return state, finished.seconds


def aftermath(here: Arena, finished: Finished | None, told_before: set[str]) -> tuple[State | None, list[str]]:
    """The state after the clean run that follows a fault, and what is wrong with it for any fault."""
    if finished is not None and finished.code:
        return None, [f"the clean run after it fails: {finished}"]
    with here.store() as store:
        state = State.of(store)
        return state, list(kept(here, store, state, told_before))


def left_behind(pids: list[int]) -> list[str]:
    """Children that outlive a killed launcher."""
    deadline = time.monotonic() + DYING
    while time.monotonic() < deadline and any(map(alive, pids)):
        time.sleep(0.05)
    return [f"process {pid} ({command_of(pid)[:80]}) outlives its launcher" for pid in pids if alive(pid)]


def kill_launcher(command: Command) -> list[str]:
    """SIGKILL to the launcher alone; what of its children outlives it."""
    below = command.children()
    command.kill()
    command.process.wait()
    return left_behind(below)


def rest(until: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    time.sleep(max(0.0, until - time.monotonic()))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
