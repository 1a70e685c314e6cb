"""Answers with a node's past over real connections: whole and in order, however a client reads them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from minipanel.config import Config
from minipanel.database.store import Store
from tests.e2e.month import fill_month
from tests.front.served import session, troubled
from tests.front.wire import ANSWER_SECONDS
from tests.panel.commands import written_config

LAST = int(time.time()) // 300 * 300 - 7200
SPANS = (300, 86_400, 7 * 86_400, 29 * 86_400)
TIMES = 50
CLIENTS = 12
SMALL_BUFFER = 4096


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A panel with a month of a node's records: half a megabyte of JSON, more than a connection takes at once."""
    config = written_config(tmp_path_factory.mktemp("past"))
    Store(config.database.path).close()
    fill_month(config.database.path, 1, LAST)
    return config


@pytest.fixture(scope="module")
def user(config: Config) -> Iterator[httpx.Client]:
    with troubled(config), session(config) as client:
        yield client


@pytest.fixture(scope="module")
def bodies(user: httpx.Client) -> dict[int, bytes]:
    """The answers by span, through the application: for it, an encoded path is as good as any."""
    return {seconds: user.get(path(seconds, "%31")).content for seconds in SPANS}


def path(seconds: int, node: str = "1") -> str:
    return f"/api/metrics/history/{node}?from={LAST - seconds}&to={LAST}"


class Client:
    """A raw client that reads in small pieces and keeps its connection."""

    def __init__(self, config: Config, user: httpx.Client) -> None:
        self._port = config.server.port
        self._authorization = user.headers["Authorization"]
        self.socket = socket.socket()
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self.socket.connect(("127.0.0.1", self._port))
        self._read = b""

    def ask(self, *spans: int) -> None:
        lines = "Host: 127.0.0.1\r\nAuthorization: " + self._authorization
        self.socket.sendall(b"".join(f"GET {path(span)} HTTP/1.1\r\n{lines}\r\n\r\n".encode() for span in spans))

    def body(self) -> bytes:
        """The next answer's body."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.lower().split(b"\r\n")
        assert first == b"http/1.1 200 ok"
        length = int(dict(line.split(b": ") for line in lines)[b"content-length"])
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return body

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        assert data
        self._read += data


@pytest.fixture
def client(config: Config, user: httpx.Client) -> Iterator[Client]:
    client = Client(config, user)
    with client.socket:
        yield client


def test_one_after_the_other_without_a_pause(client: Client, bodies: dict[int, bytes]) -> None:
    for place in range(TIMES):
        seconds = SPANS[place % len(SPANS)]
        client.ask(seconds)
        assert client.body() == bodies[seconds]


def test_several_sent_at_once(client: Client, bodies: dict[int, bytes]) -> None:
    for _ in range(TIMES // 5):
        client.ask(*SPANS)
        assert [client.body() for _ in SPANS] == [bodies[seconds] for seconds in SPANS]


def test_the_next_one_sent_before_the_last_answer_is_read(client: Client, bodies: dict[int, bytes]) -> None:
    client.ask(SPANS[0])
    for place in range(TIMES):
        client.ask(SPANS[(place + 1) % len(SPANS)])
        assert client.body() == bodies[SPANS[place % len(SPANS)]]


def test_many_clients_at_once_that_read_late(config: Config, user: httpx.Client, bodies: dict[int, bytes]) -> None:
    with contextlib.ExitStack() as on:
        clients = [Client(config, user) for _ in range(CLIENTS)]
        for client in clients:
            on.enter_context(client.socket)
            client.ask(SPANS[-1])
        time.sleep(0.5)
        assert user.get("/api/health").status_code == 200
        for client in clients:
            assert client.body() == bodies[SPANS[-1]]
            client.ask(SPANS[1])
        for client in clients:
            assert client.body() == bodies[SPANS[1]]
