"""A record fills, waits for its hour, and moves on. It reads the same wherever it is, and is in only one table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database import schema
from minipanel.database.carry import carry_over, compare
from minipanel.database.connection import open_reader
from minipanel.database.evidence import seen_samples
from minipanel.database.queries import history_columns
from minipanel.database.store import Store, Written
from minipanel.models.metrics import METRICS
from minipanel.models.record import VALUE_COLUMNS
from minipanel.models.sample import Sample

HOUR = 1_700_002_800
NODE = 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data.db")
    store.run([store.follow([UserConfig("admin", "hash")], [NodeConfig("n1", "10.0.0.1", "n1")], HOUR)])
    yield store
    store.close()


def sample(at: int) -> Sample:
    number = at // 5
    return Sample("n1", at, number % 997 / 10, 8000, number % 7919, None if number % 5 == 0 else number % 600 / 10)


def write(store: Store, *times: int) -> int:
    (written,) = store.run([store.write_samples(NODE, [sample(at) for at in times], 0)])
    assert isinstance(written, Written)
    return written.stored


def everything(store: Store) -> tuple[object, ...]:
    """Return the results of all ways of reading."""
    start, end = HOUR - 7200, HOUR + 7200
    arrays = [json.loads(array) for array in store.reader.history(NODE, start, end, VALUE_COLUMNS, end)]
    times = list(range(start + 300, end + 1, 300))
    with closing(open_reader(store.path)) as connection:
        seen = seen_samples(connection, NODE, start, end)
    return (
        arrays,
        store.reader.record_numbers(NODE, start, end, end, [metric.comparable for metric in METRICS]),
        sorted(store.reader.records_at([NODE], times, end)),
        [(at, bits if bits != 2**60 - 1 else None) for at, bits in seen],
        store.reader.days([NODE], 1, HOUR // 86_400 + 2, end),
    )


def standing(path: Path) -> list[int]:
    """Return how many records fill, wait, and are in the history."""
    with closing(sqlite3.connect(path)) as database:
        ids = [
            {row[0] for row in database.execute(f"SELECT id FROM {table}")}
            for table in ("filling_metrics", "pending_metrics", "system_metrics")
        ]
    assert len(set.union(*ids)) == sum(map(len, ids)), "a record stands in two tables"
    return [len(each) for each in ids]


def test_results_do_not_depend_on_where_records_are(store: Store) -> None:
    write(store, *(HOUR - 3600 + 5 * k for k in range(1, 900) if k % 11))
    expected = everything(store)
    assert standing(store.path) == [15, 0, 0]
    steps: list[Callable[[], object]] = [
        lambda: store.run([store.finish(HOUR - 1800, 0, 3)]),
        lambda: store.run([store.finish(HOUR + 300, 0, 100)]),
        lambda: store.run([store.seal(HOUR - 1200, 2)]),
        lambda: store.run([store.seal(HOUR, 100)]),
    ]
    for step, stand in zip(steps, ([12, 3, 0], [2, 13, 0], [2, 11, 2], [2, 1, 12]), strict=True):
        step()
        assert standing(store.path) == stand
        assert everything(store) == expected


def test_a_record_that_moves_while_it_is_read_is_there_once(store: Store) -> None:
    class Overtaken(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            cursor = super().execute(sql, parameters)
            store.run([store.seal(HOUR + 300, 100)])  # all move between this statement and the next, if there is one
            return cursor

    write(store, *(HOUR - 3600 + 300 * k for k in range(1, 13)))
    store.run([store.finish(HOUR + 300, 0, 100), store.seal(HOUR - 1800, 100)])
    with closing(sqlite3.connect(store.path, isolation_level=None, factory=Overtaken)) as connection:
        (times,) = history_columns(connection, NODE, HOUR - 3600, HOUR, [], HOUR)
    assert standing(store.path) == [0, 0, 12]
    assert json.loads(times) == list(range(HOUR - 3300, HOUR + 1, 300))


def test_a_late_sample_merges_into_its_record_and_is_counted_once(store: Store) -> None:
    late = [HOUR - 1000, HOUR - 2000, HOUR + 5, HOUR - 5]
    write(store, *(HOUR - 3600 + 5 * k for k in range(1, 780) if HOUR - 3600 + 5 * k not in late))
    store.run([store.finish(HOUR - 600, 0, 100), store.seal(HOUR - 1800, 100)])
    assert standing(store.path) == [3, 4, 6]
    assert [write(store, at) for at in late] == [1, 1, 1, 1]
    assert [write(store, at) for at in late] == [0, 0, 0, 0]
    assert standing(store.path) == [3, 4, 6]
    there = everything(store)
    store.run([store.seal(HOUR + 300, 100)])
    assert write(store, *late) == 0
    assert everything(store) == there
    (samples,) = store.reader.history(NODE, 0, HOUR, ["samples"], HOUR)[1:]
    assert json.loads(samples) == [60] * 12


def test_records_that_come_after_their_hour_moved_go_to_the_history_at_once(store: Store) -> None:
    write(store, HOUR - 300, HOUR + 300)
    store.run([store.finish(HOUR, 0, 100), store.seal(HOUR, 100)])
    write(store, *(HOUR - 86_400 + 300 * k for k in range(5)))
    store.run([store.finish(HOUR + 300, HOUR, 100)])
    assert standing(store.path) == [0, 1, 6]
    assert write(store, HOUR - 86_400) == 0


def test_a_panel_that_was_killed_goes_on_and_one_that_ended_leaves_what_an_older_one_reads(tmp_path: Path) -> None:
    killed = Store(tmp_path / "data.db")
    write(killed, HOUR - 5, HOUR + 5, HOUR + 10)
    killed.run([killed.finish(HOUR, 0, 100)])
    again = Store(tmp_path / "data.db")
    assert write(again, HOUR - 5, HOUR + 10, HOUR + 15, HOUR) == 2
    there = everything(again)
    again.close()
    assert standing(tmp_path / "data.db") == [0, 2, 0]
    last = Store(tmp_path / "data.db")
    assert everything(last) == there
    assert write(last, HOUR + 15, HOUR + 20) == 1
    last.close()
    assert standing(tmp_path / "data.db") == [0, 2, 0]
    killed.close()


def test_what_fills_is_carried_into_a_copy_that_has_no_table_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = schema.migrations()
    with monkeypatch.context() as older, closing(sqlite3.connect(tmp_path / "copy.db", isolation_level=None)) as copy:
        older.setattr(schema, "migrations", lambda: [each for each in known if each[0] < 13])
        schema.migrate(copy, tmp_path / "copy.db")
    newer = Store(tmp_path / "data.db")
    write(newer, HOUR - 5, HOUR + 5)
    newer.run([newer.finish(HOUR, 0, 100)])
    assert compare(newer.path, tmp_path / "copy.db") == (2, None)
    carry_over(newer.path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        rows = copy.execute("SELECT timestamp, samples, cpu_percent FROM pending_metrics ORDER BY id").fetchall()
    assert rows == [(HOUR, 1, sample(HOUR - 5).cpu_percent), (HOUR + 300, 1, sample(HOUR + 5).cpu_percent)]
    newer.close()
