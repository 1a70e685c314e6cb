"""An upgrade checks before anything stops: whether the database is copied, whether there is room, how long it takes."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from minipanel.database.store import Store
from minipanel.setup.look import migration
from minipanel.setup.look.check import Verdict
from minipanel.setup.look.migration import look_at_migration
from tests.panel.commands import written_config
from tests.panel.olddatabase import make_old
from tests.setup.installing import CONFIG
from tests.setup.machine import Machine, chinese, english

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def database(machine: Machine) -> Path:
    """The path of the installed panel's database, which does not exist yet."""
    text = written_config(machine.root).path.read_text()
    machine.write(CONFIG, text.replace('"data.db"', '"/data/m.db"'))
    (machine.root / "data").mkdir()
    return machine.root / "data/m.db"


def test_a_database_of_an_older_version_is_reported_with_space_and_time(machine: Machine, database: Path) -> None:
    make_old(database, 1, range(1, 50), 1_700_000_100)
    check = look_at_migration(machine.system, english)
    assert check is not None
    assert check.verdict == Verdict.OK
    assert check.detail.startswith("the upgrade copies it first: 17 MB of ")
    assert check.detail.endswith(" MB that are free, about 1 s; meanwhile the nodes keep their samples")
    assert "约 1 秒" in look_at_migration(machine.system, chinese).detail  # type: ignore[union-attr]


def test_too_little_space_must_be_fixed_before_anything_stops(
    machine: Machine, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(database, 1, [1], 1_700_000_100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 5_000_000))
    check = look_at_migration(machine.system, english)
    assert check is not None
    assert check.verdict == Verdict.FIX
    assert check.detail == (f"the upgrade copies it first, which needs 17 MB in {database.parent}, and 5 MB are free")


def test_a_large_one_takes_minutes(machine: Machine, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(database, 1, [1], 1_700_000_100)
    monkeypatch.setattr(migration, "COPY_BYTES_A_SECOND", database.stat().st_size / 300)
    assert "about 5 minutes" in look_at_migration(machine.system, english).detail  # type: ignore[union-attr]


def test_where_nothing_is_copied_nothing_is_said(machine: Machine, database: Path) -> None:
    assert look_at_migration(machine.system, english) is None
    Store(database).close()
    assert look_at_migration(machine.system, english) is None
    database.write_text("no database" * 1000)
    assert look_at_migration(machine.system, english) is None
    machine.write(CONFIG, "nonsense")
    assert look_at_migration(machine.system, english) is None
    (machine.root / CONFIG.lstrip("/")).unlink()
    assert look_at_migration(machine.system, english) is None
