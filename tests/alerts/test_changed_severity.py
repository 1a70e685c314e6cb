"""A rule's severity is edited while alerts of it are open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from minipanel.alerts.channel_config import ChannelConfig
from minipanel.alerts.config import AlertsConfig, RuleConfig
from minipanel.alerts.desk import Desk
from minipanel.alerts.rules.hot import HotParameters
from minipanel.models.alert import Severity
from tests.alerts.running import START, Letterbox, Running, cluster_config, running

NIGHT = ChannelConfig("night", "mail", ("night@example.org",), severity="critical")


def edited(severity: Severity, channel: ChannelConfig | None = NIGHT) -> AlertsConfig:
    """[alerts] with mail for all, a channel for what is critical, and this severity of the rule `hot`."""
    rule = RuleConfig("hot", None, severity, is_on=True, parameters=HotParameters())
    return AlertsConfig(name="c1", mail=("ops@example.org",), channel=(channel,) if channel else (), rule=(rule,))


async def reload(it: Running, alerts: AlertsConfig) -> Callable[[], list[str]]:
    """Apply it; return a function that returns what the channel `night` gets from then on."""
    await it.alerts.reload(replace(it.panel.config, rooms={"alerts": alerts}))
    night = Letterbox(it.panel.clock)
    it.alerts.channels = {"mail": it.post, "night": night}
    return lambda: [letter.subject.partition(",")[0] for _, letter in night.letters]


def play(folder: Path, severity: Severity, *stories: Callable[[Running], Awaitable[None]]) -> None:
    """Tell each story with a panel of its own, the second being started 1,000 s later with the same database."""

    async def run() -> None:
        for place, story in enumerate(stories):
            config = cluster_config(folder, 3, alerts=edited(severity))
            async with running(config, START + 1000 * place) as it:
                await story(it)

    asyncio.run(run())


async def heat(it: Running) -> None:
    """Let node 1 become hot, and people hear of it."""
    await it.pass_seconds(90)
    it.odd = {1: {"cpu_temp": 99.0}}
    await it.pass_seconds(150)


async def severities(it: Running) -> tuple[list[str], list[str], list[str]]:
    """The severity of the open alert in the findings, in the answer of one alert, and in the database."""
    (finding,) = (await it.alerts.findings()).findings
    answer = await Desk(it.panel, it.alerts).alert(finding.alerts[0])
    assert answer is not None
    return [finding.severity], [answer.severity], [row[0] for row in it.rows("SELECT severity FROM alerts")]


def test_a_raised_severity_reaches_an_open_alert_and_the_channels_that_have_not_had_it(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        night = await reload(it, edited("warning"))
        await heat(it)
        assert (len(it.subjects), night()) == (1, [])
        night = await reload(it, edited("critical"))
        await it.pass_seconds(600)
        assert await severities(it) == (["critical"], ["critical"], ["critical"])
        assert night() == ["[c1] CRITICAL cn0001 hot: 99 °C"]
        assert len(it.subjects) == 1
        it.odd = {}
        await it.pass_seconds(900)
        assert [len(it.subjects), len(night())] == [2, 2]
        assert night()[1].startswith("[c1] OK cn0001")

    play(tmp_path, "warning", story)


def test_a_lowered_severity_is_told_to_nobody_and_who_got_the_beginning_gets_the_end(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await reload(it, edited("critical"))
        await heat(it)
        night = await reload(it, edited("warning"))
        await it.pass_seconds(600)
        assert await severities(it) == (["warning"], ["warning"], ["warning"])
        assert (len(it.subjects), night()) == (1, [])
        it.odd = {}
        await it.pass_seconds(900)
        assert len(it.subjects) == 2
        assert [subject[:14] for subject in night()] == ["[c1] OK cn0001"]

    play(tmp_path, "critical", story)


def test_an_alert_raised_from_info_is_announced(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await reload(it, edited("info"))
        await heat(it)
        assert it.subjects == []
        night = await reload(it, edited("critical"))
        await it.pass_seconds(60)
        assert (len(it.subjects), len(night())) == (1, 1)

    play(tmp_path, "info", story)


def test_a_silenced_alert_that_was_raised_is_announced_when_the_silence_ends(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await reload(it, edited("warning"))
        await heat(it)
        await Desk(it.panel, it.alerts).silence("cn0001", (), it.now + 900, "fan", "alice")
        night = await reload(it, edited("critical"))
        await it.pass_seconds(600)
        assert night() == []
        await it.pass_seconds(330)
        assert night() == ["[c1] CRITICAL cn0001 hot: 99 °C"]

    play(tmp_path, "warning", story)


def test_an_acknowledged_alert_that_is_raised_is_announced_to_nobody(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await reload(it, edited("warning"))
        await heat(it)
        assert await Desk(it.panel, it.alerts).acknowledge([1], "alice", "") == 1
        night = await reload(it, edited("critical"))
        await it.pass_seconds(900)
        assert (len(it.subjects), night()) == (1, [])

    play(tmp_path, "warning", story)


def test_a_severity_that_was_edited_while_the_panel_was_stopped_counts_from_its_start(tmp_path: Path) -> None:
    async def first(it: Running) -> None:
        await reload(it, edited("warning"))
        await heat(it)

    async def after(it: Running) -> None:
        it.odd = {1: {"cpu_temp": 99.0}}
        night = await reload(it, edited("critical"))
        await it.pass_seconds(120)
        assert (await severities(it))[2] == ["critical"]
        assert night() == ["[c1] CRITICAL cn0001 hot: 99 °C"]

    play(tmp_path, "warning", first, after)
