"""The threads that read: stopping ends their work, however long it would take."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from minipanel.database.reader import DatabaseReader
from minipanel.database.store import Store
from minipanel.errors import TryLater
from minipanel.services.reading import STOPS, THREADS, Reading
from minipanel.services.threads import Threads

NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 30000000)"
SOON_SECONDS = 2

pytestmark = pytest.mark.anyio


def read_long(reader: DatabaseReader) -> None:
    reader.ask(lambda connection: connection.execute(f"{NUMBERS} SELECT max(n) FROM number").fetchone())


async def test_the_thread_that_read_last_reads_next_and_more_wait_than_there_are_threads() -> None:
    threads = Threads(2, "few")

    def work(seconds: float) -> str:
        time.sleep(seconds)
        return threading.current_thread().name

    assert [await threads.do(partial(work, 0)) for _ in range(3)] == ["few_0"] * 3
    assert set(await asyncio.gather(*(threads.do(partial(work, 0.05)) for _ in range(7)))) == {"few_0", "few_1"}
    with pytest.raises(ZeroDivisionError):
        await threads.do(lambda: 1 / 0)
    unfinished = asyncio.create_task(threads.do(partial(work, 0.3)))
    await asyncio.sleep(0)
    await threads.close()
    assert (await unfinished).startswith("few_")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("few_")]


async def test_a_stop_ends_statements_that_run_and_begins_none_that_wait(tmp_path: Path) -> None:
    with contextlib.closing(Store(tmp_path / "data.db")) as store:
        reading = Reading(store.reader)
        asked = [asyncio.create_task(reading.do(read_long, store.reader)) for _ in range(3 * THREADS)]
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await reading.close()
        assert time.monotonic() - began < SOON_SECONDS
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            assert isinstance(answer, TryLater)
            assert answer.sentence == str(STOPS)
        with pytest.raises(TryLater, match=str(STOPS)):
            await reading.do(read_long, store.reader)
