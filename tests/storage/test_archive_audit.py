"""The daily comparison: what an engine lost after two read-backs is sent again."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from minipanel.archive import pulling
from minipanel.archive.audit import Audit
from minipanel.archive.config import STORAGE
from minipanel.archive.copying import Copying
from minipanel.archive.engine import Engine
from minipanel.archive.trouble import EngineError
from minipanel.commands import archive_push
from minipanel.database import archive as sql
from minipanel.database.beside import change_beside
from minipanel.models.hour import DAY_SECONDS
from minipanel.services.panel import Panel
from tests.storage.example import (
    archived,
    copying_of,
    drained,
    look_after,
    plain,
    records_here,
    records_there,
    running_panel,
    samples_of,
)
from tests.victoria import running_victoria


@pytest.mark.anyio
async def test_days_that_an_engine_lost_are_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look_after(monkeypatch, 0, 0)
    dice, now = random.Random(11), int(time.time())
    midnight = now // DAY_SECONDS * DAY_SECONDS
    with running_victoria(tmp_path, "-inmemoryDataFlushInterval=1s") as victoria:
        async with running_panel(archived(tmp_path, victoria.url, nodes=2), time.time) as panel:
            copier = await copying_of(panel)
            await copier.round()
            for node in panel.directory.nodes:
                times = range(midnight - 4 * DAY_SECONDS + 1800, midnight - DAY_SECONDS + 1, 1800)
                await panel.ingest.submit(node, samples_of(node.hostname, times, dice))
            await panel.retention.seal()
            assert await pushed(panel, copier, monkeypatch, capsys) == (
                "All 288 records are in the engine; each was read back twice.\n"
            )
            await drained(copier)
            audit = Audit(panel, Engine(panel.config.of(STORAGE)))
            assert await audit.compare(now) == 0

            victoria.kill()
            shutil.rmtree(victoria.folder / "vm")
            victoria.start()
            assert await audit.if_due()
            found = await panel.reading.do(panel.store.reader.ask, sql.audited)
            assert found[1] == 2 * 3, "of two nodes three days"
            assert not await audit.if_due()
            await drained(copier)
            assert await audit.compare(now) == 0
            here = await records_here(panel, now - DAY_SECONDS)
            assert len(here) == 2 * 3 * 48
            assert list(map(plain, await records_there(panel, here))) == list(map(plain, here))
            monkeypatch.setattr(pulling, "PIECE_SECONDS", 5 * 3600)
            found = await asyncio.to_thread(pulled, panel, midnight - 5 * DAY_SECONDS + 1800 - 17, now)
            assert found == len(here), "none stands between two pieces"


async def pushed(
    panel: Panel, copier: Copying, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What `minipanel archive push` prints in the end, with a panel whose looks follow each other at once."""
    monkeypatch.setattr(archive_push, "running_pid", lambda _: 1)
    monkeypatch.setattr(archive_push, "load_config", lambda _: panel.config)
    monkeypatch.setattr(archive_push, "LOOK_SECONDS", 0.1)
    command = asyncio.create_task(asyncio.to_thread(archive_push.push_past, panel.config.path, 5.0))
    while not command.done():
        with suppress(EngineError):
            await copier.round()
        await asyncio.sleep(0.1)
    await command
    return capsys.readouterr().out


def pulled(panel: Panel, since: int, until: int) -> int:
    """How many records a pull finds."""
    engine = Engine(panel.config.of(STORAGE))
    change = partial(change_beside, panel.config.database.path)
    ids = {node.hostname: node.id for node in panel.directory.nodes}
    return sum(piece.found for piece in pulling.pull(engine, change, ids, since, until))
