"""What the panel notes about agents, clocks and itself, and whose clock it considers wrong."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.database import evidence
from minipanel.database.evidence import MAX_STARTS
from minipanel.database.store import Store
from minipanel.models.gap import AgentStart, Evidence
from minipanel.services.clocks import Clocks
from minipanel.services.evidence import AWAY_SECONDS, EvidenceNotes
from minipanel.services.ingest import Ingest
from tests.panel.example import bearer, body_of, caller, config_in, running_app, sample

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
async def notes(tmp_path: Path, time: Time) -> AsyncIterator[EvidenceNotes]:
    async with running(tmp_path / "data.db", time) as notes:
        yield notes


def noted(notes: EvidenceNotes, node_id: int = 1) -> Evidence:
    return notes._store.reader.seen(node_id, T, T + 300).evidence


async def test_a_start_is_stored_once_however_often_it_is_reported(notes: EvidenceNotes) -> None:
    for _ in range(3):
        notes.note_start(1, BOOT, "1700000000.5")
        await notes.beat()
    assert noted(notes).agent_starts == (AgentStart(BOOT, 1_700_000_000, T),)


async def test_a_start_is_written_soon_for_the_panel_may_be_killed(
    notes: EvidenceNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.evidence.NEWS_SECONDS", 0.05)
    notes.note_start(1, BOOT, "1700000000.5")
    async with asyncio.timeout(5):
        while not noted(notes).agent_starts:  # noqa: ASYNC110 - only the database shows it
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
async def test_an_invalid_boot_or_time_is_not_stored(notes: EvidenceNotes, boot: str, started: str) -> None:
    notes.note_start(1, boot, started)
    await notes.beat()
    assert noted(notes).agent_starts == ()


async def test_a_clock_that_is_off_is_noted_from_then_until_it_is_right(notes: EvidenceNotes, time: Time) -> None:
    notes.note_clock(1, 59.0)
    notes.note_clock(1, None)
    for _ in range(3):
        time.pass_seconds(60)
        notes.note_clock(1, -600.0)
        await notes.beat()
    time.pass_seconds(600)
    notes.note_clock(1, 61.0)
    await notes.beat()
    assert noted(notes).clock_troubles == ((T + 60, T + 180), (T + 780, T + 780))


async def test_the_version_of_an_agent_is_written_once_and_when_it_changes(
    notes: EvidenceNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[dict[int, str]] = []
    monkeypatch.setattr(evidence, "put_agent_versions", lambda _, versions: written.append(dict(versions)))
    for version in ("0.1.0", "0.1.0", None, "0.2.0"):
        notes.note_version(1, version)
        await notes.beat()
    assert written == [{1: "0.1.0"}, {}, {}, {1: "0.2.0"}]


async def test_a_panel_that_could_not_write_for_long_was_away(notes: EvidenceNotes, time: Time) -> None:
    time.pass_seconds(30)
    await notes.beat()
    time.pass_seconds(AWAY_SECONDS + 510)
    await notes.beat()
    time.pass_seconds(30)
    await notes.beat()
    assert noted(notes).panel_absences == ((T + 30, T + 630),)


@pytest.mark.parametrize("step", [600, -600])
async def test_a_panel_whose_clock_is_set_was_not_away(notes: EvidenceNotes, time: Time, step: int) -> None:
    for change in (30, step, 30, -step, 30):
        time.now += change
        time.up += 30
        await notes.beat()
    assert noted(notes).panel_absences == ()


@pytest.mark.parametrize("step", [600, 86_400])
async def test_a_beat_while_the_clock_was_ahead_hides_no_later_absence(
    notes: EvidenceNotes, time: Time, step: int
) -> None:
    for change in (0, step, -step):
        time.now += change
        time.pass_seconds(30)
        await notes.beat()
    time.pass_seconds(AWAY_SECONDS + 110)
    await notes.beat()
    assert noted(notes).panel_absences == ((T + 90, T + 290),)


@contextlib.asynccontextmanager
async def running(path: Path, time: Time) -> AsyncIterator[EvidenceNotes]:
    with contextlib.closing(Store(path)) as store:
        ingest = Ingest(store, 32, time.clock)
        ingest.start()
        notes = EvidenceNotes(store, ingest, Clocks(time.clock, time.uptime), time.clock, time.uptime)
        await notes.start()
        yield notes
        await notes.close()
        await ingest.close()


async def test_a_panel_that_starts_with_its_clock_ahead_is_there_since_then(tmp_path: Path, time: Time) -> None:
    async with running(tmp_path / "data.db", time):
        time.pass_seconds(30)
    time.pass_seconds(600)
    time.now += 86_400
    async with running(tmp_path / "data.db", time) as notes:
        time.pass_seconds(30)
        await notes.beat()
        time.now -= 86_400
        for _ in range(3):
            time.pass_seconds(30)
            await notes.beat()
            assert noted(notes).panel_absences == ((T + 30, T + 630),)
        time.pass_seconds(86_400)
        await notes.beat()
        assert noted(notes).panel_absences == ((T + 30, T + 630), (T + 750, T + 87_150))


async def test_a_panel_that_ended_with_its_clock_ahead_hides_no_later_absence(tmp_path: Path, time: Time) -> None:
    async with running(tmp_path / "data.db", time):
        time.pass_seconds(30)
        time.now += 86_400
    time.now -= 86_400
    time.pass_seconds(600)
    async with running(tmp_path / "data.db", time) as notes:
        notes._clocks.note(1, -0.1)
        time.pass_seconds(30)
        await notes.beat()
        time.pass_seconds(600)
        await notes.beat()
        assert noted(notes).panel_absences == ((T + 660, T + 1260),)


async def test_what_could_not_be_written_is_written_later(notes: EvidenceNotes) -> None:
    notes.note_start(1, BOOT, "1700000000")
    notes.note_clock(1, 100)
    kept, notes._ingest = notes._ingest, Ingest(notes._store, 32)
    with pytest.raises(Exception, match="busy"):  # noqa: PT012 - a queue that is closed takes nothing
        await notes._ingest.close()
        await notes.beat()
    notes._ingest = kept
    await notes.beat()
    assert noted(notes).agent_starts == (AgentStart(BOOT, 1_700_000_000, T),)
    assert noted(notes).clock_troubles == ((T, T),)


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


async def test_a_skew_that_is_no_longer_reported_counts_for_nothing(time: Time) -> None:
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
    await app.state.panel.evidence.beat()
    (start,) = noted(app.state.panel.evidence).agent_starts
    assert (start.boot_id, start.started_at) == (BOOT, 1_700_000_000)


async def test_a_node_that_claims_a_new_boot_with_each_post_starts_once_in_five_seconds(
    notes: EvidenceNotes, time: Time
) -> None:
    for second in range(60):
        notes.note_start(1, f"{second:08x}", str(T + second))
        notes.note_start(2, BOOT, str(T))
        time.pass_seconds(1)
    await notes.beat()
    assert [start.heard_at - T for start in noted(notes).agent_starts] == list(range(0, 60, 5))
    assert len(noted(notes, 2).agent_starts) == 1


async def test_a_start_that_came_too_early_is_stored_when_it_is_reported_again(
    notes: EvidenceNotes, time: Time
) -> None:
    for boot in ("a" * 8, "b" * 8, "b" * 8):
        notes.note_start(1, boot, str(T))
        time.pass_seconds(3)
    await notes.beat()
    assert [start.boot_id for start in noted(notes).agent_starts] == ["a" * 8, "b" * 8]


async def test_of_a_node_only_the_newest_thousand_starts_are_kept(notes: EvidenceNotes, time: Time) -> None:
    for number in range(MAX_STARTS + 20):
        notes.note_start(1, f"{number:08x}", str(T + number))
        time.pass_seconds(5)
        if number % 100 == 0:
            await notes.beat()
    await notes.beat()
    starts = sorted(start.heard_at for start in noted(notes).agent_starts)
    assert (len(starts), starts[-1]) == (MAX_STARTS, T + 5 * (MAX_STARTS + 19))


async def test_starts_that_can_not_be_written_are_not_kept_for_ever(
    notes: EvidenceNotes, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.evidence.MAX_UNWRITTEN_STARTS", 10)
    for number in range(20):
        notes.note_start(1, f"{number:08x}", str(T + number))
        time.pass_seconds(5)
    await notes.beat()
    assert len(noted(notes).agent_starts) == 10
    notes.note_start(1, f"{19:08x}", str(T + 19))
    await notes.beat()
    assert f"{19:08x}" in {start.boot_id for start in noted(notes).agent_starts}
