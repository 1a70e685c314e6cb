"""A real VictoriaMetrics cluster, if the machine has its programs: vminsert, vmselect and three vmstorage.

Debian only has the single node. If vminsert is found, the archive's tests run against both.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

PROGRAMS = ("vminsert", "vmselect", "vmstorage")
STORAGES = 3
COPIES = 2
START_SECONDS = 30


def is_installed() -> bool:
    """Whether all of its programs are there."""
    return all(shutil.which(program) for program in PROGRAMS)


class Part:
    """One process of the cluster, with a port for HTTP. Its data survives its death."""

    def __init__(self, folder: Path, name: str, program: str, port: int, *options: str) -> None:
        self._command = [program, f"-httpListenAddr=127.0.0.1:{port}", "-loggerLevel=ERROR", *options]
        self._port = port
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health"):
                return
            if self._process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(f"{self._command[0]} does not answer: {self._log.read_text()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it, which is like a power cut except for the disk's cache."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class VictoriaCluster:
    """Two copies of each record, on two of the three storages; vmselect does not know about that."""

    def __init__(self, folder: Path) -> None:
        self._dice = random.Random(9)
        insert, select = free_port(), free_port()
        self.url = f"http://127.0.0.1:{insert}/insert/0/prometheus"
        self.read_url = f"http://127.0.0.1:{select}/select/0/prometheus"
        storages = [(free_port(), free_port(), free_port()) for _ in range(STORAGES)]
        nodes = [",".join(f"127.0.0.1:{ports[place]}" for ports in storages) for place in (1, 2)]
        self._storages = [
            Part(
                folder,
                f"vmstorage-{number}",
                "vmstorage",
                own,
                f"-storageDataPath={folder}/vmstorage-{number}",
                f"-vminsertAddr=127.0.0.1:{from_insert}",
                f"-vmselectAddr=127.0.0.1:{from_select}",
                "-retentionPeriod=5y",
            )
            for number, (own, from_insert, from_select) in enumerate(storages)
        ]
        self._storage_ports = [own for own, _, _ in storages]
        self._ends = [
            Part(folder, "vminsert", "vminsert", insert, f"-storageNode={nodes[0]}", f"-replicationFactor={COPIES}"),
            Part(folder, "vmselect", "vmselect", select, f"-storageNode={nodes[1]}", f"-cacheDataPath={folder}/cache"),
        ]
        self._killed: list[Part] = []

    def start(self) -> None:
        """Start all parts, or those that were killed."""
        for part in self._killed or [*self._storages, *self._ends]:
            part.start()
        self._killed = []

    def kill(self) -> None:
        """Kill one or two of its parts."""
        self._killed = self._dice.sample([*self._storages, *self._ends], self._dice.randint(1, 2))
        for part in self._killed:
            part.kill()

    def show_all(self) -> None:
        """Make its data visible to searches at once."""
        for port in self._storage_ports:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/internal/force_flush", timeout=30):
                pass

    def end(self) -> None:
        """Kill all."""
        for part in [*self._ends, *self._storages]:
            part.kill()


@contextmanager
def running_cluster(folder: Path) -> Iterator[VictoriaCluster]:
    """Run one while the block runs."""
    cluster = VictoriaCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
