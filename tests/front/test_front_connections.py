"""Silent connections, and those that must still get in."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.front.front import Front, front, harmless, post, read_answer
from tests.panel.commands import log_in
from tests.panel.example import PASSWORD, bearer, body_of, sample

pytestmark = pytest.mark.storm


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as panel:
        yield panel


def test_two_thousand_idle_connections_are_few_and_gone_after_15_seconds(panel: Front) -> None:
    kept = panel.connect()
    kept.sendall(post(bearer(), body_of(sample())))
    assert read_answer(kept).startswith(b"HTTP/1.1 200")
    with harmless(panel):
        begin = time.monotonic()
        for _ in range(2000):
            panel.connect()
        assert panel.files() < 700
        assert time.monotonic() - begin < 10
    time.sleep(max(0.0, begin + 28 - time.monotonic()))
    assert panel.files() < 60
    kept.sendall(post(bearer(), body_of(sample())))
    assert read_answer(kept).startswith(b"HTTP/1.1 200"), "the kept connection of an agent was spared"
    assert "Too many connections have not yet shown who they are" in panel.said()


def test_a_thousand_agents_at_one_address_get_in_despite_an_attacker(panel: Front) -> None:
    for _ in range(600):
        panel.connect()

    def report(_: int) -> bool:
        agent = panel.connect()
        agent.sendall(post(bearer(), body_of(sample())))
        return read_answer(agent).startswith(b"HTTP/1.1 200")

    with ThreadPoolExecutor(50) as agents:
        assert all(agents.map(report, range(1000)))


def test_a_stream_is_not_cut_by_any_deadline(panel: Front) -> None:
    url = panel.config.server.url
    headers = {"Authorization": f"Bearer {log_in(url, PASSWORD).json()['token']}"}
    begin, is_alive = time.monotonic(), False
    with httpx.stream("GET", f"{url}/api/metrics/stream", headers=headers, timeout=40) as stream:
        for _ in stream.iter_bytes():
            if time.monotonic() - begin > 35:
                is_alive = True
                break
    assert is_alive


def test_a_client_that_never_reads_an_answer_is_disconnected(panel: Front) -> None:
    url = panel.config.server.url
    token = log_in(url, PASSWORD).json()["token"]
    connection = panel.connect()
    request = f"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    connection.settimeout(2)
    with contextlib.suppress(TimeoutError):
        connection.sendall(request * 2000)
    connection.settimeout(60)
    assert connection.recv(1, socket.MSG_PEEK)  # the panel has accepted the connection; from now on nothing is read
    held = panel.sockets()
    last = time.monotonic() + 60  # it is closed 30 s after the last progress, which may be late on a busy machine
    while panel.sockets() >= held:
        assert time.monotonic() < last
        time.sleep(0.5)
