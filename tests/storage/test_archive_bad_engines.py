"""Engines that hang, are slow or answer something else: an answer about the past still comes, and soon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from minipanel.archive import engine, older, visit
from minipanel.archive.config import STORAGE
from minipanel.archive.engine import Patience
from minipanel.archive.older import ArchiveOlder
from minipanel.errors import TryLater
from minipanel.services.history import read_span
from tests.ports import free_port
from tests.storage.example import archived, running_panel, samples_of, times_in

NOW = int(time.time()) // 300 * 300
OK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LINE = b'{"metric":{"__name__":"minipanel_samples","node":"n1.example"},"values":[60],"timestamps":[1]}\n'

Talk = Callable[[socket.socket], None]
"""What an engine does with a request."""


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def hang(connection: socket.socket) -> None:
    while connection.recv(1024):
        pass


def drip(connection: socket.socket) -> None:
    connection.sendall(OK)
    while True:
        connection.sendall(chunk(b"x"))
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(OK)
    while True:
        connection.sendall(chunk(LINE * 100))


def say(text: bytes) -> Talk:
    return lambda connection: connection.sendall(OK + chunk(text) + b"0\r\n\r\n")


def cut_off(connection: socket.socket) -> None:
    connection.sendall(OK + chunk(LINE) + b"fff\r\n" + LINE[:40])


@contextmanager
def answering(talk: Talk) -> Iterator[str]:
    """Run an engine on loopback that gives this answer to any request."""

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while b"\r\n\r\n" not in connection.recv(65536):
                pass
            talk(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("talk", "sentence"),
    [
        (hang, "can't be asked: no answer within 0.5 seconds."),
        (drip, "did not end its answer within 1 seconds."),
        (flood, "answered with more than 100000 bytes."),
        (say(b"<html>Welcome</html>\n"), "does not answer as VictoriaMetrics does: <html>Welcome</html>."),
        (say(b'{"metric":{"node":1},"values":["a"]}\n'), "does not answer as VictoriaMetrics does: "),
        (say(b'{"metric":{"node":"n","__name__":"x"},"values":[1],"timestamps":[]}\n'), "does not answer as"),
        (cut_off, "can't be asked: "),
        (
            lambda connection: connection.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy"),
            "answered 503: busy.",
        ),
    ],
)
async def test_a_bad_engine_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, talk: Talk, sentence: str
) -> None:
    monkeypatch.setattr(older, "HURRIED", Patience(1, 0.5, 1))
    monkeypatch.setattr(engine, "MOST_BYTES", 100_000)
    with answering(talk) as url:
        config = archived(tmp_path, url, nodes=1)
        async with running_panel(config, lambda: NOW) as panel:
            panel.reading.older = ArchiveOlder(panel, config.of(STORAGE))
            (node,) = panel.directory.nodes
            await panel.ingest.submit(node, samples_of(node.hostname, [NOW - 300], random.Random(1)))
            span = read_span("1m", None, None, None, NOW, "300")
            found = json.loads(await panel.history.one(node, span))
            assert found["timestamp"] == [NOW - 300]
            assert sentence in found["unread"]["why"]
            assert (await panel.cluster.of([node], span, 100)).unread["why"] == found["unread"]["why"]


@pytest.mark.anyio
async def test_points_that_are_not_records_are_left_out(tmp_path: Path) -> None:
    lines = [
        b'{"metric":{"__name__":"minipanel_samples","node":"n1.example"},"values":[60,9e99,null],"timestamps":[%d,%d,%d]}\n'
        % ((NOW - 864_000) * 1000, (NOW - 863_700) * 1000, (NOW + 864_000) * 1000),
        b'{"metric":{"__name__":"minipanel_cpu_percent","node":"n1.example"},"values":[1e99],"timestamps":[%d]}\n'
        % ((NOW - 863_700) * 1000),
        b'{"metric":{"__name__":"minipanel_samples","node":"another"},"values":[60],"timestamps":[0]}\n',
    ]
    with answering(say(b"".join(lines))) as url:
        config = archived(tmp_path, url, nodes=1)
        async with running_panel(config, lambda: NOW) as panel:
            panel.reading.older = ArchiveOlder(panel, config.of(STORAGE))
            (node,) = panel.directory.nodes
            found = json.loads(await panel.history.one(node, read_span("1m", None, None, None, NOW, "300")))
            assert (found["timestamp"], found["source"]) == ([], "archive")
            await panel.gaps.one(node, read_span("1m", None, None, None, NOW))


@pytest.mark.anyio
async def test_a_hanging_engine_delays_nobody_else_and_no_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older, "HURRIED", Patience(60, 60, 60))
    monkeypatch.setattr(visit, "KNOCK_SECONDS", 0)
    asked = threading.Event()

    def hang_long(connection: socket.socket) -> None:
        asked.set()
        hang(connection)

    with answering(hang_long) as url:
        config = archived(tmp_path, url, nodes=1)
        async with running_panel(config, lambda: NOW) as panel:
            panel.reading.older = ArchiveOlder(panel, config.of(STORAGE))
            (node,) = panel.directory.nodes
            await panel.ingest.submit(
                node, samples_of(node.hostname, times_in(NOW - 600, random.Random(1), 1), random.Random(1))
            )
            old = [
                asyncio.create_task(panel.history.one(node, read_span("1m", None, None, None, NOW))) for _ in range(20)
            ]
            assert await asyncio.to_thread(asked.wait, 20)
            recent = read_span(None, str(NOW - 700), str(NOW - 500), None, NOW)
            assert json.loads(await panel.history.one(node, recent))["timestamp"] == [NOW - 600]
            assert not any(task.done() for task in old)
            panel.give_up()
            for task in old:
                with pytest.raises(TryLater):
                    await task
