"""A panel with [storage] and the engine that it archives to, both in one reusable folder."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cluster import ROOT, make_config
from month import write_month
from processes import machine

from minipanel.archive.config import STORAGE
from minipanel.config import Config
from minipanel.database.archive import Queue, queue
from minipanel.database.beside import read_beside
from minipanel.sections import load_config
from tests.victoria import Victoria


def filled(folder: Path, nodes: int, days: float) -> tuple[Config, int]:
    """Return a configuration and how many records its database has. Writes both if they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    config = make_config(folder, nodes)
    if not config.database.path.exists():
        write_month(config, days)
    count = "SELECT count(*) FROM system_metrics"
    return config, read_beside(config.database.path, lambda connection: int(connection.execute(count).fetchone()[0]))


def archived(config: Config, engine: Victoria, days: int = 730) -> Config:
    """Return the configuration with [storage] in it."""
    text = config.path.read_text().partition("\n[storage]")[0]
    storage = f'engine = "victoriametrics"\nwrite_url = "{engine.url}"\nretention_days = {days}\n'
    config.path.write_text(f"{text}\n[storage]\n{storage}")
    loaded = load_config(config.path)
    assert loaded.of(STORAGE).engine is not None
    return loaded


def queue_of(config: Config) -> Queue:
    """Return the state of the queue."""
    return read_beside(config.database.path, lambda connection: queue(connection, 5))


@contextlib.contextmanager
def command(config: Config, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run `minipanel archive …` while the block runs."""
    full = [sys.executable, "-m", "minipanel", "archive", *words, "--config", str(config.path)]
    with subprocess.Popen(full, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def size_mb(folder: Path) -> float:
    """Return what a folder's files take on the disk, in MB of 10**6 bytes."""
    return int(subprocess.check_output(["du", "-s", "-B1", str(folder)], text=True).split()[0]) / 1e6


@contextlib.contextmanager
def engine_running(engine: Victoria) -> Iterator[None]:
    """Run the engine while the block runs. Stops it as a service manager does, so it keeps its data."""
    engine.start()
    try:
        yield
    finally:
        engine.stop()


def where_and_when() -> str:
    """Describe the day and the machine."""
    return f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}"
