"""`minipanel try` as a person starts it: a real panel and a real agent of this machine, in the test's folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.ports import free_port

START_SECONDS = 20
PASSWORD = "glass-tower-77"


@dataclass
class Trial:
    """A running panel. `output` is what it printed at its start."""

    folder: Path
    url: str
    output: str
    process: subprocess.Popen[str]

    @contextlib.contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """A client that is logged in."""
        with httpx.Client(base_url=self.url, timeout=10) as client:
            answer = client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield client


@contextlib.contextmanager
def running_trial(
    folder: Path, *options: str, password: str | None = PASSWORD, port: int | None = None
) -> Iterator[Trial]:
    """Run `minipanel try` on its own port while the block runs. SIGTERM stops it, as it does scripts/run."""
    port = port or free_port()
    chosen = ["--password", password] if password else []
    process = subprocess.Popen(
        [sys.executable, "-m", "minipanel", "try", "--dir", str(folder), "--port", str(port), *chosen, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    trial = Trial(folder, f"http://127.0.0.1:{port}", "", process)
    try:
        wait_until_healthy(trial)
        yield trial
    finally:
        process.send_signal(signal.SIGTERM)
        trial.output = process.communicate(timeout=15)[0]
    assert process.returncode == 0, trial.output


def wait_until_healthy(trial: Trial) -> None:
    """Return once the panel answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if trial.process.poll() is not None:
            raise AssertionError(f"minipanel try ended: {trial.process.communicate()[0]}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{trial.url}/api/health").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("minipanel try did not answer in time")


def wait_for_sample(client: httpx.Client, after: int = 0, seconds: float = 15) -> dict[str, object]:
    """Return the first node's newest values, once its sample is newer than the timestamp `after`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        node: dict[str, object] = client.get("/api/metrics/realtime").json()["nodes"][0]
        if node["cpu_percent"] is not None and int(str(node["timestamp"])) > after:
            return node
        time.sleep(0.1)
    raise AssertionError(f"no sample newer than {after} came in {seconds} s")


def children_of(pid: int) -> set[int]:
    """Return the ids of the processes that a process has started."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            parent = re.search(r"^PPid:\s+(\d+)", status.read_text(), re.MULTILINE)
            if parent and int(parent[1]) == pid:
                found.add(int(status.parent.name))
    return found
