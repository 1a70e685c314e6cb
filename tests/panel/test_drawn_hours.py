"""Drawn hours: the last week written as charts draw it. Whatever happens to records, it reads as they do."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database.backup import back_up
from minipanel.database.carry import carry_over
from minipanel.database.counted import LIFT
from minipanel.database.drawn_hours import KEPT_SECONDS
from minipanel.database.size import measure
from minipanel.database.store import Store
from minipanel.models.arrays import runs_of
from minipanel.models.compact import MEAN_OF, MIB, TENTH, UNITS
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS
from minipanel.models.record import VALUE_COLUMNS
from minipanel.models.sample import Sample
from tests.e2e.month import put_records, record

DAY = 19_000
BEGIN = (DAY - 1) * DAY_SECONDS
NODES = (1, 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data.db")
    nodes = [NodeConfig(f"n{node}", f"10.0.0.{node}", f"n{node}") for node in NODES]
    opened.run([opened.follow([UserConfig("admin", "hash")], nodes, BEGIN)])
    yield opened
    opened.close()


def put(store: Store, node: int, *times: int, **values: object) -> None:
    """Put whole records into the history, as they stand there after their hour."""
    with closing(sqlite3.connect(store.path)) as connection:
        put_records(connection, [record(node, time) | values for time in times])
        connection.commit()


def change(store: Store, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute(statement, values).rowcount > 0
        connection.commit()


def make(store: Store, now: int) -> None:
    """Make all hours that are due up to `now`, as the panel does in the background."""
    remain = True
    while remain:
        (remain,) = store.run([store.go_on_with_hours(now)])
        while store.run([store.make_hours(20, now)])[0]:
            pass


def made(store: Store, node: int = 1) -> list[int]:
    """Return the times of a node's drawn hours."""
    with closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute("SELECT id FROM drawn_hours WHERE id >> 32 = ? ORDER BY id", (node,))
        return [id & 0xFFFFFFFF for (id,) in rows]


def span(begin: int, end: int, step: int = 300) -> range:
    return range(begin + step, end + 1, step)


def drawn(store: Store, node: int, start: int, end: int, now: int, names: tuple[str, ...] = VALUE_COLUMNS) -> object:
    runs, arrays = store.reader.drawn(node, start, end, names, now)
    return runs, [json.loads(array) for array in arrays]


def expected(store: Store, node: int, start: int, end: int, now: int) -> object:
    """Return what should be drawn, computed without SQL from the records in full precision."""
    times, *columns = (json.loads(each) for each in store.reader.history(node, start, end, VALUE_COLUMNS, now))
    counts = {
        name: [_count(name, each) for each in column] for name, column in zip(VALUE_COLUMNS, columns, strict=True)
    }
    for name, mean in MEAN_OF.items():
        pairs = zip(counts[name], counts[mean], strict=True)
        counts[name] = [None if top is None or middle is None else top - middle for top, middle in pairs]
    return runs_of(times, 300), [counts[name] for name in VALUE_COLUMNS]


def _count(name: str, value: float | None) -> int | None:
    if value is None:
        return None
    if UNITS[name] == TENTH:
        return int(10 * value + LIFT + 0.5) - LIFT
    return (int(value) + MIB // 2) // MIB if UNITS[name] == MIB else int(value)


def test_a_week_is_drawn_from_its_hours_and_the_records_around_them(store: Store) -> None:
    now = BEGIN + 10 * DAY_SECONDS + 2400
    put(store, 1, *span(BEGIN, now - 3000))
    make(store, now)
    hours = made(store)
    assert hours == list(span(hours[0] - HOUR_SECONDS, now // HOUR_SECONDS * HOUR_SECONDS, HOUR_SECONDS))
    assert KEPT_SECONDS <= now - hours[0] + HOUR_SECONDS <= KEPT_SECONDS + DAY_SECONDS + HOUR_SECONDS
    store.run([store.write_samples(1, [Sample("n1", now - 2000, 50.0, 2**34, 2**33, None)], 0)])
    # The hours are what is read: changed behind the triggers' back, the change shows.
    for seconds in (600, HOUR_SECONDS, DAY_SECONDS + 7, KEPT_SECONDS - 299, 10 * DAY_SECONDS):
        assert drawn(store, 1, now - seconds, now, now) == expected(store, 1, now - seconds, now, now)
    change(store, "UPDATE drawn_hours SET cpu_percent = replace(cpu_percent, ',', ',1') WHERE id >> 32 = 1")
    assert drawn(store, 1, now - DAY_SECONDS, now, now) != expected(store, 1, now - DAY_SECONDS, now, now)


def test_a_span_may_begin_and_end_within_hours(store: Store) -> None:
    put(store, 1, *span(BEGIN, BEGIN + 5 * HOUR_SECONDS))
    make(store, BEGIN + 5 * HOUR_SECONDS)
    for start in range(BEGIN - 150, BEGIN + 2 * HOUR_SECONDS, 150):
        for end in range(start + 150, BEGIN + 6 * HOUR_SECONDS, 1950):
            assert drawn(store, 1, start, end, end) == expected(store, 1, start, end, end), (start, end)


def test_no_column_or_some_can_be_asked_for(store: Store) -> None:
    put(store, 1, *span(BEGIN, BEGIN + 7200))
    make(store, BEGIN + 7200)
    assert drawn(store, 1, BEGIN, BEGIN + 7200, BEGIN + 7200, ()) == ([(BEGIN + 300, 24)], [])
    _, (samples, top) = store.reader.drawn(1, BEGIN, BEGIN + 7200, ("samples", "cpu_temp_max"), BEGIN + 7200)
    runs, everything = store.reader.drawn(1, BEGIN, BEGIN + 7200, VALUE_COLUMNS, BEGIN + 7200)
    named = dict(zip(VALUE_COLUMNS, everything, strict=True))
    # In the order of all columns, as in any answer.
    assert (runs, samples, top) == ([(BEGIN + 300, 24)], named["cpu_temp_max"], named["samples"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE system_metrics SET cpu_percent = 1.5 WHERE timestamp = ?",
        "DELETE FROM system_metrics WHERE timestamp = ?",
        "INSERT OR REPLACE INTO system_metrics SELECT * FROM system_metrics WHERE timestamp = ?",
    ],
)
def test_an_hour_whose_records_change_is_not_read_until_it_is_made_again(store: Store, statement: str) -> None:
    now = BEGIN + 6 * HOUR_SECONDS
    put(store, 1, *span(BEGIN, now))
    make(store, now)
    before = made(store)
    change(store, statement, BEGIN + 2 * HOUR_SECONDS)
    assert set(before) - set(made(store)) == {BEGIN + 2 * HOUR_SECONDS}
    assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)
    put(store, 1, BEGIN + DAY_SECONDS - 300)  # whatever makes its day due again
    make(store, BEGIN + DAY_SECONDS)
    assert set(before) <= set(made(store))
    assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)


def test_hours_without_records_have_rows_between_others(store: Store) -> None:
    put(store, 1, *span(BEGIN, BEGIN + HOUR_SECONDS))
    make(store, BEGIN + HOUR_SECONDS)
    now = BEGIN + 3 * DAY_SECONDS
    put(store, 2, *span(BEGIN, now))
    put(store, 1, *span(now - HOUR_SECONDS, now - 600))
    make(store, now)
    assert made(store) == list(span(BEGIN, now, HOUR_SECONDS))
    assert drawn(store, 1, BEGIN + 900, now, now) == expected(store, 1, BEGIN + 900, now, now)
    assert drawn(store, 1, BEGIN + 7200, BEGIN + 9000, now) == ([], [[] for _ in VALUE_COLUMNS])


def test_a_late_record_that_still_fills_takes_its_place(store: Store) -> None:
    now = BEGIN + 6 * HOUR_SECONDS
    put(store, 1, *(time for time in span(BEGIN, now) if time != BEGIN + 4500))
    make(store, now)
    store.run([store.seal(now, 1000)])
    store.run([store.write_samples(1, [Sample("n1", BEGIN + 4400, 12.5, 2**34, 2**33, None)], 0)])
    runs, _ = store.reader.drawn(1, BEGIN, now, ("samples",), now)
    assert runs == [(BEGIN + 300, 72)]
    assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)


def test_old_rows_go_when_a_day_of_them_has_gathered(store: Store) -> None:
    end = BEGIN + 20 * DAY_SECONDS
    put(store, 1, *span(BEGIN, end, HOUR_SECONDS))
    make(store, end)
    assert made(store)[0] > end - KEPT_SECONDS - DAY_SECONDS
    with closing(sqlite3.connect(store.path)) as connection:
        assert measure(connection).drawn_bytes > 0
    change(store, "DELETE FROM system_metrics")
    assert made(store) == []
    with closing(sqlite3.connect(store.path)) as connection:
        assert measure(connection).drawn_bytes == 0


def test_a_database_of_an_older_release_gets_the_last_week_and_a_new_metric_all_again(store: Store) -> None:
    now = BEGIN + 20 * DAY_SECONDS
    put(store, 1, *span(BEGIN, now, HOUR_SECONDS))
    make(store, now)
    wanted = made(store)
    for table in ("", ", cpu_percent", f", {', '.join(VALUE_COLUMNS)}"):
        with closing(sqlite3.connect(store.path)) as connection:
            columns = f"id INTEGER PRIMARY KEY, records INTEGER, times TEXT{table}"
            connection.executescript(f"DROP TABLE drawn_hours; CREATE TABLE drawn_hours ({columns})")
        store.close()
        store.__init__(store.path)  # type: ignore[misc]
        make(store, now)
        assert bool(set(wanted) & set(made(store))) == (table.count(",") < 2)
        assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)


def test_rows_without_a_column_are_not_read_for_it_and_are_made_again(store: Store) -> None:
    """A release that does not know a metric leaves its columns NULL."""
    now = BEGIN + 6 * HOUR_SECONDS
    put(store, 1, *span(BEGIN, now))
    make(store, now)
    for hour in range(1, 7):
        time = BEGIN + hour * HOUR_SECONDS
        change(store, "UPDATE drawn_hours SET cpu_temp = NULL, cpu_temp_max = NULL WHERE id = ?", 1 << 32 | time)
        assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)
    put(store, 1, BEGIN + DAY_SECONDS - 300)  # whatever makes its day due again
    make(store, BEGIN + DAY_SECONDS)
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT 1 FROM drawn_hours WHERE records AND cpu_temp IS NULL").fetchall() == []
    assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)


def test_a_copy_draws_its_own_records_after_newer_ones_were_carried_into_it(store: Store, tmp_path: Path) -> None:
    now, copy = BEGIN + 6 * HOUR_SECONDS, tmp_path / "copy.db"
    put(store, 1, *span(BEGIN, now))
    make(store, now)
    back_up(store.path, copy, replace=False)
    # Retention stops within an hour, and the hour is then made again. The copy still has all of its records.
    store.run([store.forget(BEGIN + HOUR_SECONDS + 1900, 0, 500)])
    put(store, 1, *span(now, now + HOUR_SECONDS))
    make(store, now + HOUR_SECONDS)
    store.close()
    carry_over(store.path, copy)
    store.__init__(copy)  # type: ignore[misc]
    assert drawn(store, 1, BEGIN, now + 7200, now + 7200) == expected(store, 1, BEGIN, now + 7200, now + 7200)
    assert store.reader.drawn(1, BEGIN, now + 7200, (), now + 7200) == ([(BEGIN + 300, 84)], [])


def test_rows_of_a_node_that_reports_no_more_go_with_its_records(store: Store) -> None:
    now = BEGIN + 3 * DAY_SECONDS
    put(store, 1, *span(BEGIN, BEGIN + HOUR_SECONDS), *span(now - HOUR_SECONDS, now))
    make(store, now)
    assert len(made(store)) == 72
    assert store.run([store.forget(now + 300, 0, 500)])[0].next_node is None
    assert made(store) == []


def test_a_clock_that_was_far_ahead_takes_no_hours_for_long(store: Store) -> None:
    now, wrong = BEGIN + 8 * DAY_SECONDS, BEGIN + 400 * DAY_SECONDS
    put(store, 1, *span(BEGIN, now))
    make(store, now)
    put(store, 1, wrong + 300)
    make(store, wrong + HOUR_SECONDS)
    put(store, 1, *span(now, now + HOUR_SECONDS))
    now += HOUR_SECONDS
    make(store, now)
    assert now in made(store)
    assert drawn(store, 1, BEGIN, now, now) == expected(store, 1, BEGIN, now, now)


def test_a_clock_that_is_far_behind_makes_no_hours_up_to_the_newest(store: Store) -> None:
    now, wrong = BEGIN + DAY_SECONDS, 10 * DAY_SECONDS
    put(store, 1, *span(BEGIN, now))
    make(store, now)
    put(store, 1, *span(wrong, wrong + HOUR_SECONDS))
    make(store, wrong + HOUR_SECONDS)
    assert made(store) == [wrong + HOUR_SECONDS, *span(BEGIN, now, HOUR_SECONDS)]
    put(store, 1, *span(now, now + HOUR_SECONDS))
    make(store, now + HOUR_SECONDS)
    assert made(store) == list(span(BEGIN, now + HOUR_SECONDS, HOUR_SECONDS))


def test_hours_without_records_are_measured_as_the_small_rows_they_are(store: Store) -> None:
    for node in NODES:
        put(store, node, *span(BEGIN, BEGIN + HOUR_SECONDS), BEGIN + 6 * DAY_SECONDS + 300)
    make(store, BEGIN + 7 * DAY_SECONDS)
    with closing(sqlite3.connect(store.path)) as connection:
        rows, records = connection.execute("SELECT count(*), sum(records) FROM drawn_hours").fetchone()
        assert (rows, records) == (2 * 145, 2 * 13)
        assert measure(connection).drawn_bytes == pytest.approx(rows * 38 + records * 34, rel=0.2)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_to_records_they_are_drawn_as_they_are(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    now = BEGIN
    for _ in range(60):
        now += dice.choice((300, 900, 3600, 3600, 7200, 20_000, 100_000 if dice.random() < 0.1 else 600))
        for node in NODES:
            write_some(store, dice, node, now)
        step = dice.randrange(8)
        if step < 4:
            store.run([store.finish(now - 20, now // HOUR_SECONDS * HOUR_SECONDS, 1000)])
        if step in (0, 1, 4):
            while store.run([store.seal(now // HOUR_SECONDS * HOUR_SECONDS, 1000)])[0]:
                pass
        if step in (0, 2, 4, 5):
            make(store, now - dice.choice((0, 60, 4000)))
        if step == 6:
            store.run([store.forget(now - dice.choice((1, 5, 9)) * DAY_SECONDS, 0, 50)])
        for node in NODES:
            start = now - dice.choice((900, 7200, DAY_SECONDS, 8 * DAY_SECONDS)) - dice.randrange(4000)
            end = now - dice.choice((0, 0, 0, 1000, 9000))
            assert drawn(store, node, start, end, now) == expected(store, node, start, end, now), (node, start, end)


def write_some(store: Store, dice: random.Random, node: int, now: int) -> None:
    """Write samples of a node: newest ones, or some that come late, sometimes without a temperature."""
    back = dice.choice((0, 0, 0, 2000, 8000, 90_000))
    count = dice.choice((0, 1, 5, 60, 720))
    has_sensor = dice.random() < 0.8
    last = (now - back) // 5 * 5
    samples = [
        Sample(
            f"n{node}",
            time,
            round(dice.uniform(0, 100), 2),
            2**34,
            dice.randrange(2**34),
            round(dice.uniform(-20, 90), 2) if has_sensor else None,
        )
        for time in range(last - 5 * count, last, 5)
        if dice.random() < 0.99
    ]
    store.run([store.write_samples(node, samples, 0)])
