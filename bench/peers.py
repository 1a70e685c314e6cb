"""Prometheus and VictoriaMetrics (Debian's packages) with the same records, asked over HTTP for the same values."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from load import hostname
from month import RECORD_SECONDS, VALUES
from processes import free_port, resident_mb, running, wait_for_port
from wire import Wire

IMPORT_SECONDS = 600

BLOCK = "54h"
"""The largest block that Prometheus itself makes of 30 days (a tenth of them, in powers of three of 2 hours)."""

Records = list[tuple[float, ...]]


class Peer(ABC):
    """A database of samples that is filled once, started and stopped, and asked for one node or several."""

    name = ""
    programs: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self._on = ExitStack()

    @classmethod
    def is_installed(cls) -> bool:
        """Return whether its programs are there."""
        return all(shutil.which(program) for program in cls.programs)

    @abstractmethod
    def fill(self, records: Iterable[tuple[int, Records]]) -> None:
        """Store the records of each node. The peer runs afterwards."""

    def start(self) -> None:
        """Start to listen."""
        self.port = free_port()
        self._process = self._on.enter_context(running(self._command()))
        wait_for_port(self.port)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._wire = Wire(self.port)
        for _ in range(200):
            if self._is_ready():
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self._wire.close()
        self._on.close()

    def ask(self, nodes: list[int], seconds: int) -> int:
        """Ask for the records of the last `seconds`, as they were stored; return the answer's bytes."""
        names = "|".join(map(hostname, nodes))
        query = f'{{__name__=~"{"|".join(VALUES)}",node=~"{names}"}}[{seconds}s]'
        return self._wire.get("/api/v1/query?" + urlencode({"query": query, "time": int(time.time())}))

    @property
    def resident_mb(self) -> float:
        """Memory in MB of 10**6 bytes."""
        return resident_mb(self._process.pid)

    def _get(self, path: str) -> bytes:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answers {answer.status}: {body[:200]!r}")
        return body

    def _is_ready(self) -> bool:
        self.connection.request("GET", "/-/ready")
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the command that runs it."""


class Prometheus(Peer):
    """Filled by promtool, in blocks as they'd be after compaction."""

    name = "Prometheus"
    programs = ("prometheus", "promtool")

    def fill(self, records: Iterable[tuple[int, Records]]) -> None:
        """Write blocks, then start."""
        text = self.folder / "records.txt"
        by_node = list(records)
        with text.open("w") as file:
            for place, value in enumerate(VALUES, 1):
                file.write(f"# TYPE {value} gauge\n")
                for node, rows in by_node:
                    label = f'{value}{{node="{hostname(node)}"}}'
                    file.writelines(f"{label} {row[place]} {row[0]}\n" for row in rows)
            file.write("# EOF\n")
        command = ["promtool", "tsdb", "create-blocks-from", f"--max-block-duration={BLOCK}", "openmetrics", "-q"]
        subprocess.run(
            [*command, str(text), str(self.folder / "data")],
            check=True,
            timeout=IMPORT_SECONDS,
            stdout=subprocess.DEVNULL,
        )
        text.unlink()
        self.start()

    def _command(self) -> list[str]:
        config = self.folder / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1h}\n")
        return [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            "--storage.tsdb.retention.time=40d",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=error",
        ]


class VictoriaMetrics(Peer):
    """Filled through its import API."""

    name = "VictoriaMetrics"
    programs = ("victoria-metrics",)

    def fill(self, records: Iterable[tuple[int, Records]]) -> None:
        """Start, import, and force a merge."""
        self.start()
        for node, rows in records:
            times = [1000 * row[0] for row in rows]
            lines = [
                {
                    "metric": {"__name__": value, "node": hostname(node)},
                    "values": [row[place] for row in rows],
                    "timestamps": times,
                }
                for place, value in enumerate(VALUES, 1)
            ]
            self.connection.request("POST", "/api/v1/import", "".join(json.dumps(line) + "\n" for line in lines))
            self.connection.getresponse().read()
        self._get("/internal/force_flush")

    def _is_ready(self) -> bool:
        self.connection.request("GET", "/health")
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def _command(self) -> list[str]:
        return [
            "victoria-metrics",
            f"-storageDataPath={self.folder / 'data'}",
            "-retentionPeriod=40d",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-search.disableCache",
            f"-search.latencyOffset={RECORD_SECONDS}s",
            "-loggerLevel=ERROR",
        ]


PEERS = (Prometheus, VictoriaMetrics)
