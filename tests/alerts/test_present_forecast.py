"""The time that `memory-rising` names stays true while the alert is open."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from minipanel.alerts.desk import Desk
from minipanel.alerts.history import Asked
from minipanel.alerts.rules.memory_rising import MEMORY_RISING, MemoryRisingParameters
from minipanel.alerts.watch import Setting, Watch
from minipanel.models.alert_answers import Finding
from tests.alerts.example import FakeCluster
from tests.alerts.running import cluster_config, running

HOUR = 3600


def named(timestamp: int) -> str:
    return f"memory is rising, full at about {time.strftime('%H:%M', time.localtime(timestamp))}"


def test_what_people_read_follows_the_forecast_without_flooding_the_stream(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(cluster_config(tmp_path, 3)) as it:
            await it.pass_seconds(70)
            events = 0
            put = it.panel.broadcast.put

            def counting(name: str, content: bytes) -> None:
                nonlocal events
                events += name == "findings"
                put(name, content)

            it.panel.broadcast.put = counting  # type: ignore[method-assign]
            first = it.now + HOUR

            async def forecast(full_at: int | None, seconds: int = 60) -> Finding:
                it.alerts.sight._hours.rising = {1: full_at}
                await it.pass_seconds(seconds)
                (finding,) = (await it.alerts.findings()).findings
                return finding

            assert (await forecast(first)).what.en == named(first)
            events = 0
            for place in range(24):  # it wavers by seconds
                assert (await forecast(first + place % 3, 5)).what.en == named(first)
            assert events == 0
            assert (await forecast(first - 1500)).what.en == named(first - 1500)
            # It rises more slowly now: no reason to open an alert, none to close it.
            assert (await forecast(it.now + 3 * HOUR)).what.en == named(it.now - 60 + 3 * HOUR)
            assert events == 2
            last = it.now - 60 + 3 * HOUR
            desk = Desk(it.panel, it.alerts)
            answer = await desk.alert(1)
            assert answer is not None
            asked = Asked(0, it.now, None, None, None)
            (listed,) = (await desk.history(asked)).alerts
            assert answer.what.en == listed.what.en == named(last)
            assert answer.worst == last

    asyncio.run(story())


def test_while_memory_does_not_rise_the_last_forecast_is_kept_until_the_alert_ends() -> None:
    cluster = FakeCluster(1)
    watch = Watch([Setting(MEMORY_RISING, MemoryRisingParameters(), "warning")])
    cluster.rising = {1: cluster.now + HOUR}
    (alert,) = watch.tick(cluster.step()).opened
    cluster.rising = {1: None}
    for _ in range(1800 // 5):
        assert not watch.tick(cluster.step())
        assert alert.worst is not None
    assert watch.tick(cluster.step()).closed == [alert]
