"""The cluster in the storm: a panel on its own small disk, real agents, and many simulated ones."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bcrypt

from minipanel.archive.config import STORAGE
from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config
from storm.archive import AHEAD_SECONDS, Archive
from storm.controls import Controls
from storm.diary import INTERVAL
from storm.disk import Disk
from storm.munged import Munged
from storm.nodes import ENVIRONMENT, Node
from storm.reckoning import Book

PORT = 8080
"""In the storm's own network namespace every port is free."""

START_SECONDS = 20
DELIVER_SECONDS = 240
"""A panel whose clock was set back accepts nothing from the future for two minutes. Within another minute and a half
each agent asks it again."""

DISK_MB = 24


class Cluster:
    """Started, hit by faults, ended. `complaints`: what went wrong on the way."""

    def __init__(self, folder: Path, simulated: int, real: int, archive: Archive | None = None) -> None:
        self.complaints: list[str] = []
        self.archive = archive
        self.nodes_ended_at = 0.0
        self.right_time = threading.Lock()
        """Held by code that needs the panel's clock to be right, and by code that sets it wrong."""
        self.controls = Controls(folder / "controls")
        self.disk = Disk(folder / "disk", DISK_MB)
        key = os.urandom(128)
        self.panel_munged, self.nodes_munged = Munged(folder / "panel-munge", key), Munged(folder / "nodes-munge", key)
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._config = self._make_config(simulated, real)
        self.database = self._config.database.path
        self.nodes = [
            Node(f"r{k:03}", 1000 + k, folder, self._config.server.url, self.nodes_munged) for k in range(1, real + 1)
        ]
        self._all_nodes = list(self.nodes)
        self._simulated_count = simulated

    def start(self) -> None:
        """Start everything."""
        self.panel_munged.start()
        self.nodes_munged.start()
        if self.archive is not None:
            self.archive.start()
        self.start_panel()
        for node in self.nodes:
            node.world.start()
            node.start()
        munged = self.nodes_munged
        words = [PORT, self._simulated_count, munged.socket, munged.key, self._folder / "controls"]
        self.simulated = self._python("-m", "storm.agents", *map(str, words), stdout=subprocess.PIPE)

    def start_panel(self) -> None:
        """Start the panel and return once it answers."""
        with (self._folder / "panel.log").open("ab") as log:
            command = ["-m", "storm.panel", str(self._config.path), str(self._folder / "controls")]
            self.panel = self._python(*command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.panel.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the panel did not start: {(self._folder / 'panel.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill_panel(self) -> None:
        """Kill the panel."""
        self.panel.kill()
        self.panel.wait()

    def gaps(self, name: str) -> list[dict[str, Any]]:
        """Return a node's gaps of today, as the panel serves them."""
        body = json.dumps({"username": "storm", "password": "in a storm"}).encode()
        request = urllib.request.Request(
            f"{self._config.server.url}/api/auth/login", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            token = json.load(answer)["token"]
        asked = urllib.request.Request(f"{self._config.server.url}/api/metrics/gaps/{name}?period=1d")
        asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["gaps"]
        return found

    def finish(self) -> tuple[list[Book], dict[str, Any]]:
        """Stop measuring, wait until all is delivered, end the panel. Returns what the records must contain."""
        self._wait_until_delivered()
        for node in self.nodes:
            node.end()
        self.controls.is_over = 1.0
        output, _ = self.simulated.communicate(timeout=DELIVER_SECONDS)
        told = json.loads(output)
        waiting = {node.name: node.waiting for node in self.nodes} | {"simulated nodes": told["waiting"]}
        left = {node.name: node.left_files for node in self.nodes}
        self.complaints += [
            f"{count} files or samples of {name} not delivered" for name, count in waiting.items() if count
        ]
        self.complaints += [f"{count} empty files left in the spool of {name}" for name, count in left.items() if count]
        self.nodes_ended_at = time.time()
        if self.archive is not None:
            self.controls.panel_clock_offset = AHEAD_SECONDS
            self.complaints += self.archive.drained(self.database)
        self.panel.terminate()
        self.panel.wait(timeout=20)
        if self.archive is not None:
            self.complaints += self.archive.compare(self.database)
        logs = [self._folder / "panel.log", *(node.log for node in self.nodes)]
        self.complaints += [
            f"{log.relative_to(self._folder)} has a traceback" for log in logs if "Traceback" in log.read_text()
        ]
        return [*(node.book() for node in self.nodes), *_simulated_books(told["held"])], told

    def _wait_until_delivered(self) -> None:
        """Return half-way between two ticks: an agent that ended while it posts would keep that sample for later."""
        end = time.monotonic() + DELIVER_SECONDS
        while True:
            time.sleep(INTERVAL - (time.time() - INTERVAL / 2) % INTERVAL)
            if time.monotonic() > end or not any(node.waiting for node in self.nodes):
                return

    def clean_up(self) -> None:
        """End what still runs, and unmount the disks."""
        for process in [*self._processes, *(node.process for node in self._all_nodes)]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.panel_munged.kill()
        self.nodes_munged.kill()
        if self.archive is not None:
            self.archive.clean_up()
        for node in self._all_nodes:
            node.world.end()
        for disk in (self.disk, *(node.disk for node in self._all_nodes)):
            disk.unmount()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._config.server.url}/api/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _make_config(self, simulated: int, real: int) -> Config:
        names = [f"r{k:03}" for k in range(1, real + 1)] + [f"s{k:03}" for k in range(1, simulated + 1)]
        config = Config(
            self._folder / "config.toml",
            ServerConfig("127.0.0.1", PORT, f"http://127.0.0.1:{PORT}", secrets.token_hex(32)),
            AdminConfig("storm", bcrypt.hashpw(b"in a storm", bcrypt.gensalt(4)).decode()),
            DatabaseConfig(self.disk.folder / "data.db"),
            AgentsConfig("munge", None, (os.geteuid(),), munge_socket=str(self.panel_munged.socket)),
            tuple(NodeConfig(name, f"127.1.{k >> 8}.{k & 255}", name) for k, name in enumerate(names, 1)),
        )
        storage = [] if self.archive is None else [(STORAGE, asdict(self.archive.storage))]
        config.path.write_text(render_config(config, storage))
        config.path.chmod(0o600)
        return config

    def _python(self, *words: str, **output: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, *words], env=ENVIRONMENT, **output)
        self._processes.append(process)
        return process


def _simulated_books(held: dict[str, list[int]]) -> list[Book]:
    return [Book(name, int(name[1:]), set(ticks), set()) for name, ticks in held.items()]
