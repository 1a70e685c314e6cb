"""Questions for a node's past, as a browser sends them."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.services.panel import Panel
from tests.panel.example import PASSWORD, bearer, body_of, sample

PATH = "/api/metrics/history/node001"
LAST = int(time.time()) // 300 * 300
DAY = f"from={LAST - 86_400}&to={LAST}"


async def token_for_records(client: httpx.AsyncClient) -> str:
    """A session of a panel in which node001 now has 200 records."""
    samples = [sample(timestamp=LAST - 300 * place, cpu_percent=place % 100) for place in range(200)]
    assert (await client.post("/api/metrics", content=body_of(*samples), headers=bearer())).status_code == 200
    answer = await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
    token: str = answer.json()["token"]
    return token


def question(token: str, query: str = DAY, path: str = PATH, **headers: str) -> bytes:
    """Return a question as a browser sends it."""
    head = {"Host": "panel:8080", "Connection": "keep-alive", "Cookie": f"a=b; minipanel_session={token}"} | headers
    lines = [f"GET {path}?{query} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Held:
    """Reads that wait until they are let go."""

    def __init__(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        panel: Panel = app.state.panel
        read, self.goes_on, self.has_begun = panel.reading.reader.history, threading.Event(), threading.Event()

        def slow(*arguments: Any) -> Any:
            self.has_begun.set()
            assert self.goes_on.wait(10)
            return read(*arguments)

        monkeypatch.setattr(panel.reading.reader, "history", slow)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self.has_begun.wait, 10)
