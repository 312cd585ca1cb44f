"""Prism's binary: found where it is said to be, fetched only when its hash is right."""

import functools
import hashlib
import os
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from apache_beam.version import __version__ as beam_version

from pipeline import prism


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Prism: empty cache, empty PATH."""
    monkeypatch.setenv("WIREWATCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("WIREWATCH_PRISM", raising=False)
    return tmp_path


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with the folder of this version's release, and that folder."""
    folder = tmp_path / "releases" / f"v{beam_version}"
    folder.mkdir(parents=True)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "releases"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", folder
        server.shutdown()


def put_release(folder: Path, *, published: str | None = None) -> None:
    name = prism.release_name()
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(name.removesuffix(".zip"), "#!/bin/sh\nexit 7\n")
    digest = published or hashlib.sha512((folder / name).read_bytes()).hexdigest()
    (folder / f"{name}.sha512").write_text(f"{digest}  {name}\n")


def test_no_binary_is_found_where_there_is_none(nowhere: Path) -> None:
    assert prism.find_prism() is None


def test_the_cache_is_found(nowhere: Path) -> None:
    binary = executable(nowhere / "cache" / "bin" / "prism")
    assert prism.find_prism() == binary


def test_a_binary_on_the_path_is_found(nowhere: Path) -> None:
    binary = executable(nowhere / "bin" / "prism")
    assert prism.find_prism() == binary


def test_a_named_binary_is_taken_and_no_other(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(nowhere / "bin" / "prism")
    named = executable(nowhere / "mine")
    monkeypatch.setenv("WIREWATCH_PRISM", str(named))
    assert prism.find_prism() == named
    monkeypatch.setenv("WIREWATCH_PRISM", str(nowhere / "missing"))
    assert prism.find_prism() is None


def test_a_release_with_the_published_hash_is_put_in_place(releases: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = releases
    put_release(folder)
    binary = prism.fetch(tmp_path / "bin", address)
    assert os.access(binary, os.X_OK)
    assert binary.read_text().endswith("exit 7\n")


def test_a_release_with_another_hash_is_refused(releases: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = releases
    put_release(folder, published="0" * 128)
    with pytest.raises(prism.PrismError, match="SHA-512"):
        prism.fetch(tmp_path / "bin", address)
    assert not (tmp_path / "bin" / "prism").exists()


def test_a_release_that_cannot_be_had_says_what_to_do(releases: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(prism.PrismError, match="install Go"):
        prism.fetch(tmp_path / "bin", releases[0])


def test_building_needs_go(nowhere: Path) -> None:
    with pytest.raises(prism.PrismError, match="no `go`"):
        prism.build(nowhere / "cache" / "bin")


def test_the_command_uses_what_is_there(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = executable(nowhere / "cache" / "bin" / "prism")
    assert prism.main() == 0
    assert str(binary) in capsys.readouterr().out
