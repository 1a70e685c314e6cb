"""Alerts of a real panel: stored with their messages and reported once, whatever happens in between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from minipanel.alerts.config import AlertsConfig, RuleConfig
from minipanel.alerts.desk import Desk
from minipanel.alerts.history import Asked
from minipanel.alerts.rules.hot import HotParameters
from minipanel.alerts.rules.many_down import ManyDownParameters
from minipanel.database import alerts as sql
from minipanel.models.alert import Alert, Bad
from tests.alerts.running import START, Running, cluster_config, running

MAIL = AlertsConfig(mail=("ops@example.org",), name="c1")


def play(folder: Path, story: Callable[[Running], Awaitable[None]], count: int = 20, now: int = START) -> None:
    async def run() -> None:
        async with running(cluster_config(folder, count, alerts=MAIL), now) as it:
            await story(it)

    asyncio.run(run())


def test_nodes_that_fall_silent_at_once_are_one_message_and_their_return_another(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        it.silent = range(1, 21)
        await it.pass_seconds(900)
        it.silent = ()
        await it.pass_seconds(900)
        assert it.rows("SELECT channel, rule, subject FROM messages") == [
            ("mail", "many-down", it.rows("SELECT subject FROM messages ORDER BY id")[0][0]),
            ("mail", "many-down", "[c1] OK cn[0001-0020] up again, after 15 min 5 s (20 nodes, all of cn)"),
        ]
        assert it.rows("SELECT count(*), count(closed_at), count(end_told_at) FROM alerts") == [(20, 20, 20)]

    play(tmp_path, story)


def test_a_node_that_is_down_is_reported_once_and_a_restart_repeats_nothing(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await it.pass_seconds(60)
        it.silent = {3}
        await it.pass_seconds(600)
        assert it.rows("SELECT node_id, announced_at IS NOT NULL FROM alerts") == [(3, 1)]

    async def after(it: Running) -> None:
        it.silent = {3}
        await it.pass_seconds(1200)
        assert it.rows("SELECT count(*) FROM messages") == [(1,)]
        it.silent = ()
        await it.pass_seconds(900)
        assert it.rows("SELECT count(*) FROM messages") == [(2,)]
        assert it.rows("SELECT node_id, closed_at IS NOT NULL FROM alerts") == [(3, 1)]

    play(tmp_path, first)
    play(tmp_path, after, now=START + 700)


def test_a_restart_opens_nothing_in_its_first_minute(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await it.pass_seconds(60)

    async def after(it: Running) -> None:
        it.silent = range(1, 21)
        await it.pass_seconds(55)
        assert it.rows("SELECT count(*) FROM alerts") == [(0,)]
        it.silent = ()
        await it.pass_seconds(600)
        assert it.rows("SELECT count(*) FROM alerts") == [(0,)]

    play(tmp_path, first)
    play(tmp_path, after, now=START + 3600)


def test_without_a_line_of_configuration_alerts_are_kept_and_no_message_is_made(tmp_path: Path) -> None:
    async def run() -> None:
        async with running(cluster_config(tmp_path, 3)) as it:
            await it.pass_seconds(60)
            await it.pass_seconds(120, cpu_temp=99.0)
            assert it.rows("SELECT rule, node_id FROM alerts ORDER BY node_id") == [("hot", 1), ("hot", 2), ("hot", 3)]
            assert it.rows("SELECT count(*) FROM messages") == [(0,)]

    asyncio.run(run())


def test_alerts_of_rules_of_a_newer_release_do_no_harm_after_a_rollback(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await it.pass_seconds(60)
        newer = [Alert("newer", place, "critical", START, START, 300, Bad(), announced_at=START) for place in (1, 2)]
        newer[1].closed_at = START + 50
        await it.panel.ingest.run(lambda connection: sql.put_alerts(connection, newer))

    async def after(it: Running) -> None:
        assert (await it.alerts.findings()).findings == []
        await it.pass_seconds(120)
        it.odd = {3: {"cpu_temp": 99.0}}
        await it.pass_seconds(180)
        assert [subject.partition(",")[0] for subject in it.subjects] == ["[c1] CRITICAL cn0003 hot: 99 °C"]
        asked = Asked(0, it.now, None, None, None)
        assert [alert.rule for alert in (await Desk(it.panel, it.alerts).history(asked)).alerts] == ["hot"]
        assert it.rows("SELECT count(*) FROM alerts WHERE rule = 'newer' AND closed_at IS NULL") == [(0,)]

    play(tmp_path, first)
    play(tmp_path, after, now=START + 100)


def test_a_clock_that_is_far_ahead_for_a_moment_deletes_no_alert(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await it.pass_seconds(60)
        old = Alert("hot", 1, "critical", START, START, 300, Bad(), closed_at=START + 50, end_told_at=START + 50)
        await it.panel.ingest.run(lambda connection: sql.put_alerts(connection, [old]))

    async def after(it: Running) -> None:
        await it.pass_seconds(30)
        assert it.rows("SELECT count(*) FROM alerts WHERE rule = 'hot'") == [(1,)]
        for _ in range(7):
            it.now += 600
            await it.pass_seconds(5)
        assert it.rows("SELECT count(*) FROM alerts WHERE rule = 'hot'") == [(0,)]

    play(tmp_path, first, count=2)
    play(tmp_path, after, count=2, now=START + 500 * 86400)


def test_a_rule_for_some_nodes_is_explained_as_it_is_checked_among_these_alone(tmp_path: Path) -> None:
    nodes = tuple(f"cn{i:04}" for i in range(1, 6))
    all_of_them = ManyDownParameters(percent_at_least=100)
    rule = RuleConfig("many-down", nodes, "critical", is_on=True, parameters=all_of_them)

    async def story() -> None:
        async with running(cluster_config(tmp_path, 10, alerts=AlertsConfig(rule=(rule,)))) as it:
            await it.pass_seconds(120)
            it.silent = range(1, 6)
            await it.pass_seconds(40)
            (node, *_) = it.panel.directory.nodes
            explained = await Desk(it.panel, it.alerts).explain(node)
            assert {each.rule: each.state for each in explained.rules}["many-down"] == "pending"

    asyncio.run(story())


def test_an_alert_can_be_acknowledged_as_soon_as_it_is_listed_though_it_is_not_stored_yet(tmp_path: Path) -> None:
    at_once = RuleConfig("hot", None, "critical", is_on=True, parameters=HotParameters(for_=0))

    async def story() -> None:
        async with running(cluster_config(tmp_path, 3, alerts=AlertsConfig(rule=(at_once,)))) as it:
            await it.pass_seconds(120)
            it.odd = {3: {"cpu_temp": 99.0}}
            it.hear()
            goes_on = threading.Event()
            before = asyncio.ensure_future(it.panel.ingest.run(lambda _: goes_on.wait(20)))
            tick = asyncio.ensure_future(it.alerts.tick())
            try:
                for _ in range(1000):
                    if found := (await it.alerts.findings()).findings:
                        break
                    await asyncio.sleep(0.01)
                desk = Desk(it.panel, it.alerts)
                (number,) = found[0].alerts
                alert = await desk.alert(number)
                assert alert is not None
                assert (alert.hostname, alert.state) == ("cn0003", "open")
                acking = asyncio.ensure_future(desk.acknowledge([number], "alice", ""))
            finally:
                goes_on.set()
            assert await acking == 1
            await asyncio.gather(before, tick)
            assert it.rows("SELECT id, node_id, acked_by FROM alerts") == [(number, 3, "alice")]
            (finding,) = (await it.alerts.findings()).findings
            assert (finding.alerts, finding.acked_by) == ([number], "alice")

    asyncio.run(story())


def test_ids_go_on_after_a_restart(tmp_path: Path) -> None:
    def hot_is(node_id: int, ids: list[int]) -> Callable[[Running], Awaitable[None]]:
        async def story(it: Running) -> None:
            await it.pass_seconds(90)
            it.odd = {node_id: {"cpu_temp": 99.0}}
            await it.pass_seconds(120)
            findings = (await it.alerts.findings()).findings
            assert sorted(number for each in findings for number in each.alerts) == ids
            assert it.rows("SELECT id FROM alerts ORDER BY id") == [(number,) for number in ids]

        return story

    play(tmp_path, hot_is(1, [1]), count=2)
    play(tmp_path, hot_is(2, [1, 2]), count=2, now=START + 240)


def test_an_acknowledgement_that_was_given_up_is_not_there_after_a_restart_either(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(60)
        it.odd = {1: {"cpu_temp": 99.0}}
        await it.pass_seconds(120)
        goes_on = threading.Event()
        before = asyncio.ensure_future(it.panel.ingest.run(lambda _: goes_on.wait(20)))
        acking = asyncio.ensure_future(Desk(it.panel, it.alerts).acknowledge([1], "alice", ""))
        await asyncio.sleep(0.2)
        acking.cancel()
        goes_on.set()
        await asyncio.gather(before, acking, return_exceptions=True)
        await it.pass_seconds(5)
        assert [each.acked_by for each in (await it.alerts.findings()).findings] == [None]
        assert it.rows("SELECT id, acked_by, acked_at, note FROM alerts") == [(1, None, None, None)]

    play(tmp_path, story, count=2)
