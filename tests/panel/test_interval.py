"""Another interval than 5 s: every answer that needs it has it, after a start and after a reload."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from minipanel.app import create_app
from minipanel.services.panel import Panel
from minipanel.services.trend import trend
from tests.panel.example import PASSWORD, bearer, body_of, caller, config_in, running_app, sample
from tests.panel.test_trend import GB, LastHour, Sample

ANSWERS = (
    "/api/metrics/realtime",
    "/api/metrics/realtime/node001",
    "/api/metrics/history/node001?period=1d",
    "/api/metrics/history?nodes=node001&period=1d",
)


@pytest.mark.anyio
@pytest.mark.parametrize("interval", [10, 60])
async def test_the_interval_is_in_every_answer_and_follows_a_reload(tmp_path: Path, interval: int) -> None:
    config = config_in(tmp_path, interval=interval)
    async with running_app(config) as app, caller(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        stored = await client.post("/api/metrics", content=body_of(sample()), headers=bearer())
        assert stored.status_code == 200
        for address in ANSWERS:
            assert (await client.get(address)).json()["interval"] == interval, address

        panel = app.state.panel
        await panel.reload(replace(config, agents=replace(config.agents, interval=25)))
        for address in ANSWERS:
            assert (await client.get(address)).json()["interval"] == 25, address
        snapshot = await anext(panel.broadcast.events())
        assert json.loads(snapshot.partition(b"data: ")[2])["interval"] == 25


@pytest.mark.parametrize(("interval", "step"), [(5, 30), (10, 30), (20, 40), (25, 50), (35, 35), (60, 60)])
def test_the_clusters_trend_has_a_point_for_each_half_minute_or_each_sample(interval: int, step: int) -> None:
    hour = LastHour()
    now = 1_700_000_010
    for timestamp in range((now - 3000) // interval * interval, now + 1, interval):
        newest = Sample("n1", timestamp, 1.0, 8 * GB, GB, None)
        hour.add(newest, timestamp)
    times = trend([(hour, newest)], now, interval).timestamp
    assert len(times) == 600 // step
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {step}


class Clock:
    """The panel's clock and its uptime, which advance together."""

    def __init__(self) -> None:
        self.now = 1_700_000_400.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.anyio
@pytest.mark.parametrize("interval", [10, 60])
async def test_a_node_that_misses_nothing_is_up_and_whole_at_any_interval(tmp_path: Path, interval: int) -> None:
    clock = Clock()
    app = create_app(config_in(tmp_path, interval=interval), tmp_path, lambda config: Panel(config, clock, clock))
    async with app.router.lifespan_context(app), caller(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})

        async def get(address: str) -> Any:
            answer = await client.get(f"/api/metrics/{address}")
            assert answer.status_code == 200, answer.text
            return answer.json()

        begin = int(clock.now)
        for _ in range(1800 // interval):
            clock.now += interval
            body = body_of(sample(timestamp=int(clock.now)))
            headers = bearer() | {"X-MiniPanel-Sent": f"{clock.now}"}
            assert (await client.post("/api/metrics", content=body, headers=headers)).json()["stored"] == 1
            assert (await get("realtime"))["nodes"][0]["state"] == "up"
        reported = list(range(begin + interval, begin + 1801, interval))
        assert (await get("realtime/node001"))["recent"]["timestamp"] == reported
        assert (await get("history/node001?period=1d"))["samples"] == [300 // interval] * 6
        assert (await get("gaps/node001?period=1d"))["gaps"] == []

        clock.now += 3 * interval
        assert (await get("realtime/node001"))["state"] == "up"
        clock.now += 1
        assert (await get("realtime/node001"))["state"] == "down"
        clock.now += 3600
        (gap,) = (await get("gaps/node001?period=1d"))["gaps"]
        assert (gap["from"], gap["to"]) == (begin + 1800, int(clock.now))


@pytest.mark.anyio
async def test_a_gap_ends_one_interval_before_the_next_sample_also_after_a_reload(tmp_path: Path) -> None:
    clock, config = Clock(), config_in(tmp_path, interval=5)
    app = create_app(config, tmp_path, lambda config: Panel(config, clock, clock))
    async with app.router.lifespan_context(app), caller(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        begin = int(clock.now)
        for timestamp in (begin, begin + 120):
            clock.now = float(timestamp)
            stored = await client.post("/api/metrics", content=body_of(sample(timestamp=timestamp)), headers=bearer())
            assert stored.json()["stored"] == 1
        for interval in (5, 60):
            await app.state.panel.reload(replace(config, agents=replace(config.agents, interval=interval)))
            (gap,) = (await client.get("/api/metrics/gaps/node001?period=1d")).json()["gaps"]
            assert (gap["from"], gap["to"]) == (begin, begin + 120 - interval)
