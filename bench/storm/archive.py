"""The engine that the storm's panel archives to: on its own small disk, with its own faults all the time."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.points import record_of
from minipanel.archive.reading_back import newest_of
from minipanel.database.full_records import TABLES, full_records, hostnames
from storm.disk import Disk
from storm.faults import engine as faults
from storm.middleman import Middleman
from tests.storage.example import plain
from tests.victoria import Victoria

PORT = 8428
DISK_MB = 192
CALM_SECONDS = (1.0, 8.0)
DRAIN_SECONDS = 420
AHEAD_SECONDS = 700.0
"""How far the panel's clock is set ahead at the end, so that all records finish: no more samples come for them."""

LONG_SECONDS = 150


class Archive:
    """Started, hit by a thread's faults, drained, compared. `happened`: how often each fault happened."""

    def __init__(self, folder: Path) -> None:
        self.disk = Disk(folder / "engine-disk", DISK_MB)
        self.engine = Victoria(folder, f"-storageDataPath={self.disk.folder}/vm")
        self.storage = StorageConfig("victoriametrics", f"http://127.0.0.1:{PORT}")
        self.happened: Counter[str] = Counter()
        self.records = 0
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the engine, whatever ended it; the first time also the middleman."""
        if not self.engine.is_running:
            self.engine.start()
        if not hasattr(self, "middleman"):
            self.middleman = Middleman(PORT, int(self.engine.url.rsplit(":", 1)[1]))

    def rage(self, chance: random.Random, seconds: float) -> None:
        """Cause faults from now on, until `calm`."""
        kinds = faults.ALL if seconds >= LONG_SECONDS else faults.SHORT
        self._thread = threading.Thread(target=self._rage, args=(kinds, chance))
        self._thread.start()

    def calm(self) -> None:
        """Let the current fault end, and cause no more."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def drained(self, database: Path) -> list[str]:
        """Wait until no record waits. Returns a sentence if some still do in the end."""
        end = time.monotonic() + DRAIN_SECONDS
        while (waiting := _waiting(database)) and time.monotonic() < end:
            time.sleep(1)
        return [f"{waiting} records still wait for the engine after {DRAIN_SECONDS} s"] if waiting else []

    def compare(self, database: Path) -> list[str]:
        """Kill and start the engine once more, and return a sentence for each record that it lacks or has changed."""
        self.engine.kill()
        self.engine.start()
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            names = hostnames(connection)
            ids = [id for table in TABLES for (id,) in connection.execute(f"SELECT id FROM {table}")]
            records = full_records(connection, ids)
        self.records = len(records)
        wrong = []
        for node_id, name in names.items():
            own = [record for record in records if record.node_id == node_id]
            found = newest_of(own, names, Engine(self.storage).read) if own else {}
            for record in own:
                there = found.get((name, record.timestamp))
                if there is None:
                    wrong.append(f"{name} {record.timestamp}: not at the engine")
                elif plain(record_of(node_id, record.timestamp, *there)) != plain(record):
                    wrong.append(f"{name} {record.timestamp}: the engine has {there}, the database {record}")
        return wrong

    def clean_up(self) -> None:
        """End what still runs, and unmount the disk."""
        self.calm()
        self.engine.kill()
        if hasattr(self, "middleman"):
            self.middleman.close()
        self.disk.unmount()

    def _rage(self, kinds: tuple[faults.EngineFault, ...], chance: random.Random) -> None:
        while True:
            for fault in chance.sample(kinds, len(kinds)):
                if self._is_over.wait(chance.uniform(*CALM_SECONDS)):
                    return
                print(f"            meanwhile: {fault.__doc__}", file=sys.stderr, flush=True)
                fault(self, chance)
                self.happened[str(fault.__doc__)] += 1


def _waiting(database: Path) -> int:
    """Return how many records wait, including those that are not in the queue yet."""
    unseen = " + ".join(
        f"(SELECT count(*) FROM {table} WHERE timestamp > (SELECT timestamp FROM archive_until))" for table in TABLES
    )
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute(f"SELECT (SELECT count(*) FROM archive_queue) + {unseen}").fetchone()
        return int(count)
