"""What the panel notes of agents, clocks and itself, and whose clock it takes for the wrong one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.database.store import Store
from minipanel.models.gap import AgentStart, Evidence
from minipanel.services.clocks import Clocks
from minipanel.services.ingest import Ingest
from minipanel.services.live import Live
from minipanel.services.witness import AWAY_SECONDS, Witness
from tests.panel.doors import bearer, body_of, caller, config_in, running_app, sample

pytestmark = pytest.mark.anyio

T = 1_700_000_100
BOOT = "0d5b7c1e-7a3a-4f38-9d6f-0e3a2c9d4b11"


class Time:
    """The machine's clock, which may be set, and its uptime, which may not."""

    def __init__(self) -> None:
        self.now = float(T)
        self.up = 1000.0

    def clock(self) -> float:
        return self.now

    def uptime(self) -> float:
        return self.up

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def witness(tmp_path: Path, time: Time) -> AsyncIterator[Witness]:
    store = Store(tmp_path / "data.db")
    ingest = Ingest(store, Live(), 32, time.clock)
    ingest.start()
    witness = Witness(store, ingest, Clocks(time.clock, time.uptime), time.clock, time.uptime)
    await witness.start()
    yield witness
    await witness.close()
    await ingest.close()
    store.close()


def noted(witness: Witness, node_id: int = 1) -> Evidence:
    return witness._store.seen(node_id, T, T + 300).evidence


async def test_a_start_is_kept_once_however_often_it_is_told(witness: Witness) -> None:
    for _ in range(3):
        witness.note_start(1, BOOT, "1700000000.5")
        await witness.beat()
    assert noted(witness).agent_starts == (AgentStart(BOOT, 1_700_000_000, T),)


async def test_a_start_is_written_soon_for_the_panel_may_be_killed(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.witness.NEWS_SECONDS", 0.05)
    witness.note_start(1, BOOT, "1700000000.5")
    async with asyncio.timeout(5):
        while not noted(witness).agent_starts:  # noqa: ASYNC110 - it is the database that tells
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("boot", "started"),
    [
        ("", ""),
        (BOOT, ""),
        ("", "1700000000"),
        (BOOT, "soon"),
        ("DROP TABLE nodes", "1"),
        ("a" * 65, "1"),
        (BOOT, "-1"),
    ],
)
async def test_what_is_no_boot_or_no_time_is_not_kept(witness: Witness, boot: str, started: str) -> None:
    witness.note_start(1, boot, started)
    await witness.beat()
    assert noted(witness).agent_starts == ()


async def test_a_clock_that_is_off_is_noted_from_then_until_it_is_right(witness: Witness, time: Time) -> None:
    witness.note_clock(1, 59.0)
    witness.note_clock(1, None)
    for _ in range(3):
        time.pass_seconds(60)
        witness.note_clock(1, -600.0)
        await witness.beat()
    time.pass_seconds(600)
    witness.note_clock(1, 61.0)
    await witness.beat()
    assert noted(witness).clock_troubles == ((T + 60, T + 180), (T + 780, T + 780))


async def test_a_panel_that_could_not_write_for_long_was_away(witness: Witness, time: Time) -> None:
    time.pass_seconds(30)
    await witness.beat()
    time.pass_seconds(AWAY_SECONDS + 510)
    await witness.beat()
    time.pass_seconds(30)
    await witness.beat()
    assert noted(witness).panel_absences == ((T + 30, T + 630),)


@pytest.mark.parametrize("step", [600, -600])
async def test_a_panel_whose_clock_is_set_was_not_away(witness: Witness, time: Time, step: int) -> None:
    for change in (30, step, 30, -step, 30):
        time.now += change
        time.up += 30
        await witness.beat()
    assert noted(witness).panel_absences == ()


async def test_what_could_not_be_written_is_written_later(witness: Witness) -> None:
    witness.note_start(1, BOOT, "1700000000")
    witness.note_clock(1, 100)
    kept, witness._ingest = witness._ingest, Ingest(witness._store, Live(), 32)
    with pytest.raises(Exception, match="busy"):  # noqa: PT012 - a queue that is closed takes nothing
        await witness._ingest.close()
        await witness.beat()
    witness._ingest = kept
    await witness.beat()
    assert noted(witness).agent_starts == (AgentStart(BOOT, 1_700_000_000, T),)
    assert noted(witness).clock_troubles == ((T, T),)


def clocks_with(time: Time, *skews: float) -> Clocks:
    clocks = Clocks(time.clock, time.uptime)
    clocks.beat()
    for node_id, skew in enumerate(skews):
        clocks.note(node_id, skew)
    return clocks


@pytest.mark.parametrize(
    ("skews", "behind"),
    [
        ((), None),
        ((600.0,), None),
        ((600.0, 0.1), None),
        ((600.0, 0.1, 601.0), 600.5),
        ((600.0, 602.0), 601.0),
        ((-600.0, -600.0, -600.0), None),
        ((0.1, 0.2, 600.0), None),
    ],
)
async def test_the_panels_clock_is_behind_when_most_nodes_are_ahead(
    time: Time, skews: tuple[float, ...], behind: float | None
) -> None:
    assert clocks_with(time, *skews).seconds_behind() == behind


async def test_a_skew_that_is_no_longer_told_counts_for_nothing(time: Time) -> None:
    clocks = clocks_with(time, 600.0, 600.0)
    time.pass_seconds(61)
    clocks.note(3, 0.0)
    assert clocks.seconds_behind() is None


async def test_the_panels_clock_is_the_suspect_when_it_was_set_back_just_now(time: Time) -> None:
    clocks = clocks_with(time, 0.0, 0.0)
    time.pass_seconds(10)
    assert clocks.seconds_behind() is None
    time.now -= 600
    time.up += 2
    assert clocks.seconds_behind() == pytest.approx(602)
    for _ in range(6):
        time.pass_seconds(30)
        clocks.beat()
    assert clocks.seconds_behind() is None


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with running_app(config_in(tmp_path)) as app:
        yield app


async def test_samples_are_not_lost_to_a_panel_whose_clock_was_set_back(app: FastAPI) -> None:
    panel = app.state.panel
    real = panel.clock
    async with caller(app) as client:

        async def post() -> httpx.Response:
            return await client.post("/api/metrics", content=body_of(sample()), headers=bearer())

        panel.clock = panel.clocks._clock = lambda: real() - 600
        refused = await post()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "10"
        assert "own clock seems to be 600 seconds behind" in refused.json()["error"]
        panel.clock = panel.clocks._clock = real
        assert (await post()).json() == {"status": "ok", "stored": 1, "ignored": 0}


async def test_a_panel_that_starts_with_its_clock_behind_loses_no_samples(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    async with running_app(config) as app, caller(app) as client:
        answer = await client.post("/api/metrics", content=body_of(sample()), headers=bearer())
        assert answer.status_code == 200
    async with running_app(config) as app, caller(app) as client:
        panel = app.state.panel
        real = panel.clock
        panel.clock = panel.clocks._clock = lambda: real() - 600
        answer = await client.post("/api/metrics", content=body_of(sample()), headers=bearer())
        assert answer.status_code == 503


async def test_the_headers_of_an_agent_are_kept(app: FastAPI) -> None:
    headers = bearer() | {"X-MiniPanel-Boot": BOOT, "X-MiniPanel-Started": "1700000000"}
    async with caller(app) as client:
        answer = await client.post("/api/metrics", content=body_of(sample()), headers=headers)
        assert answer.status_code == 200
    await app.state.panel.witness.beat()
    (start,) = noted(app.state.panel.witness).agent_starts
    assert (start.boot_id, start.started_at) == (BOOT, 1_700_000_000)
