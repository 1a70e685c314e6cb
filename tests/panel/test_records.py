"""Samples become records: exact, counted once, in whatever order they arrive."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minipanel.config import NodeConfig, UserConfig
from minipanel.database.packing import NONE
from minipanel.database.store import Store, Written
from minipanel.models.record import VALUE_COLUMNS, last_sample, record_timestamp, slot_bit
from minipanel.models.sample import Sample
from tests.e2e.month import put_records, record

T = 1_700_000_100 // 300 * 300
NODE = 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data.db")
    store.run([store.follow([UserConfig("admin", "hash")], [NodeConfig("n1", "10.0.0.1", "n1")], T)])
    yield store
    store.close()


def sample(timestamp: int, cpu: float = 50.0, used: int = 4000, temp: float | None = 40.0) -> Sample:
    return Sample("n1", timestamp, cpu, 8000, used, temp)


def write(store: Store, *samples: Sample, oldest: int = 0) -> Written:
    (outcome,) = store.run([store.write_samples(NODE, samples, oldest)])
    assert isinstance(outcome, Written)
    return outcome


def records(store: Store, start: int = T - 86_400, end: int = T + 86_400) -> list[dict[str, float]]:
    arrays = [json.loads(array) for array in store.reader.history(NODE, start, end, VALUE_COLUMNS, end)]
    return [dict(zip(("timestamp", *VALUE_COLUMNS), row, strict=True)) for row in zip(*arrays, strict=True)]


def seal(store: Store, until: int = T + 86_400) -> int:
    (moved,) = store.run([store.seal(until, 1000)])
    assert isinstance(moved, int)
    return moved


def test_a_sample_belongs_to_the_record_that_ends_at_or_after_it() -> None:
    assert [record_timestamp(t) for t in (T - 295, T - 5, T, T + 5)] == [T, T, T, T + 300]


def test_the_first_sample_of_a_record_has_bit_0_and_the_last_has_bit_59() -> None:
    assert slot_bit(T - 295) == 1
    assert slot_bit(T) == 1 << 59


def test_the_newest_sample_of_a_record_is_read_from_its_bitmap() -> None:
    assert last_sample(T, slot_bit(T - 295) | slot_bit(T - 40)) == T - 40
    assert last_sample(T, None) == T


def test_a_record_has_mean_maximum_and_count(store: Store) -> None:
    write(store, sample(T - 10, 10, 1000, 30), sample(T - 5, 20, 2000, 60.5), sample(T, 60, 4000, None))
    assert records(store) == [
        {
            "timestamp": T,
            "cpu_percent": 30,
            "cpu_percent_max": 60,
            "memory_total": 8000,
            "memory_used": 2333,
            "memory_used_max": 4000,
            "memory_percent": pytest.approx(100 * 7000 / 3 / 8000),
            "cpu_temp": 45.25,
            "cpu_temp_max": 60.5,
            "samples": 3,
        }
    ]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_sample_sent_twice_is_counted_once(store: Store, sealed: bool) -> None:
    assert write(store, sample(T)) == Written(1, 0)
    if sealed:
        assert seal(store) == 1
    before = records(store)
    assert write(store, sample(T)) == Written(0, 1)
    assert write(store, sample(T, 99.0)) == Written(0, 1)
    assert records(store) == before


def test_a_sample_twice_in_one_batch_is_counted_once(store: Store) -> None:
    assert write(store, sample(T), sample(T)) == Written(1, 1)
    assert records(store)[0]["samples"] == 1


def test_samples_older_than_the_history_kept_are_ignored(store: Store) -> None:
    assert write(store, sample(T - 600), sample(T), oldest=T - 300) == Written(1, 1)
    assert [record["timestamp"] for record in records(store)] == [T]


def test_a_complete_record_takes_nothing_more_and_needs_no_bitmap(store: Store) -> None:
    full = [sample(T - 300 + 5 * k, k, 4000 + k) for k in range(1, 61)]
    assert write(store, *full) == Written(60, 0)
    assert seal(store) == 1
    assert write(store, *full) == Written(0, 60)
    (record,) = records(store)
    assert (record["samples"], record["cpu_percent"], record["memory_used"]) == (60, 30.5, 4031)


def test_a_late_sample_merges_into_its_record_in_the_history(store: Store) -> None:
    write(store, sample(T - 5, 10))
    seal(store)
    write(store, sample(T, 20))
    (record,) = records(store)
    assert (record["samples"], record["cpu_percent"]) == (2, 15)
    assert seal(store) == 0


def test_a_record_is_shown_once_its_time_has_passed(store: Store) -> None:
    write(store, sample(T - 5))
    shown = [store.reader.history(NODE, T - 300, T, ["samples"], now) for now in (T - 1, T)]
    assert shown == [[b"[]", b"[]"], [b"[%d]" % T, b"[1]"]]


def test_a_node_without_a_sensor_has_no_temperature_rather_than_zero(store: Store) -> None:
    write(store, sample(T - 5, temp=None), sample(T, temp=None))
    (record,) = records(store)
    assert record["cpu_temp"] is None
    assert record["cpu_temp_max"] is None


def test_one_node_does_not_read_the_records_of_the_next(store: Store) -> None:
    store.run([store.write_samples(2, [sample(T)], 0)])
    write(store, sample(T))
    assert len(records(store)) == 1


def test_the_newest_sample_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    first = Store(path)
    nodes = first.run([first.follow([UserConfig("a", "h")], [NodeConfig("n1", "10.0.0.1", "n1")], T)])[0]
    first.run([first.write_samples(NODE, [sample(T - 400), sample(T - 40)], 0)])
    first.close()
    again = Store(path)
    assert again.reader.newest(nodes) == {NODE: T - 40}
    again.close()


VALUES = st.tuples(
    st.integers(0, 10_000).map(lambda value: value / 100),
    st.integers(0, 2**44),
    st.none() | st.integers(-2_000, 15_000).map(lambda value: value / 100),
)
# Sparse sets, and sets with a complete record among them.
SAMPLES = st.dictionaries(st.integers(1, 130), VALUES, min_size=1, max_size=80) | st.lists(
    VALUES, min_size=60, max_size=70
).map(lambda values: dict(enumerate(values, 1)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=SAMPLES, data=st.data())
def test_samples_in_any_order_give_the_same_record(
    tmp_path_factory: pytest.TempPathFactory, values: dict[int, tuple[float, int, float | None]], data: st.DataObject
) -> None:
    """Any order, batches and repetition, sealed at any moment in between: the result is the same to the last bit."""
    samples = [Sample("n1", T + 5 * k, cpu, 2**44, used, temp) for k, (cpu, used, temp) in values.items()]
    order = data.draw(st.permutations(samples + data.draw(st.lists(st.sampled_from(samples), max_size=20))))
    # If there is nothing left to draw from, drawing ends an example at once, with an exception.
    with closing(Store(tmp_path_factory.mktemp("any") / "data.db")) as store:
        stored = 0
        while order:
            size = data.draw(st.integers(1, len(order)))
            stored += write(store, *order[:size]).stored
            order = order[size:]
            if data.draw(st.booleans()):
                seal(store)
        with closing(Store(tmp_path_factory.mktemp("once") / "data.db")) as at_once:
            write(at_once, *samples)
            assert stored == len(samples)
            assert records(store) == records(at_once)
            assert records(store) == expected(samples)


def expected(samples: list[Sample]) -> list[dict[str, object]]:
    """Return the records by exact arithmetic. A mean may differ in the last of the 15 digits in JSON."""
    found = []
    for timestamp in sorted({record_timestamp(sample.timestamp) for sample in samples}):
        inside = [sample for sample in samples if record_timestamp(sample.timestamp) == timestamp]
        temps = [sample.cpu_temp for sample in inside if sample.cpu_temp is not None]
        used = sum(sample.memory_used for sample in inside)
        tolerance = 0.005 if len(inside) == 60 else 1e-9
        found.append(
            {
                "timestamp": timestamp,
                "cpu_percent": pytest.approx(mean([s.cpu_percent for s in inside]), abs=tolerance + 1e-9, rel=1e-12),
                "cpu_percent_max": max(sample.cpu_percent for sample in inside),
                "memory_total": 2**44,
                "memory_used": pytest.approx(used / len(inside), abs=1),
                "memory_used_max": max(sample.memory_used for sample in inside),
                "memory_percent": pytest.approx(100 * used / len(inside) / 2**44, abs=tolerance + 1e-9),
                "cpu_temp": pytest.approx(mean(temps), abs=tolerance + 1e-9, rel=1e-12) if temps else None,
                "cpu_temp_max": max(temps, default=None),
                "samples": len(inside),
            }
        )
    return found


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


@pytest.mark.parametrize(
    ("value", "number"),
    [(0.0, 0), (33.335, 3334), (100.0, 10_000), (100.004, 10_000), (100.01, 10_001), (-1.0, 0), (1e300, 32_767)],
)
def test_a_value_beyond_its_limits_is_packed_as_far_as_it_fits(store: Store, value: float, number: int) -> None:
    none = {"cpu_temp": None, "cpu_temp_max": None, "cpu_temp_samples": 0}
    with closing(sqlite3.connect(store.path)) as connection:
        put_records(connection, [record(NODE, T + 600) | none | {"cpu_percent": value}])
        connection.commit()
    read = store.reader.record_numbers(NODE, T, T + 900, T + 900, ["cpu_percent", "cpu_temp", "cpu_temp_max"])
    assert [struct.unpack("<3H", part) for part in read] == [(NONE, number, NONE), (NONE,) * 3, (NONE,) * 3]
