"""`minipanel status`: what is up, what is not, and why."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config
from minipanel.config.template import render_config
from minipanel.database.connection import open_writer
from minipanel.database.store import Store
from minipanel.machine.health import LITTLE_SPACE_BYTES, disk_trouble, munge_trouble
from tests.munged import missing_munged, running_munged
from tests.panel.commands import run, running_panel, written_config
from tests.panel.example import bearer, body_of, sample

MAIL = '[alerts]\nmail = ["ops@example.org"]\n'
"""Without it there is a line that says that alerts go nowhere."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def made_database(config: Config) -> Config:
    Store(config.database.path).close()
    return config


def test_all_is_well_when_every_enabled_node_is_up(config: Config) -> None:
    config = replace(config, nodes=(config.nodes[0], config.nodes[2]))
    config.path.write_text(render_config(config) + MAIL)
    with running_panel(config) as panel:
        newest = int(time.time()) // 5 * 5
        body = body_of(sample(timestamp=newest))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=bearer()).raise_for_status()
        done = run("status", "--config", config.path)
        assert done.returncode == 0, done.stdout
        lines = done.stdout.splitlines()
        assert lines[0] == f"panel     up at {config.server.url}, version 0.1.0, process {panel.process.pid}"
        assert lines[1].startswith(f"database  {config.database.path}, 0.")
        assert lines[1].endswith(" MB; grows to about 1 MB with 1 node")
        assert lines[2:4] == ['munged    not used: auth is "token"', "nodes     1 up, 1 disabled (spare)"]
        assert lines[5].split() == ["NAME", "STATE", "NEWEST", "SAMPLE"]
        assert lines[6].startswith("node001  up        20")
        assert lines[6].endswith(" ago)")
        assert lines[7] == "spare    disabled  none yet"

        overview = json.loads(run("status", "--json", "--config", config.path).stdout)
        assert overview["well"] is True
        assert overview["nodes"][0] == {
            "name": "node001",
            "hostname": "node001",
            "state": "up",
            "last_seen": newest,
        }
        assert overview["database"]["size_bytes"] > 0


def test_nodes_that_are_not_up_are_named_as_a_node_set(config: Config) -> None:
    with running_panel(config):
        old = int(time.time()) // 5 * 5 - 600
        body = body_of(sample(timestamp=old))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=bearer()).raise_for_status()
        done = run("status", "--config", config.path)
    assert done.returncode == 1
    assert "nodes     1 down (node001), 1 never (long), 1 disabled (spare)\n" in done.stdout


def test_a_node_whose_clock_is_half_a_minute_behind_is_up_as_on_the_page(config: Config) -> None:
    with running_panel(config):
        newest = int(time.time()) // 5 * 5 - 30
        headers = bearer() | {"X-MiniPanel-Sent": f"{newest + 1}.0"}
        body = body_of(sample(timestamp=newest))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=headers).raise_for_status()
        time.sleep(3)  # by then the node's clock is recorded
        done = run("status", "--config", config.path)
    assert "nodes     1 up, 1 never (long), 1 disabled (spare)\n" in done.stdout


def test_a_node_whose_clock_is_ahead_is_reported_as_such(config: Config) -> None:
    with running_panel(config):
        newest = int(time.time()) // 5 * 5 + 40
        headers = bearer() | {"X-MiniPanel-Sent": f"{newest + 1}.0"}
        body = body_of(sample(timestamp=newest))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=headers).raise_for_status()
        time.sleep(3)  # by then the node's clock is recorded
        done = run("status", "--config", config.path)
    assert re.search(r"^node001 +up +.* \([1-4]?\d s ahead\)$", done.stdout, re.MULTILINE)


def test_a_panel_that_does_not_run_is_reported(config: Config) -> None:
    done = run("status", "--config", made_database(config).path)
    assert done.returncode == 1
    assert f"panel     {config.server.url} can't be reached: Connection refused.\n" in done.stdout


class Stranger(http.server.BaseHTTPRequestHandler):
    """Some other program on the panel's port."""

    answer: bytes

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def stranger(config: Config) -> Iterator[type[Stranger]]:
    server = http.server.HTTPServer(("127.0.0.1", config.server.port), Stranger)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield Stranger
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"Hello", "answers, but is not a MiniPanel."),
        (b'{"status":"ok"}', "answers, but is not a MiniPanel."),
        (b'{"version":"0.1.0"}', "Another panel answers at http"),
        (b'{"version":"9.9.9"}', "The running panel is version 9.9.9, but 0.1.0 is installed: restart it."),
    ],
)
def test_another_program_that_answers_on_the_port_is_reported(
    config: Config, stranger: type[Stranger], answer: bytes, sentence: str
) -> None:
    stranger.answer = answer
    done = run("status", "--config", made_database(config).path)
    assert done.returncode == 1
    assert sentence in done.stdout


def database_line(config: Config) -> str:
    done = run("status", "--config", config.path)
    assert done.returncode == 1
    return done.stdout.splitlines()[1]


def test_a_database_that_is_missing_is_reported(config: Config) -> None:
    assert database_line(config) == (
        f"database  There is no database {config.database.path} yet; the panel makes it at its first start."
    )


def test_a_file_that_is_not_a_database_is_reported(config: Config) -> None:
    config.database.path.write_bytes(b"This is a letter to my aunt. " * 100)
    assert database_line(config).startswith(f"database  {config.database.path} is not a SQLite database")


def test_a_database_of_another_program_is_reported(config: Config) -> None:
    connection = open_writer(config.database.path)
    connection.execute("CREATE TABLE letters (aunt)")
    connection.close()
    assert "is the database of another program" in database_line(config)


def test_a_database_of_a_newer_version_is_reported(config: Config) -> None:
    connection = open_writer(made_database(config).database.path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    assert "has schema version 9999" in database_line(config)


def test_a_disk_that_is_read_only_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.statvfs(tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result([*real[:8], os.ST_RDONLY, *real[9:]]))
    assert disk_trouble(tmp_path) == f"{tmp_path} can't be written: it, or its disk, is read-only."


def test_a_disk_that_is_full_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=LITTLE_SPACE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    (tmp_path / "data.db").touch()
    assert disk_trouble(tmp_path / "data.db") == f"The disk of {tmp_path} is full: 67 MB are free."


def test_munged_that_does_not_answer_is_reported_with_the_reason(config: Config) -> None:
    agents = replace(config.agents, auth="munge", munge_socket="/nowhere/munge.socket")
    config.path.write_text(render_config(replace(config, agents=agents)))
    done = run("status", "--config", made_database(config).path)
    assert done.returncode == 1
    assert 'munged    MUNGE made no credential: Failed to access "/nowhere/munge.socket"' in done.stdout


@pytest.mark.skipif(missing_munged() is not None, reason=str(missing_munged()))
def test_munged_that_answers_is_not_a_trouble(config: Config) -> None:
    with running_munged() as socket:
        assert munge_trouble(socket) is None
        agents = replace(config.agents, auth="munge", munge_socket=socket)
        config.path.write_text(render_config(replace(config, agents=agents)))
        assert "munged    answers\n" in run("status", "--config", made_database(config).path).stdout


def test_a_pipe_in_place_of_the_database_blocks_nothing(config: Config) -> None:
    os.mkfifo(config.database.path)
    done = run("status", "--config", config.path)
    assert done.returncode == 1
    assert f"{config.database.path} is a folder, a pipe or a device; it must be a file." in done.stdout


def test_a_reader_of_chinese_gets_every_line_in_chinese(config: Config) -> None:
    config.path.write_text(render_config(config) + MAIL)
    with running_panel(config) as panel:
        newest = int(time.time()) // 5 * 5
        body = body_of(sample(timestamp=newest))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=bearer()).raise_for_status()
        done = run("status", "--config", config.path, LANG="zh_CN.UTF-8", LC_ALL="")
    lines = done.stdout.splitlines()
    assert lines[0] == f"面板    运行中：{config.server.url}，版本 0.1.0，进程 {panel.process.pid}"
    assert re.fullmatch(rf"数据库  {config.database.path}，0\.\d MB；2 个节点，预计增至约 3 MB", lines[1])
    assert lines[2:4] == [
        'munged  未使用：auth 为 "token"',
        "节点    1 个在线，1 个未上报（long），1 个已停用（spare）",
    ]
    assert lines[5].split() == ["名称", "状态", "最新样本"]
    assert re.fullmatch(r"node001  在线    20.* \S+（\d 秒前）", lines[6])
    assert lines[7:] == ["long     未上报  暂无", "spare    已停用  暂无"]
    done = run("status", "--config", config.path, LANG="zh_CN.UTF-8", LC_ALL="")
    assert done.stdout.splitlines()[0] == f"面板    无法连接 {config.server.url}：连接被拒绝。"
