"""Automatic backups: one per day whatever the clock does, and nothing deleted but the panel's own."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from minipanel.commands.backup_overview import look_at_backups
from minipanel.config import Config
from minipanel.database import backup, copy
from minipanel.database.store import Store
from minipanel.database.tries import backup_trouble
from minipanel.errors import ConfigError
from minipanel.models.sample import Sample
from minipanel.sections import check_config, load_config
from minipanel.services import copies
from minipanel.services.backup_config import BACKUP, BackupConfig
from minipanel.services.backups import RETRY_SECONDS, Backups
from minipanel.services.copies import day_of, name_at
from minipanel.services.ingest import Ingest
from tests.panel.commands import Running, run, running_panel, written_config
from tests.panel.example import bearer, body_of, config_in, sample

pytestmark = pytest.mark.anyio

DAY_SECONDS = 86_400
HOST = os.uname().nodename


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


class Machine:
    """A database, a folder for its copies, and a clock that tests set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "backup"
        self.folder.mkdir()
        self.config = config_in(folder)
        self.now = seconds("2026-03-10 12:00")
        self.up = 1000.0
        self.store = Store(self.config.database.path)
        self.store.run([self.store.write_samples(1, [Sample("n", 1_700_000_100, 1, 8000, 4000, None)], 0)])
        self.ingest = Ingest(self.store, 32, lambda: self.now)
        self.ingest.start()
        self.backups = self.started()

    def started(self, **values: object) -> Backups:
        """The panel's part, as after a start; `values` differ from the defaults."""
        config = self.with_backup(**values)
        return Backups(config, self.store, self.ingest, lambda: self.now, lambda: self.up)

    def with_backup(self, **values: object) -> Config:
        return replace(
            self.config,
            rooms={BACKUP.name: BackupConfig(**{"folder": self.folder, **values})},  # type: ignore[arg-type]
        )

    async def look(self, at: str | None = None) -> None:
        """Let the panel look, at this time (UTC)."""
        if at is not None:
            self.now = seconds(at)
        self.up += RETRY_SECONDS + 1
        await self.backups.look()

    @property
    def names(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path)
    yield made
    await made.ingest.close()
    made.store.close()


def called(*moments: str) -> list[str]:
    return [f"minipanel-{HOST}-{moment}Z.db" for moment in moments]


async def test_a_panel_that_was_off_makes_its_copy_when_it_starts_and_then_one_a_day(
    machine: Machine, berlin: None
) -> None:
    await machine.look("2026-03-10 12:00")
    await machine.look("2026-03-10 12:05")
    await machine.look("2026-03-11 02:14:59")
    assert machine.names == called("20260310T120000")
    await machine.look("2026-03-11 02:15:07")
    machine.backups = machine.started()
    await machine.look("2026-03-11 02:16")
    assert machine.names == called("20260310T120000", "20260311T021507")
    with closing(sqlite3.connect(machine.folder / machine.names[0])) as kept:
        assert kept.execute("SELECT count(*) FROM filling_metrics").fetchone() == (1,)
    assert (machine.folder / machine.names[0]).stat().st_mode & 0o777 == 0o600


async def test_the_oldest_goes_only_when_the_new_one_is_sound(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.backups = machine.started(keep=2)
    for day in (10, 11, 12):
        await machine.look(f"2026-03-{day} 12:00")
    kept = called("20260311T120000", "20260312T120000")
    assert machine.names == kept
    with monkeypatch.context() as patch:
        patch.setattr(copy, "_counts", lambda _: {"never": object()})
        await machine.look("2026-03-13 12:00")
    assert machine.names == kept
    assert "failed its check" in (backup_trouble(machine.store.path) or "")
    await machine.look("2026-03-13 14:00")
    assert machine.names == called("20260312T120000", "20260313T140000")
    assert backup_trouble(machine.store.path) is None


async def test_what_the_panel_has_not_made_is_never_deleted(machine: Machine) -> None:
    others = [
        "data.db", "minipanel-other-20200101T000000Z.db", f"minipanel-{HOST}-2020.db", f"minipanel-{HOST}-keep.db",
        f"minipanel-{HOST}-20209999T999999Z.db",
    ]  # fmt: skip
    for name in others:
        (machine.folder / name).write_text("not the panel's")
    target = machine.folder.parent / "elsewhere"
    target.write_text("not the panel's")
    link = machine.folder / f"minipanel-{HOST}-20200101T000000Z.db"
    link.symlink_to(target)
    if os.geteuid() == 0:
        foreign = machine.folder / f"minipanel-{HOST}-20200102T000000Z.db"
        foreign.write_text("root's own copy")
        os.chown(foreign, 4242, 4242)
        others.append(foreign.name)
    machine.backups = machine.started(keep=1)
    for day in (10, 11):
        await machine.look(f"2026-03-{day} 12:00")
    assert machine.names == sorted([*others, link.name, *called("20260311T120000")])
    assert target.read_text() == "not the panel's"


async def test_what_a_killed_panel_left_of_a_copy_goes_with_the_next(machine: Machine) -> None:
    left = machine.folder / f".minipanel-{HOST}-20260309T120000Z.db.abc123.unfinished"
    left.write_text("half")
    await machine.look()
    assert machine.names == called("20260310T120000")


async def test_a_clock_that_is_set_makes_no_second_copy_and_leaves_out_no_day(machine: Machine, berlin: None) -> None:
    await machine.look("2026-03-10 12:00:00")
    await machine.look("2026-03-11 02:15:20")
    await machine.look("2026-03-11 01:15:20")  # set back by an hour
    await machine.look("2026-03-11 02:15:00")
    assert len(machine.names) == 2
    await machine.look("2026-03-12 02:15:00")
    await machine.look("2027-03-12 02:15:00")  # a year ahead
    await machine.look("2026-03-12 03:15:00")  # and back
    await machine.look("2026-03-13 02:15:00")
    assert machine.names == called(
        "20260310T120000", "20260311T021520", "20260312T021500", "20260313T021500", "20270312T021500"
    )
    machine.backups = machine.started(keep=3)
    await machine.look("2026-03-14 02:15:00")
    assert machine.names == called("20260312T021500", "20260313T021500", "20260314T021500")


@pytest.mark.parametrize("at", ["02:00", "02:30", "03:00", "00:00"])
def test_each_day_around_summer_time_has_one_copy(berlin: None, at: str) -> None:
    for first in ("2026-03-27 12:00", "2026-10-23 12:00"):
        moments = [seconds(first) + 600 * k for k in range(4 * 144 + 1)]
        days = [day_of(moment, at) for moment in moments]
        assert days == sorted(days)
        assert len(set(days)) == 5


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda m: m.config.database.path.parent, "where the database itself is; name another folder"),
        (lambda m: m.folder / "nowhere", "there is no such folder; make it, then run `minipanel setup`."),
        (lambda m: m.folder / name_at(0), "there is no such folder"),
    ],
)
async def test_an_unsuitable_folder_is_reported_once_in_the_log_and_in_status(
    machine: Machine, caplog: pytest.LogCaptureFixture, make: object, sentence: str
) -> None:
    (machine.folder / name_at(0)).write_text("a file")
    folder = make(machine)  # type: ignore[operator]
    machine.backups = machine.started(folder=folder)
    await machine.look()
    await machine.look()
    assert caplog.text.count(f"No backup was made: [backup] folder is {folder}, ") == 1
    assert sentence in caplog.text
    found = look_at_backups(machine.with_backup(folder=folder), machine.now)
    assert found is not None
    assert sentence in (found.trouble or "")


async def test_a_folder_that_can_not_be_written_is_reported(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    await machine.look()
    told = backup_trouble(machine.store.path)
    assert told is not None
    assert "where the panel can't write; make the user" in told


async def test_a_full_disk_is_reported_and_the_copy_is_made_once_there_is_room(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(copy, "SPARE_BYTES", 2**60)
        await machine.look()
        assert "MB are free on the disk of" in (backup_trouble(machine.store.path) or "")
        assert machine.names == []
    await machine.backups.look()
    assert machine.names == [], "it is not tried again at once"
    await machine.look()
    assert len(machine.names) == 1


async def test_a_stop_gives_up_the_copy_that_is_being_made(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy, "STEP_PAGES", 1)
    monkeypatch.setattr(backup, "write_copy", slowly(backup.write_copy))
    machine.backups.start()
    await asyncio.sleep(0.2)
    assert "unfinished" in machine.names[0]
    started = time.monotonic()
    await machine.backups.close()
    assert time.monotonic() - started < 0.8
    assert machine.names == []


def slowly(write_copy):  # type: ignore[no-untyped-def]
    def slow(source, path, target, _progress, is_wanted):  # type: ignore[no-untyped-def]
        return write_copy(source, path, target, lambda _: time.sleep(0.1), is_wanted)

    return slow


async def test_a_reload_takes_over_another_folder(machine: Machine, tmp_path: Path) -> None:
    machine.backups.start()
    other = tmp_path / "other"
    other.mkdir()
    async with asyncio.timeout(5):
        while not called_in(machine.folder):  # noqa: ASYNC110 - a thread makes it
            await asyncio.sleep(0.02)
        await machine.backups.reload(machine.with_backup(folder=other))
        while not called_in(other):  # noqa: ASYNC110 - a thread makes it
            await asyncio.sleep(0.02)
    await machine.backups.reload(machine.config)
    assert machine.backups._task is None
    await machine.backups.close()


def called_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if not file.name.startswith(".")]


async def test_without_a_folder_nothing_runs_and_nothing_is_shown(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    assert look_at_backups(config, time.time()) is None
    backups = Backups(config, None, None)  # type: ignore[arg-type]
    backups.start()
    assert backups._task is None
    await backups.close()


async def test_status_warns_after_seven_days_without_a_copy(machine: Machine) -> None:
    await machine.look("2026-03-10 12:00")
    config = machine.with_backup()
    found = look_at_backups(config, seconds("2026-03-17 11:00"))
    assert found is not None
    assert (found.last_copy, found.trouble) == (machine.folder / machine.names[0], None)
    late = look_at_backups(config, seconds("2026-03-17 12:00"))
    assert late is not None
    assert (late.trouble or "").startswith("No backup has been made for 7 days;")
    assert copies.copies_in(machine.folder)[0].made_at == seconds("2026-03-10 12:00")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('folder = "backup"', 'folder in [backup] is "backup"; it must be the absolute path of a folder'),
        ("keep = 0", "keep in [backup] is 0; it must be a whole number from 1 to 1000"),
        ('at = "24:00"', 'at in [backup] is "24:00"; it must be a time from "00:00" to "23:59"'),
        ("at = 3", 'at in [backup] is 3; it must be a time from "00:00" to "23:59"'),
    ],
)
def test_a_wrong_value_is_a_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    config = written_config(tmp_path)
    text = f"{config.path.read_text()}\n[backup]\n{line}\n"
    with pytest.raises(ConfigError) as raised:
        check_config(text, config.path)
    assert sentence in str(raised.value)


def test_a_running_panel_makes_its_copy_after_a_reload_and_status_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    config = written_config(tmp_path)
    with running_panel(config) as panel:
        assert "backup" not in run("status", "--config", config.path).stdout
        assert "backup" not in json.loads(run("status", "--json", "--config", config.path).stdout)
        config.path.write_text(f'{config.path.read_text()}\n[backup]\nfolder = "{folder}"\n')
        panel.process.send_signal(1)
        panel.wait_for("records, 0.2 MB, sound.")
        wait_for_samples(panel, load_config(config.path))
        shown = run("status", "--config", config.path).stdout
        (made,) = folder.iterdir()
        assert f"\nbackup    {made}, 20" in shown
        told = json.loads(run("status", "--json", "--config", config.path).stdout)["backup"]
        assert (told["folder"], told["last_copy"], told["trouble"]) == (str(folder), str(made), None)
        panel.stop()


def wait_for_samples(panel: Running, config: Config) -> None:
    httpx.post(f"{config.server.url}/api/metrics", content=body_of(sample()), headers=bearer()).raise_for_status()
    assert panel.process.poll() is None
