"""`minipanel restore`: what it puts in place, what it keeps, and that whatever ends it leaves one of the two intact."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.database import place as placing_program
from minipanel.database.backup import back_up
from minipanel.database.schema import newest_version
from minipanel.database.store import Store
from minipanel.errors import CommandError
from minipanel.models.sample import Sample
from minipanel.setup.change import placing
from minipanel.setup.change import restore as restoring
from minipanel.setup.change.restore import restore
from tests.panel.commands import ENVIRONMENT, run, running_panel, written_config
from tests.setup.installing import CONFIG, screen
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

T = 1_700_000_100


def store_samples(path: Path, node: int, count: int) -> Path:
    """Store this many records of a node."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store(path)
    samples = [Sample("n", T + 300 * k, 1, 8000, 4000, None) for k in range(count)]
    store.run([store.write_samples(node, samples, 0)])
    store.close()
    return path


def records(path: Path, node: int) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # A running panel moves them from one to the other.
        tables = [f"SELECT count(*) FROM {table} WHERE node_id = ?" for table in ("pending_metrics", "system_metrics")]
        return sum(int(database.execute(table, (node,)).fetchone()[0]) for table in tables)


def names(folder: Path) -> list[str]:
    """Return the files of the database without their times, and what a reader leaves."""
    files = [file for file in folder.iterdir() if not file.name.endswith((".pid", "-shm"))]
    return sorted(file.name.partition("-2")[0] for file in files if file.stat().st_size or "-wal" not in file.name)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of an earlier state: 3 records of node 1."""
    path = store_samples(tmp_path / "earlier" / "data.db", 1, 3)
    target = tmp_path / "copy.db"
    back_up(path, target, False)
    return target


@pytest.fixture
def database(machine: Machine, installed: Path) -> Path:
    """The database of the installed panel: 5 records of node 2."""
    return store_samples(machine.root / "var/lib/minipanel/data.db", 2, 5)


def restored(machine: Machine, file: Path) -> list[str]:
    shown = screen()
    restore(file, machine.root / CONFIG.lstrip("/"), machine.system, shown)
    return shown.shown


@needs_root
def test_a_copy_takes_the_place_of_the_database_which_is_kept_whole(
    machine: Machine, database: Path, copy: Path
) -> None:
    os.chown(database, 0, 7)
    shown = restored(machine, copy)
    assert records(database, 1) == 3
    assert database.stat().st_mode & 0o777 == 0o640
    assert names(database.parent) == ["data.db", "data.db.replaced"]
    (kept,) = database.parent.glob("data.db.replaced-*")
    assert records(kept, 2) == 5
    assert shown[-1] == f"Undo: minipanel restore {kept}"
    assert f"{copy} is the database now, and the panel answers." in shown
    calls = [call for call in machine.calls if call.startswith(("systemctl stop", "systemctl start"))]
    assert calls[0] == "systemctl stop minipanel.service"
    assert calls[-1] == "systemctl start --no-block minipanel.service"
    restored(machine, kept)
    assert records(database, 2) == 5


@needs_root
def test_a_log_that_was_not_folded_stays_with_its_database(machine: Machine, database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as killed:
        killed.execute("PRAGMA journal_mode = WAL")
        killed.execute("UPDATE pending_metrics SET node_id = 9")
        for ending in ("", "-wal"):
            shutil.copy(f"{database}{ending}", machine.root / f"saved{ending}")
    for ending in ("", "-wal"):
        shutil.copy(machine.root / f"saved{ending}", f"{database}{ending}")
    restored(machine, copy)
    assert records(database, 1) == 3
    assert names(database.parent) == ["data.db", "data.db.replaced"]
    (kept,) = database.parent.glob("data.db.replaced-*")
    assert records(kept, 9) == 5


@needs_root
def test_a_damaged_database_is_kept_as_it_is(machine: Machine, database: Path, copy: Path) -> None:
    database.write_bytes(b"damaged" * 5000)
    Path(f"{database}-wal").write_bytes(b"damaged too")
    restored(machine, copy)
    assert records(database, 1) == 3
    assert names(database.parent) == ["data.db", "data.db.replaced", "data.db.replaced"]


STEPS: dict[str, tuple[object, str]] = {
    "stop": (restoring, "stop"),
    "swap": (restoring, "place"),
    "start": (restoring, "start"),
    "answer": (restoring, "wait_until_healthy"),
    "proof": (restoring, "_prove"),
}


@needs_root
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, CommandError], ids=["Ctrl-C", "failure"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_ends_it_leaves_the_database_of_before_running(
    machine: Machine,
    database: Path,
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: type[BaseException],
    is_before: bool,
) -> None:
    end_once(monkeypatch, *STEPS[step], error, is_before)
    with pytest.raises(error):
        restored(machine, copy)
    assert records(database, 2) == 5
    assert machine.calls[-1].startswith("systemctl start") or machine.calls[-2].startswith("systemctl show")
    assert [name for name in names(database.parent) if name not in ("data.db", "data.db.not-restored")] == []


def end_once(
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    error: type[BaseException],
    is_before: bool,
    work: str = "swap",
) -> None:
    """Let the step fail the first time, before or after its work. For `place` only `work` counts."""
    real: Callable[..., object] = getattr(module, name)
    ended: list[bool] = []

    def step(*words: object, **options: object) -> object:
        if ended or (name == "place" and words[1] != work):
            return real(*words, **options)
        ended.append(True)
        if not is_before:
            real(*words, **options)
            if name == "place" and error is KeyboardInterrupt:  # delayed until it is over
                signal.raise_signal(signal.SIGINT)
                return {"kept": True}
        raise error("It was ended.")

    monkeypatch.setattr(module, name, step)


@needs_root
def test_a_database_that_was_gone_is_gone_again_when_the_copy_does_not_do(
    machine: Machine, database: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.unlink()
    os.chown(database.parent, 0, 0)
    end_once(monkeypatch, restoring, "_prove", CommandError, True)
    with pytest.raises(CommandError, match="It was ended"):
        restored(machine, copy)
    assert names(database.parent) == ["data.db.not-restored"]
    restored(machine, copy)
    assert records(database, 1) == 3


def text_file(path: Path) -> None:
    path.write_text("text " * 1000)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE users (x)")


def newer(path: Path) -> None:
    store_samples(path, 1, 1)
    with closing(sqlite3.connect(path)) as copy:
        copy.execute(f"PRAGMA user_version = {newest_version() + 1}")


def damaged(path: Path) -> None:
    store_samples(path, 1, 2000)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 20)


def cut_off(path: Path) -> None:
    store_samples(path, 1, 2000)
    os.truncate(path, 4096 * 4)


def unclosed(path: Path) -> None:
    store_samples(path, 1, 1)
    Path(f"{path}-wal").write_text("a log")


@needs_root
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (text_file, "can't be restored: it is not a SQLite database. Nothing was changed."),
        (foreign, "it is the database of another program, not MiniPanel's"),
        (newer, f"its schema version is {newest_version() + 1}, and this MiniPanel knows up to {newest_version()}"),
        (damaged, "it is damaged ("),
        (cut_off, "it is damaged ("),
        (unclosed, "is beside it, so"),
        (Path.mkdir, "is not a file."),
        (os.mkfifo, "is not a file."),
        (lambda path: None, "can't be read: No such file or directory."),
    ],
)
def test_an_invalid_copy_is_refused_before_anything_stops(
    machine: Machine, database: Path, make: Callable[[Path], None], sentence: str
) -> None:
    bad = machine.root / "bad.db"
    make(bad)
    with pytest.raises(CommandError) as raised:
        restored(machine, bad)
    assert sentence in str(raised.value)
    assert machine.calls == []
    assert names(database.parent) == ["data.db"]


@needs_root
def test_the_database_itself_and_too_small_a_disk_are_refused(
    machine: Machine, database: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="is the database itself; name a copy of it"):
        restored(machine, database)
    with copy.open("rb") as file, monkeypatch.context() as patch:
        patch.setattr(placing_program, "SPARE_BYTES", 2**60)
        with pytest.raises(placing_program.Refusal) as raised:
            placing_program.take(database, file)
    assert placing._refusal(str_format, raised.value.told, "").startswith("1,152,921,504,608 MB are needed beside")
    assert names(database.parent) == ["data.db"]


def str_format(sentence: str, **values: object) -> str:
    return sentence.format(**values)


@needs_root
@pytest.mark.parametrize(("version", "is_taken"), [(newest_version(), True), (newest_version() + 1, False)])
def test_only_an_older_copy_needs_room_for_another_one(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch, version: int, is_taken: bool
) -> None:
    """The second copy is made before the panel migrates it to the newest schema."""
    monkeypatch.setattr(placing_program, "newest_version", lambda: version)
    usage = shutil.disk_usage(tmp_path)
    free = iter([placing_program.SPARE_BYTES + copy.stat().st_size, 0])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=next(free)))
    with copy.open("rb") as file:
        if is_taken:
            assert placing_program.take(tmp_path / "new.db", file)["records"] == 3
        else:
            with pytest.raises(placing_program.Refusal, match="no space"):
                placing_program.take(tmp_path / "new.db", file)
    assert (tmp_path / ".new.db.restoring").exists() is is_taken


@needs_root
def test_a_link_in_the_place_of_the_database_is_not_followed(machine: Machine, database: Path, copy: Path) -> None:
    elsewhere = machine.root / "elsewhere.db"
    database.rename(elsewhere)
    database.symlink_to(elsewhere)
    (database.parent / ".data.db.restoring").symlink_to(elsewhere)
    with pytest.raises(CommandError, match="is a link or a folder; it must be a file"):
        restored(machine, copy)
    database.unlink()
    os.chown(database.parent, 0, 0)
    restored(machine, copy)
    assert records(elsewhere, 2) == 5
    assert records(database, 1) == 3


def test_only_root_restores_the_installed_panel(machine: Machine, stub: PanelStub, copy: Path) -> None:
    del stub
    machine.write("/etc/systemd/system/minipanel.service")
    config = written_config(machine.root)
    machine.write(CONFIG, config.path.read_text())
    system = type(machine.system)(machine.root, machine.system.search, user_id=1000)
    with pytest.raises(CommandError, match="Only root can restore"):
        restore(copy, machine.root / CONFIG.lstrip("/"), system, screen())


def test_a_panel_without_a_unit_is_restored_when_it_does_not_run(tmp_path: Path, copy: Path) -> None:
    config = written_config(tmp_path)
    with running_panel(config) as panel:
        refused = run("restore", copy, "--config", config.path)
        assert refused.returncode == 1
        assert refused.stderr == (
            f"A panel (process {panel.process.pid}) that is not this machine's service uses {config.database.path}; "
            "stop it first.\n"
        )
        panel.stop()
    done = run("restore", copy, "--config", config.path, LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "；请启动面板。" in done.stdout
    undo = done.stdout.splitlines()[-1].removeprefix("撤销恢复：minipanel ").split()
    assert undo[-2:] == ["--config", str(config.path)]
    with running_panel(config) as panel:
        assert records(config.database.path, 1) == 3
        panel.stop()
    assert run(*undo).returncode == 0
    assert records(config.database.path, 1) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["INT", "TERM", "HUP"])
def test_a_signal_while_the_copy_is_read_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    config = written_config(tmp_path)
    copy = store_samples(tmp_path / "large.db", 1, 1)
    with closing(sqlite3.connect(copy)) as large:
        large.execute("CREATE TABLE much AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300) "
                      "SELECT i, zeroblob(1000000) FROM n")  # fmt: skip
        large.commit()
    command = [sys.executable, "-m", "minipanel", "restore", str(copy), "--config", str(config.path)]
    child = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    part = tmp_path / ".data.db.restoring"
    deadline = time.monotonic() + 20
    while not part.exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    child.send_signal(number)
    _, errors = child.communicate(timeout=20)
    assert child.returncode == 1
    assert errors == "\nInterrupted.\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config.toml", "large.db"]
