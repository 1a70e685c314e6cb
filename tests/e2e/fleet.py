"""A whole cluster for the page: the real panel in its own process, and nodes played by one thread."""

from __future__ import annotations

import contextlib
import http.client
import math
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig, UserConfig
from minipanel.config.template import render_config
from minipanel.demo.wire import bearer, body_of, headers
from tests.e2e.trial import PASSWORD, START_SECONDS
from tests.panel.example import hash_of
from tests.ports import free_port

HANDS = 32
"""Connections that send at the same time."""

GB = 1024**3
WITHOUT_SENSOR = 9
"""Each node whose number is a multiple of this has no temperature."""


def numbered(count: int, prefix: str = "node") -> list[str]:
    """numbered(3) -> node01, node02, node03"""
    return [f"{prefix}{number:0{max(2, len(str(count)))}}" for number in range(1, count + 1)]


def sample(name: str, number: int, timestamp: int) -> dict[str, object]:
    """Return what a busy node would have sent: each has its own waves, a few are hot, a few idle."""
    wave = math.sin(timestamp / 90 + number * 0.7) * math.sin(number * 1.7)
    cpu = max(0.4, min(99.6, 52 + 46 * wave))
    return {
        "node_id": name,
        "timestamp": timestamp,
        "cpu_percent": round(cpu, 2),
        "memory_total": 256 * GB,
        "memory_used": int(GB * (20 + 9 * (number % 20) + 12 * abs(wave))),
        "cpu_temp": None if number % WITHOUT_SENSOR == 0 else round(36 + cpu * 0.45, 1),
    }


@dataclass
class Fleet:
    """A running panel and its nodes. A name in `silent` sends nothing."""

    config: Config
    names: Sequence[str]
    silent: set[str] = field(default_factory=set)
    skews: dict[str, float] = field(default_factory=dict)
    """Seconds by which a node's clock is ahead."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The page's address."""
        return self.config.server.url

    @property
    def database(self) -> Path:
        """The panel's database."""
        return self.config.database.path

    def start_panel(self) -> None:
        """Start the panel's process and wait until it answers."""
        command = [sys.executable, "-m", "minipanel.serving", "--config", str(self.config.path)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                connection = self.connect()
                connection.request("GET", "/api/health")
                assert connection.getresponse().status == 200
                connection.close()
                return
            time.sleep(0.05)
        raise AssertionError("the panel did not answer in time")

    def stop_panel(self) -> None:
        """Stop the panel as systemd would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def disable(self, name: str) -> None:
        """Disable a node; the panel applies it at its next start."""
        self.silent.add(name)
        nodes = tuple(replace(node, enabled=node.enabled and node.name != name) for node in self.config.nodes)
        self.config = replace(self.config, nodes=nodes)
        self.config.path.write_text(render_config(self.config), encoding="utf-8")

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the panel."""
        return http.client.HTTPConnection("127.0.0.1", self.config.server.port, timeout=10)

    def send(self, connection: http.client.HTTPConnection, number: int, timestamps: Sequence[int]) -> None:
        """Send samples of one node. number: from 1."""
        name = self.names[number - 1]
        body = body_of([sample(name, number, timestamp) for timestamp in timestamps])
        sent, has_sensor = time.time() + self.skews.get(name, 0), number % WITHOUT_SENSOR != 0
        authorization = bearer(str(self.config.agents.secret), name)
        fields = headers(authorization, sent, version="0.1.0", has_sensor=has_sensor)
        connection.request("POST", "/api/metrics", body, fields)
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == 200, told

    def report(self, stop: threading.Event, minutes: float) -> None:
        """Send the last `minutes` of every node, then a sample of each at every tick, until `stop` is set."""
        interval = self.config.agents.interval
        past = int(minutes * 60) // interval * interval
        sent = int(time.time()) // interval * interval - past - interval
        while not stop.is_set():
            newest = int(time.time()) // interval * interval
            if newest > sent:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    self._report_once(range(sent + interval, newest + 1, interval), stop)
                sent = newest
            stop.wait(0.2)

    def _report_once(self, ticks: Sequence[int], stop: threading.Event) -> None:
        # The panel answers after its commit, so many must wait for the same commit, as a cluster's agents do.
        hands = max(1, min(HANDS, len(self.names)))
        with ThreadPoolExecutor(hands) as pool:
            list(pool.map(lambda hand: self._send_all(range(hand, len(self.names), hands), ticks, stop), range(hands)))

    def _send_all(self, indices: Sequence[int], ticks: Sequence[int], stop: threading.Event) -> None:
        connection = self.connect()
        for index in indices:
            if self.names[index] not in self.silent and not stop.is_set():
                self.send(connection, index + 1, ticks)
        connection.close()


@contextlib.contextmanager
def running_fleet(
    folder: Path,
    names: Sequence[str],
    *,
    minutes: float = 1,
    silent: Sequence[str] = (),
    port: int | None = None,
    interval: int = 5,
    viewers: Sequence[str] = (),
) -> Iterator[Fleet]:
    """Run a panel of `names` and play its nodes while the block runs. They start with the last `minutes`."""
    fleet = Fleet(configured(folder, names, port or free_port(), interval, viewers), names, set(silent))
    stop = threading.Event()
    nodes = threading.Thread(target=fleet.report, args=(stop, minutes), daemon=True)
    try:
        fleet.start_panel()
        nodes.start()
        yield fleet
    finally:
        stop.set()
        if nodes.is_alive():
            nodes.join(timeout=30)
        fleet.stop_panel()


def configured(folder: Path, names: Sequence[str], port: int, interval: int = 5, viewers: Sequence[str] = ()) -> Config:
    """Write and return the configuration of a panel with these nodes."""
    config = Config(
        folder / "config.toml",
        ServerConfig("127.0.0.1", port, f"http://127.0.0.1:{port}", secrets.token_hex(32)),
        AdminConfig("miniadmin", hash_of(PASSWORD)),
        DatabaseConfig(folder / "data.db"),
        AgentsConfig("token", secrets.token_hex(32), interval=interval),
        tuple(NodeConfig(name, f"127.2.{k >> 8}.{k & 255}", name) for k, name in enumerate(names, start=1)),
        users=tuple(UserConfig(name, hash_of(PASSWORD), "viewer") for name in viewers),
    )
    config.path.write_text(render_config(config), encoding="utf-8")
    config.path.chmod(0o600)
    return config
