"""Agents in threads. Each sends its own samples until they are stored, whatever the panel answers."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from minipanel.config import Config
from tests.panel.example import bearer, body_of, sample


@dataclass
class Reporter:
    """One of several agents of node001. Its samples are every `stride`th one, from `newest` back into the past."""

    config: Config
    newest: int
    place: int
    stride: int
    stored: int = 0
    answers: list[tuple[int, float]] = field(default_factory=list)
    """Status (0 for none) and seconds of each request."""

    def run(self, is_over: threading.Event, pause_seconds: float) -> None:
        with httpx.Client(base_url=self.config.server.url, headers=bearer(), timeout=20) as client:
            while not is_over.is_set():
                timestamp = self.newest - 5 * (self.stored * self.stride + self.place)
                if self._post(client, body_of(sample(timestamp=timestamp))) == 200:
                    self.stored += 1
                is_over.wait(pause_seconds)

    def _post(self, client: httpx.Client, body: bytes) -> int:
        begin, status = time.monotonic(), 0
        with contextlib.suppress(httpx.TransportError):
            status = client.post("/api/metrics", content=body).status_code
        self.answers.append((status, time.monotonic() - begin))
        return status


@contextlib.contextmanager
def reporting(config: Config, reporters: int, pause_seconds: float = 0.0) -> Iterator[list[Reporter]]:
    """Run this many reporters while the block runs."""
    is_over = threading.Event()
    # The same for all: if they counted from different ticks, two would send the same samples.
    newest = int(time.time()) // 5 * 5
    agents = [Reporter(config, newest, place, reporters) for place in range(reporters)]
    threads = [threading.Thread(target=agent.run, args=(is_over, pause_seconds)) for agent in agents]
    for thread in threads:
        thread.start()
    try:
        yield agents
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def samples_in(database: Path) -> int:
    """Return how many samples all records together hold. The database must be intact."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = [
            connection.execute(f"SELECT coalesce(sum(samples), 0) FROM {table}").fetchone()[0]
            for table in ("filling_metrics", "pending_metrics", "system_metrics")
        ]
    return int(sum(counts))
