"""Findings of the running panel: looked for every five seconds, kept, told."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from minipanel.alerts.announce import News, due
from minipanel.alerts.announcer import Audience, Draft, draft, keep
from minipanel.alerts.channels.mail import Mail, MailServer
from minipanel.alerts.config import ALERTS, SMTP, AlertsConfig
from minipanel.alerts.findings import findings_of
from minipanel.alerts.message import Teller, groups_of, is_told_end
from minipanel.alerts.outbox import Channel, Outbox
from minipanel.alerts.post import Post
from minipanel.alerts.probe import Connect, connect
from minipanel.alerts.rules.all import RULES
from minipanel.alerts.sight import TICK_SECONDS, Sight
from minipanel.alerts.silences import Silences
from minipanel.alerts.watch import AGAIN_SECONDS, Changes, Setting, Watch
from minipanel.alerts.words import Language
from minipanel.config import Config
from minipanel.database import alerts as sql
from minipanel.errors import DatabaseError, TryLater
from minipanel.models.alert import Alert, Severity
from minipanel.models.alert_answers import Finding, Findings
from minipanel.models.node import Node
from minipanel.services.panel import Panel

log = logging.getLogger(__name__)

LEVELS: Mapping[Severity, int] = {"critical": logging.CRITICAL, "warning": logging.WARNING, "info": logging.INFO}
FORGET_SECONDS = 3600.0
KEEP_SECONDS = 400 * 86400
SENT_SECONDS = 7 * 86400
"""For so long alerts that are over are kept, and messages that were sent."""

MAIL_CHANNEL = "mail"


class Alerts:
    """What is wrong now. One task looks and keeps, one sends; neither holds the event loop."""

    def __init__(self, panel: Panel, connect: Connect = connect) -> None:
        self._panel = panel
        self.sight = Sight(panel, connect)
        self.watch = Watch([])
        self.silences = Silences()
        self._config = AlertsConfig()
        self.channels: dict[str, Channel] = {}
        self._audiences: list[Audience] = []
        self._untold: list[Alert] = []
        self._dirty: dict[int, Alert] = {}
        self._version = self._shown = 0
        self._forget_at = 0.0
        self._findings: tuple[int, list[Finding]] | None = None
        self._was_ever = False
        self._told_at: dict[str, int] = {}
        self._outbox = Outbox(Post(panel), lambda: self.channels, panel.clock)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, is_looking: bool = True) -> None:
        """Take over what was open before the start, and look from now on. Raises DatabaseError or TryLater.

        is_looking: False where somebody else calls `tick`.
        """
        now = int(self._panel.clock())
        recent: list[Alert] = await self._panel.ingest.run(
            lambda connection: sql.recent_alerts(connection, now - AGAIN_SECONDS)
        )
        self._told_at = await self._panel.ingest.run(sql.last_made)
        self._was_ever = bool(recent) or await self._panel.ingest.run(sql.has_any)
        self.watch = Watch([], recent)
        self._untold = [alert for alert in recent if alert.closed_at is not None and alert.end_told_at is None]
        await self.reload(self._panel.config)
        if is_looking:
            self._tasks = [asyncio.create_task(self._look_on()), asyncio.create_task(self._send_on())]

    async def reload(self, config: Config) -> None:
        """Take over a changed configuration."""
        self._config = config.of(ALERTS)
        nodes = self._panel.directory.nodes
        self.sight.replace(nodes)
        self.watch.replace(settings_of(self._config, nodes))
        smtp = config.of(SMTP)
        server = MailServer(
            smtp.host, smtp.port, smtp.security, smtp.sender or "", smtp.username, smtp.password_file, smtp.ca_file
        )
        self.channels = {MAIL_CHANNEL: Mail(MAIL_CHANNEL, self._config.mail, server)} if self._config.mail else {}
        self._audiences = [Audience(name) for name in self.channels]
        await self.read_silences()

    async def read_silences(self) -> None:
        """Take over the silences that are kept."""
        now = int(self._panel.clock())
        kept = await self._panel.ingest.run(lambda connection: sql.silences(connection, now))
        self.silences.replace(kept, self._panel.directory.nodes)
        self._version += 1

    async def close(self) -> None:
        """Look and send no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sight.close()

    async def tick(self) -> None:
        """Look once, keep what changed, and decide what is told. Raises DatabaseError or TryLater."""
        cluster = self.sight.look()
        changes = self.watch.tick(cluster, self.sight.is_clear())
        self._take(changes, cluster.now)
        news = due(
            [*self.watch.open(), *self._untold],
            self._told_at,
            lambda alert: self.silences.of(alert, cluster.now) is not None,
            cluster.now,
        )
        if self._dirty or news:
            await self._keep(news, cluster.now)
        if cluster.uptime >= self._forget_at:
            self._forget_at = cluster.uptime + FORGET_SECONDS
            await self._panel.ingest.run(
                lambda connection: sql.forget_alerts(connection, cluster.now - KEEP_SECONDS, cluster.now - SENT_SECONDS)
            )
        if self._shown != self._version:
            self._shown = self._version
            self._panel.broadcast.put("findings", msgspec.json.encode(await self.findings()))

    def _take(self, changes: Changes, now: int) -> None:
        for alert in (*changes.opened, *changes.closed, *changes.changed):
            self._dirty[id(alert)] = alert
        if changes:
            self._was_ever = True
            self._version += 1
        for alert in changes.closed:
            is_known = alert.acked_at is not None or alert.severity == "info"
            is_quiet = is_known or self.silences.of(alert, now) is not None
            if alert.is_dropped or (alert.announced_at is None and is_quiet):
                alert.end_told_at = now
            else:
                self._untold.append(alert)

    def touch(self) -> None:
        """Have findings made anew: something of them was changed."""
        self._version += 1

    async def findings(self) -> Findings:
        """Return what is wrong now. Made anew when something has changed."""
        now = int(self._panel.clock())
        if self._findings is None or self._findings[0] != self._version:
            version, alerts = self._version, [replace(alert) for alert in self.watch.open()]
            english, chinese = self.teller("en"), self.teller("zh")
            found = await asyncio.to_thread(
                findings_of, alerts, english, chinese, lambda alert: self.silences.of(alert, now)
            )
            self._findings = (version, found)
        return Findings(now, self._was_ever, self._findings[1])

    async def _keep(self, news: Mapping[str, News], now: int) -> None:
        drafts, lines = await self._drafts(news, now) if news else ([], [])
        begun = [alert for each in news.values() for alert in each.begun]
        ended = [alert for each in news.values() for alert in each.ended]
        for alert in begun:
            alert.announced_at = now
            alert.end_told_at = now if alert.closed_at is not None else None
        for alert in ended:
            alert.end_told_at = now
        dirty = list({**self._dirty, **{id(alert): alert for alert in (*begun, *ended)}}.values())
        try:
            ids = await self._panel.ingest.run(keep(dirty, drafts, now))
        except BaseException:
            for alert in begun:
                alert.announced_at = alert.end_told_at = None
            for alert in ended:
                alert.end_told_at = None
            raise
        for alert, number in zip(dirty, ids, strict=True):
            alert.id = number
        for alert in dirty:
            self._dirty.pop(id(alert), None)
        self._told_at.update(dict.fromkeys(news, now))
        for level, line in lines:
            log.log(level, "%s", line)
        self._untold = [alert for alert in self._untold if alert.end_told_at is None]

    async def _drafts(self, news: Mapping[str, News], now: int) -> tuple[list[Draft], list[tuple[int, str]]]:
        """Return the messages to the channels, and the lines for the journal with their levels."""
        waiting = await self._panel.ingest.run(sql.waiting_messages) if self._audiences else []
        earlier_ids = {id for message in waiting if message.tries for id in message.alerts}
        earlier = {}
        if earlier_ids:
            found: list[Alert] = await self._panel.ingest.run(lambda connection: sql.alerts_of(connection, earlier_ids))
            earlier = {alert.id: alert for alert in found}
        teller = self.teller()

        def make() -> tuple[list[Draft], list[tuple[int, str]]]:
            lines = [
                (LEVELS["info" if is_told_end(group[0]) else group[0].severity], teller.headed(group, now))
                for about in news.values()
                for group in groups_of((*about.begun, *about.ended))
            ]
            drafts = [
                each
                for rule, about in news.items()
                for each in draft(
                    self._audiences,
                    rule,
                    about,
                    waiting,
                    lambda ids: [earlier[id] for id in ids if id in earlier],
                    teller,
                    now,
                )
            ]
            return drafts, lines

        return await asyncio.to_thread(make)

    def teller(self, language: Language | None = None) -> Teller:
        """Return who says things now, in a language, or in that of messages."""
        names = {node.id: node.hostname for node in self._panel.directory.nodes}
        rules = {rule.name: rule.words for rule in RULES}
        name = self._config.name or socket.gethostname()
        return Teller(name, language or self._config.language, names, rules, self._panel.config.server.url)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await _tried(self.tick)

    async def _send_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await _tried(self._outbox.send_due)


def settings_of(config: AlertsConfig, nodes: Sequence[Node]) -> list[Setting]:
    """Return the rules as they are set: for each, what is for some nodes first, then what is for all."""
    if not config.enabled:
        return []
    ids = {name.lower(): node.id for node in nodes for name in (node.hostname, node.name)}
    settings = []
    for rule in RULES:
        own = [each for each in config.rule if each.name == rule.name]
        narrow = [each for each in own if each.nodes is not None]
        whole = [each for each in own if each.nodes is None]
        for each in (*narrow, *whole[-1:]):
            about = None
            if each.nodes is not None:
                about = frozenset(ids[name.lower()] for name in each.nodes if name.lower() in ids)
            settings.append(Setting(rule, each.parameters, each.severity, about, each.is_on))
        if not whole:
            settings.append(Setting(rule, rule.parameters(), rule.severity))
    return settings


async def _tried(work: Callable[[], object]) -> None:
    try:
        await work()  # type: ignore[misc]
    except (DatabaseError, TryLater) as error:
        log.debug("%s", error)  # the ingest reports the same trouble
    except Exception:
        log.exception("Looking for alerts failed; it is tried again.")
