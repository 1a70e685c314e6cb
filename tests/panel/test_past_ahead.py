"""Answers about a node's past that a reading thread writes, before the event loop hears of them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.services.panel import Panel
from minipanel.serving.ahead import MOST, Ahead
from tests.panel.past import DAY, LAST, Held, question, token_for_records
from tests.panel.ways import Line, line_to

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ask(client: httpx.AsyncClient) -> Callable[..., bytes]:
    return partial(question, await token_for_records(client))


@pytest.fixture
async def line(app: FastAPI, ask: Callable[..., bytes], asked: list[str]) -> AsyncIterator[Line]:
    asked.clear()
    async with line_to(app) as line:
        yield line


async def test_an_answer_for_which_the_connection_has_no_room_arrives_as_a_whole(
    app: FastAPI, line: Line, ask: Callable[..., bytes]
) -> None:
    line.send(ask())
    (usual,) = await line.answers(1)
    line.wire.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    assert len(usual.content) > 10_000
    for _ in range(3):
        line.send(ask())
        (answer,) = await line.answers(1)
        assert answer.content == usual.content


class Unheard:
    """Makes the event loop hear of what threads have done only when it is told."""

    def __init__(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        panel: Panel = app.state.panel
        begin = panel.reading.begin
        self.waiting: list[Callable[[], None]] = []
        self.news = asyncio.Event()

        def keep(then: Callable[[Any], None], result: Any) -> None:
            self.waiting.append(partial(then, result))
            self.news.set()

        def hold(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
            begin(work, partial(keep, then))

        monkeypatch.setattr(panel.reading, "begin", hold)

    async def wait(self, count: int = 1) -> None:
        """Return once there are so many things to hear of."""
        async with asyncio.timeout(10):
            while len(self.waiting) < count:
                self.news.clear()
                await self.news.wait()

    async def tell(self) -> None:
        """Tell it of the next thing, and of all that wait."""
        await self.wait()
        for hear in self.waiting:
            hear()
        self.waiting.clear()


async def test_a_client_may_ask_again_before_the_event_loop_hears_that_it_has_its_answer(
    app: FastAPI, line: Line, ask: Callable[..., bytes], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard = Unheard(app, monkeypatch)
    for count, query in enumerate((DAY, f"{DAY}&format=compact", DAY), 1):
        line.send(ask(query))
        (answer,) = await line.answers(1)
        assert answer.json()["from"] == LAST - 86_400
        assert line.protocol.is_answering
        await unheard.wait(count)
    await unheard.tell()
    assert not line.protocol.is_answering
    assert line.protocol.server_state.total_requests == 3
    line.send(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert "version" in (await line.answers(1))[0].json()
    assert asked == ["/api/health"]


async def test_a_stop_before_the_event_loop_hears_of_an_answer_closes_behind_it(
    app: FastAPI, line: Line, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard = Unheard(app, monkeypatch)
    line.send(ask())
    (answer,) = await line.answers(1)
    assert answer.status_code == 200
    line.protocol.shutdown()
    assert not line.wire.is_closing()
    await unheard.tell()
    assert line.wire.is_closing()
    assert line.wire.sent == b""


async def test_a_client_that_goes_before_the_event_loop_hears_of_its_answer_disturbs_nobody(
    app: FastAPI, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard = Unheard(app, monkeypatch)
    for _ in range(2 * MOST):
        async with line_to(app) as line:
            line.send(ask())
            await line.answers(1)
        await unheard.tell()
    assert Ahead.has_room()


async def test_more_clients_than_threads_all_get_their_answers(
    app: FastAPI, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(app, monkeypatch)
    async with contextlib.AsyncExitStack() as on:
        lines = [await on.enter_async_context(line_to(app)) for _ in range(3 * MOST)]
        for line in lines:
            line.send(ask())
        await held.begun()
        assert not Ahead.has_room()
        held.goes_on.set()
        answers = [(await line.answers(1))[0] for line in lines]
    assert {len(answer.json()["timestamp"]) for answer in answers} == {200}
    assert Ahead.has_room()
