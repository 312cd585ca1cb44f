"""A desk: settings, feeds and topics in a folder, a store made by a replay, and the command said there."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from pipeline.cli.main import cli
from pipeline.newsroom.server import Newsroom
from tests.pipeline.replay.press import ARTICLES, TOPICS, Outcome, replay, save, topics

SETTINGS = """
feeds = "feeds.txt"
store = "sqlite:///kept.db"

[polling]
pace = "0s"
"""


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Say = Callable[..., Said]


def said(*words: str, data: bytes | None = None) -> Said:
    """`wirewatch WORDS`, in this process."""
    done = CliRunner().invoke(cli, [str(word) for word in words], input=data, prog_name="wirewatch")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A replay of the small press into a store that stays, with alerts; one line is bad."""
    folder = tmp_path_factory.mktemp("replayed")
    save(folder / "in.jsonl", [*ARTICLES, b"{broken"])
    options = ("--topics", topics(folder), "--alert", "--store", f"sqlite:///{folder}/kept.db")
    done = replay(folder / "in.jsonl", folder / "out", *options)
    assert done.exit_code == 0, done.said
    return done


@pytest.fixture
def bare_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, topics and no feeds yet, which is the working folder; no store."""
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "topics.toml").write_text(TOPICS, encoding="utf-8")
    (tmp_path / "feeds.txt").write_text("# none yet\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIREWATCH_SETTINGS", raising=False)
    return tmp_path


@pytest.fixture
def desk(bare_desk: Path, replayed: Outcome) -> Path:
    """The same with the replayed store, a copy of its own."""
    shutil.copy(replayed.out.parent / "kept.db", bare_desk / "kept.db")
    return bare_desk


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture
def say() -> Say:
    return said
