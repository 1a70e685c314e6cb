"""The cluster in the storm: a panel on a small disk of its own, real agents, and many simulated ones."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import bcrypt

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config
from weather.controls import Controls
from weather.nodes import Node
from weather.reckoning import Book
from weather.world import World

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "bench", ROOT, ROOT / "agent")))}
PORT = 8080
"""In a network namespace of its own every port is free."""

START_SECONDS = 20
DELIVER_SECONDS = 120
DISK_MB = 24


class Cluster:
    """Started, troubled, ended. `complaints`: what went wrong on the way."""

    def __init__(self, folder: Path, simulated: int, real: int) -> None:
        self.complaints: list[str] = []
        self.controls = Controls(folder / "controls")
        self.disk = folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "storm", str(self.disk)], check=True)
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._config = self._make_config(simulated, real)
        self.database = self._config.database.path
        numbers = {f"r{k:03}": 1000 + k for k in range(1, real + 1)}
        self.world = World(folder / "world", numbers)
        secret = str(self._config.agents.secret)
        self.nodes = [
            Node(name, number, folder, self.world.root(name), self._config.server.url, secret)
            for name, number in numbers.items()
        ]
        self._simulated_count = simulated

    def start(self) -> None:
        """Start everything."""
        self.world.start()
        self.start_panel()
        for node in self.nodes:
            node.start()
        secret, count = str(self._config.agents.secret), str(self._simulated_count)
        command = ["-m", "weather.agents", str(PORT), count, secret, str(self._folder / "controls")]
        self.simulated = self._python(*command, stdout=subprocess.PIPE)

    def start_panel(self) -> None:
        """Start the panel and return once it answers."""
        with (self._folder / "panel.log").open("ab") as log:
            command = ["-m", "weather.panel", str(self._config.path), str(self._folder / "controls")]
            self.panel = self._python(*command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.panel.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the panel did not start: {(self._folder / 'panel.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def gaps(self, name: str) -> list[dict[str, Any]]:
        """Return a node's gaps of today, as the panel serves them."""
        body = json.dumps({"username": "storm", "password": "in a storm"}).encode()
        request = urllib.request.Request(f"{self._config.server.url}/api/auth/login", body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            token = json.load(answer)["token"]
        asked = urllib.request.Request(f"{self._config.server.url}/api/metrics/gaps/{name}?period=1d")
        asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["gaps"]
        return found

    def finish(self) -> tuple[list[Book], dict[str, Any]]:
        """Measure no more, wait until all is delivered, end the panel. Returns what must be in the records."""
        end = time.monotonic() + DELIVER_SECONDS
        while any(node.waiting for node in self.nodes) and time.monotonic() < end:
            time.sleep(0.5)
        for node in self.nodes:
            node.end()
        self.controls.is_over = 1.0
        output, _ = self.simulated.communicate(timeout=DELIVER_SECONDS)
        told = json.loads(output)
        waiting = told["waiting"] + sum(node.waiting for node in self.nodes)
        if waiting:
            self.complaints.append(f"{waiting} samples or files of a spool were not delivered")
        self.panel.terminate()
        self.panel.wait(timeout=20)
        logs = [self._folder / "panel.log", *(node.log for node in self.nodes)]
        self.complaints += [f"{log.name} has a traceback" for log in logs if "Traceback" in log.read_text()]
        return [*self._books(), *_simulated_books(told["held"])], told

    def clean_up(self) -> None:
        """End what still runs."""
        self.world.end()
        for process in [*self._processes, *(node.process for node in self.nodes)]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        # The disk is the storm's own, and goes with it.
        subprocess.run(["umount", "--lazy", str(self.disk)], check=True)

    def _books(self) -> list[Book]:
        return [Book(node.name, node.number, *node.ticks(), node.missed_ticks()) for node in self.nodes]

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
            ServerConfig(PORT, "127.0.0.1", f"http://127.0.0.1:{PORT}", secrets.token_hex(32)),
            AdminConfig("storm", bcrypt.hashpw(b"in a storm", bcrypt.gensalt(4)).decode()),
            DatabaseConfig(self.disk / "data.db"),
            AgentsConfig("token", secrets.token_hex(32)),
            tuple(NodeConfig(name, f"127.1.{k >> 8}.{k & 255}", name) for k, name in enumerate(names, 1)),
        )
        config.path.write_text(render_config(config))
        config.path.chmod(0o600)
        return config

    def _python(self, *words: str, **output: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, *words], env=ENVIRONMENT, **output)
        self._processes.append(process)
        return process


def _simulated_books(held: dict[str, list[int]]) -> list[Book]:
    return [Book(name, int(name[1:]), set(ticks), set()) for name, ticks in held.items()]
