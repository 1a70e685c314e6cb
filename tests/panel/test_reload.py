"""A reload of a panel that is busy."""

import asyncio
import contextlib
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import NodeConfig
from minipanel.config.template import render_config
from minipanel.machine.lock import PanelLock
from minipanel.services.ingest import WAITING_SAMPLES
from minipanel.serving.server import PanelServer
from tests.panel.example import caller, config_in, running_app, with_viewer

pytestmark = pytest.mark.anyio


async def test_a_reload_that_finds_the_queue_full_is_done_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_in(tmp_path)
    async with running_app(config) as app:
        ingest, has_room = app.state.panel.ingest, threading.Event()
        writing = asyncio.create_task(ingest.run(lambda _: has_room.wait(10)))
        await asyncio.sleep(0.2)  # the writer has it now
        waiting = asyncio.create_task(ingest.run(lambda _: None, WAITING_SAMPLES))
        await asyncio.sleep(0)

        more = (*config.nodes, NodeConfig("node009", "10.0.0.9", "node009"))
        config.path.write_text(render_config(replace(config, nodes=more)))
        server = PanelServer(app, config, PanelLock(config.database.path), False, lambda: None)
        reload = asyncio.create_task(server._reload())
        await asyncio.sleep(0.1)
        assert not reload.done()
        assert "The configuration will be reloaded as soon as there is room." in caplog.text

        has_room.set()
        async with asyncio.timeout(5):
            await asyncio.gather(writing, waiting, reload)
        assert app.state.panel.directory.find("node009") is not None


async def test_a_reload_that_finds_the_database_locked_is_done_when_it_is_free(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_in(tmp_path)
    async with running_app(config) as app:
        with contextlib.closing(sqlite3.connect(config.database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            more = (*config.nodes, NodeConfig("node009", "10.0.0.9", "node009"))
            config.path.write_text(render_config(replace(config, nodes=more)))
            server = PanelServer(app, config, PanelLock(config.database.path), False, lambda: None)
            reload = asyncio.create_task(server._reload())
            async with asyncio.timeout(10):
                while "is locked by another program" not in caplog.text:  # noqa: ASYNC110 - only the log shows it
                    await asyncio.sleep(0.05)
            assert not reload.done()
            other.execute("ROLLBACK")
        async with asyncio.timeout(10):
            await reload
        assert app.state.panel.directory.find("node009") is not None


async def test_a_user_removed_while_the_database_is_locked_is_out_at_once(tmp_path: Path) -> None:
    config = with_viewer(config_in(tmp_path))
    async with running_app(config) as app, caller(app) as client:
        access = app.state.access
        session = await access.sessions.open(access.accounts.find("vera"), "10.0.0.9", "")
        id, headers = access.sessions.check(session.token).id, {"Authorization": f"Bearer {session.token}"}
        assert (await client.get("/api/auth/me", headers=headers)).status_code == 200
        with contextlib.closing(sqlite3.connect(config.database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            config.path.write_text(render_config(replace(config, users=())))
            server = PanelServer(app, config, PanelLock(config.database.path), False, lambda: None)
            reload = asyncio.create_task(server._reload())
            await asyncio.sleep(0.2)
            assert not reload.done()
            assert (await client.get("/api/auth/me", headers=headers)).status_code == 401
            assert not access.sessions.is_open(id)
            other.execute("ROLLBACK")
        async with asyncio.timeout(10):
            await reload
