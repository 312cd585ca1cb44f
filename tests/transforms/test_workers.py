"""The worker pool: a task that hangs, swells or crashes dies alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut, _Task, shared_pool

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


ENDING = """
from concurrent.futures import wait
from tests.transforms.test_workers import double, hang
from transforms.workers import shared_pool
pool = shared_pool(2)
hanging = [pool.submit(hang, deadline=60.0) for _ in range(8)]
print(pool.submit(double, 4, deadline=60.0).result(60), flush=True)
"""


def test_a_process_ends_though_its_tasks_hang(tmp_path: Path) -> None:
    script = tmp_path / "ending.py"
    script.write_text(f"if __name__ == '__main__':\n    exec({ENDING!r})\n")
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        timeout=2 * LIVENESS,
        check=True,
    )
    assert ended.stdout == b"8\n"
    assert ended.stderr == b""


def stopped(pool: WorkerPool) -> None:
    """Its workers stand still with whatever they hold, as dead ones do that held Pebble's queue."""
    for pid in pool._pool._pool_manager.worker_manager.workers:
        os.kill(pid, signal.SIGSTOP)


def test_a_task_that_the_pool_has_lost_is_run_by_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.workers._LOST_AFTER", 0.5)
    pool = WorkerPool(1)
    assert pool.submit(double, 3, deadline=10.0).result(LIVENESS) == 6
    broken = pool._pool
    stopped(pool)
    lost = [pool.submit(double, value, deadline=4.0) for value in range(3)]
    assert [future.result(LIVENESS) for future in lost] == [0, 2, 4]
    assert pool._pool is not broken
    pool.close()


def test_a_task_that_ends_while_it_is_put_back_stops_nobody() -> None:
    """A pool that breaks puts all running tasks back; one of them may have its result by then."""
    pool = WorkerPool(1)
    ended = _Task(double, (1,), 10.0)
    ended.future.set_result(2)
    pool._put_back(ended)
    assert pool.submit(double, 3, deadline=10.0).result(LIVENESS) == 6
    pool.close()


def test_a_task_that_three_pools_lose_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.workers._LOST_AFTER", 0.5)
    pool = WorkerPool(1)
    new_pool = pool._new_pool

    def new_and_stopped() -> object:
        made = new_pool()
        made.schedule(double, args=(1,)).result(LIVENESS)
        for pid in made._pool_manager.worker_manager.workers:
            os.kill(pid, signal.SIGSTOP)
        return made

    assert pool.submit(double, 3, deadline=10.0).result(LIVENESS) == 6
    stopped(pool)
    monkeypatch.setattr(pool, "_new_pool", new_and_stopped)
    with pytest.raises(WorkerDied, match=r"broke three times.*lost"):
        pool.submit(double, 1, deadline=0.5).result(LIVENESS)
    monkeypatch.undo()
    pool._pool.stop()
    pool._pool.join()


def finish_after(marks: str, others: int) -> int:
    """Hangs until so many others have finished."""
    while len(list(Path(marks).iterdir())) < others:
        pass
    return others


def mark(marks: str, number: int) -> int:
    Path(marks, str(number)).touch()
    return number


def test_however_many_tasks_hang_the_others_find_a_worker(pool: WorkerPool, tmp_path: Path) -> None:
    """Six that hang on a pool of two, each until all the others are done: none of these may wait for one of them."""
    hanging = [pool.submit(finish_after, str(tmp_path), 12, deadline=60.0) for _ in range(6)]
    others = [pool.submit(mark, str(tmp_path), number, deadline=60.0) for number in range(12)]
    assert [future.result(LIVENESS) for future in others] == list(range(12))
    assert [future.result(LIVENESS) for future in hanging] == [12] * 6


def test_a_task_set_aside_has_its_whole_deadline(pool: WorkerPool) -> None:
    hanging = [pool.submit(hang, deadline=0.5) for _ in range(6)]
    for future in hanging:
        with pytest.raises(WorkerTimedOut, match=r"after 0\.5 s"):
            future.result(LIVENESS)
