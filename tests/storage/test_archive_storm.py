"""Records to a real engine that is killed repeatedly, and to one that lies."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from minipanel.archive import copying, pushing
from minipanel.archive.copying import Copying
from minipanel.archive.engine import Engine
from minipanel.archive.trouble import EngineError
from minipanel.database.archive_push import begin_push
from minipanel.database.full_records import past_count
from minipanel.models.node import Node
from minipanel.services.panel import Panel
from tests.storage.example import (
    archived,
    assert_all_there,
    copying_of,
    drained,
    look_after,
    plain,
    records_here,
    records_there,
    running_panel,
    samples_of,
    times_in,
)
from tests.victoria import Victoria, running_victoria
from tests.victoria_cluster import VictoriaCluster, is_installed, running_cluster

STORM_SECONDS = 15.0
LOOK, SECOND_LOOK = 5, 14
"""Together more than the 12 s within which a killed engine loses what it accepted (measured)."""


ENGINES = [running_victoria, *([running_cluster] if is_installed() else [])]
"""The single node, which Debian has, and a cluster if the machine has its programs."""


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    look_after(monkeypatch, LOOK, SECOND_LOOK)


class Clock:
    """Real time, shifted so that records finish soon after the start."""

    def __init__(self) -> None:
        # In 5 s a record will have waited for late samples for as long as it must.
        self._ahead = (300 + 20 - (time.time() + 5) % 300) % 300

    def __call__(self) -> float:
        return time.time() + self._ahead


async def report_for(panel: Panel, clock: Clock, dice: random.Random, seconds: float) -> int:
    """Let the nodes send new samples, late ones, and some twice. Returns how many samples were stored."""
    stored, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        node: Node = dice.choice(panel.directory.nodes)
        now = int(clock())
        record = now // 300 * 300 - 300 * dice.randrange(0, 40)
        samples = samples_of(node.hostname, times_in(record, dice, dice.choice((0.1, 0.4, 1))), dice)
        if samples:
            stored += (await panel.ingest.submit(node, samples)).stored
        await asyncio.sleep(0.05)
    return stored


async def copy_for(copier: Copying, seconds: float) -> int:
    """Copy, whatever the engine answers. Returns how often it failed."""
    refusals, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            await copier.round()
        except EngineError:
            refusals += 1
        await asyncio.sleep(0.2)
    return refusals


async def kill_now_and_then(victoria: Victoria | VictoriaCluster, dice: random.Random, seconds: float) -> int:
    end, kills = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        await asyncio.sleep(dice.uniform(1, 5))
        victoria.kill()
        await asyncio.sleep(dice.uniform(0, 0.5))
        await asyncio.to_thread(victoria.start)
        kills += 1
    return kills


@asynccontextmanager
async def example(folder: Path, url: str, clock: Clock, **more: object) -> AsyncIterator[tuple[Panel, Copying]]:
    async with running_panel(archived(folder, url, **more), clock) as panel:
        yield panel, await copying_of(panel)


@pytest.mark.anyio
@pytest.mark.parametrize("run", ENGINES)
async def test_an_engine_killed_at_random_has_every_record_in_the_end(
    run: Callable[[Path], AbstractContextManager[Victoria | VictoriaCluster]], tmp_path: Path
) -> None:
    dice, clock = random.Random(5), Clock()
    with run(tmp_path) as victoria:
        async with example(tmp_path, victoria.url, clock, read_url=victoria.read_url) as (panel, copier):
            await copier.round()  # from now on what changes is copied
            stored, _, kills = await asyncio.gather(
                report_for(panel, clock, dice, STORM_SECONDS),
                copy_for(copier, STORM_SECONDS),
                kill_now_and_then(victoria, random.Random(6), STORM_SECONDS),
            )
            await drained(copier)
            victoria.kill()
            victoria.start()
            here = await records_here(panel, int(clock()) - 25)
            there = await records_there(panel, here)
            assert kills >= 3
            assert sum(record.samples for record in here) <= stored
            assert len(here) > 50
            assert list(map(plain, there)) == list(map(plain, here))
            assert copier.lost == 0


@pytest.mark.anyio
async def test_an_engine_that_drops_what_it_accepted_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_after(monkeypatch, 1, 1)
    monkeypatch.setattr(copying, "SEND_RECORDS", 7)
    write, calls = Engine.write, itertools.count(1)

    def lying(self: Engine, text: str) -> None:
        lines = text.splitlines(keepends=True)
        # Every third request loses some lines, as if they had been accepted.
        write(self, "".join(lines[::2] if next(calls) % 3 == 0 else lines))

    monkeypatch.setattr(Engine, "write", lying)
    dice, clock = random.Random(7), Clock()
    monkeypatch.setattr(pushing, "PIECE_RECORDS", 11)
    with running_victoria(tmp_path, "-inmemoryDataFlushInterval=1s") as victoria:
        async with example(tmp_path, victoria.url, clock) as (panel, copier):
            await report_for(panel, clock, dice, 2)
            await copier.round()
            await panel.ingest.run(partial(begin_push, since=0, until=int(clock())))
            for _ in range(3):
                await copier.round()
            copier = await copying_of(panel)  # as after a kill: what was sent but not read back is checked again
            await report_for(panel, clock, dice, 2)
            await drained(copier)
            here = await records_here(panel, int(clock()) - 25)
            victoria.show_all()
            assert next(calls) > 6
            await assert_all_there(panel, here)


@pytest.mark.anyio
async def test_a_late_record_leaves_no_other_of_its_piece_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_after(monkeypatch, 1, 1)
    monkeypatch.setattr(pushing, "PIECE_RECORDS", 3)
    write, lost = Engine.write, list[str]()

    def lose_once(self: Engine, text: str) -> None:
        if text and not lost:
            lost.append(text)
            text = ""
        write(self, text)

    monkeypatch.setattr(Engine, "write", lose_once)
    dice, clock = random.Random(7), Clock()
    with running_victoria(tmp_path, "-inmemoryDataFlushInterval=1s") as victoria:
        async with example(tmp_path, victoria.url, clock) as (panel, copier):
            (node, *_), last = panel.directory.nodes, int(clock()) // 300 * 300 - 3000

            async def report(*records: int) -> None:
                times = [time for record in records for time in times_in(record, dice, 1)]
                await panel.ingest.submit(node, samples_of(node.hostname, times, dice))

            async def finished(count: int) -> None:
                read = partial(past_count, since=0, until=last)
                for _ in range(300):
                    if await panel.reading.do(panel.store.reader.ask, read) == count:
                        return
                    await asyncio.sleep(0.2)
                raise AssertionError(f"there are not {count} finished records")

            await report(last - 1200, last - 600, last)
            await finished(3)
            await copier.round()
            await panel.ingest.run(partial(begin_push, since=0, until=last))
            await copier.round()
            assert lost  # the whole piece
            await report(last - 900)
            await finished(4)
            await drained(copier)
            victoria.show_all()
            await assert_all_there(panel, await records_here(panel, last))
