"""A sample that was answered as stored survives a crash of the panel."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from minipanel.config import Config
from minipanel.config.template import render_config
from minipanel.database.connection import open_reader
from tests.panel.commands import ENVIRONMENT, START_SECONDS
from tests.panel.example import PASSWORD, bearer, body_of, config_in, sample
from tests.ports import free_port

ROUNDS = 6


@pytest.fixture
def config(tmp_path: Path) -> Config:
    port = free_port()
    config = config_in(tmp_path)
    config = replace(config, server=replace(config.server, port=port, url=f"http://127.0.0.1:{port}"))
    config.path.write_text(render_config(config))
    config.path.chmod(0o600)
    return config


@contextlib.contextmanager
def panel_process(config: Config, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real panel, killed in the end whatever it is doing."""
    command = [sys.executable, "-m", "minipanel.serving", "--config", str(config.path)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**ENVIRONMENT, **environment}
    )
    try:
        wait_until_healthy(config, process)
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


def wait_until_healthy(config: Config, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"the panel ended with {process.returncode}"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{config.server.url}/api/health").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the panel did not answer in time")


def stored_samples(config: Config) -> int:
    with contextlib.closing(open_reader(config.database.path)) as connection:
        counts = [
            connection.execute(f"SELECT coalesce(sum(samples), 0) FROM {table}").fetchone()[0]
            for table in ("filling_metrics", "pending_metrics", "system_metrics")
        ]
    return int(sum(counts))


def last_hour(config: Config, node_id: str = "node001") -> dict[str, Any]:
    """A node's last hour as a page gets it."""
    with httpx.Client(base_url=config.server.url) as client:
        client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD}).raise_for_status()
        told: dict[str, Any] = client.get(f"/api/metrics/realtime/{node_id}").json()
        return told


def test_a_restart_does_not_empty_the_last_hour_however_the_panel_ended(config: Config, tmp_path: Path) -> None:
    newest = int(time.time()) // 5 * 5 - 300
    samples = [sample(timestamp=newest - 5 * step, cpu_percent=step % 100) for step in range(500)]
    folder = tmp_path / "run"
    folder.mkdir(0o700)
    with panel_process(config, RUNTIME_DIRECTORY=str(folder)):
        headers = {**bearer(), "User-Agent": "minipanel-agent/1.2.3", "X-MiniPanel-Sensor": "k10temp Tctl"}
        answer = httpx.post(f"{config.server.url}/api/metrics", content=body_of(*samples), headers=headers)
        assert answer.json()["stored"] == 500
        before = last_hour(config)
    assert len(before["recent"]["timestamp"]) == 500
    # It was killed, so nothing could be tidied up.
    with panel_process(config, RUNTIME_DIRECTORY=str(folder)):
        after = last_hour(config)
        assert {**after, "clock_skew_seconds": None} == {**before, "clock_skew_seconds": None}
        assert (after["state"], after["sensor"], after["memory_total"]) == ("down", "k10temp Tctl", 16777216000)
    # As after a restart of the machine, only the records have it.
    with panel_process(config) as process:
        filled = last_hour(config)
        assert (filled["state"], filled["timestamp"], filled["recent"]["timestamp"]) == ("down", newest, [])
        assert filled["records"]["timestamp"][0] % 300 == 0
        assert len(filled["records"]["cpu_percent"]) == len(filled["records"]["timestamp"]) >= 7
        assert 0 < filled["cpu_percent"] < 100
        assert filled["memory_total"] == 16777216000
        body = body_of(sample(timestamp=newest + 300))
        assert httpx.post(f"{config.server.url}/api/metrics", content=body, headers=bearer()).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
    # Without a runtime folder, stopping writes it beside the database.
    with panel_process(config):
        assert last_hour(config)["recent"]["timestamp"] == [newest + 300]


@pytest.mark.storm
def test_kill_9_right_after_each_of_many_answers_loses_nothing_that_was_answered(config: Config) -> None:
    newest = int(time.time()) // 5 * 5
    answered = 0
    for round_number in range(ROUNDS):
        with panel_process(config) as process, httpx.Client(base_url=config.server.url) as client:
            for step in range(20):
                timestamp = newest - 5 * (20 * round_number + step)
                body = body_of(sample(timestamp=timestamp))
                answer = client.post("/api/metrics", content=body, headers=bearer())
                answered += answer.json()["stored"]
            # Killed right at the answer, with no time to tidy up.
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
        assert answered == 20 * (round_number + 1)
        assert stored_samples(config) == answered


def test_a_panel_that_stops_answers_the_requests_that_are_under_way(config: Config) -> None:
    newest = int(time.time()) // 5 * 5
    body = body_of(*(sample(timestamp=newest - 5 * k) for k in range(900)))
    head = f"POST /api/metrics HTTP/1.1\r\nHost: panel\r\nContent-Length: {len(body)}\r\n"
    head += f"Authorization: {bearer()['Authorization']}\r\n\r\n"
    with panel_process(config) as process, socket.create_connection(("127.0.0.1", config.server.port), 5) as agent:
        agent.sendall(head.encode() + body[:1000])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        time.sleep(0.3)
        agent.sendall(body[1000:])
        status, _, told = agent.makefile("rb").read().partition(b"\r\n")
        assert status == b"HTTP/1.1 200 OK"
        assert json.loads(told.partition(b"\r\n\r\n")[2])["stored"] == 900
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - begin < 5
    assert stored_samples(config) == 900
