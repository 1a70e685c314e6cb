"""`minipanel serve`: its start, its signals, its stop, and its message if it can't start."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest

from minipanel import __version__
from minipanel.config import Config
from tests.panel.commands import (
    START_SECONDS,
    STOP_SECONDS,
    at_terminal,
    certificate,
    command,
    log_in,
    run,
    running,
    running_panel,
    written_config,
)
from tests.panel.example import PASSWORD


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def pid_file(config: Config) -> str:
    return config.database.path.with_name("data.db.pid").read_text()


def test_it_answers_without_naming_its_server_and_stops_on_sigterm(config: Config) -> None:
    with running_panel(config) as panel:
        answer = httpx.get(f"{config.server.url}/api/health")
        assert answer.json()["status"] == "ok"
        assert "server" not in answer.headers
        assert pid_file(config) == f"{panel.process.pid}\n"
        assert panel.stop() < 2
    assert pid_file(config) == ""


def test_ctrl_c_stops_it_too(config: Config) -> None:
    with running_panel(config) as panel:
        panel.stop(signal.SIGINT)


def test_an_open_stream_and_an_idle_connection_do_not_delay_the_stop(config: Config) -> None:
    with running_panel(config) as panel, httpx.Client(base_url=config.server.url) as client:
        token = log_in(config.server.url, PASSWORD).json()["token"]
        client.get("/api/health")
        headers = {"Authorization": f"Bearer {token}"}
        with client.stream("GET", "/api/metrics/stream", headers=headers) as stream:
            assert next(stream.iter_lines()) == "event: snapshot"
            assert panel.stop() < 2


def test_a_request_that_never_ends_does_not_delay_the_stop_for_long(config: Config) -> None:
    with running_panel(config) as panel, socket.create_connection(("127.0.0.1", config.server.port)) as slow:
        slow.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.2)
        assert panel.stop() < 5


def test_sighup_makes_it_read_its_configuration_again(config: Config) -> None:
    with running_panel(config) as panel:
        text = config.path.read_text()
        config.path.write_text(
            text.replace('username = "miniadmin"', 'username = "chief"').replace(
                f"port = {config.server.port}", "port = 1"
            )
        )
        panel.process.send_signal(signal.SIGHUP)
        panel.wait_for("Changed, but read at a start only: port. Restart the panel.")
        assert log_in(config.server.url, PASSWORD).status_code == 401
        answer = httpx.post(
            f"{config.server.url}/api/auth/login", json={"username": "chief", "password": PASSWORD}, timeout=10
        )
        assert answer.status_code == 200
        panel.stop()


def test_a_bad_configuration_on_sighup_is_reported_and_the_old_one_stays(config: Config) -> None:
    with running_panel(config) as panel:
        config.path.write_text(config.path.read_text().replace("interval = 5", "interval = 6"))
        panel.process.send_signal(signal.SIGHUP)
        panel.wait_for("interval in [agents] is 6; it must be a multiple of 5 from 5 to 60. The panel keeps")
        assert log_in(config.server.url, PASSWORD).status_code == 200
        panel.stop()


def test_a_second_panel_on_the_same_database_is_refused(config: Config, tmp_path: Path) -> None:
    with running_panel(config) as panel:
        other = tmp_path / "other.toml"
        other.write_text(config.path.read_text().replace(f"port = {config.server.port}", "port = 1"))
        done = run("serve", "--config", other)
        assert (done.returncode, done.stderr) == (
            1,
            f"Another panel (process {panel.process.pid}) runs on the database {config.database.path}; "
            "stop it first.\n",
        )


def test_after_a_kill_it_starts_again(config: Config) -> None:
    with running_panel(config) as panel:
        panel.process.kill()
        panel.process.wait()
    with running_panel(config) as panel:
        assert pid_file(config) == f"{panel.process.pid}\n"


def test_a_port_that_is_taken_is_named(config: Config) -> None:
    with socket.create_server(("127.0.0.1", config.server.port)):
        done = run("serve", "--config", config.path)
    assert (done.returncode, done.stderr) == (
        1,
        f"127.0.0.1 port {config.server.port} is in use by another program; stop that one or choose another port.\n",
    )


def test_an_address_of_another_machine_is_named(tmp_path: Path) -> None:
    config = written_config(tmp_path, host="192.0.2.1")
    done = run("serve", "--config", config.path)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"192.0.2.1 is not an address of this machine, so port {config.server.port} can't be opened there.\n"
    )


def test_a_database_that_is_none_is_named(config: Config) -> None:
    config.database.path.write_bytes(b"This is a letter to my aunt. " * 100)
    done = run("serve", "--config", config.path)
    assert done.returncode == 1
    assert f"{config.database.path} is not a SQLite database" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_database_in_a_folder_that_is_not_there_is_named(config: Config, tmp_path: Path) -> None:
    config.path.write_text(config.path.read_text().replace('path = "data.db"', 'path = "gone/data.db"'))
    done = run("serve", "--config", config.path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path}/gone/data.db.pid can't be written: No such file or directory")


def test_with_a_certificate_it_speaks_https(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "panel")
    config = written_config(tmp_path, tls_certificate=cert, tls_key=key)
    with running_panel(config):
        context = ssl.create_default_context(cafile=str(cert))
        context.check_hostname = False
        assert httpx.get(f"https://127.0.0.1:{config.server.port}/api/health", verify=context).status_code == 200
        status = run("status", "--config", config.path)
        assert f"up at https://127.0.0.1:{config.server.port}" in status.stdout


def test_a_certificate_with_another_key_or_a_locked_one_is_refused(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path, "panel")
    _, other_key = certificate(tmp_path, "other")
    _, locked_key = certificate(tmp_path, "locked", "-passout", "pass:secret")
    for key in (other_key, locked_key, cert):
        config = written_config(tmp_path, tls_certificate=cert, tls_key=key)
        done = run("serve", "--config", config.path)
        assert done.returncode == 2
        assert f"tls_certificate {cert} and tls_key {key} in [server] can't be used" in done.stderr
        assert done.stderr.count("\n") == 1


def test_what_comes_from_outside_forges_no_line_of_the_log(config: Config) -> None:
    with running_panel(config) as panel:
        name = "x\n2026-01-01 INFO root logged in\x1b[2J"
        httpx.post(f"{config.server.url}/api/auth/login", json={"username": name, "password": "wrong"}, timeout=10)
        panel.wait_for("A login from 127.0.0.1 failed")
        panel.stop()
        assert "\x1b" not in panel.output
        assert not [line for line in panel.output.splitlines() if line.startswith("2026-01-01 ")]


def test_the_journal_gets_priorities_and_no_time(config: Config) -> None:
    with running("serve", "--config", config.path, log=config.path.parent / "log", JOURNAL_STREAM="1:2") as panel:
        panel.wait_for("listens on")
        assert panel.output.startswith(f"<6>MiniPanel {__version__} listens on 127.0.0.1 port {config.server.port}")


@pytest.mark.parametrize("is_nohup", [False, True], ids=["plain", "nohup"])
def test_a_panel_ends_with_its_terminal_unless_started_by_nohup(config: Config, is_nohup: bool) -> None:
    words = [*(["nohup"] if is_nohup else []), *command("serve", "--config", config.path)]
    with (config.path.parent / "log").open("wb") as log:
        process, master = at_terminal(words, log.fileno())
    try:
        wait_until_published(config)
        os.close(master)  # the terminal disappears: the kernel sends SIGHUP
        if is_nohup:
            time.sleep(0.5)
            assert told_version(config) == __version__
            process.terminate()
        assert process.wait(STOP_SECONDS) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until_published(config: Config) -> None:
    """Return once the panel handles signals."""
    end = time.monotonic() + START_SECONDS
    while not config.database.path.with_name("data.db.pid").exists() or not pid_file(config):
        assert time.monotonic() < end
        time.sleep(0.02)


def told_version(config: Config) -> str:
    return str(httpx.get(f"{config.server.url}/api/health").json()["version"])
