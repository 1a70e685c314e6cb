"""`minipanel doctor` as an administrator runs it, on a good panel and on broken ones, in both languages."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import Config
from minipanel.config.template import render_config
from minipanel.doctor.looks import LOOKS, REMEDIES_OF_HANGING, titles
from tests.panel.commands import run, running_panel, written_config
from tests.panel.example import SECRET

MOST_SECONDS = 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = written_config(tmp_path)
    config.path.chmod(0o640)
    return config


def checks(config: Config) -> dict[str, list[dict[str, str]]]:
    """Return the checks by the names of their looks."""
    report = json.loads(run("doctor", "--json", "--config", config.path).stdout)
    found: dict[str, list[dict[str, str]]] = {}
    for check in report["checks"]:
        found.setdefault(check["look"], []).append(check)
    return found


def test_a_running_panel_is_reported_with_what_its_administrator_must_know(config: Config) -> None:
    with running_panel(config) as panel:
        done = run("doctor", "--config", config.path)
    assert f"answers at {config.server.url} as version 0.1.0, process {panel.process.pid}" in done.stdout
    assert ", Python 3." in done.stdout
    assert ", SQLite 3." in done.stdout
    assert f"[server] port = {config.server.port}\n" in done.stdout
    assert done.stderr == ""


def test_no_secret_is_in_it(config: Config) -> None:
    with running_panel(config):
        printed = [run("doctor", *words, "--config", config.path).stdout for words in ((), ("--json",))]
    for secret in (SECRET, config.server.jwt_secret, config.admin.password_hash):
        assert not any(secret in text or json.dumps(secret)[1:-1] in text for text in printed)


def test_a_panel_that_is_down_ends_it_with_1_and_its_remedy(config: Config) -> None:
    done = run("doctor", "--config", config.path)
    assert done.returncode == 1
    assert "must be fixed  panel" in done.stdout
    assert "→ systemctl restart minipanel" in done.stdout
    assert "Must be fixed: " in done.stdout


def test_a_broken_configuration_is_reported_and_the_rest_looked_at(config: Config) -> None:
    with running_panel(config) as panel:
        config.path.write_text(config.path.read_text() + "[weather]\nsunny = true\n")
        found = checks(config)
    assert 'unknown key "weather"' in found["configuration"][0]["detail"]
    assert str(panel.process.pid) in found["panel"][0]["detail"]
    assert found["database"][0]["verdict"] == "ok"


def test_programs_get_the_same_in_every_language(config: Config) -> None:
    english = json.loads(run("doctor", "--json", "--config", config.path, LC_ALL="C").stdout)
    chinese = json.loads(run("doctor", "--json", "--config", config.path, LC_ALL="zh_CN.UTF-8").stdout)
    assert english["good"] is False
    assert {check["verdict"] for check in english["checks"]} <= {"ok", "warning", "fix"}
    assert {check["look"] for check in english["checks"]} <= set(LOOKS)
    for report in (english, chinese):
        assert "not known while no panel runs" in str(report["checks"])
        assert not any("一" <= character <= "鿿" for character in str(report))
    assert set(english["versions"]) == {"MiniPanel", "Python", "SQLite", "system", "kernel", "glibc", "systemd"}


def test_a_pipe_in_place_of_the_configuration_blocks_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    done = run("doctor", "--config", tmp_path / "config.toml")
    assert done.returncode == 1
    assert "config.toml is a pipe or a device; it must be a TOML file." in done.stdout


def test_a_terminal_that_can_not_show_chinese_gets_what_it_can_show(config: Config) -> None:
    for words in ((), ("--json",)):
        done = run("doctor", *words, "--config", config.path, LC_ALL="zh_CN.UTF-8", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (1, "")


def test_every_look_that_has_a_remedy_for_hanging_is_one() -> None:
    assert set(REMEDIES_OF_HANGING) <= set(LOOKS)
    assert list(titles(str)) == list(LOOKS)


@contextmanager
def deaf_munged(folder: Path) -> Iterator[str]:
    """A munged that accepts a connection and never answers."""
    path = str(folder / "munge.socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(listener.accept()[0]), daemon=True).start()
        yield path
        for connection in held:
            connection.close()


def test_a_munged_that_hangs_is_reported_within_half_a_minute(config: Config, tmp_path: Path) -> None:
    with deaf_munged(tmp_path) as munge_socket:
        agents = replace(config.agents, auth="munge", munge_socket=munge_socket)
        config.path.write_text(render_config(replace(config, agents=agents)))
        started = time.monotonic()
        found = checks(config)
    assert time.monotonic() - started < MOST_SECONDS
    assert found["munge"][0]["verdict"] in ("warning", "fix")
    assert found["munge"][0]["remedy"]
    assert found["configuration"][0]["verdict"] == "ok"
