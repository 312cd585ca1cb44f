"""A stream whose runner cannot be had says so in a line."""

from pathlib import Path

import pytest

from pipeline import launch
from pipeline.launch import StreamDied, run_stream
from pipeline.parts import Parts
from pipeline.settings.settings import Settings
from pipeline.store.store import StoreAddress
from transforms.feeds.ports import Shard


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    settings = Settings(tmp_path / "settings.toml", tmp_path / "feeds.opml", tmp_path / "topics.toml")
    return Parts(settings, StoreAddress(f"sqlite:///{tmp_path / 'store.db'}"), "test")


def program(folder: Path, lines: str) -> Path:
    path = folder / "prism"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def test_no_binary(parts: Parts) -> None:
    with pytest.raises(StreamDied, match="no Prism binary; say `make prism`, or set WIREWATCH_PRISM"):
        run_stream(parts, [Shard()], [], None)


def test_a_binary_that_ends_at_once(parts: Parts, tmp_path: Path) -> None:
    with pytest.raises(StreamDied, match="Prism ended with exit code 3 at its start; say `make prism` anew"):
        run_stream(parts, [Shard()], [], program(tmp_path, "exit 3"))


def test_a_binary_that_never_answers_is_not_left_behind(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "PRISM_STARTS_IN", 0.5)
    pid = tmp_path / "pid"
    with pytest.raises(StreamDied, match="Prism did not answer within"):
        run_stream(parts, [Shard()], [], program(tmp_path, f"echo $$ > {pid}; exec sleep 60"))
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()
