"""Bodies that never end, and credentials for which the panel should not read a body."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.services.tokens import agent_token
from tests.front.front import Front, front, harmless, is_closed, post, read_answer
from tests.panel.example import SECRET, bearer, body_of, sample

pytestmark = pytest.mark.storm


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as panel:
        yield panel


def test_bodies_under_way_are_bounded_and_small_ones_of_agents_spared(panel: Front) -> None:
    """Also bodies with a good token, which a stolen node may have: until they are checked, they take at most 16 MB."""
    unfinished = post(bearer(), b" " * 900_000, 1_000_000)
    statuses = []
    with harmless(panel):
        connections = [panel.connect() for _ in range(60)]
        for connection in connections:
            connection.setblocking(False)
        rest = dict.fromkeys(connections, unfinished)
        end = time.monotonic() + 6
        while rest and time.monotonic() < end:
            for connection, data in list(rest.items()):
                try:
                    rest[connection] = data[connection.send(data[:50_000]) :]
                except BlockingIOError:
                    pass
                except OSError:
                    del rest[connection]
                if not rest.get(connection):
                    rest.pop(connection, None)
        for connection in connections:
            try:
                statuses.append(connection.recv(65_536))
            except OSError:
                statuses.append(b"")
    refused = [answer for answer in statuses if answer.startswith(b"HTTP/1.1 503 ")]
    assert len(refused) > 30
    assert b"retry-after: 5\r\n" in refused[0].lower()


@pytest.mark.parametrize(
    "authorization", ["", "Basic eDp5", "Bearer x", "Bearer " + "x" * 43, "MUNGE MUNGE:x:", "Bearer " + "y" * 20_000]
)
def test_a_request_that_can_not_be_valid_is_refused_before_its_body(panel: Front, authorization: str) -> None:
    connection = panel.connect()
    connection.sendall(post({"Authorization": authorization}, b"", 1_000_000))
    assert read_answer(connection).startswith(b"HTTP/1.1 401 ")


def test_a_request_refused_before_its_body_keeps_none_of_it_in_memory(panel: Front) -> None:
    request = post({"Authorization": "Bearer " + "x" * 43}, b" " * 900_000, 1_000_000)
    with harmless(panel):
        for _ in range(400):
            connection = panel.connect()
            connection.settimeout(0.2)
            with contextlib.suppress(OSError):
                connection.sendall(request)


def test_bodies_with_unknown_tokens_delay_nobody(panel: Front) -> None:
    body = b"[" + b",".join([body_of(sample(node_id="node001"))] * 6000)[:990_000] + b"]"
    request = post({"Authorization": f"Bearer {agent_token(SECRET, 'stranger')}"}, body)
    with harmless(panel):
        for _ in range(5):
            connections = [panel.connect() for _ in range(4)]
            for connection in connections:
                connection.sendall(request)
            for connection in connections:
                assert read_answer(connection).startswith(b"HTTP/1.1 401 ")


def test_a_head_has_10_seconds_and_a_body_20(panel: Front) -> None:
    head, body = panel.connect(), panel.connect()
    begin = time.monotonic()
    head.sendall(b"POST /api/metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    body.sendall(post(bearer(), b"{", 100))
    assert not is_closed(head, 8)
    head.settimeout(5)
    connection_end = b""
    assert is_closed(head, 6)
    assert 9 <= time.monotonic() - begin <= 13
    assert not is_closed(body, 5)
    body.settimeout(10)
    while data := body.recv(65_536):
        connection_end += data
    assert connection_end.startswith(b"HTTP/1.1 408 ")
    assert 19 <= time.monotonic() - begin <= 25


def test_a_kept_connection_is_neither_cut_nor_mistaken_for_idle(panel: Front) -> None:
    agent = panel.connect()
    agent.sendall(post(bearer(), body_of(sample())))
    assert read_answer(agent).startswith(b"HTTP/1.1 200")
    assert not is_closed(agent, 22)
    agent.sendall(post(bearer(), body_of(sample())))
    assert read_answer(agent).startswith(b"HTTP/1.1 200")
