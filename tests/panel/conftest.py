"""A panel for each test and a logged-in client. A test file with other needs defines its own under these names."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.access.access import Access
from minipanel.app import PanelApp
from minipanel.config import Config
from minipanel.database.schema import migrate
from minipanel.database.store import Job
from tests.panel.example import PASSWORD, Opened, caller, config_in, running_app


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with running_app(config_in(tmp_path)) as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(app) as client:
        answer = await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        assert answer.status_code == 200
        yield client


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths for which the application was called."""
    paths: list[str] = []
    usual = PanelApp.__call__

    async def noting(self: PanelApp, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            paths.append(scope["path"])
        await usual(self, scope, receive, send)

    monkeypatch.setattr(PanelApp, "__call__", noting)
    return paths


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes an Access, which keeps sessions, with its own database."""
    made: list[tuple[Access, sqlite3.Connection]] = []

    def open_one(config: Config, clock: Callable[[], float] = time.time) -> Access:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(connection, Path(":memory:"))

        async def run(job: Job) -> Any:
            return job(connection)

        made.append((Access(config, run, clock), connection))
        return made[-1][0]

    yield open_one
    for access, connection in made:
        access.logins.close()
        connection.close()
