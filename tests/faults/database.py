"""The database goes away in the middle of a run and comes back: nothing is dead-lettered, nothing lost."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable

import sqlalchemy as sa

from tests.arena import Arena, Command
from tests.faults.state import State, same
from tests.faults.trial import Tally, aftermath, installation, say
from tests.postgres import Postgres, postgres, postgres_programs

KIND = "outage"
OUTAGE = 20.0
"""Seconds."""


def take_database_away(tally: Tally, reference: State) -> None:
    """PostgreSQL stopped and started, SQLite locked by somebody else; each at a moment when pages are on their way."""
    _locked(tally, 1, reference)
    if postgres_programs() is None:
        if os.environ.get("CI") == "true":
            tally.told(
                KIND, 2, "PostgreSQL stopped", ["no PostgreSQL here: install Debian's postgresql-15"], time.monotonic()
            )
        else:
            say(
                "outage of PostgreSQL skipped: install Debian's package postgresql-15 (initdb and postgres are looked for)"
            )
        return
    with postgres() as server:
        for number, how in enumerate(("in order", "as if it crashed"), start=2):
            _stopped(tally, number, reference, server, how)


def _locked(tally: Tally, number: int, reference: State) -> None:
    began = time.monotonic()
    dice = tally.dice(KIND, number)
    with installation() as here:

        def lock() -> None:
            connection = sqlite3.connect(here.folder / "store.db", timeout=30.0, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
                time.sleep(OUTAGE)
                connection.execute("ROLLBACK")
            finally:
                connection.close()

        asked, found = _through(here, reference, dice, lock)
    tally.told(KIND, number, f"SQLite locked for {OUTAGE:.0f} s after {asked} requests", found, began)


def _stopped(tally: Tally, number: int, reference: State, server: Postgres, how: str) -> None:
    began = time.monotonic()
    dice = tally.dice(KIND, number)
    url = sa.make_url(server.new_database())
    password = str(url.password)
    bare = url._replace(password=None).render_as_string()
    with installation(store_url=bare, password=password) as here:

        def stop() -> None:
            server.stop(*([] if how == "in order" else [signal.SIGQUIT]))
            time.sleep(OUTAGE)
            server.start()

        asked, found = _through(here, reference, dice, stop)
    tally.told(KIND, number, f"PostgreSQL stopped {how} for {OUTAGE:.0f} s after {asked} requests", found, began)


def _through(here: Arena, reference: State, dice: random.Random, outage: Callable[[], None]) -> tuple[int, list[str]]:
    """A run, an outage once the newsroom has been asked so often, and what is wrong after the run's end."""
    asked = dice.randint(5, 80)
    command = here.start("run")
    while len(here.newsroom.requests) < asked and command.process.poll() is None:
        time.sleep(0.01)
    if command.process.poll() is not None:
        return asked, [f"the run was over before the outage: {command.finished()}"]
    outage()
    state, found = _outcome(here, command)
    if state is not None:
        found += same(reference, state)
    return asked, found


def _outcome(here: Arena, command: Command) -> tuple[State | None, list[str]]:
    try:
        finished = command.finished()
    except AssertionError as error:
        return None, [str(error)]
    if finished.code:
        return None, [f"the run fails: {finished}"]
    return aftermath(here, None, set())
