"""The compact form of history has the same values as the full one, at the precision of charts."""

from __future__ import annotations

import gzip
import json
import random
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.models.arrays import join_arrays, join_drawn, runs_of
from minipanel.models.compact import COMPACT_COLUMNS
from minipanel.models.record import VALUE_COLUMNS
from minipanel.services.compact import members_of
from tests.panel.example import bearer, body_of, caller, sample

LAST = int(time.time()) // 300 * 300
RECORDS = f"from={LAST - 30 * 86_400}&to={LAST}"
LONG = "node002.cluster.example"


@pytest.fixture
async def full(app: FastAPI, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a panel with some hours of two nodes: uneven values, gaps, a sensor that comes and goes."""
    dice = random.Random(1)
    for node, address in (("node001", "10.0.0.2"), (LONG, "10.0.0.3")):
        times = [LAST - 300 * place for place in range(120) if place not in (7, 8, 50)]
        used = [dice.randrange(1, 16_777_216_000) for _ in times]
        samples = [
            sample(
                node_id=node,
                timestamp=timestamp - 5 * twice,
                cpu_percent=round(dice.uniform(0, 100), 2),
                memory_used=memory,
                cpu_temp=None if timestamp % 3600 == 0 else round(dice.uniform(-20, 90), 2),
            )
            for timestamp, memory in zip(times, used, strict=True)
            for twice in range(2)
        ]
        async with caller(app, address) as agent:
            answer = await agent.post("/api/metrics", content=body_of(*samples), headers=bearer(node))
        assert answer.status_code == 200, answer.text
    return client


def written_out(part: dict[str, Any], units: dict[str, float], step: int) -> dict[str, Any]:
    """Return a node's columns as the full form has them."""
    times = [first + step * place for first, count in part["runs"] for place in range(count)]
    lists = {name: each if isinstance(each, list) else [each] * len(times) for name, each in part["columns"].items()}

    def value(name: str, place: int) -> float | None:
        count = lists[name][place]
        base = lists[name.removesuffix("_max")][place] if name.endswith("_max") else 0
        return None if count is None else (count + base) * units[name]

    return {"timestamp": times} | {name: [value(name, place) for place in range(len(times))] for name in lists}


@pytest.mark.anyio
@pytest.mark.parametrize("asked", ["RECORDS", "RECORDS&step=3600", "period=1d"])
async def test_the_compact_form_differs_by_half_a_unit_at_most(full: httpx.AsyncClient, asked: str) -> None:
    # Only here: with a time in a test's name, workers that start at different seconds would collect different tests.
    asked = asked.replace("RECORDS", RECORDS)
    exact = (await full.get(f"/api/metrics/history/node001?{asked}")).json()
    compact = (await full.get(f"/api/metrics/history/node001?{asked}&format=compact")).json()
    units = compact["units"]
    assert set(compact["columns"]) == set(units) == set(COMPACT_COLUMNS)
    assert compact["columns"]["memory_total"] == 16_000  # one number, because all are equal
    found = written_out(compact, units, compact["step"])
    assert found.pop("timestamp") == exact["timestamp"]
    assert exact["step"] == 3600 or None in exact["cpu_temp"]
    assert len(exact["timestamp"]) > 9
    for name, values in found.items():
        for value, precise in zip(values, exact[name], strict=True):
            # A maximum is the sum of two numbers rounded to the same digits, so it is a rounded number.
            close = None if precise is None else pytest.approx(precise, abs=0.501 * units[name])
            assert value == close, name


@pytest.mark.anyio
async def test_a_set_is_answered_in_the_compact_form_as_its_nodes_are(full: httpx.AsyncClient) -> None:
    path = f"/api/metrics/history?nodes=node001,{LONG},node003&{RECORDS}&format=compact"
    answer = (await full.get(f"{path}&fields=cpu_percent,samples")).json()
    assert set(answer["units"]) == {"cpu_percent", "samples"}
    first, second, third = sorted(answer["nodes"], key=lambda node: node["node_id"])
    one = (await full.get(f"/api/metrics/history/{LONG}?{RECORDS}&format=compact")).json()
    assert (second["hostname"], second["runs"]) == (LONG, one["runs"])
    assert second["columns"] == {name: one["columns"][name] for name in ("cpu_percent", "samples")}
    assert (third["runs"], third["columns"]) == ([], {"cpu_percent": [], "samples": []})
    assert first["runs"] == [[LAST - 119 * 300, 69], [LAST - 49 * 300, 41], [LAST - 6 * 300, 7]]
    async with full.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as squeezed:
        packed = b"".join([piece async for piece in squeezed.aiter_raw()])
    assert squeezed.headers["content-encoding"] == "gzip"
    plain = await full.get(path, headers={"Accept-Encoding": "identity"})
    assert gzip.decompress(packed) == plain.content


@pytest.mark.anyio
async def test_shares_come_where_they_are_asked_for_and_maxima_without_their_means(full: httpx.AsyncClient) -> None:
    path = f"/api/metrics/history/node001?{RECORDS}"
    exact = (await full.get(path)).json()
    some = (await full.get(f"{path}&format=compact&fields=memory_percent,cpu_temp_max")).json()
    every = (await full.get(f"{path}&format=compact")).json()
    assert list(some["columns"]) == ["memory_percent", "cpu_temp_max"]
    assert some["columns"]["memory_percent"] == [pytest.approx(10 * each, abs=0.51) for each in exact["memory_percent"]]
    assert some["columns"]["cpu_temp_max"] == every["columns"]["cpu_temp_max"]


def test_times_are_runs_without_a_gap() -> None:
    assert runs_of([], 300) == []
    assert runs_of([600], 300) == [(600, 1)]
    assert runs_of([300, 600, 900], 300) == [(300, 3)]
    assert runs_of([300, 600, 1200, 2400, 2700], 300) == [(300, 2), (1200, 1), (2400, 2)]
    assert set(COMPACT_COLUMNS) < set(VALUE_COLUMNS)


def test_parts_that_follow_each_other_are_joined() -> None:
    parts = [([(300, 2)], [b"[1,2]"]), ([], [b"[]"]), ([(900, 1), (1500, 1)], [b"[3,null]"])]
    assert join_drawn(parts) == ([(300, 3), (1500, 1)], [b"[1,2,3,null]"])
    assert join_drawn(parts[:1]) == parts[0]
    assert join_arrays(b"[]", b"[1,null]", b"[]", b"[2.5]") == b"[1,null,2.5]"
    assert join_arrays(b"[]", b"[]") == b"[]"


@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_equal_values_become_one_number(count: int) -> None:
    values = {"a": [60] * count, "b": [None] * count, "c": list(range(count))}
    arrays = [json.dumps(each, separators=(",", ":")).encode() for each in values.values()]
    found = json.loads(
        b"{" + b"".join(members_of((runs_of(range(300, 300 * count + 1, 300), 300), arrays), list(values)))[1:] + b"}"
    )
    assert found["runs"] == ([[300, count]] if count else [])
    if not count:
        assert found["columns"] == {"a": [], "b": [], "c": []}
    else:
        assert (found["columns"]["a"], found["columns"]["b"]) == (60, None)
        assert found["columns"]["c"] == (0 if count == 1 else list(range(count)))
