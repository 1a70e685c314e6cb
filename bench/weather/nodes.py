"""Real agents: started, stopped and killed, with a book of when that was."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from minipanel.services.tokens import agent_token

INTERVAL = 5


@dataclass
class Run:
    """One run of the agent's process. `pauses`: from SIGSTOP to SIGCONT. All in Unix seconds."""

    began: float
    ended: float = float("inf")
    was_killed: bool = False
    pauses: list[tuple[float, float]] = field(default_factory=list)


class Node:
    """A node with a real agent."""

    def __init__(self, name: str, number: int, folder: Path, root: Path, url: str, secret: str) -> None:
        self.name = name
        self.number = number
        self.runs: list[Run] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder / name
        self._folder.mkdir()
        self._root = root
        self._config = self._folder / "config.toml"
        self._config.write_text(
            f'server_url = "{url}"\nnode_id = "{name}"\nauth = "token"\ntoken = "{agent_token(secret, name)}"\n'
            f'spool_path = "{self._folder}/spool"\n'
        )
        self._config.chmod(0o600)

    def start(self) -> None:
        """Start the agent."""
        command = [sys.executable, "-m", "minipanel_agent", "--config", str(self._config), "--root", str(self._root)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        self.runs.append(Run(time.time()))

    def kill(self) -> None:
        """End it at once."""
        self._running.kill()
        self._running.wait()
        self.runs[-1].ended, self.runs[-1].was_killed = time.time(), True

    def end(self) -> None:
        """Have it end, in good order."""
        self.runs[-1].ended = time.time()
        self._running.send_signal(signal.SIGTERM)
        code = self._running.wait(timeout=15)
        assert code == 0, f"the agent of {self.name} ended with {code}"

    def pause(self, seconds: float) -> None:
        """Let it stand still."""
        begin = time.time()
        self._running.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._running.send_signal(signal.SIGCONT)
        self.runs[-1].pauses.append((begin, time.time()))

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    @property
    def log(self) -> Path:
        """What it said."""
        return self._folder / "agent.log"

    @property
    def waiting(self) -> int:
        """How many files its spool has."""
        return len(list((self._folder / "spool").glob("*.samples")))

    def missed_ticks(self) -> int:
        """Return how many ticks the agent itself says it missed, beside those that the storm made it miss."""
        said = sum(map(int, re.findall(r"Ticks are met again; (\d+) missed", self.log.read_text())))
        return max(0, said - sum(len(run.pauses) for run in self.runs))

    def ticks(self) -> tuple[set[int], set[int]]:
        """Return the ticks that it must have measured, and those that it may have: beside a start, a pause, an end."""
        sure: set[int] = set()
        possible: set[int] = set()
        for run in self.runs:
            first = int(run.began) // INTERVAL * INTERVAL
            for tick in range(first, int(min(run.ended, time.time())) + 1, INTERVAL):
                (sure if self._is_sure(run, tick) else possible).add(tick)
        return sure, possible - sure

    @staticmethod
    def _is_sure(run: Run, tick: int) -> bool:
        # The first tick after a start may find counters that stand still; a kill may find the sample on its way.
        settled = run.began + INTERVAL + 1.5 <= tick and tick + (INTERVAL if run.was_killed else 1.5) <= run.ended
        paused = any(begin - 1 <= tick <= end + INTERVAL + 1.5 for begin, end in run.pauses)
        return settled and not paused
