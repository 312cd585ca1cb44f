"""The file of events: whole at every moment, each event once."""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.sinks.jsonl import JsonlSink
from tests.transforms.alerts.fakes import alert
from transforms.alerts.ports import BatchSink, SinkError


def ids(path):
    return [json.loads(line)["id"] for line in path.read_bytes().decode().split("\n")[:-1]]


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_without_alerts_is_there_and_empty(tmp_path):
    sink = JsonlSink("file", tmp_path / "out" / "alerts.jsonl")
    assert isinstance(sink, BatchSink)
    assert (tmp_path / "out" / "alerts.jsonl").read_bytes() == b""
    sink.send_all([])
    assert names(tmp_path / "out") == ["alerts.jsonl"]


def test_each_event_is_written_once_however_often_it_is_sent(tmp_path):
    path = tmp_path / "alerts.jsonl"
    sink = JsonlSink("file", path)
    sink.send(alert())
    sink.send(alert())
    sink.send_all([alert(revision=2), alert(), alert(revision=2), alert(id="b")])
    JsonlSink("file", path).send_all([alert(), alert(id="c")])
    assert ids(path) == ["00a1b2c3d4e5f607.1", "00a1b2c3d4e5f607.2", "b.1", "c.1"]
    assert names(tmp_path) == ["alerts.jsonl"]


def test_what_other_hands_put_into_the_file_or_took_from_it_is_respected(tmp_path):
    path = tmp_path / "alerts.jsonl"
    sink = JsonlSink("file", path)
    sink.send(alert())
    path.write_text('{"id": "b.1"}\nnot json\n[1]\n{"id": 5}\n{"id": "torn')
    sink.send_all([alert(id="b"), alert(id="c")])
    lines = path.read_text().splitlines()
    assert lines[:5] == ['{"id": "b.1"}', "not json", "[1]", '{"id": 5}', '{"id": "torn']
    assert [json.loads(line)["id"] for line in lines[5:]] == ["c.1"]
    path.unlink()
    sink.send(alert(id="b"))
    assert ids(path) == ["b.1"]


def test_what_a_killed_writer_left_beside_the_file_does_no_harm(tmp_path):
    path = tmp_path / "alerts.jsonl"
    sink = JsonlSink("file", path)
    sink.send(alert())
    (tmp_path / ".alerts.jsonl.tmp").write_bytes(b'{"id": "half')
    sink.send(alert(id="b"))
    assert ids(path) == ["00a1b2c3d4e5f607.1", "b.1"]
    assert names(tmp_path) == ["alerts.jsonl"]


def test_a_link_to_a_file_stays_a_link(tmp_path):
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(real)
    JsonlSink("file", link).send(alert())
    assert link.is_symlink()
    assert len(ids(real)) == 1


def test_a_place_that_cannot_be_written_is_an_error_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        SinkError, match=r"sink 'x': '.*file/alerts.jsonl' cannot be written: .*; make room or change"
    ) as e:
        JsonlSink("x", tmp_path / "file" / "alerts.jsonl")
    assert not e.value.final


def test_a_full_disk_leaves_the_file_as_it_was_and_a_later_try_succeeds(tmp_path):
    """A limit on the size of files stands for the full disk."""
    script = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
from pipeline.sinks.jsonl import JsonlSink
from tests.transforms.alerts.fakes import alert
from transforms.alerts.ports import SinkError
path = Path({str(tmp_path / "alerts.jsonl")!r})
sink = JsonlSink("file", path)
sink.send(alert())
before = path.read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, resource.RLIM_INFINITY))
try:
    sink.send(alert(revision=2))
except SinkError as error:
    print(error)
assert path.read_bytes() == before
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sink.send(alert(revision=2))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "cannot be written: File too large" in done.stdout
    assert ids(tmp_path / "alerts.jsonl") == ["00a1b2c3d4e5f607.1", "00a1b2c3d4e5f607.2"]


def test_a_writer_killed_at_any_moment_leaves_a_whole_file_and_what_it_had_told(tmp_path):
    path = tmp_path / "alerts.jsonl"
    script = f"""
from pipeline.sinks.jsonl import JsonlSink
from tests.transforms.alerts.fakes import alert
sink = JsonlSink("file", {str(path)!r})
for number in range(10_000):
    sink.send(alert(id=f"{{number:05d}}", title="x" * 20_000))
    print(f"{{number:05d}}.1", flush=True)
"""
    for kills in range(4):
        writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        last = ""
        for _ in range(5 * kills + 1):
            last = writer.stdout.readline().strip()
        writer.send_signal(signal.SIGKILL)
        told = [last, *writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        found = ids(path)
        assert found == sorted(set(found))
        assert {line for line in told if line} <= set(found)


def test_writers_and_a_reader_side_by_side(tmp_path):
    path = tmp_path / "alerts.jsonl"
    writers = [
        threading.Thread(target=lambda n=n: [JsonlSink("f", path).send(alert(id=f"{n}-{i}")) for i in range(15)])
        for n in range(3)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if path.exists():
            assert path.read_bytes()[-1:] in {b"", b"\n"}
        time.sleep(0)
    assert len(ids(path)) == len(set(ids(path))) == 45


def test_the_path_may_be_a_string(tmp_path):
    JsonlSink("file", str(tmp_path / "a.jsonl")).send(alert())
    assert len(ids(Path(tmp_path / "a.jsonl"))) == 1
