import asyncio

import pytest

from transforms.feeds.deadlines import Deadlines


def test_block_that_takes_too_long_gets_a_timeout_and_its_neighbours_do_not():
    async def run():
        deadlines = Deadlines()

        async def wait(seconds, event):
            with deadlines.within(seconds):
                await event.wait()
            return "done"

        never, soon = asyncio.Event(), asyncio.Event()
        slow, fast = asyncio.create_task(wait(0.1, never)), asyncio.create_task(wait(60.0, soon))
        with pytest.raises(TimeoutError):
            await slow
        soon.set()
        return await fast

    assert asyncio.run(run()) == "done"


def test_cancellation_from_outside_stays_one():
    async def run():
        deadlines = Deadlines()

        async def wait():
            with deadlines.within(60.0):
                await asyncio.Event().wait()

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    asyncio.run(run())


def test_nothing_is_kept_of_blocks_that_have_ended_in_time():
    async def run():
        deadlines = Deadlines()
        for _ in range(5):
            with deadlines.within(0.01):
                pass
        return deadlines._buckets.values()

    assert not any(asyncio.run(run()))
