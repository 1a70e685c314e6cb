"""The alerts of the running panel: checked every five seconds, stored, sent."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from minipanel.alerts.announce import News, due
from minipanel.alerts.announcer import Audience, Draft, Untold, draft, keep
from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.made import audiences_of, channels_of
from minipanel.alerts.config import ALERTS, SMTP, AlertsConfig
from minipanel.alerts.current import Current
from minipanel.alerts.findings import copies_of, findings_of
from minipanel.alerts.heartbeat import EVERY_SECONDS, Heartbeat
from minipanel.alerts.message import Teller, is_told_end
from minipanel.alerts.outbox import Channel, Outbox
from minipanel.alerts.pace import Pace
from minipanel.alerts.post import Post
from minipanel.alerts.probe import Connect, connect
from minipanel.alerts.rules.all import BY_NAME, RULES, of_known_rules
from minipanel.alerts.series import alert_families
from minipanel.alerts.shelf import Shelf, Shelved
from minipanel.alerts.sight import TICK_SECONDS, Sight
from minipanel.alerts.silences import Silences
from minipanel.alerts.slices import in_slices
from minipanel.alerts.watch import AGAIN_SECONDS, Changes, Setting, Watch
from minipanel.alerts.words import Language
from minipanel.config import Config
from minipanel.database import alerts as sql
from minipanel.errors import DatabaseError, TryLater
from minipanel.models.alert import Alert, Severity
from minipanel.models.alert_answers import Finding, Findings
from minipanel.models.node import Node
from minipanel.services.exposition import Family
from minipanel.services.panel import Panel
from minipanel.services.retention import SteadyLooks

log = logging.getLogger(__name__)

LEVELS: Mapping[Severity, int] = {"critical": logging.CRITICAL, "warning": logging.WARNING, "info": logging.INFO}
FORGET_SECONDS = 600.0
TRY_AGAIN_SECONDS = 30.0
"""After a failure to store something, this long passes before alerts are tried again."""

KEEP_SECONDS = 400 * 86400
SENT_SECONDS = 7 * 86400
"""How long closed alerts and sent messages are kept."""

LOOKED_SECONDS = 30.0
WRITER_SECONDS = 20.0
"""The heartbeat stops if the last check is older than the first, or the database takes longer than the second."""


class Alerts:
    """What is wrong now. One task checks and stores, another sends; neither blocks the event loop."""

    def __init__(self, panel: Panel, connect: Connect = connect) -> None:
        self._panel = panel
        self.sight = Sight(panel, connect)
        self.watch = Watch([])
        self.silences = Silences()
        self._reading = asyncio.Lock()
        self._config = AlertsConfig()
        self.channels: dict[str, Channel] = {}
        self._audiences: list[Audience] = []
        self._untold: list[Alert] = []
        self._raised: dict[int, Alert] = {}
        self._dirty: dict[int, Alert] = {}
        self._current = Current(self._find)
        self._forget_at = 0.0
        self._looks = SteadyLooks()
        self._was_ever = False
        self._told_at: dict[str, int] = {}
        self.pace = Pace()
        self._post = Post(panel)
        self.outbox = Outbox(self._post, lambda: self.channels, panel.clock, pace=self.pace)
        self._shelf = Shelf()
        self.unkept = Outbox(self._shelf, lambda: self.channels, panel.clock, pace=self.pace)
        self.heartbeat = Heartbeat(panel.clock, self._is_well)
        self._looked_at = -math.inf
        self._tasks: list[asyncio.Task[None]] = []
        panel.scrape.add(self.families)

    async def start(self, is_looking: bool = True) -> None:
        """Load the alerts that were open before the start, and begin to check. Raises DatabaseError or TryLater.

        `is_looking`: False if the caller calls `tick` itself.
        """
        now = int(self._panel.clock())
        recent: list[Alert] = await self._panel.ingest.run(
            lambda connection: sql.recent_alerts(connection, now - AGAIN_SECONDS)
        )
        self._told_at = await self._panel.ingest.run(sql.last_made)
        last_id = await self._panel.ingest.run(sql.last_id)
        self._was_ever = last_id > 0
        self.watch = Watch([], recent, last_id)
        self._untold = [
            alert for alert in of_known_rules(recent) if alert.closed_at is not None and alert.end_told_at is None
        ]
        await self.reload(self._panel.config)
        if is_looking:
            loops = (self._look_on(), self._send_on(self.outbox), self._send_on(self.unkept), self._beat_on())
            self._tasks = [asyncio.create_task(each) for each in loops]

    async def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        self._config = config.of(ALERTS)
        nodes = self._panel.directory.nodes
        self.sight.replace(nodes)
        self.watch.replace(settings_of(self._config, nodes))
        made = channels_of(self._config, config.of(SMTP), config.server.port)
        # An unchanged channel is kept, with its state.
        self.channels = {name: old if (old := self.channels.get(name)) == new else new for name, new in made.items()}
        self._audiences = audiences_of(self._config, nodes)
        self.heartbeat.replace(self._config.heartbeat, Caller(config.server.port))
        await self.read_silences()

    async def read_silences(self) -> None:
        """Load the silences from the database."""
        now = int(self._panel.clock())
        async with self._reading:  # otherwise an older result might replace a newer one
            kept = await self._panel.ingest.run(lambda connection: sql.silences(connection, now))
            self.silences = await asyncio.to_thread(Silences, kept, self._panel.directory.nodes, self.silences)
        self._current.touch()

    def families(self) -> list[Family]:
        """Return the series about alerts for a scrape."""
        names = {node.id: node.hostname for node in self._panel.directory.nodes}
        return alert_families(self.watch.open(), names, self._post.count)

    async def close(self) -> None:
        """Stop checking and sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.outbox.close()
        await self.unkept.close()
        await self.sight.close()

    async def tick(self) -> None:
        """Check once, store what changed, and decide what to report. Raises DatabaseError or TryLater."""
        cluster = self.sight.look()
        self._panel.pulse.note_look()
        changes = await in_slices(self.watch.steps(cluster, self.sight.is_clear()))
        self._take(changes, cluster.now)
        self._current.look(self.silences.lasting(cluster.now), changes.is_worse, cluster.uptime)
        news = due(
            [*self.watch.open(), *self._untold],
            self._told_at,
            lambda alert: self.silences.of(alert, cluster.now) is not None,
            cluster.now,
            self._raised.values(),
        )
        try:
            ingest = self._panel.ingest
            if ingest.failing_seconds() > 0 and ingest.seconds_since_failure() < TRY_AGAIN_SECONDS:
                # Unstored news is sent at once only if it is about the panel's own trouble.
                own = {
                    rule: News(each.begun, each.ended)
                    for rule, each in news.items()
                    if BY_NAME[rule].is_about_panel and (each.begun or each.ended)
                }
                await self._say_unkept(own, cluster.now)
                return
            if self._dirty or news or self._shelf.all():
                await self._keep(news, cluster.now)
            self._looked_at = cluster.uptime
            if cluster.uptime >= self._forget_at:
                self._forget_at = cluster.uptime + FORGET_SECONDS
                await self._forget(cluster.now)
        finally:
            if self._current.take_change():
                self._panel.broadcast.put("findings", msgspec.json.encode(await self.findings()))

    async def _forget(self, now: int) -> None:
        """Delete what has been old by this clock for an hour: a clock that is wrong for a moment deletes nothing."""
        steady = self._looks.at(now)
        if steady is not None:
            await self._panel.ingest.run(
                lambda connection: sql.forget_alerts(connection, steady - KEEP_SECONDS, steady - SENT_SECONDS)
            )

    def _take(self, changes: Changes, now: int) -> None:
        for alert in (*changes.opened, *changes.closed, *changes.changed):
            self._dirty[id(alert)] = alert
        self._raised |= {alert.id: alert for alert in changes.raised}
        if changes:
            self._was_ever = True
            self._current.touch()
        for alert in changes.closed:
            self._raised.pop(alert.id, None)
            is_known = alert.acked_at is not None or alert.severity == "info"
            is_quiet = is_known or self.silences.of(alert, now) is not None
            if alert.is_dropped or (alert.announced_at is None and is_quiet):
                alert.end_told_at = now
            else:
                self._untold.append(alert)

    async def findings(self) -> Findings:
        """Return what is wrong now."""
        now = int(self._panel.clock())
        return Findings(now, self._was_ever, await self._current.findings())

    async def _find(self) -> list[Finding]:
        now, silences = int(self._panel.clock()), self.silences
        alerts = await in_slices(copies_of(of_known_rules(self.watch.open())))
        english, chinese = self.teller("en"), self.teller("zh")
        return await asyncio.to_thread(findings_of, alerts, english, chinese, lambda alert: silences.of(alert, now))

    async def take_on(self, alerts: Sequence[Alert], who: str, note: str | None) -> None:
        """Acknowledge open alerts for somebody. Raises DatabaseError or TryLater."""
        now, before = int(self._panel.clock()), [(each.acked_at, each.acked_by, each.note) for each in alerts]
        for alert in alerts:
            alert.acked_at, alert.acked_by, alert.note = now, who, note
        ids = [alert.id for alert in alerts]
        try:
            await self._panel.ingest.run(lambda connection: sql.acknowledge(connection, ids, now, who, note))
        except BaseException:
            for alert, (at, by, text) in zip(alerts, before, strict=True):
                alert.acked_at, alert.acked_by, alert.note = at, by, text
                self._dirty[id(alert)] = alert  # it may have been stored anyway
            raise
        self._current.touch()

    async def _keep(self, news: Mapping[str, News], now: int) -> None:
        """Store what changed, and the messages about it, in one transaction."""
        untold = await self._untold_to_channels(news) if news and self._audiences else Untold()
        shelved = self._shelf.all(but=self.unkept.under_way)
        with (
            self.outbox.holding([message.key for message in untold.waiting]),
            self.unkept.holding([each.message.key for each in shelved]),
        ):
            drafts, lines = await self._drafts(news, untold, now) if news else ([], [])
            begun, ended = _of(news)
            _mark_told(begun, ended, now)
            changed = {id(alert): alert for alert in (*begun, *ended)}
            dirty, self._dirty = {**self._dirty, **changed}, {}
            try:
                await self._panel.ingest.run(keep(list(dirty.values()), drafts, shelved, now))
            except BaseException:
                self._dirty = {**dirty, **self._dirty}
                for alert in begun:
                    alert.announced_at = alert.end_told_at = None
                for alert in ended:
                    alert.end_told_at = None
                raise
        self._shelf.drop(shelved)
        for alert in (alert for each in news.values() for alert in (*each.begun, *each.raised)):
            self._raised.pop(alert.id, None)
        self._told(news, lines, now)

    async def _say_unkept(self, news: Mapping[str, News], now: int) -> None:
        """Notify people although nothing can be stored: that is what the message is about."""
        if not news:
            return
        drafts, lines = await self._drafts(news, Untold(told=None), now)
        for each in drafts:
            self._shelf.put(Shelved(each.message(now)))
        begun, ended = _of(news)
        _mark_told(begun, ended, now)
        self._dirty.update({id(alert): alert for alert in (*begun, *ended)})
        self._told(news, lines, now)

    def _told(self, news: Mapping[str, News], lines: Sequence[tuple[int, str]], now: int) -> None:
        self._told_at.update(dict.fromkeys(news, now))
        for level, line in lines:
            log.log(level, "%s", line)
        self._untold = [alert for alert in self._untold if alert.end_told_at is None]

    async def _untold_to_channels(self, news: Mapping[str, News]) -> Untold:
        """Return the messages that wait about these rules, and what was sent about alerts that are over."""
        known = {alert.id for each in news.values() for alert in (*each.ended, *each.raised)}

        def look(connection: sqlite3.Connection) -> Untold:
            waiting = [message for message in sql.waiting_messages(connection) if message.rule in news]
            ids = {id for message in waiting for id in message.alerts}
            alerts = {alert.id: alert for alert in sql.alerts_of(connection, ids)}
            return Untold(waiting, alerts, sql.told_alerts(connection, ids | known))

        found: Untold = await self._panel.ingest.run(look)
        free = [message for message in found.waiting if message.key not in self.outbox.under_way]
        return replace(found, waiting=free)

    async def _drafts(
        self, news: Mapping[str, News], untold: Untold, now: int
    ) -> tuple[list[Draft], list[tuple[int, str]]]:
        """Return the messages to the channels, and the lines for the journal with their levels."""
        teller = self.teller()

        def make() -> tuple[list[Draft], list[tuple[int, str]]]:
            lines = [
                (LEVELS["info" if is_told_end(group[0]) else group[0].severity], teller.headed(group, now))
                for about in news.values()
                for group in teller.groups((*about.begun, *about.ended, *about.raised))
            ]
            drafts = [
                each
                for rule, about in news.items()
                for each in draft(self._audiences, rule, about, untold, teller, now)
            ]
            return drafts, lines

        return await asyncio.to_thread(make)

    @property
    def config(self) -> AlertsConfig:
        """The present [alerts]."""
        return self._config

    def teller(self, language: Language | None = None) -> Teller:
        """Return a Teller for the present state, by default in the language of messages."""
        names = {node.id: node.hostname for node in self._panel.directory.nodes}
        rules = {rule.name: rule.words for rule in RULES}
        name = self._config.name or socket.gethostname()
        return Teller(
            name,
            language or self._config.language,
            names,
            rules,
            self._panel.config.server.url,
            sensor_of=self._panel.live.sensor,
        )

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await _tried(self.tick)

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(2 * TICK_SECONDS)  # let the first check finish
            await _tried(self.heartbeat.beat)
            await asyncio.sleep(EVERY_SECONDS - 2 * TICK_SECONDS)

    async def _is_well(self) -> bool:
        """Return whether the last checks finished, and the database accepts writes."""
        if self._panel.uptime() - self._looked_at > LOOKED_SECONDS or self._panel.ingest.failing_seconds() > 0:
            return False
        try:
            async with asyncio.timeout(WRITER_SECONDS):
                await self._panel.ingest.run(sql.last_id)  # shows that the one writer has time
        except TimeoutError:
            return False
        return True

    async def _send_on(self, outbox: Outbox) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await _tried(outbox.send_due)


def settings_of(config: AlertsConfig, nodes: Sequence[Node]) -> list[Setting]:
    """Return the rules with their settings: for each rule, settings for some nodes first, then the one for all."""
    if not config.enabled:
        return []
    ids = {name.lower(): node.id for node in nodes for name in (node.hostname, node.name)}
    settings = []
    for rule in RULES:
        own = [each for each in config.rule if each.name == rule.name]
        narrow = [each for each in own if each.nodes is not None]
        whole = [each for each in own if each.nodes is None]
        for each in (*narrow, *whole):
            about = None
            if each.nodes is not None:
                about = frozenset(ids[name.lower()] for name in each.nodes if name.lower() in ids)
            settings.append(Setting(rule, each.parameters, each.severity, about, each.is_on))
        if not whole:
            settings.append(Setting(rule, rule.parameters(), rule.severity))
    return settings


def _of(news: Mapping[str, News]) -> tuple[list[Alert], list[Alert]]:
    begun = [alert for each in news.values() for alert in each.begun]
    return begun, [alert for each in news.values() for alert in each.ended]


def _mark_told(begun: Sequence[Alert], ended: Sequence[Alert], now: int) -> None:
    for alert in begun:
        alert.announced_at = now
        alert.end_told_at = now if alert.closed_at is not None else None
    for alert in ended:
        alert.end_told_at = now


async def _tried(work: Callable[[], object]) -> None:
    try:
        await work()  # type: ignore[misc]
    except (DatabaseError, TryLater) as error:
        log.debug("%s", error)  # ingest reports the same trouble
    except Exception:
        log.exception("Looking for alerts failed; it is tried again.")
