"""The direct way of a node's past: which requests take it, with the ordinary answers, and what may disturb it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.handlers.nodes_past import plain_query
from minipanel.services.history import History
from minipanel.services.panel import Panel
from tests.panel.example import config_in, running_app
from tests.panel.past import DAY, LAST, PATH, Held, question, token_for_records
from tests.panel.ways import Line, caller_by, line_to

pytestmark = pytest.mark.anyio


@pytest.fixture
async def token(client: httpx.AsyncClient) -> str:
    return await token_for_records(client)


@pytest.fixture
async def line(app: FastAPI, token: str, asked: list[str]) -> AsyncIterator[Line]:
    asked.clear()
    async with line_to(app) as line:
        yield line


@pytest.fixture
def ask(token: str) -> Callable[..., bytes]:
    return partial(question, token)


PROXY = "10.0.0.9"


@asynccontextmanager
async def behind_proxy(folder: Path, **server: Any) -> AsyncIterator[FastAPI]:
    """Another panel, with a trusted proxy."""
    config = config_in(folder)
    config = replace(config, server=replace(config.server, trusted_proxies=(PROXY,), **server))
    path = folder / "proxied.db"
    async with running_app(replace(config, database=replace(config.database, path=path))) as app:
        yield app


QUERIES = (
    DAY,
    f"{DAY}&format=compact",
    f"{DAY}&fields=cpu_percent%2Ccpu_temp",
    f"{DAY}&fields=cpu_temp,cpu_percent&format=compact",
    f"from={LAST - 20 * 86_400}&fields=cpu_percent&to={LAST}",
    f"from={LAST - 20 * 86_400}&to={LAST}&format=compact",
    f"{DAY}&step=3600",
    f"from={LAST - 300 * 86_400}&to={LAST}",
    "from=1700000000&to=1700007200",
    f"from={LAST}&to={LAST - 1}",
    "from=99999999999",
    f"{DAY}&step=60",
    f"{DAY}&fields=memory",
    "period=2d",
    "period=1d&to=5",
    "fields=cpu_percent",
    "period=(script)",
)
"""Questions that go directly, good and bad."""


async def test_an_answer_is_the_ordinary_one(app: FastAPI, token: str, asked: list[str]) -> None:
    kinds = ({"Accept-Encoding": "identity"}, {"Accept-Encoding": "br, gzip;q=0.5"}, {"Accept-Language": "zh-CN"})
    sizes = set()
    async with caller_by("direct", app) as direct, caller_by("ordinary", app) as ordinary:
        for path in (
            f"/api/metrics/history/{node}?{query}" for node in ("node001", "1", "node999") for query in QUERIES
        ):
            for kind in kinds:
                asked.clear()
                first = await direct.get(path, headers={"Authorization": f"Bearer {token}", **kind})
                assert asked == [], path
                second = await ordinary.get(path, headers={"Authorization": f"Bearer {token}", **kind})
                assert asked, path
                assert (first.status_code, first.text) == (second.status_code, second.text), (path, kind)
                assert headers_of(first) == headers_of(second), (path, kind)
                sizes.add((first.status_code, first.headers.get("content-encoding"), len(first.content) > 10_000))
    assert sizes >= {(200, None, True), (200, "gzip", True), (400, None, False), (404, None, False)}


def headers_of(answer: httpx.Response) -> dict[str, str]:
    """All headers but those of the server itself, which the ordinary way does not reach here."""
    return {name: value for name, value in answer.headers.items() if name not in ("date", "server")}


def unusual(ask: Callable[..., bytes]) -> dict[str, bytes]:
    usual = ask()
    return {
        "csv": ask(Accept="text/csv"),
        "csv by name": ask(f"{DAY}&format=csv"),
        "json by name": ask(f"{DAY}&format=json"),
        "one time twice": ask(f"from=1700000000&{DAY}"),
        "another parameter": ask(f"{DAY}&more=1"),
        "an encoded digit": ask(DAY.replace("from=1", "from=%31")),
        "a plus": ask(f"{DAY}&fields=cpu_percent,+cpu_temp"),
        "a fragment": ask(f"{DAY}#top"),
        "an encoded name": ask(path="/api/metrics/history/node00%31"),
        "a header twice": ask(**{"X-Again": "1", "x-again": "2"}),
        "no keep-alive": ask(Connection="close"),
        "expect": ask(Expect="nothing"),
        "another version": usual.replace(b"HTTP/1.1", b"HTTP/1.0"),
        "another method": usual.replace(b"GET", b"HEAD"),
        "an empty body": ask(**{"Content-Length": "0"}),
    }


async def test_what_is_unusual_goes_through_the_application(
    app: FastAPI, ask: Callable[..., bytes], asked: list[str]
) -> None:
    for name, data in unusual(ask).items():
        asked.clear()
        async with line_to(app) as line:
            line.send(data)
            async with asyncio.timeout(20):
                while not line.wire.sent:
                    line.wire.news.clear()
                    await line.wire.news.wait()
            assert line.wire.sent.startswith((b"HTTP/1.1 200", b"HTTP/1.1 405", b"HTTP/1.1 417")), name
        assert len(asked) == 1, name


async def test_a_question_is_answered_however_it_is_cut(
    line: Line, ask: Callable[..., bytes], asked: list[str]
) -> None:
    line.send(ask())
    (whole,) = await line.answers(1)
    assert asked == []
    data = ask()
    for cut in (1, 10, 60, len(data) - 2):
        line.send(data[:cut])
        line.send(data[cut:])
        (answer,) = await line.answers(1)
        assert answer.json() == whole.json()
    assert len(asked) == 4
    line.send(ask())
    await line.answers(1)
    assert len(asked) == 4


async def test_requests_that_come_while_it_is_read_are_answered_in_order(line: Line, ask: Callable[..., bytes]) -> None:
    health = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
    line.send(ask())
    line.send(health + ask("period=9d"))
    line.send(ask(f"{DAY}&format=compact"))
    answers = await line.answers(4)
    assert [answer.status_code for answer in answers] == [200, 200, 400, 200]
    found = ("timestamp", "version", "error", "runs")
    assert all(name in answer.json() for name, answer in zip(found, answers, strict=True))
    assert not line.protocol.flow.read_paused


async def test_only_who_may_read_gets_an_answer(
    app: FastAPI, line: Line, ask: Callable[..., bytes], asked: list[str]
) -> None:
    _, reads = await app.state.access.keys.add("token", "scripts", "read", 1, "miniadmin")
    _, counts = await app.state.access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
    _, screen = await app.state.access.keys.add("kiosk", "wall", "read", 1, "miniadmin")
    refused = {
        "Log in first.": ask(Cookie="a=b"),
        "The session is not one of this panel's; log in again.": ask(Cookie="minipanel_session=x"),
        "This requires the scope read; the API token has metrics.": ask(Authorization=f"Bearer {counts}"),
        "A wall screen sees the realtime view and nothing else.": ask(Cookie=f"minipanel_kiosk={screen}"),
    }
    for sentence, data in refused.items():
        line.send(data)
        (answer,) = await line.answers(1)
        assert (answer.status_code in (401, 403), answer.json()) == (True, {"error": sentence})
    assert line.limits._strangers
    line.send(ask(Cookie="a=b", Authorization=f"Bearer {reads}"))
    assert (await line.answers(1))[0].status_code == 200
    assert not line.limits._strangers
    assert asked == []


async def test_a_user_that_a_proxy_names_is_left_to_the_ordinary_way(
    tmp_path: Path, asked: list[str], ask: Callable[..., bytes]
) -> None:
    async with behind_proxy(tmp_path, user_header="X-User") as app, line_to(app, address=PROXY) as line:
        asked.clear()
        line.send(ask(**{"X-User": "miniadmin"}))
        assert (await line.answers(1))[0].status_code == 200
    assert asked == [PATH]


async def test_the_client_that_a_trusted_proxy_names_is_the_one_that_is_noted(
    tmp_path: Path, asked: list[str], ask: Callable[..., bytes]
) -> None:
    async with behind_proxy(tmp_path) as app, line_to(app, address=PROXY) as line:
        asked.clear()
        _, secret = await app.state.access.keys.add("token", "scripts", "read", 1, "miniadmin")
        line.send(ask(Authorization=f"Bearer {secret}", **{"X-Forwarded-For": "10.9.9.9, 10.1.1.1"}))
        assert (await line.answers(1))[0].status_code == 200
        (key,) = app.state.access.keys.all("token")
    assert (key.last_address, asked) == ("10.1.1.1", [])


async def test_a_client_that_does_not_read_gets_its_answer_once_it_does(line: Line, ask: Callable[..., bytes]) -> None:
    line.protocol.pause_writing()
    line.wire.unsent = 70_000
    line.send(ask())
    async with line_to(line.protocol.app) as other:  # type: ignore[arg-type]
        other.send(ask())
        await other.answers(1)
    assert line.wire.sent == b""
    line.protocol.resume_writing()
    assert len((await line.answers(1))[0].json()["timestamp"]) == 200


async def test_a_client_that_goes_before_its_answer_disturbs_nobody(
    app: FastAPI, token: str, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(app, monkeypatch)
    async with line_to(app) as line:
        line.send(ask())
        await held.begun()
    held.goes_on.set()
    async with line_to(app) as other:
        other.send(ask())
        assert (await other.answers(1))[0].status_code == 200
    assert line.wire.sent == b""


async def test_a_stop_answers_what_is_being_read_and_closes(
    app: FastAPI, line: Line, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(app, monkeypatch)
    line.send(ask())
    await held.begun()
    line.protocol.shutdown()
    assert not line.wire.is_closing()
    held.goes_on.set()
    (answer,) = await line.answers(1)
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")
    assert line.wire.is_closing()


async def test_a_panel_that_stops_asks_to_try_again(app: FastAPI, line: Line, ask: Callable[..., bytes]) -> None:
    panel: Panel = app.state.panel
    panel.give_up()
    for query in (DAY, f"from={LAST - 20 * 86_400}&to={LAST}"):
        line.send(ask(query))
        (answer,) = await line.answers(1)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_failure_of_the_panel_is_a_sentence_and_its_traceback_is_in_the_log(
    line: Line, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(History, "_one", fail)
    for query in (DAY, f"from={LAST - 20 * 86_400}&to={LAST}"):
        caplog.clear()
        line.send(ask(query))
        (answer,) = await line.answers(1)
        assert answer.status_code == 500
        assert answer.json() == {"error": "The panel failed to handle this request; its log says why."}
        assert "by design" in caplog.text


async def test_an_answer_in_pieces_is_compressed_too(line: Line, ask: Callable[..., bytes], asked: list[str]) -> None:
    month = f"from={LAST - 30 * 86_400}&to={LAST}"
    answers = []
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        line.send(ask(month, **headers))
        answers += await line.answers(1)
    plain, squeezed = answers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert len(plain.json()["timestamp"]) == 200
    assert squeezed.json() == plain.json()
    assert asked == []


def test_only_a_plain_query_is_taken_apart() -> None:
    assert plain_query("from=1&to=2&format=compact") == {"from": "1", "to": "2", "format": "compact"}
    assert plain_query("fields=a%2Cb") == {"fields": "a,b"}
    for other in ("", "from", "from=", "from=1&from=2", "from=1&x=2", "from=%31", "from=%2c", "from=1+2", "from=1#2"):
        assert plain_query(other) is None, other
