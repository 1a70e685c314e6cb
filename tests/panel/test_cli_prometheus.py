"""`minipanel prometheus`: Prometheus accepts what it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.commands.prometheus import scrape_config
from minipanel.config import Config
from tests.panel.commands import run, written_config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def at(config: Config, url: str) -> Config:
    return replace(config, server=replace(config.server, url=url))


def assert_is_taken(text: str, folder: Path) -> None:
    """Run promtool, which also looks for the files."""
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing; Debian has it in the package prometheus."
    (folder / "minipanel.yml").write_text(text)
    (folder / "minipanel.token").write_text("a token")
    (folder / "minipanel-ca.pem").touch()
    (folder / "prometheus.yml").write_text("scrape_config_files: [minipanel.yml]\n")
    for name in ("minipanel.yml", "prometheus.yml"):
        line = [promtool, "check", "config", "--lint=all", "--lint-fatal", str(folder / name)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_is_printed_and_prometheus_takes_it(config: Config, tmp_path: Path) -> None:
    done = run("prometheus", "--config", config.path, "--token-file", tmp_path / "minipanel.token")
    assert (done.returncode, done.stderr) == (0, "")
    assert f'targets: ["127.0.0.1:{config.server.port}"]' in done.stdout
    assert "scheme: http\n" in done.stdout
    assert "tls_config" not in done.stdout
    assert "#   minipanel access tokens add prometheus --scope metrics >minipanel.token\n" in done.stdout
    assert_is_taken(done.stdout, tmp_path)


def test_by_default_the_token_is_beside_prometheus_configuration(config: Config) -> None:
    assert 'credentials_file: "/etc/prometheus/minipanel.token"' in run("prometheus", "--config", config.path).stdout


def test_a_self_made_authority_is_named_for_https(config: Config, tmp_path: Path) -> None:
    config = at(config, "https://mgmt.example:8443")
    assert "tls_config" not in scrape_config(config, tmp_path / "minipanel.token"), "a certificate that systems trust"
    (tmp_path / "ca.pem").touch()
    text = scrape_config(config, tmp_path / "minipanel.token")
    assert f'ca_file: "{tmp_path}/minipanel-ca.pem"' in text
    assert f"is a copy of the panel's {tmp_path}/ca.pem." in text
    assert_is_taken(text, tmp_path)


@pytest.mark.parametrize(
    ("url", "target", "path"),
    [
        ("http://[fd00::1]:8080", "[fd00::1]:8080", "/metrics"),
        ("https://monitor.example", "monitor.example", "/metrics"),
        ("http://proxy.example/panel", "proxy.example", "/panel/metrics"),
    ],
)
def test_the_target_is_where_the_agents_report(
    config: Config, tmp_path: Path, url: str, target: str, path: str
) -> None:
    text = scrape_config(at(config, url), tmp_path / "minipanel.token")
    assert f'targets: ["{target}"]' in text
    assert f'metrics_path: "{path}"' in text
    assert_is_taken(text, tmp_path)


def test_each_sample_is_scraped_once(config: Config, tmp_path: Path) -> None:
    config = replace(config, agents=replace(config.agents, interval=30))
    text = scrape_config(config, tmp_path / "minipanel.token")
    assert "scrape_interval: 30s" in text
    assert_is_taken(text, tmp_path)


def test_a_path_with_spaces_and_quotes_is_kept_as_it_is(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" \\ c: # ü'
    folder.mkdir()
    assert_is_taken(scrape_config(config, folder / "minipanel.token"), folder)


@pytest.mark.parametrize("path", ["minipanel.token", "", "/etc/a\nb", "/etc/\x1b[31m"])
def test_an_impossible_path_gets_a_sentence(config: Config, path: str) -> None:
    done = run("prometheus", "--config", config.path, "--token-file", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("--token-file is '")
    assert done.stderr.endswith("'; it must be an absolute path without control characters.\n")
    assert len(done.stderr.splitlines()) == 1


def test_what_people_read_is_chinese_where_the_locale_is(config: Config, tmp_path: Path) -> None:
    words = ("prometheus", "--config", config.path, "--token-file")
    done = run(*words, tmp_path / "minipanel.token", LC_ALL="zh_CN.UTF-8")
    assert "# 供 Prometheus 使用：" in done.stdout
    assert not re.search(r"# [A-Z]", done.stdout)
    assert_is_taken(done.stdout, tmp_path)
    assert run(*words, "a", LC_ALL="zh_CN.UTF-8").stderr == "--token-file 为 'a'；必须是不含控制字符的绝对路径。\n"


def test_without_a_configuration_there_is_a_sentence(tmp_path: Path) -> None:
    done = run("prometheus", "--config", tmp_path / "none.toml")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
