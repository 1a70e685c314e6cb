"""The panel's own trouble: it blames itself, notifies people of it, and opens nothing about nodes meanwhile."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from minipanel.errors import DatabaseError
from tests.alerts.running import START, Running
from tests.alerts.test_alerts import play


def test_a_panel_that_was_suspended_blames_itself_and_not_the_nodes(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        it.now += 600  # the panel or its machine was stopped
        it.panel.live.look()
        await it.alerts.tick()
        await it.pass_seconds(600)
        assert it.rows("SELECT rule, reason FROM alerts") == [("panel", "late")]
        assert [subject.split(",")[0] for subject in it.subjects] == [
            "[c1] CRITICAL The panel stalled for 595 s: this machine is overloaded",
            "[c1] OK The panel works again",
        ]

    play(tmp_path, story)


def test_while_munged_is_silent_nodes_are_not_blamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        trouble: list[str | None] = ["munged does not answer"]
        monkeypatch.setattr(it.panel.credentials, "munge_trouble", lambda: trouble[0])
        it.silent = range(1, 21)
        await it.pass_seconds(600)
        assert it.rows("SELECT rule, reason FROM alerts") == [("panel", "munge")]
        trouble[0] = None
        it.silent = ()
        await it.pass_seconds(600)
        assert it.rows("SELECT rule, closed_at IS NOT NULL FROM alerts") == [("panel", 1)]

    play(tmp_path, story)


def test_a_disk_that_is_full_for_writing_only_is_seen_though_reading_goes_on(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        def full(_: object) -> None:
            raise DatabaseError("The database can't be written: the disk is full.")

        for _ in range(10):
            it.now += 5
            with pytest.raises(DatabaseError):
                await it.panel.ingest.run(full)
            await it.panel.ingest.run(lambda connection: connection.execute("SELECT 1").fetchone())
        assert it.panel.ingest.failing_seconds() == 45
        await it.panel.ingest.run(lambda connection: connection.execute("DELETE FROM silences"))
        assert it.panel.ingest.failing_seconds() == 45  # nothing was written
        await it.pass_seconds(60, cpu_temp=99.0)
        assert it.panel.ingest.failing_seconds() == 0

    play(tmp_path, story)


def test_a_hanging_disk_is_the_panels_trouble(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        goes_on = threading.Event()
        waiting = asyncio.ensure_future(it.panel.ingest.run(lambda _: goes_on.wait(20)))
        it.silent = range(1, 21)
        await asyncio.sleep(0.2)
        it.is_stuck = True
        try:
            await it.pass_seconds(300)
            assert {alert.rule for alert in it.alerts.watch.open()} == {"panel"}
            assert len(it.subjects) == 1
            assert [each.alerts for each in (await it.alerts.findings()).findings] == [[1]]
        finally:
            goes_on.set()
        await waiting
        it.silent, it.is_stuck = (), False
        await it.pass_seconds(600)
        assert it.rows("SELECT id, rule, reason, closed_at IS NOT NULL FROM alerts") == [(1, "panel", "store", 1)]
        assert [subject.split(",")[0] for subject in it.subjects] == [
            "[c1] CRITICAL The panel can't store samples: check its disk and log",
            "[c1] OK The panel works again",
        ]
        assert it.rows("SELECT count(*), count(sent_at) FROM messages") == [(2, 2)]

    play(tmp_path, story)


def test_a_node_that_went_down_while_the_panel_was_off_is_asked_why(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await it.pass_seconds(60)
        await it.store()

    async def after(it: Running) -> None:
        it.answers = True
        it.silent = {3}
        await it.pass_seconds(180)
        assert it.rows("SELECT rule, node_id, reason FROM alerts") == [("node-down", 3, "agent")]

    play(tmp_path, first)
    play(tmp_path, after, now=START + 7200)


def test_what_is_stored_at_last_while_it_is_being_sent_is_sent_once(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        goes_on = threading.Event()
        waiting = asyncio.ensure_future(it.panel.ingest.run(lambda _: goes_on.wait(20)))
        await asyncio.sleep(0.2)
        it.is_stuck = it.post.is_away = True
        try:
            await it.pass_seconds(120)
        finally:
            goes_on.set()
        await waiting
        it.is_stuck = False
        for _ in range(8):  # no tick: the message stays on the shelf
            it.hear()
        goes_on.clear()
        commit = asyncio.ensure_future(it.panel.ingest.run(lambda _: goes_on.wait(20)))
        tick = asyncio.ensure_future(it.alerts.tick())
        try:
            await asyncio.sleep(0.2)
            it.post.is_away = False
            await it.alerts.unkept.send_due()
        finally:
            goes_on.set()
        await asyncio.gather(commit, tick)
        await it.pass_seconds(60)
        assert [subject.split(",")[0] for subject in it.subjects] == [
            "[c1] CRITICAL The panel can't store samples: check its disk and log"
        ]
        assert it.rows("SELECT count(*), count(sent_at) FROM messages") == [(1, 1)]

    play(tmp_path, story)
