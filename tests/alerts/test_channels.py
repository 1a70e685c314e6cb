"""Channels of a running panel: each gets its own messages, at a real HTTP server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from minipanel.alerts.channel_config import ChannelConfig
from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.outbox import Outbox
from minipanel.alerts.pace import Pace
from minipanel.alerts.shelf import Shelf, Shelved
from minipanel.models.alert import Message
from minipanel.models.sample import Sample
from tests.alerts.hooks import hook
from tests.alerts.running import Letterbox, Running, cluster_config, running

NOW = 1_790_000_000


async def pass_hot(it: Running, seconds: int, hot: dict[int, float], **values: float) -> None:
    """Pass time while some nodes have another temperature than the others."""
    for _ in range(seconds // 5):
        for node in it.panel.directory.nodes:
            temperature = hot.get(node.id, 50.0)
            whole = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": 300, "cpu_temp": temperature} | values
            it.panel.live.take(node, [Sample(node.hostname, it.now + 5, **whole)])  # type: ignore[arg-type]
        it.now += 5
        it.panel.live.look()
        await it.alerts.tick()
        await it.alerts.outbox.send_due()


def test_a_channel_gets_only_its_nodes_and_severities_and_the_ends_of_what_it_got(tmp_path: Path) -> None:
    async def story() -> None:
        with hook() as few, hook() as everything:
            channels = (
                ChannelConfig("few", "webhook", url=few.url, severity="critical", nodes=("cn0001", "gone")),
                ChannelConfig("all", "webhook", url=everything.url),
            )
            config = cluster_config(tmp_path, 3, alerts=AlertsConfig(name="c1", channel=channels))
            async with running(config) as it:
                await it.alerts.reload(config)  # the real ones in place of the letterbox
                await pass_hot(it, 60, {})
                await pass_hot(it, 120, {1: 99.0, 2: 99.0})
                await pass_hot(it, 600, {})
                await pass_hot(it, 900, {}, memory_used=990)
            told = [[(each["state"], each["rule"], each["nodes"]) for got in it.got for each in got.json["groups"]] for it in (few, everything)]  # fmt: skip  # noqa: E501
            assert told == [
                [("open", "hot", "cn0001"), ("over", "hot", "cn0001")],
                [
                    ("open", "hot", "cn[0001-0002]"),
                    ("over", "hot", "cn[0001-0002]"),
                    ("open", "memory", "cn[0001-0003]"),
                ],
            ]
            first, end = few.got
            assert (first.json["severity"], end.json["severity"]) == ("critical", "ok")
            assert first.json["subject"].startswith("[c1] CRITICAL cn0001 hot: 99 °C")
            assert first.json["groups"][0]["over_at"] is None
            assert end.json["groups"][0]["over_at"] > end.json["groups"][0]["began_at"]
            assert first.headers["Idempotency-Key"] != end.headers["Idempotency-Key"]

    asyncio.run(story())


def test_a_message_that_was_refused_comes_again_as_it_was_with_its_key(tmp_path: Path) -> None:
    async def story() -> None:
        with hook() as it_gets:
            it_gets.status, it_gets.body = 503, b"busy"
            config = cluster_config(
                tmp_path, 3, alerts=AlertsConfig(channel=(ChannelConfig("h", "webhook", url=it_gets.url),))
            )
            async with running(config) as it:
                await it.alerts.reload(config)
                await pass_hot(it, 60, {})
                await pass_hot(it, 95, {1: 99.0})
                assert it.rows("SELECT error FROM messages") == [
                    (f"127.0.0.1:{it_gets.port} answered 503 Service Unavailable: busy",)
                ]
                it_gets.status = 200
                await pass_hot(it, 60, {1: 99.0})
                assert it.rows("SELECT tries > 1, sent_at IS NOT NULL, error FROM messages") == [(1, 1, None)]
            assert len({got.body for got in it_gets.got}) == 1
            assert len({got.headers["Idempotency-Key"] for got in it_gets.got}) == 1

    asyncio.run(story())


class Robot(Letterbox):
    """Accepts 20 messages per minute."""

    per_minute = 20


def test_a_robot_gets_no_more_per_minute_than_it_accepts_and_waiting_is_not_a_failed_try() -> None:
    async def story() -> None:
        now = NOW
        robot, shelf = Robot(lambda: now), Shelf()
        for number in range(30):
            shelf.put(Shelved(Message("mail", "hot", (), "s", "b", NOW, NOW, str(number))))
        outbox = Outbox(shelf, lambda: {"mail": robot}, lambda: now, pace=Pace(lambda: float(now)))
        await outbox.send_due()
        now += 55
        await outbox.send_due()
        assert len(robot.letters) == 20
        assert {each.message.tries for each in shelf.all()} == {0}
        now += 5
        await outbox.send_due()
        assert sorted(int(letter.key) for _, letter in robot.letters) == list(range(30))

    asyncio.run(story())
