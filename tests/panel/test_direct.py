"""The direct way of samples: which requests take it, in which order it answers, and what happens on errors."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from minipanel.config import AgentsConfig
from minipanel.services.panel import Panel
from minipanel.serving.protocol import BODY_SECONDS
from tests.front.front import post
from tests.panel.example import SECRET, bearer, body_of, config_in, running_app, sample
from tests.panel.load import samples_in
from tests.panel.ways import Line, line_to

pytestmark = pytest.mark.anyio

USUAL = {"status": "ok", "stored": 1, "ignored": 0}
SLOT = int(sample()["timestamp"])
BODY = body_of(sample())


def request(place: int = 0, **headers: str) -> bytes:
    """A sample of this many slots ago, as an agent sends it."""
    return post(bearer() | headers, body_of(sample(timestamp=SLOT - 5 * place)))


def changed(old: bytes, new: bytes) -> bytes:
    assert old in request()
    return request().replace(old, new)


@pytest.fixture
async def line(app: FastAPI, asked: list[str]) -> AsyncIterator[Line]:
    async with line_to(app) as line:
        yield line


async def test_what_agents_send_goes_direct_however_it_is_cut(line: Line, asked: list[str]) -> None:
    line.send(request(0))
    answers = await line.answers(1)
    for cut in (1, 60, request().index(b"\r\n\r\n") + 4, len(request()) - 1):
        line.send(request(cut)[:cut])
        line.send(request(cut)[cut:])
        answers += await line.answers(1)
    for byte in request(9):
        line.send(bytes((byte,)))
    answers += await line.answers(1)
    assert [answer.json() for answer in answers] == [USUAL] * 6
    assert asked == []


def unusual() -> dict[str, bytes]:
    length = b"Content-Length: %d\r\n\r\n" % len(BODY)
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY)
    return {
        "expect": request(1, Expect="100-continue"),
        "close": request(Connection="close"),
        "upgrade": request(Upgrade="h2c"),
        "repeated": request(**{"X-Again": "1", "x-again": "2"}),
        "query": changed(b" HTTP/1.1", b"?x=1 HTTP/1.1"),
        "escaped": changed(b"/api/metrics", b"/api/%6detrics"),
        "old": changed(b"HTTP/1.1", b"HTTP/1.0"),
        "chunked": changed(length, chunks) + b"\r\n0\r\n\r\n",
        "large": post(bearer(), b" " * 20_000 + BODY),
    }


async def test_what_is_unusual_goes_through_the_application_and_is_stored_too(app: FastAPI, asked: list[str]) -> None:
    lines = [(name, data, Line(app)) for name, data in unusual().items()]
    for _, data, line in lines:
        line.send(data)
    for name, _, line in lines:
        (answer,) = await line.answers(1)
        if answer.status_code == 100:
            (answer,) = await line.answers(1)
        assert answer.status_code == 200, name
        line.close()
    assert samples_in(app.state.panel.config.database.path) == 2
    assert asked == ["/api/metrics"] * len(lines)


async def test_one_request_after_the_other_is_answered_whichever_way_each_goes(line: Line, asked: list[str]) -> None:
    health = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
    bad = post(bearer("node002"), BODY)
    line.send(request(1) + health + request(2) + bad + request(3, Connection="keep-alive") + health + request(4))
    answers = await line.answers(7)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 401, 200, 200, 200]
    assert [answer.json() == USUAL for answer in answers] == [True, False, True, False, True, False, True]
    assert asked == ["/api/health"] * 2
    assert not line.protocol.flow.read_paused


async def test_an_agent_is_read_in_rounds_until_it_sends_anything_but_samples(line: Line, asked: list[str]) -> None:
    async def is_answered(data: bytes, count: int = 1) -> None:
        line.send(data)
        assert [answer.status_code for answer in await line.answers(count)] == [200] * count

    health = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
    assert line.wire.is_reading
    for place, other in enumerate((health, request(7) + request(8), request(9, Connection="keep-alive"))):
        await is_answered(request(place))
        assert not line.wire.is_reading
        await is_answered(request(place + 3))
        await is_answered(other, other.count(b" HTTP/1.1\r\n"))
    assert asked == ["/api/health"]
    line.wire.far.shutdown(socket.SHUT_WR)
    async with asyncio.timeout(20):
        while not line.wire.is_reading:  # noqa: ASYNC110 - the event loop finds the end, and closes
            await asyncio.sleep(0.01)


async def test_a_stop_takes_in_what_had_come_for_the_next_round(line: Line) -> None:
    line.send(request())
    await line.answers(1)
    line.send(request(1))
    line.rounds.close()
    line.protocol.shutdown()
    (answer,) = await line.answers(1)
    assert (answer.json(), answer.headers["connection"]) == (USUAL, "close")


async def test_a_head_that_can_not_be_good_is_refused_before_its_body_is_there(line: Line) -> None:
    line.send(post({"Authorization": "Bearer x"}, b"", 200))
    (answer,) = await line.answers(1)
    assert answer.status_code == 401


async def test_a_body_that_does_not_come_is_refused_in_time(line: Line) -> None:
    line.send(request()[:-1])
    assert line.protocol.deadline - line.protocol.loop.time() == pytest.approx(BODY_SECONDS, abs=1)
    line.protocol.expire()
    (answer,) = await line.answers(1)
    assert answer.status_code == 408
    line.send(request()[-1:])
    await asyncio.sleep(0)
    assert line.wire.sent == b""


async def test_a_client_that_sent_good_samples_is_no_longer_a_stranger(line: Line) -> None:
    line.send(post(bearer("node002"), BODY))
    await line.answers(1)
    assert line.limits._strangers
    line.send(request())
    await line.answers(1)
    assert not line.limits._strangers


async def test_the_sample_of_a_client_that_goes_before_its_answer_is_stored(app: FastAPI) -> None:
    panel: Panel = app.state.panel
    async with line_to(app) as line:
        line.send(request())
    async with line_to(app) as other:
        other.send(request(1))
        await other.answers(1)
    assert line.wire.sent == b""
    assert samples_in(panel.config.database.path) == 2


async def test_a_client_that_does_not_read_gets_its_answer_once_it_does(line: Line) -> None:
    line.protocol.pause_writing()
    line.send(request(1) + request(2))
    async with line_to(line.protocol.app) as other:  # type: ignore[arg-type]
        other.send(request(3))
        await other.answers(1)
    assert line.wire.sent == b""
    line.protocol.resume_writing()
    assert [answer.json() for answer in await line.answers(2)] == [USUAL] * 2


async def test_a_failed_commit_is_reported_to_each_of_its_group_and_nothing_is_stored(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel: Panel = app.state.panel

    def full(jobs: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    lines = [Line(app) for _ in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(panel.store, "_transact", full)
        for place, line in enumerate(lines):
            line.send(request(place))
        answers = [(await line.answers(1))[0] for line in lines]
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "5")] * 3
    for place, line in enumerate(lines):
        line.send(request(place))
        assert (await line.answers(1))[0].json() == USUAL
        line.close()


async def test_a_stop_answers_what_waits_for_its_commit_and_closes(app: FastAPI) -> None:
    panel: Panel = app.state.panel
    goes_on = threading.Event()
    line = Line(app)
    blocked = asyncio.create_task(panel.ingest.run(lambda _: goes_on.wait(10)))
    await asyncio.sleep(0)
    line.send(request())
    line.protocol.shutdown()
    assert not line.wire.is_closing()
    goes_on.set()
    await blocked
    (answer,) = await line.answers(1)
    assert (answer.json(), answer.headers["connection"]) == (USUAL, "close")
    assert line.wire.is_closing()
    line.close()


async def test_a_configuration_that_changes_meanwhile_counts_for_what_comes_then(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    async with running_app(config) as app, line_to(app) as line:
        panel: Panel = app.state.panel
        line.send(request(1) + request(2)[:-1])
        await panel.reload(replace(config, agents=AgentsConfig(auth="munge", munge_socket=str(tmp_path / "none"))))
        line.send(request(2)[-1:])
        assert [answer.status_code for answer in await line.answers(2)] == [200, 401]
        await panel.reload(replace(config, agents=AgentsConfig(auth="token", secret=SECRET)))
        line.send(request(2))
        assert (await line.answers(1))[0].json() == USUAL
