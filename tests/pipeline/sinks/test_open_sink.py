"""Sinks as the settings name them."""

import subprocess
import sys

import pytest

from pipeline.sinks import open_sink
from pipeline.sinks.jsonl import JsonlSink
from tests.pipeline.sinks.receiver import KEY
from tests.transforms.alerts.fakes import alert
from transforms.alerts.ports import BatchSink, SinkError
from transforms.config import NetworkConfig, SinkConfig

NETWORK = NetworkConfig()


def test_each_kind_is_opened(tmp_path):
    path = tmp_path / "alerts.jsonl"
    assert isinstance(open_sink(SinkConfig("file", "jsonl", path=str(path)), NETWORK), JsonlSink)
    assert path.exists()
    hook = SinkConfig("desk", "webhook", url_env="URL", secret_env="KEY")
    assert repr(open_sink(hook, NETWORK, environment={"URL": "https://h.test/", "KEY": KEY})) == "WebhookSink('desk')"
    assert not isinstance(open_sink(SinkConfig("out", "stdout"), NETWORK), BatchSink)


def test_a_secret_that_is_not_set_may_be_set_later():
    with pytest.raises(SinkError, match="DESK_URL") as caught:
        open_sink(SinkConfig("desk", "webhook", url_env="DESK_URL"), NETWORK, environment={})
    assert not caught.value.final


def test_a_kind_that_there_is_not_is_a_mistake():
    with pytest.raises(ValueError, match="kinds are stdout, jsonl and webhook"):
        open_sink(SinkConfig("x", "pigeon"), NETWORK)


def test_alerts_are_printed_and_numbered_by_the_process(capsys):
    for zone in ("UTC", "Europe/Kyiv"):
        open_sink(SinkConfig("out", "stdout"), NETWORK, zone).send(alert())
    first, second = capsys.readouterr().out.strip().split("\n\n")
    number = int(first.split()[1])
    assert first.splitlines()[0].endswith("new, 27 Apr 12:01 UTC")
    assert second.splitlines()[0].endswith("new, 27 Apr 15:01 EEST")
    assert second.startswith(f"ALERT {number + 1}  North Korea")


def test_a_reader_that_has_gone_is_a_passing_failure():
    script = """
import os, sys
from pipeline.sinks import open_sink
from tests.transforms.alerts.fakes import alert
from transforms.alerts.ports import SinkError
from transforms.config import NetworkConfig, SinkConfig
read, write = os.pipe()
os.close(read)
os.dup2(write, 1)
try:
    open_sink(SinkConfig("out", "stdout"), NetworkConfig()).send(alert())
except SinkError as error:
    print(error, error.final, file=sys.stderr)
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert "sink 'out': standard output cannot be written: Broken pipe False" in done.stderr
