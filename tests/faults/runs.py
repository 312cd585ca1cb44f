"""SIGKILL at random moments of a run, then a clean run: equal to one that nothing disturbed."""

import time

from tests.faults.state import State, same
from tests.faults.trial import Tally, aftermath, installation, kill_launcher, rest

KIND = "run"


def kill_runs(tally: Tally, tries: int, reference: State, takes: float) -> None:
    """Kill so many runs, each of a fresh store, at a moment uniform over what a clean run takes."""
    for number in range(1, tries + 1):
        began = time.monotonic()
        moment = tally.dice(KIND, number).uniform(0.0, takes)
        with installation() as here:
            command = here.start("run")
            rest(began + moment)
            over = command.process.poll() is not None
            found = kill_launcher(command)
            told = set(here.desk.bodies())
            state, wrong = aftermath(here, here.wirewatch("run"), told)
            found += wrong
            if state is not None:
                found += same(reference, state)
        what = f"killed at {moment:5.2f} s of {takes:.1f} s{' (it was over)' if over else ''}, then a clean run"
        tally.told(KIND, number, what, found, began)
