"""A real PostgreSQL server for tests, on 127.0.0.1 and a free port, in a folder of its own.

    with postgres() as server:
        url = server.new_database()

Its programs are looked for on the PATH and where Debian puts them. It ends with the process that started it.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

USER = "wirewatch"
START_SECONDS = 30.0


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres; None: there is none on this machine."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


class Postgres:
    """One server; stop and start it at will, its data stays until the end."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.port = 0
        self.password = secrets.token_hex(8)

    def create(self) -> None:
        """Make the data folder; the server itself refuses to be root, so both belong to nobody then."""
        password = self._folder / "password"
        password.write_text(self.password)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
            os.chown(password, nobody.pw_uid, nobody.pw_gid)
        options = ["--username", USER, "--auth", "scram-sha-256", "--pwfile", str(password), "--no-sync"]
        options += ["--encoding", "UTF8", "--locale", "C"]
        command = self._unprivileged([str(self._programs / "initdb"), "--pgdata", str(self._data), *options])
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)

    def start(self) -> None:
        """Start the server, on the port that it had before, and wait until it answers."""
        for _ in range(5):
            self.port = self.port or _free_port()
            settings = {
                "port": self.port,
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "fsync": "off",
                "shared_buffers": "16MB",
                "max_connections": 60,
            }
            command = [str(self._programs / "postgres"), "-D", str(self._data)]
            command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._unprivileged(command), cwd=self._folder, stdout=log, stderr=log, start_new_session=True
                )
            if self._answers():
                return
            self.port = 0  # somebody took it meanwhile
        raise RuntimeError(f"PostgreSQL does not start; its log says:\n{self._log.read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server, cutting its connections off: in order (SIGINT), or as if it crashed (SIGQUIT)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None

    def new_database(self) -> str:
        """URL, with password, of an empty database of its own."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, user=USER, password=self.password, dbname=database, connect_timeout=5
        )

    def _answers(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(self._conninfo("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    @staticmethod
    def _unprivileged(command: list[str]) -> list[str]:
        setpriv = shutil.which("setpriv")
        if os.geteuid() == 0:
            if setpriv is None:
                raise RuntimeError(
                    "PostgreSQL does not run as root, and there is no setpriv to run it as somebody else"
                )
            nobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            return [setpriv, *nobody, "--pdeathsig", "INT", "--", *command]
        return [setpriv, "--pdeathsig", "INT", "--", *command] if setpriv else command


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; where there is none to be had the test is skipped, on CI it fails."""
    programs = postgres_programs()
    if programs is None:
        missing = "no PostgreSQL here: install Debian's package postgresql-15 (initdb and postgres are looked for)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-postgres-"))
    server = Postgres(programs, folder)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
