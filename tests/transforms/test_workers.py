"""The worker pool: a task that hangs, swells or crashes dies alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut, shared_pool

LIVENESS = 30.0


def hang() -> None:
    while True:
        pass


def hang_in_c() -> int:
    return 7 ** (7**8) % 10  # one long call that never lets a signal handler run


def swell() -> int:
    held = []
    while True:
        held.append(bytearray(b"x" * 1_000_000))


def swell_at_once() -> int:
    return len(bytearray(2 << 30))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def own_error() -> None:
    raise KeyError("not there")


def own_timeout() -> None:
    raise TimeoutError("the function's own")


def unpicklable() -> object:
    return lambda: None


def killed_at_first(marks: str) -> int:
    """Killed from outside while the first worker has it; then how many workers have had it."""
    Path(marks, str(os.getpid())).touch()
    if len(list(Path(marks).iterdir())) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return len(list(Path(marks).iterdir()))


def always_killed(marks: str) -> None:
    Path(marks, str(os.getpid())).touch()
    os.kill(os.getpid(), signal.SIGKILL)


def double(value: int) -> int:
    return 2 * value


def ignores_interrupt() -> bool:
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(2, memory=64 << 20)
    yield pool
    pool.close()


def test_results_come_back(pool: WorkerPool) -> None:
    futures = [pool.submit(double, value, deadline=10.0) for value in range(20)]
    assert [future.result(LIVENESS) for future in futures] == [2 * value for value in range(20)]


def test_an_interrupt_is_the_parents_business(pool: WorkerPool) -> None:
    assert pool.submit(ignores_interrupt, deadline=10.0).result(LIVENESS)


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (hang, WorkerTimedOut, "still running after 0.5 s"),
        (hang_in_c, WorkerTimedOut, "still running after 0.5 s"),
        (crash, WorkerDied, "SIGSEGV"),
        (leave, WorkerDied, "exit code 3"),
        (own_error, KeyError, "not there"),
        (own_timeout, TimeoutError, "own"),
    ],
)
def test_a_failing_task_says_how_and_its_neighbours_finish(
    pool: WorkerPool, function: object, error: type[Exception], words: str
) -> None:
    before = [pool.submit(double, value, deadline=10.0) for value in range(3)]
    failing = pool.submit(function, deadline=0.5)
    after = [pool.submit(double, value, deadline=10.0) for value in range(3)]
    with pytest.raises(error, match=words):
        failing.result(LIVENESS)
    assert [future.result(LIVENESS) for future in before + after] == [0, 2, 4, 0, 2, 4]


@pytest.mark.parametrize("function", [swell, swell_at_once])
def test_a_task_that_outgrows_its_memory_is_killed(pool: WorkerPool, function: object) -> None:
    with pytest.raises(WorkerDied, match="grew by more than 64 MiB"):
        pool.submit(function, deadline=20.0).result(LIVENESS)
    assert pool.submit(double, 4, deadline=10.0).result(LIVENESS) == 8


def test_what_cannot_be_sent_back_is_an_error_of_that_task(pool: WorkerPool) -> None:
    with pytest.raises(Exception):  # noqa: B017 - pickle raises a different class in each Python
        pool.submit(unpicklable, deadline=10.0).result(LIVENESS)
    assert pool.submit(double, 4, deadline=10.0).result(LIVENESS) == 8


def test_hanging_tasks_on_every_worker_hold_up_nobody(pool: WorkerPool) -> None:
    hanging = [pool.submit(hang, deadline=3.0) for _ in range(2)]
    assert pool.submit(double, 4, deadline=10.0).result(LIVENESS) == 8
    assert not any(future.done() for future in hanging)
    for future in hanging:
        with pytest.raises(WorkerTimedOut):
            future.result(LIVENESS)


def test_an_idle_worker_killed_from_outside_loses_no_task(pool: WorkerPool) -> None:
    pids = {pool.submit(os.getpid, deadline=10.0).result(LIVENESS) for _ in range(20)}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    futures = [pool.submit(double, value, deadline=10.0) for value in range(20)]
    results = []
    for future in futures:
        try:
            results.append(future.result(LIVENESS))
        except WorkerDied:  # the task that a dying worker had just taken
            continue
    assert len(results) >= 18
    assert pool.submit(double, 4, deadline=10.0).result(LIVENESS) == 8


def test_a_worker_killed_from_outside_costs_no_task(pool: WorkerPool, tmp_path: Path) -> None:
    assert pool.submit(killed_at_first, str(tmp_path), deadline=10.0).result(LIVENESS) == 2


def test_a_task_that_is_killed_twice_is_given_up(pool: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(WorkerDied, match="SIGKILL"):
        pool.submit(always_killed, str(tmp_path), deadline=10.0).result(LIVENESS)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_task_cancelled_in_time_never_runs(pool: WorkerPool) -> None:
    hanging = [pool.submit(hang, deadline=1.0) for _ in range(4)]
    waiting = pool.submit(double, 4, deadline=10.0)
    assert waiting.cancel()
    for future in hanging:
        with pytest.raises(WorkerTimedOut):
            future.result(LIVENESS)
    assert pool.submit(double, 4, deadline=10.0).result(LIVENESS) == 8


def test_a_closed_pool_takes_nothing_more() -> None:
    pool = WorkerPool(1)
    done = pool.submit(double, 1, deadline=10.0)
    pool.close()
    assert done.result(0) == 2
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(double, 1, deadline=10.0)


def test_a_process_has_one_pool_of_a_kind() -> None:
    assert shared_pool(1, 64 << 20) is shared_pool(1, 64 << 20)


PARENT = """
import os, sys
from tests.transforms.test_workers import hang
from transforms.workers import WorkerPool
pool = WorkerPool(2)
print(pool.submit(os.getpid, deadline=10.0).result(20), flush=True)
pool.submit(hang, deadline=60.0)
sys.stdin.read()
"""


def test_workers_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(f"if __name__ == '__main__':\n    exec({PARENT!r})\n")
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert parent.stdout is not None
    assert int(parent.stdout.readline())
    parent.kill()
    parent.communicate(timeout=LIVENESS)  # to the output's end: no worker and no fork server holds it any more
