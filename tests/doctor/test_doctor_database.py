"""The doctor on the database: missing, none, newer, damaged, locked, not written into, on a full disk."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.commands.overview import DatabaseOverview
from minipanel.config import Config
from minipanel.database.connection import open_writer
from minipanel.database.evidence import put_panel_run
from minipanel.database.soundness import complaint, last_alive
from minipanel.database.store import Store
from minipanel.doctor.checks.database import DatabaseFacts, Holder, judge_database, look_at_file, parse_locks
from minipanel.doctor.checks.disk import look_at_leftovers
from minipanel.doctor.subject import Subject
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.machine.lock import PanelLock
from minipanel.services.forecast import Forecast
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, WARNING, chinese, english, only, subject_of
from tests.setup.machine import Machine


@pytest.fixture
def subject(tmp_path: Path, machine: Machine) -> Subject:
    return subject_of(tmp_path, machine)


@pytest.fixture
def config(subject: Subject) -> Config:
    """The configuration, with an empty database."""
    Store(subject.config.database.path).close()
    return subject.config


def test_a_good_database_is_reported_with_its_size_its_room_and_its_soundness(subject: Subject, config: Config) -> None:
    check = only(look_at_file(subject))
    assert check.verdict is OK
    assert check.detail.startswith(f"{config.database.path}, 0.2 MB, ")
    assert check.detail.endswith(" MB are free; grows to about 3 MB; sound")
    in_chinese = only(look_at_file(replace(subject, t=chinese))).detail
    assert in_chinese.endswith(" MB；将增至约 3 MB；完好")


def test_a_database_that_is_missing_comes_with_its_remedy(subject: Subject) -> None:
    check = only(look_at_file(subject))
    assert check.verdict is FIX
    assert check.detail.startswith("There is no database ")
    assert check.remedy == "systemctl start minipanel"


def test_a_database_that_is_none_comes_with_its_remedy(subject: Subject) -> None:
    subject.config.database.path.write_bytes(b"This is a letter to my aunt. " * 100)
    check = only(look_at_file(subject))
    assert "is not a SQLite database" in check.detail
    assert check.remedy == f"ls -l {subject.config.database.path.parent}"


def test_a_database_of_a_newer_version_comes_with_its_remedy(subject: Subject, config: Config) -> None:
    with closing(open_writer(config.database.path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    check = only(look_at_file(subject))
    assert (check.verdict, "has schema version 9999" in check.detail) == (FIX, True)
    assert check.remedy.startswith("install the newer MiniPanel")


def test_a_damaged_database_is_reported_with_sqlites_first_complaint(subject: Subject, config: Config) -> None:
    path = config.database.path
    with closing(open_writer(path)) as connection:
        connection.execute("CREATE TABLE filler (text)")
        connection.execute("CREATE INDEX by_text ON filler (text)")
        connection.executemany("INSERT INTO filler VALUES (?)", [(f"{number:0200}",) for number in range(500)])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'by_text'").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(2048))
    check = only(look_at_file(subject))
    assert check.verdict is FIX
    assert "is damaged: Tree " in check.detail
    assert check.remedy == "restore a backup: docs/operation.md"


def test_a_large_database_is_looked_through_only_for_a_while(config: Config) -> None:
    with closing(open_writer(config.database.path)) as connection:
        connection.execute("CREATE TABLE filler (text)")
        rows = ((f"{number:0100}",) for number in range(60_000))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO filler VALUES (?)", rows)
        connection.execute("COMMIT")
    assert complaint(config.database.path, 10) == (True, None)
    assert complaint(config.database.path, 0) == (False, None)


def test_a_disk_that_is_full_comes_with_its_remedy(
    subject: Subject, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(config.database.path.parent)._replace(free=LITTLE_SPACE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    check = only(look_at_file(subject))
    assert (check.verdict, check.remedy) == (FIX, f"df -h {config.database.path.parent}")
    assert "is full: 67 MB are free" in check.detail


def facts(**changed: object) -> DatabaseFacts:
    overview = DatabaseOverview(Path("/data/m.db"), 2**30, Forecast(1000, 32, 118, 2**31, None), None)
    return replace(DatabaseFacts(overview, 2**34, True, None, 10.0, ()), **changed)  # type: ignore[arg-type]


def test_a_disk_that_will_be_full_comes_with_its_remedy() -> None:
    trouble = "The disk of /data will be full in about 9 days. Lower retention_days, or make room."
    overview = replace(facts().overview, trouble=trouble)
    check = only(judge_database(facts(overview=overview), english))
    assert check == Check("database", FIX, trouble, "df -h /data")


def test_a_database_that_can_not_be_written_comes_with_its_remedy() -> None:
    overview = replace(facts().overview, trouble="/data can't be written: it, or its disk, is read-only.")
    check = only(judge_database(facts(overview=overview), english))
    assert (check.verdict, check.remedy) == (FIX, "findmnt -T /data; ls -l /data")


def test_a_database_that_was_not_read_to_its_end_is_reported_as_such() -> None:
    check = only(judge_database(facts(is_whole=False), english))
    assert check.detail.endswith("grows to about 2,147 MB; sound as far as checked in 3.5 s")


def test_a_running_panel_that_writes_nothing_is_reported() -> None:
    good, silent = judge_database(facts(silent_seconds=300.0), english)
    assert good.verdict is OK
    detail = "the running panel has written nothing for 300 s"
    assert silent == Check("database", FIX, detail, "journalctl -u minipanel -n 50")


def test_the_program_that_locks_the_database_is_named() -> None:
    holder = (Holder("sqlite3", 77),)
    _, locked = judge_database(facts(holders=holder), english)
    assert locked == Check("database", WARNING, "sqlite3 (process 77) has locked it", "end that program: kill 77")
    _, locked, _ = judge_database(facts(holders=holder, silent_seconds=300.0), english)
    assert locked.verdict is FIX


LOCKS = """\
1: POSIX  ADVISORY  WRITE 1204 fd:00:1573 120 120
1: -> POSIX  ADVISORY  WRITE 1300 fd:00:1573 120 120
2: POSIX  ADVISORY  READ  1205 fd:00:1573 123 123
3: FLOCK  ADVISORY  WRITE 1206 fd:00:1573 0 EOF
4: POSIX  ADVISORY  WRITE 1207 fd:00:99 0 EOF
"""


def test_the_kernels_list_of_locks_shows_who_may_write() -> None:
    assert parse_locks(LOCKS, {1573}) == {1204}
    assert parse_locks(LOCKS, {1573, 99}) == {1204, 1207}


HOLD = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(config: Config) -> Iterator[int]:
    """Another program that holds the database's write lock. Yields its process id."""
    command = [sys.executable, "-c", HOLD, str(config.database.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate(timeout=10)


def test_a_program_that_holds_the_database_locked_is_found(subject: Subject, holder: int) -> None:
    _, locked = look_at_file(subject)
    assert locked.verdict is WARNING
    assert locked.detail.endswith(f"(process {holder}) has locked it")


def test_a_panel_that_has_not_written_for_long_is_found(subject: Subject, config: Config) -> None:
    with closing(open_writer(config.database.path)) as connection:
        now = int(time.time())
        put_panel_run(connection, (now - 3600, now - 600))
    assert last_alive(config.database.path) == now - 600
    assert only(look_at_file(subject)).verdict is OK  # no panel runs
    lock = PanelLock(config.database.path)
    lock.publish()
    try:
        checks = list(look_at_file(subject))
    finally:
        lock.release()
    assert [check.verdict for check in checks] == [OK, FIX]
    assert checks[1].detail.startswith("the running panel has written nothing for 60")


def test_leftovers_of_killed_programs_are_named_and_their_names_are_harmless(
    subject: Subject,
) -> None:
    folder = subject.config.database.path.parent
    made = [folder / ".copy.db.1.unfinished", folder / ". -r $(reboot) .unfinished", folder / ".now.unfinished"]
    for path in made:
        path.touch()
    for path in made[:2]:
        os.utime(path, (0, 0))
    check = only(look_at_leftovers(subject))
    assert check.verdict is WARNING
    assert shlex.split(check.remedy)[:2] == ["rm", "-r"]
    assert sorted(shlex.split(check.remedy)[2:]) == sorted(map(str, made[:2]))
