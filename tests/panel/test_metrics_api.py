"""Newest values, the last hour and the records of the past, as the page and scripts read them."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from fastapi import FastAPI

from tests.panel.example import bearer, body_of, sample

pytestmark = pytest.mark.anyio

LONG = "node002.cluster.example"


async def send(client: httpx.AsyncClient, *samples: dict[str, object], node_id: str = "node001") -> dict[str, object]:
    answer = await client.post("/api/metrics", content=body_of(*samples), headers=bearer(node_id))
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def last_full_record() -> int:
    return int(time.time()) // 300 * 300


async def test_all_nodes_are_listed_with_what_is_known_of_them(client: httpx.AsyncClient) -> None:
    now = sample()["timestamp"]
    headers = {**bearer(), "User-Agent": "minipanel-agent/0.1.0", "X-MiniPanel-Sent": f"{time.time() - 12:.3f}"}
    headers |= {"X-MiniPanel-Sensor": "coretemp Package id 0", "X-MiniPanel-Limit": "100"}
    await client.post("/api/metrics", content=body_of(sample()), headers=headers)
    first, second, third = (await client.get("/api/nodes")).json()
    assert first.pop("clock_skew_seconds") == pytest.approx(-12, abs=2)
    assert first == {
        "id": 1,
        "name": "node001",
        "ip": "10.0.0.2",
        "hostname": "node001",
        "enabled": True,
        "state": "up",
        "last_seen": now,
        "agent_version": "0.1.0",
        "sensor": "coretemp Package id 0",
        "cpu_temp_limit": 100.0,
    }
    assert (second["sensor"], second["cpu_temp_limit"]) == (None, None)
    assert (second["name"], second["hostname"], second["state"], second["last_seen"]) == ("long", LONG, "never", None)
    assert (third["enabled"], third["state"]) == (False, "disabled")


async def test_the_newest_values_of_all_nodes_come_at_once(client: httpx.AsyncClient) -> None:
    await send(client, sample(cpu_temp=None))
    realtime = (await client.get("/api/metrics/realtime")).json()
    assert abs(realtime["timestamp"] - time.time()) < 5
    first, second, _ = realtime["nodes"]
    assert (first["cpu_percent"], first["memory_used"], first["memory_percent"]) == (45.2, 8388608000, 50)
    assert first["cpu_temp"] is None
    assert (second["state"], second["timestamp"], second["cpu_percent"], second["memory_total"]) == ("never",) + (
        None,
    ) * 3


async def test_a_node_is_listed_with_its_agent_and_its_sensor(client: httpx.AsyncClient) -> None:
    headers = {**bearer(), "User-Agent": "minipanel-agent/0.1.0", "X-MiniPanel-Sensor": "k10temp Tctl"}
    headers["X-MiniPanel-Limit"] = "95.5"
    await client.post("/api/metrics", content=body_of(sample()), headers=headers)
    one = (await client.get("/api/metrics/realtime/node001")).json()
    assert (one["agent_version"], one["sensor"], one["cpu_temp_limit"]) == ("0.1.0", "k10temp Tctl", 95.5)
    # A removed sensor is no longer named and has no limit.
    await client.post("/api/metrics", content=body_of(sample(cpu_temp=None)), headers=bearer())
    one = (await client.get("/api/metrics/realtime/node001")).json()
    assert (one["sensor"], one["cpu_temp_limit"]) == (None, None)


@pytest.mark.parametrize("reference", ["1", "node001", "NODE001", "node001.cluster.example"])
async def test_one_node_is_found_by_id_and_by_hostname(client: httpx.AsyncClient, reference: str) -> None:
    now = int(sample()["timestamp"])
    await send(client, sample(timestamp=now - 10, cpu_percent=10, cpu_temp=None), sample(timestamp=now))
    one = (await client.get(f"/api/metrics/realtime/{reference}")).json()
    assert (one["node_id"], one["hostname"], one["state"], one["cpu_percent"]) == (1, "node001", "up", 45.2)
    assert one["recent"] == {
        "timestamp": [now - 10, now],
        "cpu_percent": [10, 45.2],
        "memory_used": [8388608000] * 2,
        "cpu_temp": [None, 65.5],
    }


async def test_history_comes_as_columns_with_missing_records_missing(client: httpx.AsyncClient) -> None:
    end = last_full_record()
    await send(client, sample(timestamp=end, cpu_percent=20), sample(timestamp=end - 5, cpu_percent=40, cpu_temp=None))
    await send(client, sample(timestamp=end - 900, cpu_temp=None))
    history = (await client.get("/api/metrics/history/node001?period=1d")).json()
    assert (history["node_id"], history["hostname"], history["period"], history["step"]) == (1, "node001", "1d", 300)
    assert history["to"] - history["from"] == 86_400
    assert history["timestamp"] == [end - 900, end]
    assert history["cpu_percent"] == [45.2, 30]
    assert history["cpu_percent_max"] == [45.2, 40]
    assert history["memory_total"] == [16777216000] * 2
    assert history["memory_percent"] == [50, 50]
    assert history["cpu_temp"] == history["cpu_temp_max"] == [None, 65.5]
    assert history["samples"] == [1, 2]


@pytest.mark.parametrize("piece_seconds", [300, 700, 900, 86_400])
async def test_each_record_comes_once_wherever_a_long_span_is_cut(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, piece_seconds: int
) -> None:
    monkeypatch.setattr("minipanel.services.history.PIECE_SECONDS", piece_seconds)
    end = last_full_record()
    await send(client, *(sample(timestamp=end - 300 * k, cpu_percent=k) for k in range(12)))
    for names in ("/1?", "?nodes=node001,node003&"):
        answer = await client.get(f"/api/metrics/history{names}from={end - 3000}&to={end}")
        history = answer.json() if names == "/1?" else answer.json()["nodes"][0]
        assert history["timestamp"] == [end - 300 * k for k in range(9, -1, -1)]
        assert history["cpu_percent"] == list(range(9, -1, -1))


async def test_the_record_that_still_fills_is_not_shown(client: httpx.AsyncClient) -> None:
    now = int(sample()["timestamp"])
    await send(client, sample(timestamp=now if now % 300 else now + 5))
    history = (await client.get("/api/metrics/history/1?period=1d")).json()
    assert history["timestamp"] == []


async def test_from_and_to_cut_out_records_and_fields_cut_out_columns(client: httpx.AsyncClient) -> None:
    end = last_full_record()
    await send(client, *(sample(timestamp=end - 300 * k, cpu_percent=k) for k in range(5)))
    answer = await client.get(f"/api/metrics/history/1?from={end - 900}&to={end - 300}&fields=cpu_percent")
    history = answer.json()
    assert set(history) == {
        "node_id",
        "hostname",
        "period",
        "from",
        "to",
        "step",
        "interval",
        "timestamp",
        "cpu_percent",
    }
    assert (history["period"], history["from"], history["to"]) == (None, end - 900, end - 300)
    assert history["timestamp"] == [end - 600, end - 300]
    assert history["cpu_percent"] == [2, 1]


@pytest.mark.parametrize("at_once", [1, 2, 8])
async def test_the_history_of_a_node_set_comes_in_the_order_of_the_set(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("minipanel.services.history.NODES_AT_ONCE", at_once)
    end = last_full_record()
    await send(client, sample(timestamp=end, cpu_percent=1))
    await send(client, sample(timestamp=end, cpu_percent=2, node_id=LONG), node_id=LONG)
    answer = await client.get("/api/metrics/history?nodes=node[001-003]&period=7d&fields=cpu_percent")
    history = answer.json()
    assert set(history) == {"period", "from", "to", "step", "interval", "nodes"}
    assert [(node["hostname"], node["timestamp"], node["cpu_percent"]) for node in history["nodes"]] == [
        ("node001", [end], [1]),
        (LONG, [end], [2]),
        ("node003", [], []),
    ]


@pytest.mark.parametrize("how", ["header", "format"])
async def test_history_comes_as_csv(client: httpx.AsyncClient, how: str) -> None:
    end = last_full_record()
    await send(client, sample(timestamp=end - 300, cpu_temp=None), sample(timestamp=end))
    path = "/api/metrics/history/node001?period=1d&fields=cpu_percent,cpu_temp"
    if how == "header":
        answer = await client.get(path, headers={"Accept": "text/csv"})
    else:
        answer = await client.get(path + "&format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.text == (
        f"hostname,timestamp,cpu_percent,cpu_temp\r\nnode001,{end - 300},45.2,\r\nnode001,{end},45.2,65.5\r\n"
    )


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("history/1?period=2w", 400, "period is '2w'; it must be 1d, 7d, 1m or 1y."),
        ("history/1", 400, "period or from is missing"),
        ("history/1?from=700&to=100", 400, "from must be before to"),
        ("history/1?from=0", 400, "seconds apart; at most"),
        ("history/nobody?period=1d", 404, "There is no node 'nobody'."),
        ("history/999?period=1d", 404, "There is no node '999'."),
        ("history/1?period=1d&format=xml", 400, "format is 'xml'; it must be json, compact or csv."),
        ("history?nodes=node001&period=1d&format=", 400, "format is ''; it must be json, compact or csv."),
        ("history?period=1d", 400, "nodes is missing"),
        ("history?nodes=node[1-&period=1d", 400, "it must be a node set"),
        ("history?nodes=node[001-099]&period=1d", 404, "There is no node 'node004' and 95 more."),
        ("history?nodes=node[1-99999999]&period=1d", 400, "at most 100000 nodes"),
        ("realtime/nobody", 404, "There is no node 'nobody'."),
        ("realtime/%0Anode001", 404, r"There is no node '\nnode001'."),
        (f"realtime/{'x' * 10_000}", 404, "There is no node 'xxx"),
    ],
)
async def test_an_unreadable_request_gets_a_sentence(
    client: httpx.AsyncClient, path: str, status: int, sentence: str
) -> None:
    answer = await client.get(f"/api/metrics/{path}")
    assert answer.status_code == status
    assert sentence in answer.json()["error"]
    assert len(answer.text) < 400


async def test_the_stream_begins_with_a_snapshot_and_ends_with_the_session(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    token = client.cookies["minipanel_session"]
    events = app.state.panel.broadcast.events()
    snapshot = (await anext(events)).decode()
    name, data = snapshot.strip().split("\n")
    assert name == "event: snapshot"
    assert [node["hostname"] for node in json.loads(data.removeprefix("data: "))["nodes"]] == [
        "node001",
        LONG,
        "node003",
    ]
    await events.aclose()
    refused = await client.get("/api/metrics/stream?format=rows")
    assert refused.json() == {"error": "format is 'rows'; it must be nodes or columns."}
    access = app.state.access
    await access.sessions.end(access.sessions.check(token).id)
    # With its session gone the stream ends on its own, so that the whole answer can be read.
    answer = await client.get("/api/metrics/stream")
    assert answer.status_code == 401


async def test_a_nodes_past_is_compressed_for_clients_that_accept_it(client: httpx.AsyncClient) -> None:
    last = last_full_record()
    await send(client, *(sample(timestamp=last - 300 * k, cpu_percent=k % 100) for k in range(200)))
    path = f"/api/metrics/history/node001?from={last - 86_400}&to={last}"
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    squeezed = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), squeezed.headers["Content-Encoding"]) == (None, "gzip")
    assert int(squeezed.headers["Content-Length"]) < len(plain.content) / 3
    assert squeezed.json() == plain.json()
    assert len(plain.json()["timestamp"]) == 200
    assert squeezed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
