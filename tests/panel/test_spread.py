"""The history of a set as percentiles: what is asked, what is answered, and that it stays quick."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import httpx
import pytest
from fastapi import FastAPI

from minipanel.services.spread import MAX_RECORDS, STEPS, columns_of, percentile, step_for
from tests.e2e.month import put_records, record
from tests.panel.doors import bearer, body_of, sample

LONG = "node002.cluster.example"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([1, 2, 3, 4, 5], 0.5, 3), ([0, 10], 0.1, 1), ([0, 10], 0.9, 9), ([7], 0.9, 7), ([], 0.5, None)],
)
def test_a_percentile_lies_between_its_neighbours(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize("nodes", [1, 9, 64, 1000, 10_000])
@pytest.mark.parametrize("days", [1, 7, 30])
def test_the_step_is_the_smallest_that_keeps_the_request_short(nodes: int, days: int) -> None:
    step = step_for(nodes, days * 86_400)
    assert nodes * days * 86_400 // step <= MAX_RECORDS or step == STEPS[-1]
    finer = [each for each in STEPS if each < step]
    assert all(nodes * days * 86_400 // each > MAX_RECORDS for each in finer)


def test_a_node_without_a_sensor_counts_for_its_other_values() -> None:
    columns = columns_of([(300, 10.0, 50.0, None), (300, 20.0, 60.0, 40.0), (900, 5.0, 5.0, None)])
    assert columns["timestamp"] == [300, 900]
    assert columns["reporting"] == [2, 1]
    assert columns["cpu_percent_p50"] == [15, 5]
    assert columns["cpu_temp_p50"] == [40, None]


@pytest.mark.anyio
async def test_a_set_comes_as_median_and_band(client: httpx.AsyncClient) -> None:
    end = int(time.time()) // 300 * 300
    for node, cpu in (("node001", 20.0), (LONG, 60.0)):
        body = body_of(sample(node_id=node, timestamp=end, cpu_percent=cpu))
        assert (await client.post("/api/metrics", content=body, headers=bearer(node))).status_code == 200
    answer = (await client.get("/api/metrics/spread?nodes=node001,node002.cluster.example&period=1d")).json()
    assert (answer["nodes"], answer["step"], answer["period"]) == (2, 300, "1d")
    assert answer["timestamp"][-1] == end
    assert answer["reporting"][-1] == 2
    assert [answer[f"cpu_percent_{name}"][-1] for name in ("p10", "p50", "p90")] == [24, 40, 56]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("period=1d", 400, "nodes is missing"),
        ("nodes=node001&period=2w", 400, "period is '2w'"),
        ("nodes=node999&period=1d", 404, "There is no node 'node999'."),
        ("nodes=node[1-&period=1d", 400, "it must be a node set"),
    ],
)
async def test_what_cannot_be_asked_gets_a_sentence(
    client: httpx.AsyncClient, query: str, status: int, sentence: str
) -> None:
    answer = await client.get(f"/api/metrics/spread?{query}")
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


@pytest.mark.anyio
async def test_only_the_records_at_a_step_are_looked_up(app: FastAPI) -> None:
    store = app.state.panel.store
    end = int(time.time()) // 3600 * 3600
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        put_records(connection, [record(1, end - 300 * k) for k in range(24)])
        connection.commit()
    rows = store.reader.records_at([1, 2], range(end - 7200, end + 1, 3600), end)
    assert [row[0] for row in rows] == [end - 3600, end]
