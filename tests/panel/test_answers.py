"""Each route's real answer is what /api/openapi.json describes."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from tests.panel.example import PASSWORD, bearer, body_of, caller, sample
from tests.test_contract import AGENTS, ANYONE, USERS, without_names

NOW = int(time.time()) // 5 * 5
LOGIN = {"username": "miniadmin", "password": PASSWORD}
RECORDS = f"from={NOW // 300 * 300 - 3600}&to={NOW + 300}"

ASKED = [
    ("GET", "/api/health", 200),
    ("GET", "/api/auth/me", 200),
    ("GET", "/api/auth/sessions", 200),
    ("DELETE", "/api/auth/sessions/1", 404),
    ("GET", "/api/tokens", 200),
    ("DELETE", "/api/tokens/1", 200),
    ("DELETE", "/api/tokens/1000", 404),
    ("GET", "/api/kiosks", 200),
    ("DELETE", "/api/kiosks/1", 404),
    ("GET", "/api/audit", 200),
    ("GET", "/api/audit?days=400", 200),
    ("GET", "/api/audit?days=0", 400),
    ("GET", "/api/nodes", 200),
    ("GET", "/api/groups", 200),
    ("GET", "/api/metrics/realtime", 200),
    ("GET", "/api/metrics/realtime/node001", 200),
    ("GET", "/api/metrics/realtime/1", 200),
    ("GET", "/api/metrics/realtime/node003", 200),
    ("GET", "/api/metrics/realtime/node999", 404),
    ("GET", "/api/metrics/trend", 200),
    ("GET", "/api/metrics/history/node001?period=1d", 200),
    ("GET", "/api/metrics/history/node001?RECORDS&fields=cpu_temp,samples", 200),
    ("GET", "/api/metrics/history/node003?RECORDS", 200),
    ("GET", "/api/metrics/history/node001?RECORDS&format=compact", 200),
    ("GET", "/api/metrics/history?nodes=node001,node003&period=1y&format=compact", 200),
    ("GET", "/api/metrics/history/node001?period=2w", 400),
    ("GET", "/api/metrics/history/node999?period=1d", 404),
    ("GET", "/api/metrics/history?nodes=node001,node002.cluster.example,node003&period=7d", 200),
    ("GET", "/api/metrics/history?nodes=node001&period=1m&fields=memory_used", 200),
    ("GET", "/api/metrics/history?period=1m", 400),
    ("GET", "/api/metrics/gaps/node001?period=1d", 200),
    ("GET", "/api/metrics/gaps?nodes=node001,node003&period=1d", 200),
    ("GET", "/api/metrics/gaps?nodes=node999&period=1d", 404),
    ("GET", "/api/metrics/spread?nodes=node001,node002.cluster.example&period=1d", 200),
    ("GET", "/api/metrics/spread?nodes=node003&period=1d", 200),
    ("GET", "/api/metrics/spread?nodes=node001", 400),
    ("GET", "/api/metrics/cluster?period=1d", 200),
    ("GET", "/api/metrics/cluster?nodes=node001,node003&period=1y", 200),
    ("GET", "/api/metrics/cluster?period=2w", 400),
    ("GET", "/api/alerts/findings", 200),
    ("GET", "/api/alerts", 200),
    ("GET", "/api/alerts?state=no", 400),
    ("GET", "/api/alerts/explain/node001", 200),
    ("GET", "/api/alerts/explain/node999", 404),
    ("GET", "/api/alerts/1000", 404),
    ("GET", "/api/silences", 200),
    ("DELETE", "/api/silences/1", 404),
    ("GET", "/api/messages", 200),
    ("GET", "/api/alerts/channels", 200),
    ("POST", "/api/auth/logout", 200),
]


@pytest.fixture
async def full(app: FastAPI, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a panel with data: an hour with a gap, a node without a sensor, one that never reported."""
    times = [t for t in range(NOW - 3600, NOW + 1, 5) if not NOW - 2400 < t < NOW - 1200]
    for node, temp in (("node001", 65.5), ("node002.cluster.example", None)):
        bodies = [times[start : start + 500] for start in range(0, len(times), 500)]
        for body in bodies:
            samples = [sample(node_id=node, timestamp=t, cpu_temp=temp, cpu_percent=t % 100) for t in body]
            sent = {**bearer(node), "X-MiniPanel-Sent": str(time.time()), "X-MiniPanel-Sensor": "coretemp Package id 0"}
            async with caller(app, "10.0.0.2" if node == "node001" else "10.0.0.3") as agent:
                answer = await agent.post("/api/metrics", content=body_of(*samples), headers=sent)
            assert (answer.status_code, answer.json()["stored"]) == (200, len(body))
    await app.state.access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
    await app.state.access.keys.add("kiosk", "hall", "read", 1, "miniadmin")
    return client


@pytest.mark.anyio
async def test_a_name_with_a_slash_is_a_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/alerts/explain/rack%201%2Fnode%202")
    assert (answer.status_code, answer.json()) == (404, {"error": "There is no node 'rack 1/node 2'."})


class Document:
    """The API's document, read as strictly as possible: what it doesn't name must not be in an answer."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        for schema in content["components"]["schemas"].values():
            schema["additionalProperties"] = False

    def faults(self, method: str, path: str, status: int, answer: object) -> list[str]:
        """What is wrong with a route's answer."""
        path = path.partition("?")[0]
        found = [each for each in self.content["paths"] if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", each), path)]
        operation = self.content["paths"][path if path in found else found[0]][method.lower()]
        response = operation["responses"].get(str(status)) or operation["responses"]["default"]
        schema = response["content"]["application/json"]["schema"]
        assert schema, f"{path} has no schema"
        validator = Draft202012Validator({**schema, "components": self.content["components"]})
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


@pytest.fixture
async def document(client: httpx.AsyncClient) -> Document:
    return Document((await client.get("/api/openapi.json")).json())


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "path", "status"), ASKED, ids=lambda asked: str(asked).removeprefix("/api/"))
async def test_an_answer_is_what_the_document_says(
    full: httpx.AsyncClient, document: Document, method: str, path: str, status: int
) -> None:
    # Only here: with a time in a test's name, workers that start at different seconds would collect different tests.
    path = path.replace("RECORDS", RECORDS)
    answer = await full.request(method, path)
    assert answer.status_code == status, answer.text
    assert document.faults(method, path, status, answer.json()) == []


@pytest.mark.anyio
async def test_what_is_posted_is_answered_as_the_document_says(app: FastAPI, document: Document) -> None:
    async with caller(app) as agent:
        for path, sent, status in (
            ("/api/metrics", {"content": body_of(sample()), "headers": bearer()}, 200),
            ("/api/metrics", {"content": b"[]", "headers": bearer()}, 400),
            ("/api/metrics", {"content": body_of(sample())}, 401),
            ("/api/auth/login", {"json": LOGIN}, 200),
            ("/api/auth/login", {"json": LOGIN | {"password": "wrong"}}, 401),
            ("/api/auth/login", {"json": {}}, 400),
        ):
            answer = await agent.post(path, **sent)
            assert answer.status_code == status, answer.text
            assert document.faults("POST", path, status, answer.json()) == []


@pytest.mark.anyio
async def test_what_an_admin_makes_is_answered_as_the_document_says(
    client: httpx.AsyncClient, document: Document
) -> None:
    for path, sent, status in (
        ("/api/tokens", {"name": "grafana", "scope": "metrics"}, 200),
        ("/api/tokens", {"name": "grafana", "scope": "metrics"}, 400),
        ("/api/tokens", {"name": "other", "scope": "write"}, 400),
        ("/api/kiosks", {"name": "hall", "days": 7}, 200),
        ("/api/auth/kiosk", {"secret": "mpk_"}, 401),
        ("/api/auth/kiosk", {}, 400),
    ):
        answer = await client.post(path, json=sent)
        assert answer.status_code == status, answer.text
        assert document.faults("POST", path, status, answer.json()) == []
        if path == "/api/kiosks":
            opened = await client.post("/api/auth/kiosk", json={"secret": answer.json()["path"].partition("#")[2]})
            assert opened.status_code == 200
            assert document.faults("POST", "/api/auth/kiosk", 200, opened.json()) == []


@pytest.mark.anyio
async def test_the_data_of_an_event_is_that_of_realtime(
    full: httpx.AsyncClient, app: FastAPI, document: Document
) -> None:
    events = app.state.panel.broadcast.events()
    event = await asyncio.wait_for(anext(events), 5)
    await events.aclose()
    data = json.loads(event.decode().partition("data: ")[2])
    assert data["nodes"]
    assert document.faults("GET", "/api/metrics/realtime", 200, data) == []


@pytest.mark.anyio
async def test_a_sample_is_what_the_document_says(document: Document) -> None:
    schema = {"$ref": "#/components/schemas/Sample", "components": document.content["components"]}
    validator = Draft202012Validator(schema)
    assert validator.is_valid(sample())
    assert validator.is_valid(sample(cpu_temp=None))
    for wrong in (
        {"node_id": "a b"},
        {"timestamp": 3},
        {"cpu_percent": 100.5},
        {"memory_total": 0},
        {"memory_used": None},
        {"cpu_temp": -21},
        {"cpu_temp": ...},
    ):
        assert not validator.is_valid(sample(**wrong)), wrong


def test_no_route_is_left_out() -> None:
    asked = {(method, path.partition("?")[0]) for method, path, _ in ASKED}
    routes = {(method, without_names(re.sub(r"/(node\d+|1|1000)$", "/{}", path))) for method, path in asked}
    # A stream, text and bytes: other tests read these.
    elsewhere = AGENTS | {("GET", "/api/metrics/stream"), ("GET", "/metrics"), ("GET", "/api/metrics/raster")}
    elsewhere |= {("POST", f"/api/{name}") for name in ("auth/login", "auth/kiosk", "tokens", "kiosks")}
    elsewhere |= {("POST", f"/api/{name}") for name in ("alerts/ack", "alerts/test", "silences")}
    assert routes | elsewhere == ANYONE | USERS | AGENTS


@pytest.mark.anyio
async def test_every_name_in_a_path_is_a_parameter(document: Document) -> None:
    for path, operations in document.content["paths"].items():
        for operation in operations.values():
            told = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
            assert told == re.findall(r"\{(\w+)\}", path), path
