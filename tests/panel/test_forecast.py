"""How large the database will become, and the warning before its disk is full."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import Config, NodeConfig
from minipanel.database.size import DAY_BYTES, ENOUGH_RECORDS, USUAL_RECORD_BYTES, Size, measure
from minipanel.database.store import Store
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.services.forecast import DRAWN_NODE_BYTES, forecast
from tests.e2e.month import fill_month, put_records, record
from tests.panel.commands import run, written_config
from tests.panel.example import config_in

GB = 2**30


def cluster(folder: Path, nodes: int) -> Config:
    config = config_in(folder)
    return replace(config, nodes=tuple(NodeConfig(f"n{k}", f"10.0.{k >> 8}.{k & 255}", f"n{k}") for k in range(nodes)))


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """The bytes left on the disk; a test changes it."""
    left, usage = [100 * GB], shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=left[0]))
    return left


def test_a_thousand_nodes_for_32_days_become_somewhat_over_a_gigabyte(tmp_path: Path, free: list[int]) -> None:
    found = forecast(cluster(tmp_path, 1000), Size(0, 40_000, 0))
    assert found.record_bytes == USUAL_RECORD_BYTES
    assert found.expected_bytes == 1000 * (32 * 288 * USUAL_RECORD_BYTES + 400 * DAY_BYTES + DRAWN_NODE_BYTES)
    assert found.trouble is None


def test_disabled_nodes_make_nothing_larger(tmp_path: Path, free: list[int]) -> None:
    assert forecast(config_in(tmp_path), Size(0, 0, 0)).nodes == 2


def test_a_full_database_counts_its_own_records(tmp_path: Path, free: list[int]) -> None:
    size = Size(ENOUGH_RECORDS, ENOUGH_RECORDS * 150, 0)
    assert forecast(cluster(tmp_path, 10), size).record_bytes == 150


def test_a_disk_that_will_be_full_before_records_are_deleted_is_reported_with_the_days(
    tmp_path: Path, free: list[int]
) -> None:
    free[0] = GB // 2 + LITTLE_SPACE_BYTES
    found = forecast(cluster(tmp_path, 1000), Size(0, 0, 0))
    assert found.trouble == (
        f"The disk of {tmp_path} will be full in about 13 days, before the oldest history expires: "
        "the database grows to about 1,338 MB, and 604 MB are free. "
        "Lower retention_days or hours_days, or free some space."
    )


def test_what_the_file_has_already_is_not_asked_for_again(tmp_path: Path, free: list[int]) -> None:
    free[0] = LITTLE_SPACE_BYTES
    records = 1000 * 32 * 288
    hours, drawn = 1000 * 400 * DAY_BYTES, 1000 * DRAWN_NODE_BYTES

    def trouble(share: float, unused_bytes: float) -> str | None:
        used = int(share * (records * 118 + hours)) + drawn
        size = Size(int(records * share), used, int(unused_bytes), int(share * hours), drawn)
        return forecast(cluster(tmp_path, 1000), size).trouble

    assert trouble(1, 0) is None
    assert trouble(0.5, 0) is not None
    assert trouble(0.5, records * 60 + hours * 0.51) is None


def test_drawn_hours_take_the_room_in_the_file_where_the_disk_has_none(tmp_path: Path, free: list[int]) -> None:
    free[0] = LITTLE_SPACE_BYTES
    records, hours, drawn = 1000 * 32 * 288 * USUAL_RECORD_BYTES, 1000 * 400 * DAY_BYTES, 1000 * DRAWN_NODE_BYTES

    def days_left(used_bytes: int, unused_bytes: int) -> int | None:
        return forecast(cluster(tmp_path, 1000), Size(0, used_bytes, unused_bytes)).days_left

    assert days_left(0, records + hours + drawn) is None
    assert days_left(0, records + hours) is not None
    assert days_left(records + hours, 0) == 0


def test_a_disk_that_hours_fill_long_after_the_records_is_reported_too(tmp_path: Path, free: list[int]) -> None:
    records = 1000 * 32 * 288 * USUAL_RECORD_BYTES
    free[0] = LITTLE_SPACE_BYTES + records + 1000 * 132 * DAY_BYTES + 1000 * DRAWN_NODE_BYTES
    trouble = forecast(cluster(tmp_path, 1000), Size(0, 0, 0)).trouble
    assert trouble is not None
    assert "will be full in about 132 days" in trouble


def test_the_usual_size_of_a_record_is_that_of_a_real_file(tmp_path: Path) -> None:
    """Three nodes for 24 days, with records in their real order."""
    path, last = tmp_path / "data.db", int(time.time()) // 300 * 300
    Store(path).close()
    with closing(sqlite3.connect(path)) as database:
        for timestamp in range(last - 300 * ENOUGH_RECORDS // 3, last, 300):
            cpu = timestamp // 300 % 9973 / 100
            values = {
                "cpu_percent": cpu, "memory_total": 2**37, "memory_used": 2**36 + timestamp, "memory_percent": cpu,
                "cpu_temp": cpu / 3, "cpu_percent_max": cpu + 0.13, "memory_used_max": 2**36 + timestamp + 1,
                "cpu_temp_max": cpu / 3, "seen": None,
            }  # fmt: skip
            put_records(database, [record(node, timestamp) | values for node in (1, 2, 3)])
        database.commit()
        size = measure(database)
    assert size.records >= ENOUGH_RECORDS
    assert size.record_bytes == pytest.approx(USUAL_RECORD_BYTES, rel=0.1)


def test_records_of_a_large_file_are_estimated_within_a_few_percent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.database.size.COUNTED_PAGES", 0)
    monkeypatch.delattr("minipanel.database.size._counted")  # that takes minutes in a large file
    path, end = tmp_path / "data.db", int(time.time()) // 300 * 300
    Store(path).close()
    with closing(sqlite3.connect(path)) as database:
        assert measure(database).records == 0
        for node in (1, 2, 3):
            fill_month(path, node, end - 7 * 86_400 * node)
        (records,) = database.execute("SELECT count(*) FROM system_metrics").fetchone()
        assert measure(database).records == pytest.approx(records, rel=0.05)


def test_status_reports_it_to_people_and_to_programs(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    Store(config.database.path).close()
    assert "; grows to about 3 MB with 2 nodes\n" in run("status", "--config", config.path).stdout
    found = json.loads(run("status", "--json", "--config", config.path).stdout)["database"]["forecast"]
    assert found == {
        "nodes": 2,
        "retention_days": 32,
        "record_bytes": USUAL_RECORD_BYTES,
        "expected_bytes": 2 * (32 * 288 * USUAL_RECORD_BYTES + 400 * DAY_BYTES + DRAWN_NODE_BYTES),
        "trouble": None,
        "days_left": None,
    }
