"""A panel that is away for a while, and an agent that is killed meanwhile: in the end no sample is missing."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from minipanel.config import Config
from minipanel.trial.trial import write_agent_config
from tests.panel.commands import ENVIRONMENT, log_in, running_panel, written_config
from tests.panel.example import PASSWORD

AWAY_SECONDS = 20

TABLES = ("filling_metrics", "pending_metrics", "system_metrics")
COUNT = f"SELECT sum(samples) FROM ({' UNION ALL '.join(f'SELECT samples FROM {table}' for table in TABLES)})"


@contextlib.contextmanager
def running_agent(path: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run an agent while the block runs."""
    command = [sys.executable, "-m", "minipanel_agent", "--config", str(path)]
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(path: Path, sentence: str, seconds: float) -> None:
    """Return once a log has this sentence."""
    end = time.monotonic() + seconds
    while sentence not in path.read_text():
        assert time.monotonic() < end, f"not said in {seconds} s: {sentence!r}; but: {path.read_text()}"
        time.sleep(0.1)


def wait_until_spooled(spool: Path) -> None:
    """Return once a sample is spooled: an agent that starts then has nearly five seconds until the next tick."""
    end = time.monotonic() + 15
    while not any(path.read_bytes().count(b"\n") > 1 for path in spool.glob("*.samples")):  # the first line is a head
        assert time.monotonic() < end, "nothing was spooled"
        time.sleep(0.05)


def stored_samples(config: Config) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{config.database.path}?mode=ro", uri=True)) as database:
        return int(database.execute(COUNT).fetchone()[0])


def recent(config: Config, node: int = 1) -> list[int]:
    """Return the timestamps of the last hour that the panel has in memory."""
    headers = {"Authorization": f"Bearer {log_in(config.server.url, PASSWORD).json()['token']}"}
    answer = httpx.get(f"{config.server.url}/api/metrics/realtime/{node}", headers=headers, timeout=10)
    timestamps: list[int] = answer.json()["recent"]["timestamp"]
    return timestamps


def test_a_panel_away_and_an_agent_killed_meanwhile_cost_not_one_sample(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    agent, log, second_log = (tmp_path / name for name in ("agent.toml", "first.log", "second.log"))
    write_agent_config(agent, config, config.nodes[0])
    with contextlib.ExitStack() as agents:
        with running_panel(config):
            # Started before the panel, it would spool samples older than `begin`; and the second panel has not seen
            # `begin`, because the first is killed, and its last hour with it.
            first = agents.enter_context(running_agent(agent, log))
            wait_until(log, "The panel stored the first sample.", 30)
            begin = recent(config)[0]
        wait_until_spooled(tmp_path / "spool")
        first.kill()
        first.wait()
    with running_agent(agent, second_log) as second:
        time.sleep(AWAY_SECONDS - 6)
        with running_panel(config):
            # In its own log: the first agent may have delivered a spool too, if the panel was slow to start.
            wait_until(second_log, "The spool is delivered", 20)
            second.terminate()
            assert second.wait(5) == 0
            known = recent(config)
            assert known == list(range(known[0], known[-1] + 5, 5))
            assert len(known) >= AWAY_SECONDS / 5
            assert stored_samples(config) == (known[-1] - begin) // 5 + 1
