"""Sessions in the database: over restarts, with commands beside the panel, and while nothing can be written."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.access import sessions as module
from minipanel.access.access import Access
from minipanel.config import Config
from minipanel.database.connection import open_writer
from minipanel.errors import DatabaseError, NotAuthenticated, TryLater
from tests.panel.example import PASSWORD, Opened, caller, changed_password, config_in, running_app, with_viewer

pytestmark = pytest.mark.anyio

NOW = 1_700_000_000


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return with_viewer(config_in(tmp_path))


class Disk:
    """A test's database, which can be full."""

    def __init__(self, access: Access) -> None:
        self.is_full = False
        self.writings = 0
        self._run = access.sessions._run
        access.sessions._run = self.run

    async def run(self, job: Any) -> Any:
        if self.is_full:
            raise DatabaseError("The database can't grow.")
        self.writings += 1
        return await self._run(job)


async def log_in(access: Access, name: str = "miniadmin", user_agent: str = "") -> str:
    return (await access.log_in(name, PASSWORD, "10.0.0.9", user_agent=user_agent)).token


def refused(access: Access, token: str) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        access.sessions.check(token)
    return caught.value.sentence


def rows(config: Config) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(config.database.path)
    try:
        return connection.execute("SELECT username, address, user_agent FROM sessions ORDER BY rowid").fetchall()
    except sqlite3.OperationalError:
        return connection.execute("SELECT username, address, user_agent FROM sessions").fetchall()
    finally:
        connection.close()


async def test_a_changed_password_ends_the_sessions_of_that_user_alone(opened: Opened, config: Config) -> None:
    access = opened(config)
    admin, viewer = await log_in(access), await log_in(access, "vera")
    await access.reload(changed_password(config, "a new one"))
    assert refused(access, admin) == "The account was changed since; log in again."
    assert access.sessions.check(viewer).name == "vera"
    assert [row.username for row in access.sessions.all()] == ["vera"]


async def test_a_password_changed_while_the_panel_was_stopped_ends_its_sessions_too(config: Config) -> None:
    async with running_app(config) as app:
        token = await log_in(app.state.access)
        await log_in(app.state.access, "vera")
    async with running_app(changed_password(config, "a new one")) as app:
        assert refused(app.state.access, token) == "The account was changed since; log in again."
        assert [row[0] for row in rows(config)] == ["vera"]


async def test_a_user_that_was_taken_out_is_out(opened: Opened, config: Config) -> None:
    access = opened(config)
    token = await log_in(access, "vera")
    await access.reload(replace(config, users=()))
    assert refused(access, token) == "The account was changed since; log in again."


async def test_a_new_role_is_that_of_the_next_request(opened: Opened, config: Config) -> None:
    access = opened(config)
    token = await log_in(access, "vera")
    assert access.sessions.check(token).role == "viewer"
    await access.reload(replace(config, users=(replace(config.users[0], role="admin"),)))
    assert access.sessions.check(token).role == "admin"


async def test_a_user_who_logs_out_while_nothing_can_be_written_stays_logged_out(
    opened: Opened, config: Config
) -> None:
    access = opened(config)
    token = await log_in(access)
    disk = Disk(access)
    disk.is_full = True
    with pytest.raises(TryLater):
        await access.sessions.end(access.sessions.check(token).id)
    assert refused(access, token) == "The session was logged out; log in again."
    disk.is_full = False
    await access.sessions.follow()  # as a restart would read it
    assert refused(access, token) == "The session was logged out; log in again."
    assert access.sessions.all() == []


async def test_people_get_in_while_the_disk_is_full_and_stay_in_once_it_is_not(opened: Opened, config: Config) -> None:
    access = opened(config)
    disk = Disk(access)
    disk.is_full = True
    token = await log_in(access)
    assert access.sessions.check(token).name == "miniadmin"
    with pytest.raises(DatabaseError):
        await access.sessions.follow()
    disk.is_full = False
    await access.sessions.follow()
    assert access.sessions.check(token).name == "miniadmin"


async def test_checks_write_once_a_minute_and_no_more(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    token = await log_in(access)
    disk = Disk(access)
    for second in range(0, 240, 2):
        clock.now = NOW + second
        access.sessions.check(token)
        await access.sessions.flush()
    assert disk.writings == 3
    (row,) = access.sessions.all()
    assert row.last_seen_at == NOW + 180


async def test_of_too_many_sessions_the_one_that_was_idle_longest_goes(
    opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_OF_USER", 3)
    monkeypatch.setattr(module, "MAX_OF_ALL", 5)
    clock = Clock()
    access = opened(config, clock)
    account, viewer = access.accounts.find("miniadmin"), access.accounts.find("vera")
    assert account is not None
    assert viewer is not None
    tokens = []
    for number in range(4):
        clock.now = NOW + 100 * number
        tokens.append((await access.sessions.open(account, f"10.0.0.{number}", "")).token)
        if number == 2:
            clock.now += 61
            access.sessions.check(tokens[0])
    assert refused(access, tokens[1]) == "The session was logged out; log in again."
    assert [row.address for row in access.sessions.all()] == ["10.0.0.3", "10.0.0.0", "10.0.0.2"]
    for _ in range(3):
        clock.now += 1
        await access.sessions.open(viewer, "10.0.1.1", "")
    assert len(access.sessions.all()) == 5
    assert len(access.sessions.all("vera")) == 3


async def test_an_expired_session_is_forgotten(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    await log_in(access)
    clock.now += 13 * 3600
    await access.sessions.flush()
    await access.sessions.follow()
    assert access.sessions._rows == {}


async def test_what_a_browser_calls_itself_is_bounded_and_escaped(opened: Opened, config: Config) -> None:
    access = opened(config)
    await log_in(access, user_agent="\x1b[2J" + "x" * 5000)
    (row,) = access.sessions.all()
    assert row.user_agent.startswith("\\x1b[2J")
    assert len(row.user_agent) <= 210


async def test_sessions_are_listed_and_ended_by_their_user_and_all_by_an_admin(config: Config) -> None:
    async with running_app(config) as app, caller(app, "10.0.0.9") as admin, caller(app, "10.0.0.8") as viewer:
        await enter(admin, "miniadmin")
        await enter(viewer, "vera")
        own = (await viewer.get("/api/auth/sessions")).json()
        assert [(each["username"], each["address"], each["is_current"]) for each in own] == [("vera", "10.0.0.8", True)]
        everyone = (await admin.get("/api/auth/sessions")).json()
        assert {each["username"]: each["is_current"] for each in everyone} == {"miniadmin": True, "vera": False}
        other = next(each["id"] for each in everyone if each["username"] == "miniadmin")
        answer = await viewer.delete(f"/api/auth/sessions/{other}")
        assert (answer.status_code, answer.json()) == (404, {"error": f"There is no session '{other}'."})
        assert (await admin.delete(f"/api/auth/sessions/{own[0]['id']}")).json() == {"status": "ok"}
        assert (await viewer.get("/api/nodes")).status_code == 401
        assert (await admin.get("/api/nodes")).status_code == 200
        await enter(viewer, "vera")
        (own,) = (await viewer.get("/api/auth/sessions")).json()
        assert (await viewer.delete(f"/api/auth/sessions/{own['id']}")).status_code == 200
        assert (await viewer.get("/api/nodes")).status_code == 401


async def enter(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post("/api/auth/login", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200


async def test_a_session_ended_in_the_database_is_over_after_a_reload(config: Config) -> None:
    async with running_app(config) as app:
        gone, kept = await log_in(app.state.access), await log_in(app.state.access, "vera")
        connection = open_writer(config.database.path)
        try:
            connection.execute("DELETE FROM sessions WHERE username = 'miniadmin'")
        finally:
            connection.close()
        await app.state.panel.reload(config)
        assert refused(app.state.access, gone) == "The session was logged out; log in again."
        assert app.state.access.sessions.check(kept).name == "vera"


async def test_a_token_of_the_previous_release_is_not_a_session(config: Config, app: FastAPI) -> None:
    """It was signed without a stored session, so its user must log in once more after the upgrade."""
    access: Access = app.state.access
    account = access.accounts.find("miniadmin")
    assert account is not None
    claims = {"sub": "miniadmin", "iat": 1, "exp": 2**32, "jti": "x", "pwd": account.fingerprint}
    token = module.jwt.encode(claims, config.server.jwt_secret, "HS256")
    assert refused(access, token) == "The session is not one of this panel's; log in again."
