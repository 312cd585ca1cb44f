import asyncio

import pytest

from transforms.feeds.under_way import UnderWay


async def forever() -> None:
    await asyncio.Event().wait()


def test_only_what_has_been_asked_for_is_left_when_the_context_ends():
    async def run() -> list[str]:
        tasks, answers = UnderWay[str](), asyncio.Event()
        ended: list[str] = []

        async def work(name: str) -> None:
            await answers.wait()
            ended.append(name)

        async with tasks.watched():
            for name in ("asked", "waiting"):
                tasks.begin(name, work(name))
            tasks.asked("asked")
        answers.set()
        await tasks.finish()
        assert len(tasks) == 0
        return ended

    assert asyncio.run(run()) == ["asked"]


def test_a_task_that_is_cancelled_before_it_runs_is_gone():
    async def run() -> int:
        tasks = UnderWay[int]()
        tasks.begin(1, forever())
        tasks.abandon()
        await tasks.finish()
        return len(tasks)

    assert asyncio.run(run()) == 0


def test_answers_that_do_not_come_soon_are_not_waited_for(monkeypatch):
    monkeypatch.setattr("transforms.feeds.under_way.GRACE", 0.01)

    async def run() -> int:
        tasks = UnderWay[int]()
        async with tasks.watched():
            tasks.begin(1, forever())
            tasks.asked(1)
        await tasks.finish()
        return len(tasks)

    assert asyncio.run(run()) == 0


def test_an_error_ends_the_context_that_works_on():
    async def fail() -> None:
        raise ConnectionError("database gone")

    async def run() -> None:
        tasks = UnderWay[int]()
        async with tasks.watched():
            tasks.begin(1, fail())
            await forever()

    with pytest.raises(ExceptionGroup) as failed:
        asyncio.run(run())
    assert "database gone" in repr(failed.value)


def test_fewer_waits_for_one_to_end():
    async def run() -> int:
        tasks, end = UnderWay[int](), asyncio.Event()

        async def work() -> None:
            await end.wait()

        async with tasks.watched():
            for number in range(3):
                tasks.begin(number, work())
                tasks.asked(number)
            asyncio.get_running_loop().call_soon(end.set)
            await tasks.fewer_than(2)
            return len(tasks)

    assert asyncio.run(run()) < 2
