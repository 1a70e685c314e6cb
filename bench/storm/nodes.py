"""Nodes with real agents: started, stopped, killed, suspended, their clocks set, their disks filled."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from storm.clock import Clock
from storm.diary import INTERVAL, Run, ticks
from storm.disk import Disk
from storm.munged import Munged
from storm.reckoning import Book
from storm.world import World

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "bench", ROOT, ROOT / "agent")))}

DISK_MB = 1
AFTER_TICK_SECONDS = 1.5
"""This long after a tick, it has been measured and the next one is still far."""


class Node:
    """A node with a real agent, the files that it measures, clocks, and its own disk for the spool."""

    def __init__(self, name: str, number: int, folder: Path, url: str, munged: Munged) -> None:
        """folder: the node's folder is made in it. url: the panel's."""
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._number = number
        self._runs: list[Run] = []
        self._munged = munged
        self._folder = folder / name
        self._folder.mkdir()
        self.disk = Disk(self._folder / "disk", DISK_MB)
        self._clock = Clock(self._folder / "clock")
        self.world = World(self._folder / "root", number, self._clock)
        self._config = self._folder / "config.toml"
        self._config.write_text(
            f'server_url = "{url}"\nnode_id = "{name}"\nauth = "munge"\nmunge_socket = "{munged.socket}"\n'
            f'spool_path = "{self.disk.folder}/spool"\n'
        )

    def start(self) -> None:
        """Start the agent."""
        command = [sys.executable, "-m", "storm.real_agent", str(self._folder / "clock")]
        command += [str(self._munged.socket), str(self._munged.key)]
        command += ["--config", str(self._config), "--root", str(self.world.root)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=ENVIRONMENT)
        self._runs.append(Run(time.time()))

    def kill(self) -> None:
        """Kill it."""
        self._running.kill()
        self._running.wait()
        self._runs[-1].ended, self._runs[-1].was_killed = time.time(), True

    def end(self) -> None:
        """Let it end cleanly."""
        self._runs[-1].ended = time.time()
        self._running.send_signal(signal.SIGTERM)
        code = self._running.wait(timeout=15)
        assert code == 0, f"the agent of {self.name} ended with {code}"

    def suspend(self, seconds: float) -> None:
        """Let the node sleep: the agent and its monotonic clock stand still, the system clock does not."""
        begin = time.time()
        self._running.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._clock.asleep_seconds += time.time() - begin
        self._running.send_signal(signal.SIGCONT)
        self._runs[-1].pauses.append((begin, time.time()))

    def set_clock(self, ahead_seconds: float) -> None:
        """Set the node's system clock, some time after one of its ticks."""
        time.sleep((AFTER_TICK_SECONDS - self._clock.now()) % INTERVAL)
        self._runs[-1].steps.append((time.time(), ahead_seconds))
        self.world.set_clock(ahead_seconds)

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    @property
    def log(self) -> Path:
        """The agent's log."""
        return self._folder / "agent.log"

    @property
    def waiting(self) -> int:
        """How many files of its spool are not empty."""
        return sum(size > 0 for size in self._spool_sizes())

    @property
    def left_files(self) -> int:
        """How many files of its spool are empty."""
        return self._spool_sizes().count(0)

    def _spool_sizes(self) -> list[int]:
        sizes = []
        for file in (self.disk.folder / "spool").glob("*.samples"):
            with contextlib.suppress(FileNotFoundError):  # delivered meanwhile
                sizes.append(file.stat().st_size)
        return sizes

    def count(self, words: str) -> int:
        """Return how often the agent's log has these words."""
        return self.log.read_text().count(words)

    def book(self) -> Book:
        """Return what the node's records must contain."""
        found = ticks(self._runs)
        refused = self._told(r"(\d+) (?:samples of the spool )?were refused and dropped")
        return Book(self.name, self._number, found.sure, found.possible, self._missed(), found.ahead, refused)

    def _missed(self) -> int:
        """Return how many ticks the agent logged as missed, without those that the storm made it miss."""
        made = sum(len(run.pauses) + len(run.steps) for run in self._runs)
        return max(0, self._told(r"Ticks are met again; (\d+) missed") - made)

    def _told(self, count: str) -> int:
        return sum(map(int, re.findall(count, self.log.read_text())))
