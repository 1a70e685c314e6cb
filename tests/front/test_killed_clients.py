"""Clients that are killed during a request: the panel drops each without logging an error of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config
from minipanel.database.store import Store
from tests.e2e.month import fill_month
from tests.front.served import session, troubled
from tests.front.wire import connect, reset, statuses
from tests.panel.commands import Running, written_config
from tests.panel.example import bearer, body_of, sample

CLIENTS = 10
"""Clients of each kind."""

RELEASE_SECONDS = 5.0
"""The panel drops a dead client within this; the machine has other work, too."""

BODY = body_of(sample())


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A panel with a month of a node's records: half a megabyte of JSON, more than a connection takes at once."""
    config = written_config(tmp_path_factory.mktemp("killed"))
    Store(config.database.path).close()
    fill_month(config.database.path, 1, int(time.time()) // 300 * 300 - 7200)
    return config


@pytest.fixture(scope="module")
def panel(config: Config) -> Iterator[Running]:
    with troubled(config) as panel:
        yield panel


@pytest.fixture(scope="module")
def user(config: Config, panel: Running) -> Iterator[httpx.Client]:
    with session(config) as client:
        yield client


@contextlib.contextmanager
def all_released(panel: Running) -> Iterator[None]:
    """Fail if the panel has more sockets open after the block than before."""
    before = open_sockets(panel)
    yield
    last = time.monotonic() + RELEASE_SECONDS
    while open_sockets(panel) > before:
        assert time.monotonic() < last, f"{open_sockets(panel)} sockets are open, {before} were"
        time.sleep(0.05)


def open_sockets(panel: Running) -> int:
    """Return how many sockets the panel's process has open."""
    targets = []
    for descriptor in Path(f"/proc/{panel.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            targets.append(str(descriptor.readlink()))
    return sum(target.startswith("socket:") for target in targets)


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
@pytest.mark.parametrize(
    "path",
    [
        "/api/metrics/stream",
        "/api/metrics/history/1?period=1m",
        "/api/metrics/history?nodes=node001&period=1m",
        "/api/metrics/history/1?period=1m&format=csv",
        "/api/metrics/gaps/1?period=1m",
        "/api/metrics/spread?nodes=node001&period=1m",
        "/api/openapi.json",
    ],
)
def test_before_or_while_its_answer_is_sent(
    config: Config, panel: Running, user: httpx.Client, path: str, seconds: float
) -> None:
    question = head("GET", path, f"Authorization: {user.headers['Authorization']}")
    with all_released(panel):
        for _ in range(CLIENTS):
            connection = connect(config)
            connection.sendall(question)
            time.sleep(seconds)
            reset(connection)


@pytest.mark.parametrize("path", ["/api/metrics/stream", "/api/metrics/history/1?period=1m&format=csv"])
def test_after_it_took_the_begin_of_its_answer(config: Config, panel: Running, user: httpx.Client, path: str) -> None:
    question = head("GET", path, f"Authorization: {user.headers['Authorization']}")
    with all_released(panel), contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(config)) for _ in range(CLIENTS)]
        for connection in connections:
            connection.sendall(question)
        for connection in connections:
            assert statuses(connection.recv(2000)) == [200]
            reset(connection)


@pytest.mark.parametrize("path", ["/api/metrics", "/api/auth/login", "/api/auth/logout"])
@pytest.mark.parametrize(
    "lines",
    [[f"Content-Length: {len(BODY)}"], [f"Content-Length: {len(BODY) + 900_000}"], ["Transfer-Encoding: chunked"]],
    ids=["whole", "long", "chunked"],
)
@pytest.mark.parametrize("seconds", [0.0, 0.02])
def test_while_it_sends(config: Config, panel: Running, path: str, lines: list[str], seconds: float) -> None:
    agent = f"Authorization: {bearer()['Authorization']}"
    whole = head("POST", path, agent, "Content-Type: application/json", *lines)
    whole += b"%x\r\n%s\r\n" % (len(BODY) + 5, BODY) if "chunked" in lines[0] else BODY
    with all_released(panel):
        for client in range(CLIENTS):
            connection = connect(config)
            connection.sendall(whole[: len(whole) * (client + 1) // CLIENTS])
            time.sleep(seconds)
            reset(connection)


def test_with_more_requests_in_line(config: Config, panel: Running, user: httpx.Client) -> None:
    question = head("GET", "/api/metrics/history/1?period=1m", f"Authorization: {user.headers['Authorization']}")
    with all_released(panel):
        for client in range(CLIENTS):
            connection = connect(config)
            connection.sendall(question * 20)
            time.sleep(0.02 * client)
            reset(connection)
