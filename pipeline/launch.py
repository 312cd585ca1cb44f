"""Options to a runner: a bounded pass in this process, or a stream without end on Prism or a cluster."""

import contextlib
import functools
import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import grpc  # type: ignore[import-untyped]
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.prism_runner import PrismRunner
from apache_beam.runners.runner import PipelineState

from pipeline import graph
from pipeline.children import die_with_parent
from pipeline.parts import Parts
from transforms.feeds.ports import Shard
from transforms.model import Article

log = logging.getLogger(__name__)

SILENCE = 120.0
"""Seconds without a beat of the source after which a stream counts as dead, whatever state its runner reports."""
PRISM_STARTS_IN = 30.0
_DYING = 2.0
"""Seconds after its connection for which a dying Prism may take to be gone."""
STATE_EVERY = 1.0
_LOCAL = {None, "", "DirectRunner", "FnApiRunner"}


class StreamDied(Exception):  # noqa: N818 - it reads as what happened
    """The stream's runner failed or has gone silent; the store has all that was decided: start it again."""


def run_pass(parts: Parts, beam_args: Sequence[str]) -> None:
    """One bounded pass from feeds to alerts."""
    _run_bounded(lambda pipeline: graph.watch(pipeline, parts, [Shard()], bounded=True), beam_args)


def run_chunk(parts: Parts, articles: list[Article], beam_args: Sequence[str]) -> None:
    """One chunk of a replay."""
    _run_bounded(lambda pipeline: graph.replay(pipeline, parts, articles), beam_args)


def _run_bounded(build: Callable[[beam.Pipeline], Any], beam_args: Sequence[str]) -> None:
    options = _options(beam_args)
    chosen = options.view_as(StandardOptions).runner
    # Said by name: Beam's DirectRunner chooses among three by what it finds in the graph (docs/design-notes.md).
    runner = FnApiRunner() if chosen in _LOCAL else None
    pipeline = beam.Pipeline(runner=runner, options=options)
    build(pipeline)
    pipeline.run().wait_until_finish()


def run_stream(parts: Parts, shards: list[Shard], beam_args: Sequence[str], prism: Path | None) -> None:
    """The same graph without end; returns when it has drained.

    Args:
        parts: what the steps are handed.
        shards: of the hosts; one a follower.
        beam_args: Beam's options; --runner chooses another runner than Prism.
        prism: Prism's binary; None only with another runner.

    Raises:
        StreamDied: the runner failed or went silent.
    """
    options = _options([*beam_args, "--streaming"])
    chosen = options.view_as(StandardOptions).runner
    if chosen not in {None, "", "PrismRunner"}:
        pipeline = beam.Pipeline(options=options)
        graph.watch(pipeline, parts, shards, bounded=False)
        pipeline.run().wait_until_finish()
        return
    if prism is None:
        raise StreamDied("there is no Prism binary; say `make prism`, or set WIREWATCH_PRISM to one")
    _quieten_lost_threads()
    with _prism_server(prism) as (server, endpoint):
        options = _options([*beam_args, "--streaming", f"--job_endpoint={endpoint}", "--environment_type=LOOPBACK"])
        pipeline = beam.Pipeline(runner=PrismRunner(), options=options)
        graph.watch(pipeline, parts, shards, bounded=False)
        try:
            _supervise(pipeline.run(), parts)
        except grpc.RpcError as error:
            raise StreamDied(_how_prism_ended(server, error)) from error


def _supervise(result: Any, parts: Parts) -> None:
    """Wait for the stream's end; a runner may report RUNNING over a dead stream, so its beats count, not its state.

    Raises:
        grpc.RpcError: the runner is gone.
        StreamDied: it has given up, or has been silent for too long.
    """
    while True:
        state = result.state
        if PipelineState.is_terminal(state):
            if state != PipelineState.DONE:
                raise StreamDied(f"the stream's runner ended as {state}; start it again, nothing decided is lost")
            return
        silent = time.monotonic() - parts.last_beat()
        if silent > SILENCE:
            raise StreamDied(
                f"the stream has been silent for {silent:.0f} s though its runner says {state}; start it again"
            )
        time.sleep(STATE_EVERY)


def _options(beam_args: Sequence[str]) -> PipelineOptions:
    return PipelineOptions(list(beam_args), allow_unsafe_triggers=False)


@functools.cache
def _quieten_lost_threads() -> None:
    """Each of Beam's threads falls over a runner that is gone with a stack of its own; we say it once, in words."""
    unless_lost = threading.excepthook

    def fallen(args: threading.ExceptHookArgs) -> None:
        if isinstance(args.exc_value, grpc.RpcError):
            log.info("%s has lost the runner", args.thread and args.thread.name)
        else:
            unless_lost(args)

    def not_lost(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], grpc.RpcError))

    threading.excepthook = fallen
    logging.getLogger("apache_beam.runners.worker.data_plane").addFilter(not_lost)


def _how_prism_ended(server: "subprocess.Popen[bytes]", error: grpc.RpcError) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(_DYING)
    code = server.returncode
    if code is None:
        how = f"does not answer ({error.code().name if isinstance(error, grpc.Call) else error})"
    else:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return f"the stream's runner, Prism, {how}; start the stream again, nothing decided is lost"


@contextlib.contextmanager
def _prism_server(binary: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """A Prism of our own that dies with this process, so that no launcher killed before leaves one behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(binary), f"--job_port={port}", "--serve_http=false", "--log_kind=json", "--log_level=warn"]
    server = subprocess.Popen(  # noqa: S603 - our own binary, found by pipeline.prism
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=functools.partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one system call, no lock
        start_new_session=True,  # Ctrl-C is for us to handle
    )
    threading.Thread(target=_log_lines, args=(server,), name="prism's log", daemon=True).start()
    try:
        _await_port(server, port)
        yield server, f"localhost:{port}"
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _log_lines(server: "subprocess.Popen[bytes]") -> None:
    if server.stderr is None:
        return
    with server.stderr:
        for line in server.stderr:
            log.info("prism: %s", line.decode("utf-8", "replace").rstrip())


def _await_port(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + PRISM_STARTS_IN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise StreamDied(f"Prism ended with exit code {server.returncode} at its start; say `make prism` anew")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise StreamDied(f"Prism did not answer within {PRISM_STARTS_IN:.0f} s of its start")
