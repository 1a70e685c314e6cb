"""A real panel's look at nodes' last hours: memory that rises, samples that are missing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from minipanel.alerts.hours import Hours
from minipanel.models.sample import Sample
from tests.alerts.running import Running, cluster_config, running

pytestmark = pytest.mark.anyio


async def report(it: Running, seconds: int, used: dict[int, float], lossy: int = 0) -> None:
    """Let nodes report for this long. used: by node id, how much memory grows per hour. `lossy` loses a fifth."""
    start = it.now
    while it.now < start + seconds:
        it.now += 5
        for node in it.panel.directory.nodes:
            if node.id == lossy and it.now % 25 == 0:
                continue
            grown = int(10_000 + used.get(node.id, 0) * (it.now - start) / 3600)
            sample = Sample(node.hostname, it.now, 10.0, 100_000, grown, 50.0)
            it.panel.live.take(node, [sample])
            if it.now % 60 == 0:
                await it.panel.ingest.submit(node, [sample])
    it.panel.live.look()


async def test_a_leak_and_lost_samples_are_found_and_whoever_is_well_is_known_to_be(tmp_path: Path) -> None:
    async with running(cluster_config(tmp_path, 3)) as it:
        hours = Hours(it.panel)
        await hours.look()
        assert (hours.rising, hours.complete) == ({}, {})
        await report(it, 3 * 3600, {2: 20_000}, lossy=3)
        await hours.look()
        full_at = hours.rising[2]
        assert full_at is not None
        assert abs(full_at - (it.now + 3600 * 27 / 20)) < 600
        assert (hours.rising[1], hours.rising[3]) == (None, None)
        assert (hours.complete[1], hours.complete[3]) == (100.0, pytest.approx(80, abs=0.5))
        await it.alerts.tick()  # begins another look
        for _ in range(1000):
            if it.alerts.sight.cluster().rising:
                break
            await asyncio.sleep(0.01)
        assert it.alerts.sight.cluster().rising == hours.rising


async def test_a_node_that_is_down_is_not_looked_at(tmp_path: Path) -> None:
    async with running(cluster_config(tmp_path, 2)) as it:
        await report(it, 3600, {})
        it.now += 120
        it.panel.live.look()
        hours = Hours(it.panel)
        await hours.look()
        assert (hours.rising, hours.complete) == ({}, {})
