"""A real panel under attack: what that costs the panel, and how long its agent waits meanwhile."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from minipanel.config import Config
from tests.panel.commands import ENVIRONMENT, START_SECONDS, written_config
from tests.panel.example import bearer, body_of, sample

MAX_GROWTH = 40_000_000
"""The most bytes by which an attack may make the panel grow."""

MAX_LATENCY_SECONDS = 1.0
"""Nineteen of twenty samples are answered within this. On a quiet machine it takes a tenth of it."""


def post(headers: dict[str, str], body: bytes, length: int | None = None) -> bytes:
    """An agent's request as bytes. `length`: announced instead of the true length."""
    lines = {"Host": "panel", **headers, "Content-Length": str(len(body) if length is None else length)}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /api/metrics HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass
class Front:
    """A running panel."""

    config: Config
    process: subprocess.Popen[bytes]
    log: Path
    open: list[socket.socket] = field(default_factory=list)

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """A new connection, closed at the end of the test."""
        connection = socket.create_connection(("127.0.0.1", self.config.server.port), 10, (source, 0))
        self.open.append(connection)
        return connection

    def resident_bytes(self) -> int:
        return resident_bytes(self.process.pid)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def files(self) -> int:
        """How many files the panel has open, including connections."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def sockets(self) -> int:
        """How many of these files are sockets."""
        found = 0
        for file in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found += str(file.readlink()).startswith("socket:")
        return found

    def said(self) -> str:
        return self.log.read_text()


def resident_bytes(pid: int) -> int:
    """Return how much memory a process has now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


@contextlib.contextmanager
def front(folder: Path, **server: object) -> Iterator[Front]:
    """Run a panel of three nodes, which authenticate with tokens."""
    config, log = written_config(folder, **server), folder / "front.log"
    command = [sys.executable, "-m", "minipanel.serving", "--config", str(config.path)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=ENVIRONMENT)
    panel = Front(config, process, log)
    try:
        end = time.monotonic() + START_SECONDS
        while "listens on" not in panel.said():
            assert process.poll() is None, panel.said()
            assert time.monotonic() < end, panel.said()
            time.sleep(0.05)
        yield panel
        assert process.poll() is None, panel.said()
        assert "Traceback" not in panel.said(), panel.said()
    finally:
        for connection in panel.open:
            connection.close()
        process.terminate()
        process.wait(15)


@contextlib.contextmanager
def harmless(panel: Front, growth: int = MAX_GROWTH, latency: float = MAX_LATENCY_SECONDS) -> Iterator[None]:
    """Fail if the block makes the panel grow too much, or an agent wait too long."""
    before, largest, waits, is_over = panel.resident_bytes(), 0, [], threading.Event()

    def watch() -> None:
        nonlocal largest
        while not is_over.wait(0.1):
            largest = max(largest, panel.resident_bytes())
            begin = time.monotonic()
            # A new connection each time, so that an agent that starts now is tested too.
            with socket.create_connection(("127.0.0.1", panel.config.server.port), 10) as agent:
                agent.sendall(post(bearer(), body_of(sample())))
                assert read_answer(agent).startswith(b"HTTP/1.1 200")
            waits.append(time.monotonic() - begin)

    failures: list[BaseException] = []

    def run() -> None:
        try:
            watch()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
        time.sleep(0.5)
    finally:
        is_over.set()
        thread.join()
    assert not failures, failures
    assert largest - before <= growth, f"grew by {(largest - before) / 1e6:.0f} MB"
    assert sorted(waits)[len(waits) * 95 // 100] <= latency, sorted(waits)[-5:]


def read_answer(connection: socket.socket) -> bytes:
    """Return one answer, with a body of the announced length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += received(connection)
    return head + b"\r\n\r\n" + body


def received(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    assert data, "closed without an answer"
    return data


def is_closed(connection: socket.socket, seconds: float) -> bool:
    """Return whether the panel closes a connection within this many seconds."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65_536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def flood(connection: socket.socket, data: bytes, seconds: float) -> int:
    """Send the same data repeatedly, for some seconds or until the panel closes. Returns the bytes sent."""
    sent, end = 0, time.monotonic() + seconds
    connection.settimeout(0.5)
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            sent += connection.send(data)
    return sent
