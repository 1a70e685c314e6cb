"""Engines that are none, or refuse, lose or change what they get: one sentence everywhere, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from minipanel.alerts.panel_facts import PanelFacts
from minipanel.archive import archive as running
from minipanel.archive import copying
from minipanel.archive.archive import Archive
from minipanel.archive.engine import Engine
from minipanel.archive.trouble import EngineError
from minipanel.commands.archive_overview import look_at_archive
from minipanel.database import archive as sql
from minipanel.database.archive_push import begin_push, push_state
from minipanel.services.panel import Panel
from tests.storage.example import archived, copying_of, running_panel, samples_of, storage_of, times_in
from tests.victoria import running_victoria

PATIENCE_SECONDS = 60.0
RECORDS = 30


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in (
        (copying, "LOOK_SECONDS", 0),
        (copying, "SECOND_LOOK_SECONDS", 0),
        (copying, "AGAIN_SECONDS", 0.1),
        (running, "LOOK_SECONDS", 0.1),
        (running, "PAUSES", (0.05,)),
    ):
        monkeypatch.setattr(module, name, value)


@contextlib.contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Run a server that gives the same answer to every request; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def page(_folder: Path) -> AbstractContextManager[str]:
    return answering(200, b"<!doctype html><title>Welcome</title>")


def refusing_tenant(_folder: Path) -> AbstractContextManager[str]:
    said = b'remoteAddr: "10.0.0.1:40"; requestURI: /insert/7/x; auth error: tenant 7 is not allowed to write'
    return answering(403, said)


@contextlib.contextmanager
def short_memory(folder: Path) -> Iterator[str]:
    with running_victoria(folder, "-retentionPeriod=3d") as victoria:
        yield victoria.url


@contextlib.contextmanager
def relabelling(folder: Path) -> Iterator[str]:
    rules = folder / "relabel.yml"
    rules.write_text("- action: drop\n  source_labels: [__name__]\n  regex: minipanel_memory_.+\n")
    with running_victoria(folder, f"-relabelConfig={rules}", "-inmemoryDataFlushInterval=1s") as victoria:
        yield victoria.url


def nobody(_folder: Path) -> AbstractContextManager[str]:
    return contextlib.nullcontext("http://127.0.0.1:1")


TROUBLES = [
    (nobody, "engine", "http://127.0.0.1:1 can't be asked: Connection refused."),
    (page, "engine", "does not answer as VictoriaMetrics does: <!doctype html><title>Welcome</title>."),
    (refusing_tenant, "engine", "answered 403: auth error: tenant 7 is not allowed to write."),
    (short_memory, "retention", "keeps records for 3 days only, and [storage] retention_days is 730; start it with "),
    (relabelling, "differing", f"{RECORDS} records were sent 5 times and are still not at "),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("engine", "reason", "sentence"), TROUBLES, ids=lambda value: getattr(value, "__name__", ""))
async def test_what_is_wrong_is_one_sentence_in_status_finding_and_journal(
    engine: Callable[[Path], AbstractContextManager[str]],
    reason: str,
    sentence: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with engine(tmp_path) as url:
        config = archived(tmp_path, url)
        async with running_panel(config, time.time) as panel:
            archive = Archive(panel)
            await archive.reload(config)
            await send(panel, RECORDS)
            await eventually(lambda: (state := archive.state()) is not None and sentence in (state.trouble or ""))
            state = archive.state()
            assert state is not None
            assert state.reason == reason
            assert PanelFacts(panel).look(0).archive_reason == reason
            told = [each for each in caplog.records if each.name.startswith("minipanel.archive")]
            assert [each for each in told if sentence in each.getMessage()]
            assert len({each.getMessage() for each in told}) == len(told), "nothing is told twice"
            overview = await asyncio.to_thread(look_at_archive, config)
            assert overview is not None
            assert sentence in (overview.trouble or ""), "status and doctor say it too"
            await asyncio.sleep(0.3)
            queue = await panel.reading.do(panel.store.reader.ask, lambda connection: sql.queue(connection, 5))
            assert queue.waiting == RECORDS or reason == "retention", "nothing leaves the database because of it"
            await archive.close()


@pytest.mark.anyio
@pytest.mark.parametrize("engine", [nobody, page])
async def test_what_is_wrong_is_known_before_the_first_record(
    engine: Callable[[Path], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with engine(tmp_path) as url:
        config = archived(tmp_path, url)
        async with running_panel(config, time.time) as panel:
            archive = Archive(panel)
            await archive.reload(config)
            await eventually(lambda: (state := archive.state()) is not None and state.reason == "engine")
            await archive.close()


@pytest.mark.anyio
async def test_a_past_that_an_engine_keeps_out_waits_in_the_queue(tmp_path: Path) -> None:
    with relabelling(tmp_path) as url:
        async with running_panel(archived(tmp_path, url), time.time) as panel:
            dice, now = random.Random(2), int(time.time())
            times = [now // 300 * 300 - 300 * n for n in range(20, 20 + RECORDS)]
            await panel.ingest.submit(panel.directory.nodes[0], samples_of("n1.example", times, dice))
            await panel.retention.seal()
            copier = await copying_of(panel)
            await panel.ingest.run(partial(begin_push, since=0, until=now))
            while await copier._read(push_state) is not None:
                await copier.round()
            queue = await copier._read(lambda connection: sql.queue(connection, 5))
            assert (queue.waiting, queue.differing) == (RECORDS, RECORDS)
            await copier.look_closer()
            copier.note(None)
            assert f"{RECORDS} records were sent 5 times" in (copier.state.trouble or "")


async def send(panel: Panel, records: int) -> None:
    """Let a node send the samples of this many records of the past hours."""
    dice, now = random.Random(1), int(time.time()) // 300 * 300
    node = panel.directory.nodes[0]
    await eventually(lambda: panel.store._archived_until not in (None, 0))
    for record in range(now - 300 * records - 600, now - 600, 300):
        times = times_in(record, dice, 0.1) or [record]
        assert (await panel.ingest.submit(node, samples_of(node.hostname, times, dice))).stored


async def eventually(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def test_a_stop_does_not_wait_for_an_engine_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = Engine(storage_of(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        said: list[str] = []

        def ask() -> None:
            try:
                engine.write("a 1\n")
            except EngineError as error:
                said.append(str(error))

        asking = threading.Thread(target=ask)
        asking.start()
        connection, _ = silent.accept()
        assert connection.recv(1), "it waits for the answer now"
        engine.give_up()
        asking.join(20)  # waiting for an answer takes longer
        assert len(said) == 1
        with pytest.raises(EngineError, match="The panel stops"):
            engine.write("a 1\n")
        connection.close()


@pytest.mark.anyio
async def test_an_archive_that_stops_gives_up_its_engine(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = archived(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        async with running_panel(config, time.time) as panel:
            archive = Archive(panel)
            await archive.reload(config)
            connection, _ = await asyncio.to_thread(silent.accept)
            await archive.close()
            assert await asyncio.to_thread(hung_up, connection)


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side ends before its waiting time is over."""
    with connection:
        connection.settimeout(20)
        while connection.recv(4096):
            pass
    return True
