"""`minipanel archive`, as people type it, with a real panel and a real engine."""

from __future__ import annotations

import json
import os
import random
import select
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from minipanel.config import Config
from minipanel.database.connection import open_writer
from minipanel.database.full_records import past_records
from minipanel.database.merge import merge_sealed
from minipanel.sections import load_config
from tests.panel.commands import at_terminal, command, run, running_panel, written_config
from tests.storage.example import samples_of, times_in
from tests.victoria import Victoria, running_victoria

PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def victoria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victoria]:
    with running_victoria(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


def configured(folder: Path, url: str, more: str = "") -> Config:
    folder.mkdir(exist_ok=True)
    config = written_config(folder)
    with config.path.open("a") as file:
        file.write(f'\n[storage]\nengine = "victoriametrics"\nwrite_url = "{url}"\nretention_days = 400\n{more}')
    return load_config(config.path)


def fill(config: Config, days: float) -> int:
    """Put past records into the database of a stopped panel, some complete, some with missing samples."""
    dice, now = random.Random(3), int(time.time())
    first = now // 300 * 300 - int(days * 86_400)
    with closing(open_writer(config.database.path)) as connection:
        connection.execute("BEGIN")
        for id, hostname in connection.execute("SELECT id, hostname FROM nodes").fetchall():
            for record in range(first, now - 3 * 3600, 300):
                times = times_in(record, dice, 0.07)
                for sample in samples_of(hostname, times, dice):
                    merge_sealed(connection, id, sample)
        connection.execute("COMMIT")
        (count,) = connection.execute("SELECT count(*) FROM system_metrics").fetchone()
    return int(count)


def rows(config: Config) -> dict[tuple[str, int], tuple[Any, ...]]:
    """All past records by hostname and time, without columns computed from others."""
    columns = (
        "samples, seen, cpu_percent, cpu_percent_max, memory_total, memory_used, memory_used_max, cpu_temp, "
        "cpu_temp_max, cpu_temp_samples"
    )
    with closing(sqlite3.connect(config.database.path)) as connection:
        found = connection.execute(
            f"SELECT hostname, timestamp, {columns} FROM system_metrics JOIN nodes ON nodes.id = node_id"
        ).fetchall()
    return {(row[0], row[1]): row[2:] for row in found}


def started_once(config: Config) -> None:
    """Let the panel create its database."""
    with running_panel(config) as panel:
        panel.stop()


def eventually(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_past_is_pushed_checked_and_pulled_into_a_database_that_lost_it(tmp_path: Path, victoria: Victoria) -> None:
    config = configured(tmp_path / "a", victoria.url)
    started_once(config)
    count = fill(config, 2)
    victoria.kill()
    with running_panel(config):
        assert_a_push_rests_when_it_is_interrupted(config, count)
        victoria.start()
        assert_a_push_goes_on_without_its_command(config, count)
        eventually(lambda: run("archive", "check", "--config", config.path).returncode == 0)
        told = run("archive", "status", "--config", config.path, "--json")
        overview = json.loads(told.stdout)
        assert overview["trouble"] is None
        assert overview["push"]["since"] <= time.time() - 2 * 86_400
        assert f"{victoria.url}: sending earlier records" in run("status", "--config", config.path).stdout
    lost = configured(tmp_path / "b", victoria.url)
    with running_panel(lost):
        pulled = run("archive", "pull", "--config", lost.path)
        assert pulled.returncode == 0, pulled.stderr
        assert f"{count} records of 3 nodes read, {count} added." in pulled.stdout
    assert rows(lost) == rows(config)
    again = run("archive", "pull", "--config", lost.path, "--since", "1", LC_ALL="zh_CN.UTF-8")
    assert "写入 0 条" in again.stdout


def assert_a_push_rests_when_it_is_interrupted(config: Config, count: int) -> None:
    push, terminal = at_terminal(command("archive", "push", "--config", config.path))
    shown = read_until(terminal, f"\r\033[K0 of {count} records sent, 0 read back twice")
    os.write(terminal, b"\x03")
    shown += read_until(terminal, "Interrupted.")
    assert push.wait(PATIENCE_SECONDS) == 1
    os.close(terminal)
    assert "Paused; `minipanel archive push` resumes." in shown
    said = run("archive", "status", "--config", config.path).stdout
    assert "0 records sent, 0 of them read back twice, from " in said
    assert "; paused" in said


def assert_a_push_goes_on_without_its_command(config: Config, count: int) -> None:
    push, terminal = at_terminal(command("archive", "push", "--config", config.path))
    read_until(terminal, " records sent, ")
    push.kill()
    push.wait(PATIENCE_SECONDS)
    os.close(terminal)
    eventually(lambda: f"{count} records sent" in run("archive", "status", "--config", config.path).stdout)


def read_until(terminal: int, text: str) -> str:
    """What a terminal shows up to and including this."""
    shown, end = "", time.monotonic() + PATIENCE_SECONDS
    while text not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode()
    return shown


def test_without_records_nothing_is_called_equal(tmp_path: Path, victoria: Victoria) -> None:
    config = configured(tmp_path / "new", victoria.url, 'cluster = "new"\n')
    with running_panel(config):
        eventually(lambda: "compared" in run("archive", "status", "--config", config.path).stdout)
        assert ": there was nothing to compare yet\n" in run("archive", "status", "--config", config.path).stdout
        assert json.loads(run("archive", "status", "--json", "--config", config.path).stdout)["differed"] is None
    checked = run("archive", "check", "--config", config.path)
    assert (checked.returncode, checked.stdout) == (0, "There are no records to compare.\n")


def test_what_differs_at_the_engine_is_named(tmp_path: Path, victoria: Victoria) -> None:
    config = configured(tmp_path / "c", victoria.url, 'cluster = "elsewhere"\n')
    started_once(config)
    count = fill(config, 0.2)
    until = int(time.time()) - 4 * 3600
    with closing(open_writer(config.database.path)) as connection:
        found = past_records(connection, 0, -(10**9), until, count)
    assert 0 < len(found) == sum(timestamp <= until for _, timestamp in rows(config)) < count
    checked = run("archive", "check", "--config", config.path, "--since", "1")
    assert checked.returncode == 1
    assert f"{count} records compared; {count} are missing in the engine or differ." in checked.stdout
    assert checked.stdout.count(": missing in the engine, or different") == 20
    refused = run("archive", "push", "--config", config.path)
    assert (refused.returncode, refused.stderr) == (
        1,
        "The panel sends the records, and it is not running. Start it: systemctl start minipanel.\n",
    )


@pytest.mark.parametrize(
    ("storage", "sentence"),
    [
        ('engine = "victoriametrics"\nwrite_url = "{url}/nothing"', "/nothing answered 400"),
        ('engine = "victoriametrics"\nwrite_url = "http://127.0.0.1:1"', "can't be asked: Connection refused."),
        (
            'engine = "victoriametrics"\nwrite_url = "{url}"\nretention_days = 3000',
            "keeps records for 1825 days only, and [storage] retention_days is 3000",
        ),
        ('engine = "victoriametrics"\nwrite_url = "{url}"\ntoken_file = "/nowhere"', "The file /nowhere of token_file"),
    ],
)
def test_an_engine_that_is_none_is_one_sentence(
    tmp_path: Path, victoria: Victoria, storage: str, sentence: str
) -> None:
    config = written_config(tmp_path)
    with config.path.open("a") as file:
        file.write(f"\n[storage]\n{storage.format(url=victoria.url)}\n")
    done = run("archive", "status", "--config", config.path)
    assert done.returncode == 1
    assert sentence in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("storage", "sentence"),
    [
        ('engine = "influx"\nwrite_url = "http://a"', 'engine in [storage] is "influx"'),
        ('engine = "victoriametrics"', "write_url is missing in [storage]"),
        ('write_url = "http://a"', "engine is missing in [storage]"),
        ('engine = "victoriametrics"\nwrite_url = "ftp://a"', 'write_url in [storage] is "ftp://a"'),
        ('engine = "victoriametrics"\nwrite_url = "http://u:p@a/"', "write_url in [storage]"),
        ('engine = "victoriametrics"\nwrite_url = "http://a:70000"', "write_url in [storage]"),
        ('engine = "victoriametrics"\nwrite_url = "http://a"\nretention_days = 0', "retention_days in [storage] is 0"),
        ('engine = "victoriametrics"\nwrite_url = "http://a"\ncluster = "a\\"}"', "cluster in [storage]"),
    ],
)
def test_a_section_that_cannot_be_is_one_sentence(tmp_path: Path, storage: str, sentence: str) -> None:
    config = written_config(tmp_path)
    with config.path.open("a") as file:
        file.write(f"\n[storage]\n{storage}\n")
    done = run("archive", "status", "--config", config.path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_storage_there_is_no_archive(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    done = run("archive", "status", "--config", config.path)
    assert (done.returncode, done.stderr) == (1, f"There is no archive: {config.path} has no [storage].\n")
