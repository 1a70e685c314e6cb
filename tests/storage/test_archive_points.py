"""Records as points of the engine, and back."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from minipanel.archive.points import SERIES, labels_of, lines_of, points_of, record_of, stamp_of, timestamp_of
from minipanel.database.full_records import full_records
from minipanel.database.merge import merge_sealed
from minipanel.database.schema import migrate
from minipanel.models.full_record import FullRecord
from minipanel.models.record import record_id, record_timestamp
from tests.storage.example import plain, samples_of, times_in

T = 1_700_000_100


def merged(seed: int) -> FullRecord:
    """A record as the panel's own merge makes it, of some samples in some order."""
    dice = random.Random(seed)
    times = times_in(T, dice, dice.choice((0.02, 0.5, 0.98, 1)) or 1) or [T]
    dice.shuffle(times)
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        migrate(connection, Path(":memory:"))
        for sample in samples_of("n1", times, dice):
            merge_sealed(connection, 7, sample)
        (record,) = full_records(connection, [record_id(7, record_timestamp(T))])
    connection.close()
    return record


@pytest.mark.parametrize("seed", range(60))
def test_a_record_comes_back_as_it_was(seed: int) -> None:
    record = merged(seed)
    again = record_of(7, *timestamp_of(stamp_of(record.timestamp, record.samples)), points_of(record))
    assert plain(again) == plain(record)
    assert again.values["memory_percent"] == pytest.approx(record.values["memory_percent"], abs=0.006)


def test_a_record_with_more_samples_is_later() -> None:
    stamps = [stamp_of(T, samples) for samples in range(1, 61)]
    assert stamps == sorted(set(stamps))
    assert stamps[-1] == T * 1000
    assert [timestamp_of(stamp) for stamp in stamps] == [(T, samples) for samples in range(1, 61)]


@pytest.mark.parametrize("stamp", [T * 1000 - 60, T * 1000 + 1, T * 1000 - 299_999])
def test_a_time_that_no_record_has_is_refused(stamp: int) -> None:
    with pytest.raises(ValueError, match="no record's time"):
        timestamp_of(stamp)


def test_a_point_that_is_missing_is_not_made_up() -> None:
    record = merged(1)
    for name in points_of(record):
        fewer = {other: value for other, value in points_of(record).items() if other != name}
        if name.startswith("minipanel_cpu_temp") and "cpu_temp" in name:
            continue  # a node without a sensor has none: reading back compares all that was sent
        with pytest.raises((KeyError, ValueError)):
            record_of(7, record.timestamp, record.samples, fewer)


def test_lines_name_the_node_in_small_letters_and_each_series_once() -> None:
    record = merged(2)
    lines = list(lines_of([("N1.Example", record)], "site-a"))
    assert all('{cluster="site-a",node="n1.example"} ' in line and line.endswith("\n") for line in lines)
    names = [line.partition("{")[0] for line in lines]
    assert len(names) == len(set(names))
    assert set(names) <= set(SERIES)
    assert labels_of("A", "b") == '{cluster="b",node="a"}'
