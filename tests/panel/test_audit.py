"""Who logged in and who created or ended what: in the log and in the database, folded, bounded, deleted in time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.access import audit as module
from minipanel.access.access import Access
from minipanel.access.audit import COMMAND_LINE, DAY_SECONDS, KEEP_DAYS
from minipanel.config import Config
from minipanel.database import access as tables
from minipanel.database.connection import open_writer
from minipanel.errors import DatabaseError
from minipanel.models.access import DEEDS, SENTENCES, AuditEntry, Deed
from tests.panel.example import PASSWORD, Opened, caller, config_in, running_app, with_viewer

pytestmark = pytest.mark.anyio

NOW = 1_700_000_000


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return with_viewer(config_in(tmp_path))


async def told(access: Access, days: int = KEEP_DAYS) -> list[tuple[str, str, str, str, int]]:
    entries = await access.audit.read(days, 10_000)
    return [(each.what, each.who, each.address, each.subject, each.times) for each in entries]


async def test_the_api_shows_admins_who_did_what_the_newest_first(config: Config) -> None:
    async with running_app(config) as app, caller(app, "10.0.0.9") as admin, caller(app, "10.0.0.8") as viewer:
        await viewer.post("/api/auth/login", json={"username": "vera", "password": "a guess"})
        await viewer.post("/api/auth/login", json={"username": "vera", "password": PASSWORD})
        await admin.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        token = (await admin.post("/api/tokens", json={"name": "grafana", "scope": "metrics"})).json()
        await admin.delete(f"/api/tokens/{token['id']}")
        kiosk = (await admin.post("/api/kiosks", json={"name": "hall"})).json()
        await viewer.post("/api/auth/kiosk", json={"secret": kiosk["path"].partition("#")[2]})
        await admin.delete(f"/api/kiosks/{kiosk['id']}")
        sessions = (await admin.get("/api/auth/sessions")).json()
        other = next(each["id"] for each in sessions if each["username"] == "vera")
        await admin.delete(f"/api/auth/sessions/{other}")
        answer = (await admin.get("/api/audit")).json()
        assert [each["sentence"] for each in reversed(answer)] == [
            "A login from 10.0.0.8 failed.",
            "vera logged in from 10.0.0.8.",
            "miniadmin logged in from 10.0.0.9.",
            "miniadmin created the API token grafana, from 10.0.0.9.",
            "miniadmin removed the API token grafana, from 10.0.0.9.",
            "miniadmin created the wall screen hall, from 10.0.0.9.",
            "The link of the wall screen hall was opened at 10.0.0.8.",
            "miniadmin removed the wall screen hall, from 10.0.0.9.",
            "miniadmin ended a session of vera, from 10.0.0.9.",
        ]
        assert (await admin.post("/api/auth/logout")).status_code == 200
        assert (await told(app.state.access))[0][:3] == ("logout", "miniadmin", "10.0.0.9")


@pytest.mark.parametrize("days", ["0", "401", "x", "1.5", "-1", "", "9" * 5000, "٣"])
async def test_days_that_can_not_be_are_one_sentence(client: httpx.AsyncClient, days: str) -> None:
    answer = await client.get("/api/audit", params={"days": days})
    assert answer.status_code == 400
    assert answer.json()["error"].endswith("it must be a whole number from 1 to 400.")
    assert len(answer.text) < 200


async def test_failed_logins_are_logged_without_the_name_because_people_type_passwords_there(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    await client.post("/api/auth/login", json={"username": "hunter2", "password": "hunter3"})
    assert "hunter" not in str(await app.state.access.audit.read(1, 100))


async def test_the_same_within_an_hour_is_one_row(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    for second in range(0, 7200, 60):
        clock.now = NOW + second
        access.audit.note("login_failed", "", "10.0.0.9")
        access.audit.note("login", "vera", "10.0.0.9")
        if second % 300 == 0:
            await access.audit.flush()
    clock.now += 1
    rows = await told(access)
    assert sum(times for *_, times in rows) == 240
    assert len(rows) in (4, 6)


@pytest.mark.parametrize(("what", "subject"), [("login_failed", ""), ("kiosk_opened", "hall")])
async def test_a_storm_fills_neither_memory_nor_disk_and_pushes_nothing_out(
    opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch, what: Deed, subject: str
) -> None:
    monkeypatch.setitem(module.STORMS, what, 150)
    monkeypatch.setattr(module, "MAX_ROWS", 1)
    clock = Clock()
    access = opened(config, clock)
    access.audit.note("login", "vera", "10.0.0.9")
    for turn in range(5):
        for number in range(1000):
            access.audit.note(what, "", f"10.{turn}.{number // 256}.{number % 256}", subject)
        assert len(access.audit._unwritten) <= module.MAX_UNWRITTEN + 1
        await access.audit.flush()
        clock.now += 30
    await access.audit.prune(None)
    rows = await told(access)
    assert len(rows) == 151
    assert rows[-1][0] == "login", "what people did is pushed out by no storm"
    assert (what, "", "other addresses", subject) in [row[:4] for row in rows]


async def test_what_is_done_again_is_the_newest_again(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    for who in ("vera", "wim", "vera"):
        access.audit.note("login", who, "10.0.0.9")
        clock.now += 1
    assert [row[1] for row in await told(access)] == ["vera", "wim"]
    access.audit.note("login", "wim", "10.0.0.9")
    assert [(row[1], row[4]) for row in await told(access)] == [("wim", 2), ("vera", 2)]


async def test_all_of_a_storm_is_counted(opened: Opened, config: Config) -> None:
    access = opened(config)
    for number in range(1000):
        access.audit.note("login_failed", "", f"10.0.{number // 256}.{number % 256}")
    assert sum(times for *_, times in await told(access)) == 1000


async def test_what_is_older_than_400_days_is_forgotten(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    access.audit.note("login", "vera", "10.0.0.9")
    await access.audit.flush()
    clock.now += KEEP_DAYS * DAY_SECONDS
    await access.audit.prune(int(clock.now))
    assert len(await told(access)) == 1
    clock.now += 1
    await access.audit.prune(int(clock.now))
    assert await told(access) == []


async def test_a_clock_that_is_far_ahead_for_a_moment_makes_nothing_old(
    opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    access = opened(config, clock)
    access.audit.note("login", "vera", "10.0.0.9")
    monkeypatch.setattr("minipanel.access.access.PRUNE_SECONDS", 0)
    monkeypatch.setattr("minipanel.access.access.FLUSH_SECONDS", 0.01)
    pruned: list[int | None] = []
    is_enough = asyncio.Event()
    prune = access.audit.prune

    async def note(now: int | None) -> None:
        await prune(now)
        pruned.append(now)
        clock.now += -500 * DAY_SECONDS if len(pruned) == 1 else 0
        if len(pruned) == 8:
            is_enough.set()

    monkeypatch.setattr(access.audit, "prune", note)
    clock.now += 500 * DAY_SECONDS
    await access.start()
    async with asyncio.timeout(20):
        await is_enough.wait()
    await access.close()
    assert pruned[:6] == [None] * 6
    assert pruned[7] == int(clock.now)
    assert len(await told(access)) == 1


async def test_what_can_not_be_written_is_written_later(opened: Opened, config: Config) -> None:
    access = opened(config)
    run = access.audit._run

    async def full(job: Any) -> Any:
        raise DatabaseError("The database can't grow.")

    access.audit._run = full
    for number in range(5000):
        access.audit.note("login", "vera", f"10.0.{number // 256}.{number % 256}")
    with pytest.raises(DatabaseError):
        await access.audit.flush()
    assert len(access.audit._unwritten) <= 10 * module.MAX_UNWRITTEN
    access.audit._run = run
    assert len(await told(access)) == 10 * module.MAX_UNWRITTEN


async def test_what_commands_did_is_in_the_panels_log_after_its_reload(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with running_app(config) as app:
        for times in (1, 2):  # the second time it is folded into the row of the first
            with closing(open_writer(config.database.path)) as connection:
                entry = AuditEntry(NOW, NOW, "token_added", "root", COMMAND_LINE, "grafana")
                tables.put_audit(connection, [entry], 3600)
            for _ in range(2):
                await app.state.panel.reload(config)
            assert caplog.text.count("root created the API token grafana, from the command line.") == times


async def test_nothing_is_lost_at_a_stop(config: Config) -> None:
    async with running_app(config) as app:
        app.state.access.audit.note("login", "vera", "10.0.0.9")
    with closing(sqlite3.connect(config.database.path)) as database:
        assert database.execute("SELECT what, who FROM audit").fetchall() == [("login", "vera")]


def test_every_deed_has_a_sentence() -> None:
    assert set(SENTENCES) == set(DEEDS)
    for what, sentence in SENTENCES.items():
        assert sentence.endswith("."), what


async def test_no_name_or_address_forges_a_line_of_the_log(
    opened: Opened, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    opened(config).audit.note("token_added", "vera", "10.0.0.9\nroot logged in", "x\n\x1b[2J")
    (record,) = [record for record in caplog.records if record.name.startswith("minipanel")]
    assert record.message.isprintable()
