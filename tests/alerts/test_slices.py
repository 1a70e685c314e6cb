"""A check of the rules lets the event loop do everything else in between."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from minipanel.alerts import slices
from minipanel.alerts.desk import Desk
from minipanel.alerts.slices import in_slices
from tests.alerts.running import cluster_config, running


def test_others_have_a_turn_between_slices_and_the_result_comes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_SECONDS", 1e-9)
    seen = []

    def steps() -> Generator[None, None, str]:
        for step in range(3):
            seen.append(step)
            yield
        return "all three"

    async def story() -> None:
        work = asyncio.create_task(in_slices(steps()))
        while not work.done():
            seen.append(-1)
            await asyncio.sleep(0)
        assert work.result() == "all three"

    asyncio.run(story())
    assert [step for step in seen if step >= 0] == [0, 1, 2]
    assert all(-1 in seen[seen.index(step) : seen.index(step + 1)] for step in (0, 1))


def test_what_takes_several_turns_has_them_all_between_two_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_SECONDS", 1e-9)
    monkeypatch.setattr(slices, "PAUSE_SECONDS", 0.05)
    turns = [0]

    def steps() -> Generator[None, None, None]:
        for _ in range(3):
            turns.append(0)
            yield

    async def story() -> None:
        work = asyncio.create_task(in_slices(steps()))
        while not work.done():
            turns[-1] += 1
            await asyncio.sleep(0)

    asyncio.run(story())
    assert all(count > 5 for count in turns[1:])


def test_a_step_that_fails_fails_the_work() -> None:
    def steps() -> Generator[None, None, None]:
        yield
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_slices(steps()))


def test_a_check_of_many_nodes_lets_others_have_many_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_SECONDS", 1e-9)

    async def story() -> None:
        async with running(cluster_config(tmp_path, 2000)) as it:
            await it.pass_seconds(120, cpu_temp=99.0)
            assert sum(1 for _ in it.alerts.watch.open()) == 2000
            check = asyncio.create_task(it.alerts.tick())
            turns = 0
            while not check.done():
                turns += 1
                await asyncio.sleep(0)
            await check
            assert turns > 10

    asyncio.run(story())


def test_an_explanation_lets_others_have_turns_between_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_SECONDS", 1e-9)

    async def story() -> None:
        async with running(cluster_config(tmp_path, 8)) as it:
            await it.pass_seconds(60)
            work = asyncio.create_task(Desk(it.panel, it.alerts).explain(it.panel.directory.nodes[0]))
            turns = 0
            while not work.done():
                turns += 1
                await asyncio.sleep(0.0001)
            assert turns >= len((await work).rules) > 5

    asyncio.run(story())
