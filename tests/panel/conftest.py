"""A panel of the test's own and a client that is logged in; a test file with other needs has its own of these names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.panel.example import PASSWORD, caller, config_in, running_app


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
