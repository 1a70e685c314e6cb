"""The heartbeat: it reaches a real HTTP server while the panel stores and looks, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from minipanel.alerts.alerts import LOOKED_SECONDS
from minipanel.alerts.config import AlertsConfig
from minipanel.errors import DatabaseError
from tests.alerts.hooks import Hook, hook
from tests.alerts.running import Running, cluster_config, running


def play(folder: Path, story: Callable[[Running, Hook], Awaitable[None]]) -> None:
    async def run() -> None:
        with hook() as far:
            async with running(cluster_config(folder, 3, alerts=AlertsConfig(heartbeat=far.url))) as it:
                await story(it, far)

    asyncio.run(run())


def test_it_is_asked_while_the_panel_looks_and_no_longer(tmp_path: Path) -> None:
    async def story(it: Running, far: Hook) -> None:
        await it.alerts.heartbeat.beat()
        assert far.got == []  # no look yet
        await it.pass_seconds(60)
        await it.alerts.heartbeat.beat()
        assert [(got.method, got.path, got.body) for got in far.got] == [("GET", "/hook?token=s3cret", b"")]
        assert it.alerts.heartbeat.reached_at == it.now
        it.now += int(LOOKED_SECONDS) + 1
        await it.alerts.heartbeat.beat()
        assert len(far.got) == 1

    play(tmp_path, story)


def test_it_is_not_asked_while_nothing_can_be_stored(tmp_path: Path) -> None:
    async def story(it: Running, far: Hook) -> None:
        def refuse(_: object) -> None:
            raise DatabaseError("The disk is full.")

        await it.pass_seconds(60)
        for _ in range(2):  # samples come every five seconds
            it.now += 5
            with pytest.raises(DatabaseError):
                await it.panel.ingest.run(refuse)
        await it.alerts.heartbeat.beat()
        assert far.got == []

    play(tmp_path, story)


def test_a_failed_heartbeat_is_reported_once_and_stored_without_the_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(it: Running, far: Hook) -> None:
        far.status = 404
        await it.pass_seconds(60)
        beat = it.alerts.heartbeat
        await beat.beat()
        since = beat.failing_since
        await it.pass_seconds(60)
        await beat.beat()
        assert (since, beat.failing_since, beat.reached_at) == (it.now - 60, it.now - 60, None)
        assert beat.error == f"127.0.0.1:{far.port} answered 404 Not Found: ok"
        assert caplog.text.count("The heartbeat of [alerts] is not heard") == 1
        assert "s3cret" not in caplog.text
        far.status = 200
        await beat.beat()
        assert (beat.failing_since, beat.reached_at, beat.error) == (None, it.now, None)
        assert caplog.text.count("The heartbeat of [alerts] is heard again.") == 1

    play(tmp_path, story)


def test_a_hanging_one_delays_no_look(tmp_path: Path) -> None:
    async def story(it: Running, far: Hook) -> None:
        far.drips = 60.0
        await it.pass_seconds(60)
        beating = asyncio.create_task(it.alerts.heartbeat.beat())
        await it.pass_seconds(60)
        assert not beating.done()
        assert it.alerts.heartbeat.reached_at is None
        beating.cancel()

    play(tmp_path, story)
