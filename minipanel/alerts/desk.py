"""What people do with alerts: look back, acknowledge, silence, test a channel."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Sequence
from copy import copy

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.channel_config import MAIL_CHANNEL, ChannelConfig
from minipanel.alerts.explain import explain
from minipanel.alerts.history import LIMIT, Asked, answer
from minipanel.alerts.outbox import STUCK_SECONDS, Letter, NotSent, in_thread
from minipanel.alerts.rules.all import BY_NAME, of_known_rules
from minipanel.alerts.slices import in_slices
from minipanel.database import alerts as sql
from minipanel.errors import BadInput
from minipanel.models.alert import Alert, Message, Silence
from minipanel.models.alert_answers import (
    AlertAnswer,
    AlertsAnswer,
    ChannelAnswer,
    ChannelsAnswer,
    Explained,
    HeartbeatAnswer,
)
from minipanel.models.node import Node
from minipanel.models.nodeset import expand, fold
from minipanel.models.quote import quote
from minipanel.services.panel import Panel

MAX_SILENCES = 1000
MAX_SILENCE_SECONDS = 400 * 86400
MAX_WORDS = 200


class Desk:
    """What people can do. Every method raises DatabaseError or TryLater if the database can't be used now."""

    def __init__(self, panel: Panel, alerts: Alerts) -> None:
        self._panel = panel
        self._alerts = alerts

    async def history(self, asked: Asked) -> AlertsAnswer:
        """Return the requested alerts, newest first."""
        found = await self._read(
            lambda connection: sql.alerts_between(
                connection, asked.start, asked.end, asked.state, asked.node_ids, asked.rule, LIMIT + 1
            )
        )
        now = [self._as_now(alert) for alert in of_known_rules(found[:LIMIT])]
        english, chinese = self._alerts.teller("en"), self._alerts.teller("zh")
        # A thousand sentences in two languages: not on the event loop.
        answers = await asyncio.to_thread(lambda: [answer(alert, english, chinese) for alert in now])
        return AlertsAnswer(answers, len(found) > LIMIT, list(BY_NAME))

    async def alert(self, alert_id: int) -> AlertAnswer | None:
        """Return one alert; None if none has this id."""
        stored = await self._read(lambda connection: sql.alerts_of(connection, [alert_id]))
        # One that has just opened is listed before it is stored.
        found = of_known_rules(stored or [each for each in self._alerts.watch.open() if each.id == alert_id])
        if not found:
            return None
        return answer(self._as_now(found[0]), self._alerts.teller("en"), self._alerts.teller("zh"))

    def _as_now(self, stored: Alert) -> Alert:
        """Return a copy of an alert as it is now: its value is not stored each time that it becomes worse."""
        alert = self._alerts.watch.alert(stored.rule, stored.node_id)
        return copy(alert) if alert is not None and alert.id == stored.id else stored

    async def _read(self, work: Callable[[sqlite3.Connection], list[Alert]]) -> list[Alert]:
        """Read beside the writer: 400,000 alerts take a second, and samples must not wait for that."""
        return await self._panel.reading.do(self._panel.store.reader.ask, work)

    async def explain(self, node: Node) -> Explained:
        """Return how each rule judges a node."""
        alerts = self._alerts
        tellers = alerts.teller("en"), alerts.teller("zh")
        return await in_slices(explain(node, alerts.sight.cluster(), alerts.watch, alerts.silences, tellers))

    async def acknowledge(self, ids: Collection[int], who: str, note: str) -> int:
        """Acknowledge open alerts for somebody. Returns how many of them were open."""
        if len(note) > MAX_WORDS:
            raise BadInput("note has {count} characters; at most {most} are allowed.", count=len(note), most=MAX_WORDS)
        wanted = set(ids)
        chosen = [alert for alert in self._alerts.watch.open() if alert.id in wanted]
        await self._alerts.take_on(chosen, who, note or None)
        return len(chosen)

    def silences(self) -> list[Silence]:
        """Return the silences in force."""
        return self._alerts.silences.lasting(int(self._panel.clock()))

    async def silence(self, nodes: str, rules: Sequence[str], until: int, why: str, who: str) -> Silence:
        """Store a silence. Raises BadInput for invalid nodes, rules or times."""
        now = int(self._panel.clock())
        # A set may name 100,000 nodes: not on the event loop.
        nodes = await asyncio.to_thread(self._known_set, nodes)
        check_silence(rules, until, why, now)
        if len(self.silences()) >= MAX_SILENCES:
            raise BadInput("{most} silences are already active; end some first.", most=MAX_SILENCES)
        wanted = Silence(nodes, tuple(rules), now, until, why.strip(), who)
        kept: Silence = await self._panel.ingest.run(lambda connection: sql.put_silence(connection, wanted))
        await self._alerts.read_silences()
        return kept

    def _known_set(self, nodes: str) -> str:
        """Return a node set with its groups expanded. Raises BadInput, also if no node is configured, and NotFound."""
        nodes = self._panel.groups.without_groups(nodes)
        if not any(self._panel.directory.find(name) for name in expand(nodes)):
            raise BadInput("nodes is {text}; none of them is configured.", text=quote(nodes))
        return nodes

    async def end_silence(self, silence_id: int) -> bool:
        """End a silence now. Returns False if there is no such silence, or it is over."""
        now = int(self._panel.clock())
        was_there: bool = await self._panel.ingest.run(lambda connection: sql.end_silence(connection, silence_id, now))
        await self._alerts.read_silences()
        return was_there

    async def waiting(self) -> list[Message]:
        """Return the messages that wait to be sent."""
        waiting: list[Message] = await self._panel.ingest.run(sql.waiting_messages)
        return waiting

    async def channels(self, with_errors: bool) -> ChannelsAnswer:
        """Return the channels and what waits for each. `with_errors`: include the other sides' answers."""
        waiting = await self.waiting()
        alerts, beat = self._alerts.config, self._alerts.heartbeat
        first = [ChannelConfig(MAIL_CHANNEL, "mail", alerts.mail)] if alerts.mail else []

        def make() -> list[ChannelAnswer]:
            return [
                _channel(each, [message for message in waiting if message.channel == each.name], with_errors)
                for each in (*first, *alerts.channel)
            ]

        channels = await asyncio.to_thread(make)  # folds a large node set
        heartbeat = HeartbeatAnswer(beat.reached_at, beat.failing_since, beat.error if with_errors else None)
        return ChannelsAnswer(channels, heartbeat if beat.is_set else None)

    async def test(self, name: str, who: str) -> str:
        """Send a message through a channel at once; return the other side's answer.

        Raises BadInput if there is no such channel, NotSent with what went wrong.
        """
        channels = self._alerts.channels
        channel = channels.get(name)
        if channel is None:
            if not channels:
                raise BadInput("channel is {name}; none is set in [alerts].", name=quote(name))
            raise BadInput("channel is {name}; it must be one of {names}.", name=quote(name), names=", ".join(channels))
        teller = self._alerts.teller()
        subject, body = teller.test(who)
        now = int(self._panel.clock())
        details = json.dumps(teller.details((), now), ensure_ascii=False)
        letter = Letter(f"test-{secrets.token_hex(8)}", subject, body, "test", now, details)
        wait = self._alerts.pace.wait_seconds(channel)
        if wait > 0:
            raise NotSent(
                "{name} has reached its limit of messages for this minute; wait {seconds} s.",
                name=quote(name),
                seconds=f"{wait:.0f}",
            )
        self._alerts.pace.note(channel)
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                return await in_thread(lambda: channel.send(letter))
        except TimeoutError:
            raise NotSent(
                "{name} did not finish within {seconds} seconds.", name=quote(name), seconds=f"{STUCK_SECONDS:.0f}"
            ) from None


def _channel(config: ChannelConfig, waiting: Sequence[Message], with_errors: bool) -> ChannelAnswer:
    last = max(waiting, key=lambda each: each.tries, default=None)
    return ChannelAnswer(
        config.name,
        config.kind,
        config.severity,
        None if config.nodes is None else fold(config.nodes),
        len(waiting),
        last.tries if last else 0,
        min((each.try_at for each in waiting), default=None),
        last.error if last and with_errors else None,
    )


def check_silence(rules: Sequence[str], until: int, why: str, now: int) -> None:
    """Raise BadInput for an invalid silence."""
    unknown = next((rule for rule in rules if rule not in BY_NAME), None)
    if unknown is not None:
        raise BadInput("rules has {text}; it must be some of {names}.", text=quote(unknown), names=", ".join(BY_NAME))
    if not now < until <= now + MAX_SILENCE_SECONDS:
        raise BadInput(
            "until is {until}; it must be a time within the next {days} days.",
            until=until,
            days=MAX_SILENCE_SECONDS // 86400,
        )
    if not 0 < len(why.strip()) <= MAX_WORDS:
        raise BadInput("why has {count} characters; 1 to {most} are needed.", count=len(why.strip()), most=MAX_WORDS)
