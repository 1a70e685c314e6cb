"""`minipanel backup`: complete, of one moment, while the panel keeps writing; and the way back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config
from minipanel.database import copy
from minipanel.database.backup import back_up
from minipanel.database.store import Store
from minipanel.errors import DatabaseError
from minipanel.models.sample import Sample
from tests.panel.commands import run, running_panel, written_config
from tests.panel.example import bearer, body_of, sample

T = int(time.time()) // 300 * 300 - 300


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


@pytest.fixture
def filled(config: Config) -> Config:
    """A database of two nodes and some thousand records."""
    store = Store(config.database.path)
    for node in (2, 3):  # not the one that reports
        samples = [Sample("n", T - 300 * k, 1, 8000, 4000, None) for k in range(5000)]
        store.run([store.write_samples(node, samples, 0), store.seal(T, 100_000)])
    store.close()
    return config


def stored_samples(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [
            f"SELECT coalesce(sum(samples), 0) FROM {table}"
            for table in ("filling_metrics", "pending_metrics", "system_metrics")
        ]
        return sum(int(database.execute(table).fetchone()[0]) for table in tables)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "unfinished" in path.name]


def test_a_backup_is_one_closed_file_and_the_command_says_what_it_contains(filled: Config, tmp_path: Path) -> None:
    target = tmp_path / "kept" / "copy.db"
    target.parent.mkdir()
    done = run("backup", target, "--config", filled.path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{target}: 10,000 records, ")
    assert done.stdout.endswith(f"keep a copy of {filled.path} as well.\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    assert stored_samples(target) == 10_000


class Reporter(threading.Thread):
    """Posts different samples, one per request, as fast as they are answered."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.url = config.server.url
        self.answered = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        newest = int(time.time()) // 5 * 5
        with httpx.Client(base_url=self.url, headers=bearer()) as client:
            while not self.is_over.is_set():
                body = body_of(sample(timestamp=newest - 5 * self.answered))
                answer = client.post("/api/metrics", content=body)
                assert answer.json()["stored"] == 1
                self.answered += 1


@pytest.fixture
def reporter(filled: Config) -> Iterator[Reporter]:
    with running_panel(filled):
        thread = Reporter(filled)
        thread.start()
        yield thread
        thread.is_over.set()
        thread.join()


def test_a_backup_under_load_is_of_one_moment_and_delays_nobody(
    filled: Config, reporter: Reporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy, "STEP_PAGES", 5)
    for number in range(3):
        before, steps = reporter.answered, [0]

        def slow(part: float, steps: list[int] = steps) -> None:
            steps[0] += 1
            time.sleep(0.005)  # otherwise it is over before the next sample

        back_up(filled.database.path, tmp_path / f"{number}.db", False, slow)
        after = reporter.answered
        assert after > before, "the panel went on meanwhile"
        assert steps[0] > 20
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert before <= stored_samples(tmp_path / f"{number}.db") - 10_000 <= before + 2, "of the moment it began"


def test_the_documented_restore_brings_back_what_was_there(filled: Config, tmp_path: Path) -> None:
    path, target = filled.database.path, tmp_path / "copy.db"
    with running_panel(filled) as panel:
        kept = sample()
        httpx.post(f"{filled.server.url}/api/metrics", content=body_of(kept), headers=bearer()).raise_for_status()
        assert run("backup", target, "--config", filled.path).returncode == 0
        lost = sample(timestamp=kept["timestamp"] - 300)
        httpx.post(f"{filled.server.url}/api/metrics", content=body_of(lost), headers=bearer()).raise_for_status()
        panel.stop()
    assert run("restore", target, "--config", filled.path).returncode == 0
    with running_panel(filled) as panel:
        assert stored_samples(path) == 10_001
        again = httpx.post(f"{filled.server.url}/api/metrics", content=body_of(kept, lost), headers=bearer())
        assert again.json() == {"status": "ok", "stored": 1, "ignored": 1}
        panel.stop()


def test_a_backup_reports_in_chinese_what_it_contains(filled: Config, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    done = run("backup", target, "--config", filled.path, LC_ALL="zh_CN.UTF-8")
    assert done.stdout.startswith(f"{target}：10,000 条记录，")
    assert done.stdout.endswith(f"请另外保存一份 {filled.path}。\n")


def test_an_existing_file_is_replaced_only_by_force(filled: Config, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("last year's")
    refused = run("backup", target, "--config", filled.path)
    assert (refused.returncode, refused.stderr) == (1, f"{target} already exists; --force replaces it.\n")
    assert target.read_text() == "last year's"
    assert run("backup", target, "--force", "--config", filled.path).returncode == 0
    assert stored_samples(target) == 10_000


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".pid"])
def test_the_database_itself_is_never_written_over(filled: Config, ending: str) -> None:
    path = filled.database.path
    with pytest.raises(DatabaseError, match="belongs to the database itself"):
        back_up(path, path.parent / "." / f"{path.name}{ending}", True)
    assert stored_samples(path) == 10_000


def test_a_folder_that_is_missing_or_named_as_the_file_gets_a_sentence(filled: Config, tmp_path: Path) -> None:
    path = filled.database.path
    with pytest.raises(DatabaseError, match=r"nowhere/copy\.db can't be written: No such file or directory\."):
        back_up(path, tmp_path / "nowhere" / "copy.db", False)
    with pytest.raises(DatabaseError, match="is a folder; name a file in it"):
        back_up(path, tmp_path, False)


def test_a_database_that_is_missing_gets_a_sentence(config: Config, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "copy.db", "--config", config.path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"There is no database {config.database.path} yet")


def test_a_disk_with_too_little_space_is_reported_before_anything_is_written(
    filled: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DatabaseError, match=r"A backup needs \d+ MB, and 1 MB are free on the disk of"):
        back_up(filled.database.path, tmp_path / "copy.db", False)
    assert leftovers(tmp_path) == []


def damage(path: Path, table: str) -> None:
    """Overwrite the root page of a table or an index."""
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("table", ["system_metrics", "idx_system_metrics_timestamp", "sqlite_sequence"])
def test_a_damaged_database_gives_no_backup(filled: Config, tmp_path: Path, table: str) -> None:
    damage(filled.database.path, table)
    kept = tmp_path / "copy.db"
    kept.write_text("the last sound one")
    with pytest.raises(DatabaseError, match=r"damaged"):
        back_up(filled.database.path, kept, True)
    assert kept.read_text() == "the last sound one"
    assert leftovers(tmp_path) == []


def test_a_copy_that_is_ended_leaves_nothing(filled: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy, "STEP_PAGES", 5)

    def end(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(filled.database.path, tmp_path / "copy.db", False, end)
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "copy.db").exists()
