"""`minipanel top --once`: prints the cluster for scripts and pipes, with a real panel or without one."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from minipanel.cli import cli
from minipanel.config import Config
from minipanel.config.template import render_config
from minipanel.errors import ConfigError
from tests.panel.commands import certificate, run, running_panel, written_config
from tests.panel.example import bearer, body_of, sample

ENGLISH = {"LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """A running panel with one of three nodes reporting."""
    config = written_config(tmp_path_factory.mktemp("panel"))
    with running_panel(config):
        newest = int(time.time()) // 5 * 5
        body = body_of(sample(timestamp=newest))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=bearer()).raise_for_status()
        yield config


def test_without_a_terminal_it_prints_all_nodes_and_ends(config: Config) -> None:
    done = run("top", "--config", config.path, **ENGLISH)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].endswith("1 up, 1 never, 1 disabled")
    assert lines[1] == "CPU: mean 45.2%, highest 45.2% (node001)"
    assert lines[2] == "memory: mean 50.0%, highest 50.0% (node001)"
    assert lines[3] == "temperature: highest 65.5 °C (node001)"
    assert lines[5].split() == ["NAME", "STATE", "CPU", "MEMORY", "TEMPERATURE", "SEEN", "CLOCK"]
    assert [line.split()[:2] for line in lines[6:]] == [["long", "never"], ["node001", "up"], ["spare", "disabled"]]
    assert lines[7].split()[2:6] == ["45.2%", "50.0%", "65.5", "°C"]
    assert "\x1b" not in done.stdout


def test_it_prints_the_nodes_that_were_asked_for_in_the_order_that_was_asked_for(config: Config) -> None:
    done = run("top", "--once", "--nodes", "node00[1-3]", "--sort", "name", "--reverse", "--config", config.path)
    assert [line.split()[0] for line in done.stdout.splitlines()[-3:]] == ["spare", "node001", "long"]


def test_it_prints_json_as_the_api_has_it(config: Config) -> None:
    answer = json.loads(run("top", "--json", "--nodes", "node001", "--config", config.path).stdout)
    assert sorted(answer) == ["counts", "findings", "interval", "nodes", "timestamp"]
    assert answer["counts"] == {"up": 1, "down": 0, "never": 0, "disabled": 0}
    assert [(each["name"], each["state"], each["cpu_percent"]) for each in answer["nodes"]] == [("node001", "up", 45.2)]


def test_it_speaks_chinese_with_columns_of_the_right_width(config: Config) -> None:
    lines = run("top", "--config", config.path, LC_ALL="zh_CN.UTF-8", PYTHONUTF8="1").stdout.splitlines()
    assert lines[0].endswith("1 个在线，1 个未上报，1 个已停用")
    assert lines[-2].startswith("node001  在线    ")
    assert lines[-1].startswith("spare    已停用  ")


def test_it_keeps_to_ascii_where_the_locale_has_nothing_else(config: Config) -> None:
    done = run("top", "--config", config.path, LC_ALL="C", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "65.5 C" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--nodes", "zebra"], 1, "--nodes is 'zebra'; no node has such a name.\n"),
        (
            ["--sort", "colour"],
            2,
            "--sort is 'colour'; it must be worst, name, cpu, memory, temperature, seen or clock.\n",
        ),
    ],
)
def test_an_impossible_request_is_refused_in_a_sentence(
    config: Config, words: list[str], code: int, sentence: str
) -> None:
    done = run("top", *words, "--config", config.path)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", sentence)


def test_a_panel_that_is_down_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    done = run("top", "--config", config.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{config.server.url} can't be reached: Connection refused. Start the panel (systemctl start minipanel), "
        "or name its configuration with --config.\n"
    )


def test_a_panel_of_another_secret_is_one_sentence(config: Config, tmp_path: Path) -> None:
    other = replace(config, path=tmp_path / "config.toml", server=replace(config.server, jwt_secret="x" * 40))
    other.path.write_text(render_config(other))
    done = run("top", "--config", other.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{config.server.url} does not accept the token that {other.path} signs: ")


def test_a_user_who_may_not_read_the_configuration_is_asked_to_use_sudo(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may read whatever the mode says, so the refusal is simulated: in access(2) and in opening the file.
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    done = CliRunner().invoke(cli, ["top", "--config", str(config.path)])
    assert isinstance(done.exception, ConfigError), done.output
    assert re.fullmatch(rf"{config.path} can't be read by .+: use sudo minipanel top\.", str(done.exception))


def refuse(path: Path) -> bytes:
    raise PermissionError(13, "Permission denied", str(path))


def test_over_tls_it_trusts_the_certificate_of_the_configuration_and_no_other(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "own")
    other, _ = certificate(tmp_path, "other")
    config = written_config(tmp_path, tls_certificate=cert, tls_key=key)
    with running_panel(config):
        assert run("top", "--config", config.path).returncode == 0
        cert.write_bytes(other.read_bytes())
        done = run("top", "--config", config.path)
    url = config.server.local_url
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{url} presents another certificate than {cert}: restart the panel.\n"
