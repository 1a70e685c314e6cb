"""Clocks that are set, on the panel or a node: no record is torn, no future is invented, no history is deleted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from minipanel.models.sample import Sample
from minipanel.services.history import read_span
from minipanel.services.panel import Panel
from minipanel.services.retention import STEADY_LOOKS
from tests.panel.example import config_in

pytestmark = pytest.mark.anyio

T = 1_700_000_100 // 300 * 300
DAY = 86_400
YEARS = 10 * 365 * DAY


class Clock:
    """The panel's clock, and its uptime."""

    def __init__(self) -> None:
        self.now = float(T)
        self.up = 1000.0

    def __call__(self) -> float:
        return self.now

    def uptime(self) -> float:
        return self.up


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def panel(tmp_path: Path, clock: Clock) -> AsyncIterator[Panel]:
    panel = Panel(config_in(tmp_path), clock, clock.uptime)
    await panel.start()
    yield panel
    await panel.close()


async def report(panel: Panel, *timestamps: int, cpu: float = 50) -> int:
    node = panel.directory.nodes[0]
    samples = [Sample(node.hostname, timestamp, cpu, 8000, 4000, None) for timestamp in timestamps]
    return (await panel.ingest.submit(node, samples)).stored


async def samples(panel: Panel, start: int = T - 40 * DAY, end: int = T + 20 * YEARS) -> dict[int, int]:
    """Return the number of samples of each record, whatever the panel's clock says."""
    until = min(end, (1 << 32) - 1)
    arrays = panel.store.reader.history(panel.directory.nodes[0].id, start, until, ["samples"], until)
    return dict(zip(*map(json.loads, arrays), strict=True))


async def test_history_survives_a_panel_that_starts_with_its_clock_far_ahead(panel: Panel, clock: Clock) -> None:
    await report(panel, T - 31 * DAY, T - DAY, T - 300)
    await panel.retention.seal()
    clock.now += YEARS
    for _ in range(3 * STEADY_LOOKS):
        await panel.retention.forget()
    assert sorted(await samples(panel)) == [T - 31 * DAY, T - DAY, T - 300]
    assert await report(panel, T) == 1, "what nodes with a right clock send is stored"
    clock.now = T + 10
    assert await report(panel, T + 5) == 1


async def test_history_survives_a_moment_in_which_all_clocks_are_far_ahead(panel: Panel, clock: Clock) -> None:
    await report(panel, T - 31 * DAY, T - 300)
    await panel.retention.seal()
    for _ in range(STEADY_LOOKS):
        await panel.retention.forget()
    clock.now += YEARS
    assert await report(panel, T + YEARS) == 1
    for _ in range(STEADY_LOOKS - 1):
        await panel.retention.forget()
    clock.now -= YEARS
    for _ in range(STEADY_LOOKS):
        await panel.retention.forget()
    assert T - 31 * DAY in await samples(panel)
    assert await report(panel, T) == 1


async def test_records_go_once_they_were_too_old_for_an_hour(panel: Panel, clock: Clock) -> None:
    await report(panel, T - 31 * DAY, T - 300)
    await panel.retention.seal()
    clock.now += 2 * DAY
    assert await report(panel, T + 2 * DAY) == 1
    gone = []
    for _ in range(STEADY_LOOKS):
        clock.now += 600
        gone.append(await panel.retention.forget())
    assert gone == [0] * (STEADY_LOOKS - 1) + [1]
    assert T - 31 * DAY not in await samples(panel)


async def test_nothing_goes_while_nothing_arrives(panel: Panel, clock: Clock) -> None:
    await report(panel, T - 31 * DAY)
    await panel.retention.seal()
    clock.now += 60 * DAY
    for _ in range(2 * STEADY_LOOKS):
        await panel.retention.forget()
    assert await samples(panel) == {T - 31 * DAY: 1}


@pytest.mark.parametrize("step", [600, -600])
async def test_a_step_of_the_panels_clock_tears_no_record(panel: Panel, clock: Clock, step: int) -> None:
    for minute in range(1, 31):  # half an hour, in the middle of which the panel's clock is wrong for ten minutes
        clock.now = T + 60 * minute + 1 + (step if 10 < minute <= 20 else 0)
        assert await report(panel, *(T + 60 * minute - 5 * k for k in range(12))) == 12
        await panel.retention.seal()
    expected = {T + 300 * k: 60 for k in range(1, 7)}
    assert await samples(panel) == expected
    clock.now = T + 1900
    await panel.retention.seal()
    assert await samples(panel) == expected
    assert await report(panel, *(T + 5 * k for k in range(1, 361))) == 0, "each is counted once"


async def test_a_node_whose_clock_steps_back_adds_nothing_to_complete_records(panel: Panel, clock: Clock) -> None:
    await report(panel, *(T + 5 * k for k in range(1, 121)), cpu=10)
    clock.now = T + 900
    assert await report(panel, *(T + 5 * k for k in range(1, 121)), cpu=99) == 0
    await panel.retention.seal()
    columns = panel.store.reader.history(panel.directory.nodes[0].id, T, T + 600, ["cpu_percent", "samples"], T + 900)
    assert columns[1:] == [b"[10.0,10.0]", b"[60,60]"]


async def test_the_future_is_not_shown(panel: Panel, clock: Clock) -> None:
    await report(panel, T + 60)
    span = read_span("1d", None, None, None, clock.now)
    assert b'"timestamp":[]' in await panel.history.one(panel.directory.nodes[0], span)


async def test_a_node_with_a_sample_of_the_future_is_not_up_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    first = Panel(config_in(tmp_path), clock, clock.uptime)
    await first.start()
    clock.now += YEARS
    await report(first, T + YEARS)
    await first.close()
    clock.now -= YEARS
    clock.up += 20
    again = Panel(config_in(tmp_path), clock, clock.uptime)
    await again.start()
    assert again.live.nodes()[0].state == "down"
    await report(again, T)
    assert again.live.nodes()[0].state == "up"
    assert again.live.nodes()[0].last_seen == T
    await again.close()


async def test_a_node_of_1970_stores_nothing_also_where_nothing_is_stored_yet(panel: Panel) -> None:
    """A node whose clock battery is empty is the first that a new panel hears of."""
    assert [await report(panel, timestamp) for timestamp in (300, 305, 310)] == [0, 0, 0]
    assert await samples(panel) == {}


async def test_a_node_of_which_nothing_is_stored_is_not_up(panel: Panel, clock: Clock) -> None:
    assert await report(panel, T - 40 * DAY) == 0
    assert panel.live.nodes()[0].state == "never"
    assert await report(panel, T) == 1
    clock.now += 100
    clock.up += 100
    assert await report(panel, T, T - 40 * DAY + 100) == 0
    assert panel.live.nodes()[0].state == "down"
