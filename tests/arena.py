"""A whole installation for tests: a newsroom, a webhook's receiver, a folder with settings, `wirewatch` in processes.

with arena(tmp_path) as here:
    finished = here.wirewatch("run")
    with here.store() as store: ...
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.bundled import bundled
from pipeline.newsroom.server import Newsroom
from pipeline.prism import build, find_prism
from pipeline.store.store import Store, open_store
from tests.pipeline.sinks.receiver import KEY, Receiver, receiver

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0
"""Seconds that a command may take here, on a machine that does other things too: about ten times what it needs."""
EXTRACTION_DEADLINE = 4.0
"""Seconds: short, because the newsroom's hostile page uses all of it."""


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"exit code {self.code} after {self.seconds:.1f} s\n--- out\n{self.out}\n--- err\n{self.err}"


class Command:
    """`wirewatch` under way in a session of its own."""

    def __init__(self, arguments: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        self._began = time.monotonic()
        self._out, self._err = (folder / f"{time.time_ns()}.{name}" for name in ("out", "err"))
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL to this process alone, not to its children: they have to notice."""
        self.process.kill()

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def finished(self, patience: float = PATIENCE) -> Finished:
        """Wait for its end; beyond patience it is killed and said to hang."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {patience:.0f} s; {self._ended(-9)}") from None
        return self._ended(code)

    def said(self) -> str:
        """What it has said to standard error until now."""
        return self._err.read_text(errors="replace")

    def _ended(self, code: int) -> Finished:
        seconds = time.monotonic() - self._began
        return Finished(code, self._out.read_text(errors="replace"), self.said(), seconds)

    def children(self) -> list[int]:
        """All processes that descend from it, nearest first."""
        return descendants(self.pid)


@dataclass
class Desk:
    """Events as the webhook's receiver has verified and counted them."""

    receiver: Receiver

    def bodies(self) -> dict[str, list[bytes]]:
        """Event id -> bodies in order of arrival."""
        found: dict[str, list[bytes]] = {}
        for request in list(self.receiver.requests):
            assert "webhook-signature" in request.headers, "an event came unsigned"
            found.setdefault(json.loads(request.body)["id"], []).append(request.body)
        return found

    def events(self) -> list[dict[str, Any]]:
        """The first of each id."""
        return [json.loads(bodies[0]) for bodies in self.bodies().values()]


@dataclass
class Arena:
    """One installation.

    Args:
        folder: where its files are.
        newsroom: running.
        desk: running.
        store_url: of the store, without a password.
        password: of PostgreSQL.
        tables: settings over the usual ones: table -> key -> value.
    """

    folder: Path
    newsroom: Newsroom
    desk: Desk
    store_url: str = ""
    password: str = ""
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store_url = self.store_url or f"sqlite:///{self.folder / 'store.db'}"
        self.alerts = self.folder / "alerts.jsonl"
        self.settings = self.folder / "settings.toml"
        feeds = "".join(
            f'<outline type="rss" text="{feed.name}" xmlUrl="{feed.url}"/>\n' for feed in self.newsroom.feeds()
        )
        opml = f'<opml version="2.0"><head/><body>\n{feeds}</body></opml>\n'
        (self.folder / "feeds.opml").write_text(opml, encoding="utf-8")
        self.tune(self.tables)

    def tune(self, tables: dict[str, dict[str, Any]]) -> None:
        """Write the settings anew, these over the usual ones."""
        self.tables = tables
        self.settings.write_text(self._settings(), encoding="utf-8")

    def _settings(self) -> str:
        hosts = {"*.newsroom": f"127.0.0.1:{self.newsroom.port}", "desk.test": f"127.0.0.1:{self.desk.receiver.port}"}
        tables: dict[str, dict[str, Any]] = {
            "polling": {"pace": 0, "per_host": 4},
            "extraction": {"deadline": EXTRACTION_DEADLINE},
            "network": {"allow": ["127.0.0.0/8"]},
            "network.hosts": hosts,
        }
        for name, more in self.tables.items():
            tables[name] = {**tables.get(name, {}), **more}
        lines = [
            'feeds = "feeds.opml"',
            f'topics = "{bundled("seeds") / "topics.toml"}"',
            f'outlets = "{bundled("fixtures") / "newsroom" / "known-outlets.toml"}"',
            f'store = "{self.store_url}"',
        ]
        if self.password:
            lines.append('store_password_env = "ARENA_PASSWORD"')
        for name, table in tables.items():
            lines += [f"[{name}]", *(f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items())]
        lines += ["[[sinks]]", 'name = "file"', 'kind = "jsonl"', f'path = "{self.alerts}"']
        lines += [
            "[[sinks]]",
            'name = "desk"',
            'kind = "webhook"',
            'url_env = "ARENA_DESK"',
            'secret_env = "ARENA_KEY"',
        ]
        return "\n".join(lines) + "\n"

    @property
    def environment(self) -> dict[str, str]:
        more = {"ARENA_DESK": "http://desk.test/alerts", "ARENA_KEY": KEY, "PYTHONPATH": str(ROOT)}
        if self.password:
            more["ARENA_PASSWORD"] = self.password
        return {"WIREWATCH_CACHE": str(ROOT / ".cache"), **os.environ, "WIREWATCH_SETTINGS": str(self.settings), **more}

    def start(self, *arguments: str) -> Command:
        """Begin a command."""
        return Command(arguments, self.folder, self.environment)

    def wirewatch(self, *arguments: str, patience: float = PATIENCE) -> Finished:
        """A command from its start to its end."""
        return self.start(*arguments).finished(patience)

    def told(self, *arguments: str) -> Any:
        """What a command prints with --json; it has to exit with 0."""
        finished = self.wirewatch(*arguments, "--json")
        assert finished.code == 0, f"wirewatch {' '.join(arguments)}: {finished}"
        return json.loads(finished.out)

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """The store, to look into."""
        password_env = ""
        if self.password:
            password_env = "ARENA_PASSWORD"
            os.environ[password_env] = self.password
        store = open_store(self.store_url, password_env, patience=30.0, create=False)
        try:
            yield store
        finally:
            store.close()


def _toml(value: Any) -> str:
    return json.dumps(value)  # the same for text, numbers, booleans and lists of them


@contextlib.contextmanager
def arena(
    folder: Path,
    *,
    store_url: str = "",
    password: str = "",
    tables: dict[str, dict[str, Any]] | None = None,
    reveal_over: float = 0.0,
    harmless: bool = False,
    clock: Callable[[], float] = time.time,
) -> Iterator[Arena]:
    """An installation with its newsroom and desk running.

    Args:
        folder: for its files.
        store_url: None makes a SQLite file in the folder.
        password: of a PostgreSQL store.
        tables: settings over the usual ones.
        reveal_over: see Newsroom.
        harmless: the hostile page is repaired from the start.
        clock: the newsroom's.
    """
    with Newsroom(clock=clock, reveal_over=reveal_over) as newsroom, receiver() as state:
        if harmless:
            newsroom.repair()
        yield Arena(folder, newsroom, Desk(state), store_url, password, tables or {})


def prism() -> Path | None:
    """Prism's binary, built where there is Go; None: neither is to be had."""
    found = find_prism()
    if found is None and shutil.which("go"):
        found = build(Path(os.environ.get("WIREWATCH_CACHE", ROOT / ".cache")).resolve() / "bin")
    return found


NO_PRISM = "neither Go nor a Prism binary here: install Go, or say make prism, or set WIREWATCH_PRISM"
FAST_POLLING = {"every": 1, "every_unconditional": 1, "at_least": 1, "at_most": 2}
"""For streams over a newsroom."""


def eventually(found: Callable[[], Any], patience: float, what: str) -> Any:
    """Ask until the answer is true; a deadline is for liveness only."""
    deadline = time.monotonic() + patience
    while True:
        answer = found()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """Processes below one, nearest first, by /proc."""
    found, ahead = [], [pid]
    while ahead:
        parent = ahead.pop(0)
        children: list[int] = []
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                with contextlib.suppress(OSError):
                    children += map(int, (task / "children").read_text().split())
        found += children
        ahead += children
    return found


def alive(pid: int) -> bool:
    """Does the process run (a zombie does not)?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def command_of(pid: int) -> str:
    """A process's command line; empty: it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
