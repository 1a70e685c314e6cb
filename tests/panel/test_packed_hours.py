"""Hours: made from records, remade if one changes, kept after the records are deleted, and read as requested."""

from __future__ import annotations

import contextlib
import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from minipanel.database import hours, past_hours
from minipanel.database.packing import (
    DAY_BYTES,
    NONE,
    PART,
    PARTS,
    column_of,
    empty_day,
    numbers_of,
    pack,
    put_hours,
    unpack,
)
from minipanel.database.store import Store
from minipanel.models.hour import (
    DAY_SECONDS,
    HOUR_SECONDS,
    HOURS,
    day_id,
    day_number,
    hour_place,
    hour_timestamp,
    node_of_day,
    timestamp_of,
)
from minipanel.models.metrics import METRICS
from minipanel.models.sample import Sample
from tests.e2e.month import TOTAL_BYTES, put_records, record

DAY = 19_000
BEGIN = (DAY - 1) * DAY_SECONDS
END = BEGIN + DAY_SECONDS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data.db")
    with contextlib.closing(sqlite3.connect(opened.path)) as connection:
        for node in (1, 2, 3):
            row = (node, f"node00{node}", f"10.0.0.{node}", f"node00{node}")
            connection.execute("INSERT INTO nodes VALUES (?, ?, ?, ?, 1, 0, 0)", row)
        connection.commit()
    yield opened
    opened.close()


def put(store: Store, *records: dict[str, object]) -> None:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        put_records(connection, records)
        connection.commit()


def make(store: Store, now: int, limit: int = 1000) -> int:
    """Make all that is due up to `now`; return how many days of nodes."""
    made = 0
    remain = True
    while remain:
        (remain,) = store.run([store.go_on_with_hours(now)])
        while (step := store.run([store.make_hours(limit)])[0]) > 0:
            made += step
    return made


def stored(store: Store, node_id: int = 1, day: int = DAY) -> Mapping[str, tuple[int, ...]]:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        row = connection.execute("SELECT packed FROM hours WHERE id = ?", (day_id(node_id, day),)).fetchone()
    return {} if row is None else {part.name: numbers_of(row[0], part) for part in PARTS if not part.is_total}


def due_days(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM hours_due").fetchone()[0])


def oldest_hour(connection: sqlite3.Connection) -> int:
    """When the oldest kept day began."""
    return ((int(connection.execute("SELECT min(id) FROM hours").fetchone()[0]) >> 32) - 1) * DAY_SECONDS


def expected(records: list[dict[str, Any]]) -> dict[str, float]:
    """The values of an hour, computed from its records without SQL."""
    samples = sum(each["samples"] for each in records)
    return {
        "samples": samples,
        "cpu_percent": sum(each["cpu_percent"] * each["samples"] for each in records) / samples,
        "cpu_percent_max": max(each["cpu_percent_max"] for each in records),
        "memory_percent": sum(each["memory_percent"] * each["samples"] for each in records) / samples,
        "memory_percent_max": max(100 * each["memory_used_max"] / TOTAL_BYTES for each in records),
        "cpu_temp": sum(each["cpu_temp"] * each["samples"] for each in records) / samples,
        "cpu_temp_max": max(each["cpu_temp_max"] for each in records),
        "cpu_temp_samples": samples,
    }


@given(st.integers(1, 2**32 - 2 * DAY_SECONDS))
def test_an_hour_has_one_place(timestamp: int) -> None:
    hour = hour_timestamp(timestamp)
    assert hour - HOUR_SECONDS < timestamp <= hour
    assert 0 <= hour_place(hour) < HOURS
    assert day_number(hour) == day_number(timestamp)
    assert timestamp_of(day_number(hour), hour_place(hour)) == hour


_DAYS = st.lists(
    st.tuples(st.integers(0, 23), st.lists(st.integers(0, NONE), min_size=len(PARTS), max_size=len(PARTS))), max_size=30
)


@given(_DAYS)
def test_a_day_is_read_as_it_was_packed(given_hours: list[tuple[int, list[int]]]) -> None:
    day = empty_day()
    put_hours(day, given_hours)
    packed = pack(day)
    assert len(packed) == DAY_BYTES
    assert unpack(packed) == day


@given(_DAYS)
def test_no_hour_ever_loses_samples(given_hours: list[tuple[int, list[int]]]) -> None:
    day = empty_day()
    for place, numbers in given_hours:
        before = day.columns["samples"][place]
        put_hours(day, [(place, numbers)])
        assert day.columns["samples"][place] == max(before, numbers[0])


def test_a_day_that_is_older_than_a_metric_has_none_of_it() -> None:
    shorter = pack(empty_day())[: PART["cpu_temp"].offset]
    assert numbers_of(shorter, PART["cpu_temp"]) == (NONE,) * HOURS
    assert numbers_of(shorter, PART["cpu_temp_samples"]) == (0,) * HOURS
    assert len(pack(unpack(shorter))) == DAY_BYTES


def test_hours_have_the_totals_of_their_records(store: Store) -> None:
    records = [record(1, t) for t in range(BEGIN + 300, END + 1, 300) if not BEGIN + 7200 < t <= BEGIN + 10_800]
    put(store, *records)
    assert make(store, END) == 1
    made = stored(store)
    for place in range(HOURS):
        hour = [each for each in records if hour_timestamp(int(str(each["timestamp"]))) == timestamp_of(DAY, place)]
        if place == 2:
            assert (made["samples"][place], made["cpu_percent"][place], made["cpu_temp_max"][place]) == (0, NONE, NONE)
            continue
        for name, value in expected(hour).items():
            part = PART[name]
            read = made[name][place] if part.is_count else part.low + made[name][place] / 100
            assert read == pytest.approx(value, abs=0.00501), name


def test_a_node_without_a_sensor_has_hours_without_temperature(store: Store) -> None:
    none = {"cpu_temp": None, "cpu_temp_max": None, "cpu_temp_samples": 0}
    put(store, record(1, BEGIN + 300) | none, record(1, BEGIN + 600))
    put(store, record(2, BEGIN + 300) | none)
    make(store, END + HOUR_SECONDS)
    put(store, record(3, BEGIN + 7200))
    make(store, END + HOUR_SECONDS)
    assert stored(store, 2)["cpu_temp"] == (NONE,) * HOURS
    assert stored(store, 1)["cpu_temp_samples"][0] == record(1, BEGIN + 600)["samples"]


def test_only_hours_that_are_over_are_made_and_each_once(store: Store) -> None:
    put(store, *(record(1, t) for t in range(BEGIN + 300, BEGIN + 9000 + 1, 300)))
    assert make(store, BEGIN + 9000) == 1
    assert [count > 0 for count in stored(store)["samples"][:3]] == [True, True, True]  # from all existing records
    assert make(store, BEGIN + 9000) == 0
    put(store, record(1, BEGIN + 9300))  # in the current hour: nothing is due yet
    assert make(store, BEGIN + 9300) == 0


def test_a_sample_that_comes_late_has_its_hour_made_again(store: Store) -> None:
    first = [Sample("node001", t, 10.0, 2**30, 2**29, 40.0) for t in range(BEGIN + 5, BEGIN + 7201, 5)]
    store.run([store.write_samples(1, first, 0)])
    store.run([store.seal(BEGIN + 10_000, 1000)])
    make(store, BEGIN + 10_000)
    assert stored(store)["samples"][:3] == (720, 720, 0)
    late = Sample("node001", BEGIN + 7205, 90.0, 2**30, 2**29, None)
    store.run([store.write_samples(1, [late], 0)])
    store.run([store.seal(BEGIN + 20_000, 1000)])  # it moves into the history after its hour was made
    make(store, BEGIN + 20_000)
    assert stored(store)["samples"][:3] == (720, 720, 1)
    again = Sample("node001", BEGIN + 7210, 30.0, 2**30, 2**29, None)  # into an existing record
    store.run([store.write_samples(1, [again], 0)])
    assert make(store, BEGIN + 20_000) == 1
    assert stored(store)["samples"][2] == 2
    assert stored(store)["cpu_percent"][2] == 6000


def test_any_number_of_late_samples_marks_a_day_once(store: Store) -> None:
    put(store, record(2, BEGIN + 9000))
    make(store, BEGIN + 20_000)
    for at in (BEGIN + 5, BEGIN + 10, BEGIN + 905, BEGIN + 910):
        late = Sample("node001", at, 10.0, 2**30, 2**29, None)
        assert store.run([store.write_samples(1, [late], 0)])[0].stored == 1
        assert store.run([store.seal(BEGIN + 20_000, 1000)])[0] >= 0
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        assert due_days(connection) == 1
    make(store, BEGIN + 20_000)
    assert stored(store)["samples"][0] == 4


def test_records_that_are_forgotten_stay_as_hours_and_late_samples_take_none_away(store: Store) -> None:
    put(store, *(record(1, t) for t in range(BEGIN + 300, END + 1, 300)))
    make(store, END)
    before = stored(store)
    store.run([store.forget(BEGIN + 5400, 0, 10_000)])
    assert make(store, END) == 0
    with contextlib.closing(sqlite3.connect(store.path)) as connection:  # a record beside the edge changes
        connection.execute("UPDATE system_metrics SET cpu_percent_max = 100 WHERE timestamp = ?", (BEGIN + 6000,))
        connection.commit()
    assert make(store, END) == 1
    assert stored(store) == before


def test_many_days_are_gone_over_one_by_one(store: Store) -> None:
    for node in (1, 2):
        put(store, *(record(node, t) for t in range(BEGIN + 3600, BEGIN + 5 * DAY_SECONDS + 1, 3600)))
    assert store.run([store.go_on_with_hours(BEGIN + 5 * DAY_SECONDS)]) == [True]
    assert store.run([store.make_hours(1)]) == [1]
    assert make(store, BEGIN + 5 * DAY_SECONDS, limit=1) == 9


def test_a_clock_far_ahead_makes_nothing_that_is_not_there(store: Store) -> None:
    put(store, record(1, END))
    make(store, END + 10_000 * DAY_SECONDS)
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        assert hours.hours_until(connection) == END


def test_days_go_when_they_are_old_and_take_the_evidence_of_gaps_along(store: Store) -> None:
    put(store, *(record(node, BEGIN + day * DAY_SECONDS + 600) for node in (1, 2) for day in range(3)))
    make(store, END + 3 * DAY_SECONDS)
    put(store, record(3, END + 4 * DAY_SECONDS))
    make(store, END + 4 * DAY_SECONDS)
    assert store.run([store.forget_hours(BEGIN + DAY_SECONDS + 5, 1)]) == [1]
    assert store.run([store.forget_hours(BEGIN + DAY_SECONDS + 5, 10)]) == [1]
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        assert oldest_hour(connection) == BEGIN + DAY_SECONDS


@pytest.mark.parametrize("many", [0, 300], ids=["by range", "one by one"])
def test_what_is_not_made_yet_is_read_from_records(store: Store, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(past_hours, "MANY_NODES", many)
    put(store, *(record(node, t) for node in (1, 2, 3) for t in range(BEGIN + 300, BEGIN + 7200 + 1, 300)))
    make(store, BEGIN + 7200)
    put(store, *(record(1, t) for t in range(BEGIN + 7500, BEGIN + 12_000 + 1, 300)))
    filling = Sample("node001", BEGIN + 12_100, 10.0, 2**30, 2**29, 40.0)
    store.run([store.write_samples(1, [filling], 0)])
    read = dict(store.reader.days([1, 3], DAY - 1, DAY + 1, BEGIN + 12_200))
    assert list(read) == [day_id(1, DAY), day_id(3, DAY)]
    samples = numbers_of(read[day_id(1, DAY)], PART["samples"])
    assert [count > 0 for count in samples[:5]] == [True, True, True, True, False]
    at_its_time = dict(store.reader.days([1], DAY, DAY, BEGIN + 12_300))
    assert numbers_of(at_its_time[day_id(1, DAY)], PART["samples"])[3] == samples[3] + 1
    # Read in parallel, in the requested order, it is the same, also for nodes and days without records.
    parts = [part.name for part in PARTS if not part.is_total]
    days = range(DAY - 1, DAY + 2)
    for day, columns in zip(days, store.reader.hour_numbers([3, 2, 9, 1], days, BEGIN + 12_200, parts), strict=True):
        of_node = {node_of_day(id): row for id, row in store.reader.days([1, 2, 3, 9], day, day, BEGIN + 12_200)}
        for name, column in zip(parts, columns, strict=True):
            assert column == b"".join(column_of(of_node.get(node, b""), PART[name]) for node in (3, 2, 9, 1)), name


def test_the_view_says_the_same(store: Store) -> None:
    none = {"cpu_temp": None, "cpu_temp_max": None, "cpu_temp_samples": 0}
    put(store, *(record(1, t) for t in range(BEGIN + 300, BEGIN + 7200 + 1, 300)), record(2, END) | none)
    make(store, END)
    names = [part.name for part in PARTS if not part.is_total]
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute(f"SELECT node_id, timestamp, {', '.join(names)} FROM hours_unpacked ORDER BY 1, 2")
        found = rows.fetchall()
    assert [row[:2] for row in found] == [(1, BEGIN + 3600), (1, BEGIN + 7200), (2, END)]
    for node, timestamp, *values in found:
        made, place = stored(store, node), hour_place(timestamp)
        for name, value in zip(names, values, strict=True):
            number = made[name][place]
            if PART[name].is_count:
                assert value == number
            else:
                assert value == (None if number == NONE else pytest.approx(PART[name].low + number / 100)), name


def test_the_view_names_the_columns_of_hours(store: Store) -> None:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        shown = [row[1] for row in connection.execute("PRAGMA table_info(hours_unpacked)")]
    assert set(shown) == {"node_id", "timestamp"} | {part.name for part in PARTS if not part.is_total}
    assert {metric.comparable for metric in METRICS} <= set(shown)


@pytest.mark.parametrize("many", [0, 300], ids=["by range", "one by one"])
def test_days_from_before_a_metric_coexist_with_later_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(past_hours, "MANY_NODES", many)
    put(store, *(record(node, BEGIN + 300) for node in (1, 2, 3)))
    make(store, END)
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        older = f"substr(packed, 1, {PART['cpu_temp'].offset})"
        connection.execute(f"UPDATE hours SET packed = {older} WHERE id = ?", (day_id(2, DAY),))
        connection.commit()
    ((temps,),) = store.reader.hour_numbers([1, 2, 3], range(DAY, DAY + 1), END, ["cpu_temp"])
    assert [temps[48 * node : 48 * node + 2] == b"\xff\xff" for node in range(3)] == [False, True, False]


@pytest.mark.anyio
async def test_a_year_is_answered_in_hours_with_the_columns_of_records(app: FastAPI, client: httpx.AsyncClient) -> None:
    panel = app.state.panel
    now = int(panel.clock())
    last = now // 3600 * 3600
    put(panel.store, *(record(1, t) for t in range(last - 2 * DAY_SECONDS + 300, last + 1, 300)))
    await panel.hours.make()
    answer = (await client.get("/api/metrics/history/1?period=1y")).json()
    assert (answer["step"], answer["period"]) == (3600, "1y")
    assert answer["timestamp"] == list(range(last - 2 * DAY_SECONDS + 3600, last + 1, 3600))
    records = (await client.get("/api/metrics/history/1?period=7d")).json()
    assert records["step"] == 300
    assert answer.keys() == records.keys()
    assert sum(answer["samples"]) == sum(records["samples"])
    assert max(answer["cpu_percent_max"]) == pytest.approx(max(records["cpu_percent_max"]), abs=0.01)
    assert answer["memory_total"][0] == TOTAL_BYTES
    assert answer["memory_used"][0] == pytest.approx(answer["memory_percent"][0] / 100 * TOTAL_BYTES, abs=1)
    whole = (await client.get("/api/metrics/history/1?period=1y&step=300&fields=samples")).json()
    assert (whole["step"], len(whole["timestamp"])) == (300, 576)


@pytest.mark.anyio
async def test_hours_of_a_set_come_as_csv_and_an_hour_is_shown_when_it_is_over(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // 3600 * 3600
    put(panel.store, *(record(node, t) for node in (1, 2) for t in range(last - 7200 + 300, last + 1, 300)))
    url = f"/api/metrics/history?nodes=node001,node002.cluster.example&from={last - 7200}&to={last - 1}&step=3600"
    text = (await client.get(f"{url}&format=csv&fields=cpu_percent,samples")).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["hostname"], int(row["timestamp"])) for row in rows] == [
        ("node001", last - 3600),
        ("node002.cluster.example", last - 3600),
    ]
    as_json = (await client.get(url)).json()["nodes"]
    assert [node["cpu_percent"] for node in as_json] == [[float(row["cpu_percent"])] for row in rows]


@pytest.mark.anyio
async def test_an_invalid_step_gets_a_sentence(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/metrics/history/1?period=1d&step=60")
    assert (answer.status_code, answer.json()["error"]) == (400, "step is '60'; it must be 300 or 3600.")


@pytest.mark.anyio
async def test_a_spread_over_a_year_counts_every_node_in_every_hour(app: FastAPI, client: httpx.AsyncClient) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // 3600 * 3600
    low, high = ({"cpu_percent": value, "samples": 60} for value in (10.0, 30.0))
    put(panel.store, *(record(1, t) | low for t in range(last - 7200 + 300, last + 1, 300)))
    put(panel.store, *(record(2, t) | high for t in range(last - 3600 + 300, last + 1, 300)))
    await panel.hours.make()
    answer = (await client.get("/api/metrics/spread?nodes=node001,node002.cluster.example&period=1y")).json()
    assert (answer["step"], answer["timestamp"]) == (3600, [last - 3600, last])
    assert answer["reporting"] == [1, 2]
    assert answer["cpu_percent_p50"] == [10, 20]


@pytest.mark.anyio
async def test_old_days_are_deleted_after_an_hour_of_looks_and_never_before_records(app: FastAPI) -> None:
    panel = app.state.panel
    now = int(panel.clock())
    panel.ingest.meet(now)
    put(panel.store, *(record(1, (now - days * DAY_SECONDS) // 300 * 300) for days in (0, 20, 40)))
    await panel.hours.make()
    panel.hours.days = 1  # records are kept for 32 days, so hours are too
    gone = [await panel.hours.forget() for _ in range(8)]
    assert gone == [0] * 6 + [1, 0]


def test_a_sample_without_hours_costs_nothing_more(store: Store) -> None:
    """The newest record is always after what was made: nothing is due for it."""
    put(store, record(1, END))
    make(store, END)
    store.run(
        [store.write_samples(1, [Sample("node001", END + 5, 10.0, 2**30, 2**29, None)], 0), store.seal(END + 600, 10)]
    )
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        assert due_days(connection) == 0
