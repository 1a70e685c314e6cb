"""The history of a set as percentiles: requests, answers, and that it stays quick."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import httpx
import pytest
from fastapi import FastAPI

from minipanel.errors import BadInput
from minipanel.models.answers import SHARES
from minipanel.models.node import Node
from minipanel.services.history import Span, read_span
from minipanel.services.spread import MAX_NODES, MAX_RECORDS, MAX_VALUES, columns_of, percentile, times_for
from tests.e2e.month import put_records, record
from tests.panel.example import bearer, body_of, sample

LONG = "node002.cluster.example"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([1, 2, 3, 4, 5], 0.5, 3), ([0, 10], 0.1, 1), ([0, 10], 0.9, 9), ([7], 0.9, 7), ([], 0.5, None)],
)
def test_a_percentile_lies_between_its_neighbours(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_a_percentile_of_stored_numbers_is_that_of_their_values() -> None:
    numbers, value = [1, 50, 333, 3335, 9999, 10_000], lambda number: (number - 2000) / 100
    for share in SHARES.values():
        assert percentile(numbers, share, value) == percentile(list(map(value, numbers)), share)


def span_of(days: int, begin: int = 1_700_000_123) -> Span:
    return read_span(None, str(begin), str(begin + days * 86_400), None, begin)


@pytest.mark.parametrize("nodes", [1, 9, 64, 400, 1000, 2500, 10_000, MAX_NODES])
@pytest.mark.parametrize("days", [1, 7, 30, 366])
def test_no_set_reads_more_than_it_may_nor_much_less(nodes: int, days: int) -> None:
    span = span_of(days)
    times = times_for(nodes, span, span.end)
    assert len(times) >= 1
    if times.step == 300:
        assert nodes * len(times) <= MAX_RECORDS
    else:
        assert nodes * len(times) <= MAX_VALUES
        assert times.step == 3600 or nodes * len(times) >= MAX_VALUES / 5


def test_a_month_of_a_thousand_nodes_misses_no_hour() -> None:
    span = span_of(30)
    times = times_for(1000, span, span.end)
    assert (times.step, len(times)) == (3600, 720)


@pytest.mark.parametrize("nodes", [2500, 5000, 10_000, MAX_NODES])
def test_a_month_shows_all_hours_of_the_day(nodes: int) -> None:
    span = span_of(30)
    times = times_for(nodes, span, span.end)
    hours = sorted({time % 86_400 / 3600 for time in times})
    widest = max(later - earlier for earlier, later in zip(hours, [*hours[1:], hours[0] + 24], strict=True))
    assert widest <= max(1, 3 * 24 / len(times))


def test_times_stay_where_they_are_when_the_span_moves_on() -> None:
    earlier, later = (
        times_for(5000, span, span.end) for span in (span_of(30, begin) for begin in (1_700_000_000, 1_700_100_000))
    )
    assert set(earlier) & set(later) == {time for time in earlier if time > 1_700_100_000}


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
async def test_an_impossible_request_gets_a_sentence(
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


@pytest.mark.anyio
async def test_a_set_too_large_to_compare_is_refused(app: FastAPI) -> None:
    panel = app.state.panel
    span = read_span("1m", None, None, None, time.time())
    with pytest.raises(BadInput, match=r"^nodes names 60001 nodes; at most 60000 can be compared\.$"):
        await panel.spread.of([Node(k, "n", "", "n", True) for k in range(60_001)], span)
