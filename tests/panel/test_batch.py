"""The batcher: groups, order, bounds, and what happens to waiting callers when something fails."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from minipanel.services import batch
from minipanel.services.batch import Batcher, BatcherFull

pytestmark = pytest.mark.anyio


async def test_what_arrives_while_a_group_runs_goes_into_the_next() -> None:
    groups: list[list[int]] = []
    go_on = threading.Event()
    has_begun = threading.Event()

    def double(works: list[int]) -> list[int]:
        groups.append(works)
        has_begun.set()
        go_on.wait(5)
        return [2 * work for work in works]

    batcher = Batcher(double, "test", limit=100)
    batcher.start()
    first = asyncio.create_task(batcher.submit(1))
    await asyncio.to_thread(has_begun.wait, 5)
    others = [asyncio.create_task(batcher.submit(work)) for work in (2, 3, 4)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert groups == [[1], [2, 3, 4]]
    await batcher.close()


async def test_an_exception_reaches_only_the_one_it_belongs_to() -> None:
    batcher: Batcher[int, int] = Batcher(lambda works: [w if w else ValueError("zero") for w in works], "test", 100)
    batcher.start()
    results = await asyncio.gather(*(batcher.submit(work) for work in (1, 0, 2)), return_exceptions=True)
    await batcher.close()
    assert [results[0], results[2]] == [1, 2]
    assert isinstance(results[1], ValueError)


async def test_a_handler_that_fails_fails_its_group_and_the_thread_goes_on() -> None:
    def fragile(works: list[int]) -> list[int]:
        return [10 // work for work in works]

    batcher = Batcher(fragile, "test", limit=100)
    batcher.start()
    with pytest.raises(ZeroDivisionError):
        await batcher.submit(0)
    assert await batcher.submit(5) == 2
    await batcher.close()


async def test_more_than_the_limit_is_refused_at_once() -> None:
    go_on = threading.Event()
    batcher: Batcher[int, int] = Batcher(lambda works: works if go_on.wait(5) else [], "test", limit=2, group=1)
    batcher.start()
    waiting = [asyncio.create_task(batcher.submit(0))]
    # The first one is already being worked on when the limit counts.
    await asyncio.sleep(0.05)
    waiting += [asyncio.create_task(batcher.submit(work)) for work in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(BatcherFull):
        await batcher.submit(3)
    go_on.set()
    assert await asyncio.gather(*waiting) == [0, 1, 2]
    await batcher.close()


async def test_large_works_fill_groups_and_the_queue_as_what_they_are() -> None:
    groups: list[list[str]] = []
    go_on = threading.Event()

    def note(works: list[str]) -> list[str]:
        groups.append(works)
        go_on.wait(5)
        return works

    batcher = Batcher(note, "test", limit=30, group=10)
    batcher.start()
    waiting = [asyncio.create_task(batcher.submit("first"))]
    await asyncio.sleep(0.05)
    sizes = {"a": 9, "b": 1, "c": 1, "d": 15, "e": 2}
    waiting += [asyncio.create_task(batcher.submit(work, size)) for work, size in sizes.items()]
    await asyncio.sleep(0)
    with pytest.raises(BatcherFull):
        await batcher.submit("too much", 3)
    waiting.append(asyncio.create_task(batcher.submit("f", 2)))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*waiting)
    assert groups == [["first"], ["a", "b"], ["c"], ["d"], ["e", "f"]]
    assert await batcher.submit("all of it again", 30) == "all of it again"
    await batcher.close()


async def test_after_giving_up_nobody_waits_for_work_that_hangs() -> None:
    go_on = threading.Event()
    batcher: Batcher[int, int] = Batcher(lambda works: works if go_on.wait(5) else [], "test", limit=10, group=1)
    batcher.start()
    waiting = [asyncio.create_task(batcher.submit(work)) for work in (1, 2)]
    await asyncio.sleep(0.05)
    batcher.give_up()
    async with asyncio.timeout(1):
        results = await asyncio.gather(*waiting, return_exceptions=True)
        await batcher.close()
    assert [type(result) for result in results] == [BatcherFull, BatcherFull]
    with pytest.raises(BatcherFull):
        await batcher.submit(3)
    go_on.set()


async def test_closing_finishes_what_waits() -> None:
    batcher: Batcher[int, int] = Batcher(lambda works: works, "test", limit=100, group=1)
    batcher.start()
    waiting = [asyncio.create_task(batcher.submit(work)) for work in range(20)]
    await asyncio.sleep(0)
    await batcher.close()
    assert await asyncio.gather(*waiting) == list(range(20))
    with pytest.raises(BatcherFull):
        await batcher.submit(1)


async def test_a_group_waits_for_others_until_the_first_of_them_is_due_or_it_is_full() -> None:
    groups: list[list[int]] = []

    def note(works: list[int]) -> list[int]:
        groups.append(works)
        return works

    far = time.monotonic() + 600
    batcher: Batcher[int, int] = Batcher(note, "test", limit=100, group=3)
    batcher.start()
    waiting = [asyncio.create_task(batcher.submit(work, due=far)) for work in (1, 2, 3)]
    await asyncio.gather(*waiting)
    waiting = [asyncio.create_task(batcher.submit(work, due=due)) for work, due in ((4, far), (5, 0.0))]
    await asyncio.gather(*waiting)
    waiting = [asyncio.create_task(batcher.submit(6, due=far))]
    await asyncio.sleep(0)
    await batcher.close()
    assert await asyncio.gather(*waiting) == [6]
    assert groups == [[1, 2, 3], [4, 5], [6]]


async def test_a_caller_that_fails_does_not_keep_others_from_their_results(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch, "TURN_SECONDS", 0.0)
    told: list[int | Exception] = []

    def fail(_: int | Exception) -> None:
        raise ZeroDivisionError

    batcher: Batcher[int, int] = Batcher(lambda works: works, "test", limit=100)
    batcher.start()
    batcher.put(1, told.append)
    batcher.put(2, fail)
    batcher.put(3, told.append)
    await batcher.close()
    assert told == [1, 3]
    assert "What was done could not be reported." in caplog.text
