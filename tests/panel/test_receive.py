"""Samples over HTTP, as agents send them: what is accepted."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from minipanel.config import Config
from minipanel.handlers.agents import (
    parse_boot,
    parse_count,
    parse_limit,
    parse_sensor,
    parse_skew,
    parse_version,
    take_samples,
)
from minipanel.models.answers import NodeAnswer
from tests.panel.example import bearer, body_of, caller, config_in, running_app, sample
from tests.panel.ways import WAYS, caller_by

pytestmark = pytest.mark.anyio

AGENT = {"User-Agent": "minipanel-agent/0.1.0"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
async def app(config: Config) -> AsyncIterator[FastAPI]:
    async with running_app(config) as app:
        yield app


@pytest.fixture(params=WAYS)
async def agent(app: FastAPI, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    async with caller_by(request.param, app) as client:
        client.headers.update(bearer() | AGENT)
        yield client


def node(app: FastAPI, hostname: str = "node001") -> NodeAnswer:
    """A node, as in GET /api/nodes."""
    return next(node for node in app.state.panel.live.nodes() if node.hostname == hostname)


async def test_a_sample_is_stored_and_seen(app: FastAPI, agent: httpx.AsyncClient):
    answer = await agent.post("/api/metrics", content=body_of(sample()))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"status": "ok", "stored": 1, "ignored": 0}
    assert node(app).state == "up"


async def test_samples_are_taken_whichever_way_brings_head_body_and_peer(app: FastAPI):
    head = {name.lower(): value for name, value in (bearer() | AGENT).items()}
    answer = await take_samples(app.state.panel, head, body_of(sample()), "10.0.0.2")
    assert (answer.status, answer.headers) == (200, {"Content-Type": "application/json"})
    assert json.loads(answer.body) == {"status": "ok", "stored": 1, "ignored": 0}
    assert node(app).agent_version == "0.1.0"
    answer = await take_samples(app.state.panel, {}, body_of(sample()), "10.0.0.2")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_fault_of_the_panel_is_no_silence(
    app: FastAPI, agent: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(app.state.panel.ingest, "put", None)
    answer = await agent.post("/api/metrics", content=body_of(sample()))
    assert answer.status_code == 500
    assert answer.json() == {"error": "The panel failed to handle this request; its log says why."}


async def test_a_sample_sent_twice_is_counted_once(agent: httpx.AsyncClient):
    body = body_of(sample())
    await agent.post("/api/metrics", content=body)
    answer = await agent.post("/api/metrics", content=body)
    assert answer.json() == {"status": "ok", "stored": 0, "ignored": 1}


async def test_an_array_is_stored_whole(agent: httpx.AsyncClient):
    now = int(time.time()) // 5 * 5
    body = body_of(*[sample(timestamp=now - 5 * index) for index in range(1000)])
    answer = await agent.post("/api/metrics", content=body)
    assert answer.json() == {"status": "ok", "stored": 1000, "ignored": 0}


async def test_samples_older_than_the_history_are_ignored(agent: httpx.AsyncClient):
    old = int(time.time()) // 5 * 5 - 33 * 86_400
    answer = await agent.post("/api/metrics", content=body_of(sample(), sample(timestamp=old)))
    assert answer.json() == {"status": "ok", "stored": 1, "ignored": 1}


@pytest.mark.parametrize("node_id", ["node002", "node002.cluster.example", "NODE002"])
async def test_a_node_may_use_its_short_name_or_its_long_one(app: FastAPI, node_id: str):
    async with caller(app) as client:
        headers = bearer(node_id.lower())
        answer = await client.post("/api/metrics", content=body_of(sample(node_id=node_id)), headers=headers)
    assert answer.json() == {"status": "ok", "stored": 1, "ignored": 0}


async def test_the_agents_version_and_clock_are_noted(app: FastAPI, agent: httpx.AsyncClient):
    headers = {"X-MiniPanel-Sent": f"{time.time() + 12.5:.3f}"}
    await agent.post("/api/metrics", content=body_of(sample()), headers=headers)
    assert node(app).agent_version == "0.1.0"
    assert node(app).clock_skew_seconds == pytest.approx(12.5, abs=0.5)


async def test_a_clock_so_far_ahead_that_samples_are_refused_is_noted_anyway(app: FastAPI, agent: httpx.AsyncClient):
    ahead = int(time.time()) // 5 * 5 + 300
    headers = {"X-MiniPanel-Sent": f"{time.time() + 300:.3f}"}
    answer = await agent.post("/api/metrics", content=body_of(sample(timestamp=ahead)), headers=headers)
    assert answer.status_code == 400
    assert " seconds ahead of the panel's clock" in answer.json()["error"]
    assert node(app).clock_skew_seconds == pytest.approx(300, abs=0.5)
    assert node(app).state == "never"


async def test_nothing_is_stored_about_senders_without_a_valid_credential(app: FastAPI):
    async with caller(app) as client:
        headers = bearer("node002") | AGENT
        assert (await client.post("/api/metrics", content=body_of(sample()), headers=headers)).status_code == 401
    assert node(app).agent_version is None


async def test_identity_is_not_an_encoding(agent: httpx.AsyncClient):
    answer = await agent.post("/api/metrics", content=body_of(sample()), headers={"Content-Encoding": "identity"})
    assert answer.status_code == 200


async def test_a_busy_panel_asks_to_come_again(app: FastAPI, agent: httpx.AsyncClient):
    await app.state.panel.ingest.close()
    answer = await agent.post("/api/metrics", content=body_of(sample()))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [
        ("minipanel-agent/0.1.0", "0.1.0"),
        ("minipanel-agent/1.2.3rc1+el9 Python/3.6", "1.2.3rc1+el9"),
        ("curl/8.0", None),
        ("", None),
        ("minipanel-agent/", None),
        ("minipanel-agent/<script>", None),
        ("minipanel-agent/1\x00", None),
        ("minipanel-agent/" + "9" * 33, None),
    ],
)
def test_a_version_is_short_and_plain_or_none(user_agent: str, version: str | None):
    assert parse_version(user_agent) == version


@pytest.mark.parametrize(
    ("text", "sensor"),
    [
        ("coretemp Package id 0", "coretemp Package id 0"),
        ("acpitz", "acpitz"),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("", None),
        ("   ", None),
        ("k10temp\tTctl", None),
        ("k10temp\n", None),
        ("sensor \xe9", None),
        ("温度", None),
    ],
)
def test_a_sensor_is_short_and_plain_or_none(text: str, sensor: str | None):
    assert parse_sensor(text) == sensor


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("100", 100.0),
        ("95.5", 95.5),
        ("50", 50.0),
        ("150", 150.0),
        *(
            (bad, None)
            for bad in ("", "49.9", "151", "0", "-5", "nan", "inf", "1e2", "100 ", "100\n", "１００", "9" * 400)
        ),
    ],
)
def test_a_limit_is_one_that_a_cpu_can_have_or_none(text: str, limit: float | None):
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    ("text", "count"), [("12", 12), ("0", 0), ("", 0), ("-1", 0), ("1.5", 0), ("9" * 10, 0), ("٣", 0), ("1\n", 0)]
)
def test_how_often_a_cpu_was_slowed_down_is_a_whole_number_or_none(text: str, count: int):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "boot"),
    [
        ("7a3e1c52-0000-4000-8000-000000000000", "7a3e1c52-0000-4000-8000-000000000000"),
        *((bad, None) for bad in ("", "x", "7A", "a" * 65, "a\n")),
    ],
)
def test_a_boot_is_an_id_or_none(text: str, boot: str | None):
    assert parse_boot(text) == boot


@pytest.mark.parametrize(
    ("sent", "skew"),
    [
        ("1000.250", 0.25),
        ("990", -10.0),
        ("1000.123456789", 0.123),
        ("", None),
        ("nan", None),
        ("-5", None),
        ("1e9", None),
        ("1_000", None),
        ("٣", None),
        ("9" * 400, None),
    ],
)
def test_a_skew_is_read_from_plain_seconds_or_unknown(sent: str, skew: float | None):
    assert parse_skew(sent, 1000.0) == skew


async def test_over_a_real_connection_refusals_leave_it_usable(app: FastAPI):
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, http="httptools"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - Uvicorn has no other way to report it
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 50_000

    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearer() | AGENT) as client:
            statuses = [
                (await client.post("/api/metrics", content=content, headers=headers)).status_code
                for content, headers in (
                    (b" " * 1_500_000, {}),
                    (in_pieces(), {}),
                    (b"{", {}),
                    (body_of(sample()), {"Authorization": "Bearer x"}),
                    (body_of(sample()), {}),
                )
            ]
    finally:
        server.should_exit = True
        await task
    assert statuses == [413, 413, 400, 401, 200]
