"""A panel in trouble: repeated kills, a full disk, a lock that another program holds, and a stop during all that."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from minipanel_agent.munge import encode, payload_of

from minipanel.config import AgentsConfig, Config
from minipanel.config.template import render_config
from tests.munged import missing_munged, process_id, running_munged
from tests.panel.commands import ENVIRONMENT, running_panel, written_config
from tests.panel.example import body_of, sample
from tests.panel.load import Reporter, reporting, samples_in

LOCKED_SECONDS = 7.0
ANSWER_SECONDS = 4.0
"""The writer waits 2 s once, then 0.1 s per group; the rest is for a busy machine."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def stored(agents: list[Reporter]) -> int:
    return sum(agent.stored for agent in agents)


@pytest.mark.storm
def test_kill_9_at_any_moment_under_load_loses_nothing_answered_and_doubles_nothing(config: Config) -> None:
    moments = random.Random(7)
    with reporting(config, 4) as agents:
        for _ in range(6):
            with running_panel(config) as panel:
                time.sleep(moments.uniform(0.1, 0.6))
                panel.process.kill()
                panel.process.wait()
        with running_panel(config):
            time.sleep(0.3)
            agents_so_far = stored(agents)
            assert agents_so_far > 50
            time.sleep(0.3)
    # One more of each may have been stored and its answer lost.
    assert stored(agents) <= samples_in(config.database.path) <= stored(agents) + len(agents)


@pytest.mark.storm
def test_a_foreign_lock_is_answered_in_bounded_time_and_all_recovers(config: Config) -> None:
    with running_panel(config) as panel, httpx.Client(base_url=config.server.url, timeout=20) as anyone:
        with reporting(config, 6, pause_seconds=0.02) as agents:
            with foreign_lock(config.database.path):
                slowest, end = 0.0, time.monotonic() + LOCKED_SECONDS
                while time.monotonic() < end:
                    begin = time.monotonic()
                    assert anyone.get("/api/health").status_code == 200
                    slowest = max(slowest, time.monotonic() - begin)
                    time.sleep(0.05)
                in_vain = stored(agents)
            time.sleep(1.5)
            assert stored(agents) > in_vain, "nothing was stored after the lock"
        assert slowest < 1.0, "the event loop stood still"
        answers = [answer for agent in agents for answer in agent.answers]
        assert {status for status, _ in answers} == {200, 503}
        assert max(seconds for _, seconds in answers) < ANSWER_SECONDS
        assert panel.stop() < 5
    assert samples_in(config.database.path) == stored(agents)


def test_a_panel_stops_within_5_seconds_though_its_database_is_locked(config: Config) -> None:
    with running_panel(config) as panel, reporting(config, 4, pause_seconds=0.05) as agents:
        time.sleep(0.5)
        with foreign_lock(config.database.path):
            time.sleep(0.5)
            assert panel.stop() < 5
    assert stored(agents) <= samples_in(config.database.path) <= stored(agents) + len(agents)


@pytest.mark.skipif(missing_munged() is not None, reason=str(missing_munged()))
def test_a_panel_stops_within_5_seconds_though_munged_hangs(tmp_path: Path) -> None:
    """And agents that waited for munged are asked to keep their samples, rather than cut off."""
    config = written_config(tmp_path)
    with running_munged() as path:
        agents = AgentsConfig("munge", munge_socket=path, allowed_uids=(os.geteuid(),))
        config = replace(config, agents=agents, nodes=(replace(config.nodes[0], ip="127.0.0.1"),))
        config.path.write_text(render_config(config))
        body = body_of(sample())
        headers = {"Authorization": f"MUNGE {encode(payload_of(body), path)}"}
        with running_panel(config) as panel, ThreadPoolExecutor() as threads, stopped(process_id(path)):
            post = httpx.Client(base_url=config.server.url, timeout=20).post
            asked = [threads.submit(post, "/api/metrics", content=body, headers=headers) for _ in range(3)]
            time.sleep(0.5)
            assert panel.stop() < 5
            assert [answer.result().status_code for answer in asked] == [503] * 3


@contextlib.contextmanager
def stopped(process: int) -> Iterator[None]:
    """Stop a process while the block runs."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@contextlib.contextmanager
def foreign_lock(path: Path) -> Iterator[None]:
    """Hold the write lock, as a person's sqlite3 does."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_disk_that_is_full_and_free_again_costs_no_sample(config: Config, tmp_path: Path) -> None:
    with disk_of(config) as (disk, panel), reporting(config, 4, pause_seconds=0.01) as agents:
        wait_until(lambda: stored(agents) > 20)
        for _ in range(2):
            fill(disk)
            wait_until(lambda: all(agent.answers[-1][0] == 503 for agent in agents))
            (disk / "ballast").unlink()
            free = stored(agents)
            wait_until(lambda free=free: stored(agents) > free + 20)
        fill(disk)
        panel.send_signal(signal.SIGTERM)
        assert panel.wait(timeout=10) == 0
        for file in disk.iterdir():
            if file.name != "ballast":
                shutil.copy(file, tmp_path)
    refused = [seconds for agent in agents for status, seconds in agent.answers if status == 503]
    assert max(refused) < ANSWER_SECONDS
    assert stored(agents) <= samples_in(tmp_path / "data.db") <= stored(agents) + len(agents)


def fill(disk: Path) -> None:
    """Leave no byte."""
    with contextlib.suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def wait_until(is_so: object, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, "not so in time"
        time.sleep(0.02)


@contextlib.contextmanager
def disk_of(config: Config) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """Run a panel with its database on a disk of 2 MB, in its own mount namespace; yield that disk's folder."""
    folder = config.path.parent / "disk"
    folder.mkdir()
    config = replace(config, database=replace(config.database, path=folder / "data.db"))
    config.path.write_text(render_config(config))
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    script = 'mount -t tmpfs -o size=2m small "$1" && shift && exec "$@"'
    serving = [sys.executable, "-m", "minipanel.serving", "--config", str(config.path)]
    process = subprocess.Popen([*unshare, "sh", "-c", script, "sh", str(folder), *serving], env=ENVIRONMENT)
    try:
        with httpx.Client(base_url=config.server.url) as anyone:
            wait_until(lambda: answers(anyone))
        # The open folder keeps the disk alive, even after the panel and its namespace have ended.
        descriptor = os.open(f"/proc/{process.pid}/root{folder}", os.O_DIRECTORY)
        yield Path(f"/proc/self/fd/{descriptor}"), process
        os.close(descriptor)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def answers(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/api/health").status_code == 200
    return False
