"""Endless heads, and requests without a pause."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.front.front import Front, flood, front, harmless, is_closed, post, read_answer
from tests.panel.example import bearer, body_of, sample

pytestmark = pytest.mark.storm


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as panel:
        yield panel


CHUNKED = b"POST /api/metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-More: " + b"y" * 100 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a:\r\n"),
        (b"GET / HTTP/1.1\r\nX-Long: ", b"y" * 10_000),
        (b"GET /", b"y" * 10_000),
        (b"", b"\r\n" * 1000),
        (CHUNKED.replace(b"metrics", b"nothing") + b"1\r\nx\r\n0\r\n", b"X-Trailer: " + b"y" * 100 + b"\r\n"),
        (CHUNKED.replace(b"metrics", b"nothing") + b"1\r\nx\r\n0\r\nX-Trailer: ", b"y" * 10_000),
    ],
    ids=["lines", "short lines", "value", "url", "nothing", "trailer lines", "trailer value"],
)
def test_a_head_without_an_end_is_refused_at_32_kb(panel: Front, begin: bytes, more: bytes) -> None:
    connection = panel.connect()
    with harmless(panel):
        before = panel.cpu_seconds()
        connection.sendall(begin)
        sent = flood(connection, more, 5)
        assert panel.cpu_seconds() - before < 2
    assert sent < 30_000_000
    assert is_closed(connection, 4)
    assert "The head is too large; at most 32768 bytes and 100 headers are allowed." in panel.said()


def test_the_answer_to_a_head_that_is_too_large_arrives(panel: Front) -> None:
    connection = panel.connect()
    connection.sendall(b"GET /api/health HTTP/1.1\r\nX-Long: " + b"y" * 200_000 + b"\r\n\r\n")
    assert read_answer(connection).startswith(b"HTTP/1.1 431 ")


def test_a_head_of_just_32_kb_is_taken_also_byte_by_byte(panel: Front) -> None:
    connection = panel.connect()
    begin = b"GET /api/health HTTP/1.1\r\nX-Long: "
    head = begin + b"y" * (32_768 - len(begin) - 4) + b"\r\n\r\n"
    connection.sendall(head)
    assert read_answer(connection).startswith(b"HTTP/1.1 200")
    for index in range(0, len(head), 64):
        connection.sendall(head[index : index + 64])
    assert read_answer(connection).startswith(b"HTTP/1.1 200")
    connection.sendall(head.replace(b"yy", b"yyy", 1))
    assert read_answer(connection).startswith(b"HTTP/1.1 431")


def test_pipelining_without_reading_is_not_read_on(panel: Front) -> None:
    requests = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n" * 4096
    connections = [panel.connect() for _ in range(5)]
    with harmless(panel):
        for connection in connections:
            assert flood(connection, requests, 3) < 40_000_000


def test_a_client_that_pipelines_and_reads_gets_every_answer_in_order(panel: Front) -> None:
    connection = panel.connect()
    body = body_of(sample())
    one = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n" + post(bearer(), body) + b"GET /no HTTP/1.1\r\nHost: x\r\n\r\n"
    one = one.replace(b"/no ", b"/api/no ")
    connection.sendall(one * 40)
    answers, end = b"", time.monotonic() + 20
    while answers.count(b"There is nothing at this address.") < 40:
        assert time.monotonic() < end
        answers += connection.recv(65_536)
    statuses = [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 404] * 40
