"""The whole cluster's past: which nodes were busy, idle, down or unknown, the totals, and the hottest node."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import struct
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from minipanel.database.evidence import put_agent_starts, put_panel_run
from minipanel.errors import BadInput
from minipanel.models.gap import AgentStart
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.node import Node
from minipanel.services.cells import runs_of
from minipanel.services.cluster import longest, means
from minipanel.services.history import read_span
from minipanel.services.lanes import Lanes, column_of, row_with
from minipanel.services.sums import IDLE_BELOW, runs_over
from tests.e2e.month import put_records, record
from tests.panel.example import bearer, body_of, sample

BOTH = "node001,node002.cluster.example"
HOUR = 3600
STATES = ("busy", "idle", "down", "unknown")

NONE = 65_535

_ROWS = st.lists(
    st.lists(st.sampled_from([0, 1, 999, 1000, 10_000, 17_000, 32_767, NONE]), min_size=6, max_size=6),
    min_size=1,
    max_size=12,
)


@given(_ROWS)
def test_lanes_add_compare_and_pick_as_one_would_number_by_number(rows: list[list[int]]) -> None:
    lanes = Lanes(len(rows), 6)
    table = b"".join(struct.pack("<6H", *row) for row in rows)
    values, none = lanes.of(table)
    sums, missing, highest = lanes.sums(values), lanes.counts(none), lanes.highest(values)
    high = lanes.counts(lanes.at_least(values, 1000))
    for place, column in enumerate(zip(*rows, strict=True)):
        known = [number for number in column if number != NONE]
        assert column_of(table, 6, place) == column
        assert (sums[place], missing[place]) == (sum(known), len(column) - len(known))
        assert high[place] == sum(number >= 1000 for number in known)
        assert highest[place] == max(known, default=0)
        assert row_with(table, 6, place, highest[place]) == (column.index(highest[place]) if known else None)


_FLAGS = st.lists(
    st.lists(st.sampled_from([b"\0" * 24, b"\1" * 24, b"\0" * 5 + b"\1" * 19, b"\1\0" * 12]), min_size=3, max_size=3)
)


@given(_FLAGS, st.integers(0, 23), st.integers(0, 23))
def test_when_nothing_is_known_goes_on_over_midnight(days: list[list[bytes]], begin: int, before_end: int) -> None:
    end = 24 * len(days) - before_end
    found = runs_over([b"".join(day) for day in days], 3, begin, end)
    for place in range(3):
        line = b"".join(day[place] for day in days)[begin : max(begin, end)]
        assert found.get(place, []) == runs_of(line)


def test_of_too_many_times_without_samples_the_longest_are_explained() -> None:
    runs = {0: [(0, 1), (3, 9)], 4: [(2, 4)]}
    assert longest(runs, 3) == (runs, [])
    assert longest(runs, 2) == ({0: [(3, 9)], 4: [(2, 4)]}, [(0, 1)])


def test_steps_side_by_side_are_one_mean() -> None:
    assert means([1, 2, 4], 1) == [1.0, 2.0, 4.0]
    assert means([1, 2, 4], 2) == [1.5, 4.0]


def put(app: FastAPI, *records: Mapping[str, object]) -> None:
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_records(connection, [dict(each) for each in records])
        connection.commit()


async def ask(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    answer = await client.get("/api/metrics/cluster", params={"nodes": BOTH, **query})
    assert answer.status_code == 200, answer.text
    past: dict[str, Any] = answer.json()
    lengths = {len(values) for values in past.values() if isinstance(values, list) and values is not past["filling"]}
    assert lengths == {len(past["timestamp"])}
    return past


def states_at(past: dict[str, Any], timestamp: int) -> tuple[float, ...]:
    place = past["timestamp"].index(timestamp)
    return tuple(past[name][place] for name in STATES)


@pytest.mark.anyio
async def test_nodes_are_busy_or_idle_and_the_hottest_is_named(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    put(
        app,
        record(1, last) | {"cpu_percent": 9.98, "memory_percent": 20.0, "cpu_temp_max": 50.25},
        record(2, last) | {"cpu_percent": float(IDLE_BELOW), "memory_percent": 40.0, "cpu_temp_max": 50.26},
        record(1, last - 300) | {"cpu_percent": 100.0, "cpu_temp_max": 77.0},
        record(2, last - 300) | {"cpu_percent": 50.0, "cpu_temp_max": None},
    )
    past = await ask(client, period="1d")
    assert (past["step"], past["width"], past["nodes"], past["idle_below"]) == (300, 300, 2, 10)
    assert states_at(past, last) == (1, 1, 0, 0)
    assert states_at(past, last - 300) == (2, 0, 0, 0)
    assert (past["cpu_percent"][-1], past["memory_percent"][-1]) == (9.99, 30.0)
    assert past["cpu_percent"][-2:] == [75.0, 9.99]
    assert past["cpu_temp_max"][-2:] == [77.0, 50.26]
    assert past["cpu_temp_max_node"][-2:] == [1, 2]
    # Nothing is known of the time before: no panel ran.
    assert states_at(past, last - 600) == (0, 0, 0, 0)
    assert past["cpu_percent"][0] is None
    assert past["cpu_temp_max_node"][0] is None


@pytest.mark.anyio
@pytest.mark.parametrize("is_made", [True, False])
async def test_hours_have_the_same_totals_as_their_records(
    app: FastAPI, client: httpx.AsyncClient, is_made: bool
) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // HOUR * HOUR
    first = last - DAY_SECONDS - 7 * HOUR
    chance = random.Random(7)
    of_node = {node: {} for node in (1, 2)}  # type: dict[int, dict[int, float]]
    rows = []
    for node, values in of_node.items():
        for hour in range(first + HOUR, last + 1, HOUR):
            if chance.random() < 0.2 and first + HOUR < hour < last:
                continue
            values[hour] = chance.choice([0.5, 9.9, 10.0, 60.0])
            temp = {"cpu_temp_max": 40.0 + hour // HOUR % 7 + node}
            rows += [
                record(node, at) | {"cpu_percent": values[hour]} | temp for at in range(hour - 3300, hour + 1, 300)
            ]
    put(app, *rows)
    if is_made:
        await panel.hours.make()
    past = await ask(client, period="1m", step=3600)
    assert (past["step"], past["width"], past["filling"]) == (HOUR, HOUR, None)
    for hour in range(first + HOUR, last + 1, HOUR):
        there = [values[hour] for values in of_node.values() if hour in values]
        place = past["timestamp"].index(hour)
        busy = sum(cpu >= 10 for cpu in there)
        assert states_at(past, hour) == (busy, len(there) - busy, 0, 2 - len(there))
        assert past["cpu_percent"][place] == (pytest.approx(sum(there) / len(there), abs=0.01) if there else None)
        if hour in of_node[2]:
            assert (past["cpu_temp_max"][place], past["cpu_temp_max_node"][place]) == (42.0 + hour // HOUR % 7, 2)
    assert sum(past["busy"][: past["timestamp"].index(first + HOUR)]) == 0
    merged = await ask(client, period="1m", step=3600, columns=100)
    assert merged["width"] > HOUR
    assert sum(merged["busy"]) * merged["width"] == pytest.approx(sum(past["busy"]) * HOUR, rel=0.05)


@pytest.mark.anyio
async def test_a_node_that_was_off_counts_as_down_and_what_the_panel_missed_as_unknown(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    off, away = range(last - 6000, last - 4200, 300), range(last - 3000, last - 1200, 300)
    times = [t for t in range(last - 86_100, last + 1, 300) if t not in away]
    cpu = {"cpu_percent": 50.0}  # that of record() may be idle around midnight
    put(app, *(record(node, t) | cpu for node in (1, 2) for t in times if node == 2 or t not in off))
    begin = last - 90_000
    starts = [AgentStart("a" * 8, begin, begin), AgentStart("b" * 8, last - 4350, last - 4345)]
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_agent_starts(connection, [(1, start) for start in starts])
        put_panel_run(connection, (begin, last - 3300))
        put_panel_run(connection, (last - 1500, last))
        connection.commit()
    past = await ask(client, period="1d")
    assert states_at(past, last - 6300) == (2, 0, 0, 0)
    assert [states_at(past, t) for t in off] == [(1, 0, 1, 0)] * len(off)
    assert [states_at(past, t) for t in away] == [(0, 0, 0, 2)] * len(away)
    assert states_at(past, last) == (2, 0, 0, 0)


@pytest.mark.anyio
async def test_a_node_counts_once_where_two_reasons_meet_in_one_step(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    put(app, *(record(1, t) for t in range(last - 86_100, last + 1, 300) if not last - 6000 < t <= last - 1200))
    begin = last - 90_000
    # It came back in the middle of a step, and its samples were still missing after that.
    starts = [AgentStart("a" * 8, begin, begin), AgentStart("b" * 8, last - 3400, last - 3395)]
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_agent_starts(connection, [(1, start) for start in starts])
        connection.commit()
    past = await ask(client, period="1d", nodes="node001")
    place = past["timestamp"].index(last - 5700)
    together = [sum(past[name][at] for name in STATES) for at in range(place, len(past["timestamp"]))]
    assert set(together) == {1}
    assert (past["down"][place], past["unknown"][-6]) == (1, 1)


@pytest.mark.anyio
async def test_a_node_that_is_silent_to_this_day_is_down_however_long_that_is(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    panel = app.state.panel
    now = int(panel.clock()) // 5 * 5
    answer = await client.post(
        "/api/metrics",
        content=body_of(sample(timestamp=now - 200_000), sample(timestamp=now - 199_995)),
        headers=bearer(),
    )
    assert answer.json()["stored"] == 2
    # The panel heard of it only now, though it was long ago; after a restart it has better evidence.
    panel.live._views[1].heard_at -= 200_000
    put(app, record(2, now // 300 * 300))
    past = await ask(client, period="1d")
    assert set(past["down"]) == {1}
    # It did not exist before its first sample, and it did afterwards.
    week = await ask(client, period="7d")
    place = next(at for at, end in enumerate(week["timestamp"]) if end >= now - 199_995)
    assert set(week["down"][:place]) == {0}
    assert week["down"][place + 1 :] == [1] * (len(week["down"]) - place - 1)


@pytest.mark.anyio
async def test_by_default_all_enabled_nodes_are_included_and_those_never_seen_have_no_state(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    answer = await client.get("/api/metrics/cluster?period=1y")
    past = answer.json()
    assert past["nodes"] == sum(node.enabled for node in app.state.panel.directory.nodes)
    for name in STATES:
        assert set(past[name]) == {0}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        (20_001, r"^nodes names 20001 nodes; at most 20000 can be counted\.$"),
        (3_000, r"^nodes and time make 1098000 node-days; at most 800000 can be counted: ask for fewer nodes or a "),
    ],
)
async def test_more_than_can_be_counted_is_refused(app: FastAPI, nodes: int, sentence: str) -> None:
    span = read_span("1y", None, None, None, 1_700_000_123)
    named = [Node(k, "n", "", "n", True) for k in range(nodes)]
    with pytest.raises(BadInput, match=sentence):
        await app.state.panel.cluster.of(named, span, 1000)


@pytest.mark.anyio
async def test_a_time_without_any_record_is_empty(client: httpx.AsyncClient) -> None:
    for query in ({"from": "100", "to": "200"}, {"from": "4000000000", "to": "4000100000"}, {"period": "1d"}):
        past = await ask(client, **query)
        assert sum(sum(past[name]) for name in STATES) == 0
