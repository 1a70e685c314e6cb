"""Stores alerts and their messages in one transaction: nothing is lost between them, and nothing is sent twice."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from minipanel.alerts.announce import News
from minipanel.alerts.message import Teller
from minipanel.alerts.outbox import GIVE_UP_SECONDS
from minipanel.alerts.shelf import Shelved
from minipanel.database import alerts as sql
from minipanel.models.alert import Alert, Message, Severity, rank


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a channel is for: from which severity on, and for which nodes; None: for all."""

    channel: str
    severity: Severity = "warning"
    node_ids: frozenset[int] | None = None

    def wants(self, alert: Alert) -> bool:
        """Return whether an alert is for this channel."""
        concerns = self.node_ids is None or alert.node_id in self.node_ids
        return concerns and rank(alert.severity) <= rank(self.severity)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to store with its alerts, in place of others that were never sent.

    `begun`: the alerts whose beginning it announces to its channel.
    """

    audience: Audience
    rule: str
    alerts: tuple[Alert, ...]
    begun: tuple[Alert, ...]
    replaces: tuple[int, ...]
    subject: str
    body: str
    details: str = "{}"

    def message(self, now: int) -> Message:
        """Return the message as a row, with a new key."""
        about, begun = (tuple(alert.id for alert in alerts) for alerts in (self.alerts, self.begun))
        key = secrets.token_hex(8)
        return Message(
            self.audience.channel,
            self.rule,
            about,
            self.subject,
            self.body,
            now,
            now,
            key,
            begun=begun,
            details=self.details,
        )


@dataclass(frozen=True, slots=True)
class Untold:
    """What channels have not been sent yet. `waiting`: messages that may be replaced; `alerts`: their alerts by id.

    `told`: channel and alert, for each beginning that was sent or waits; None: all of them.
    """

    waiting: Sequence[Message] = ()
    alerts: Mapping[int, Alert] = field(default_factory=dict)
    told: Collection[tuple[str, int]] | None = ()


def draft(
    audiences: Iterable[Audience], rule: str, news: News, untold: Untold, teller: Teller, now: int
) -> list[Draft]:
    """Return the message for each channel about a rule. It includes what could not be sent before.

    Folds node sets, which may take 0.3 s for 10,000 nodes: not on the event loop.
    """
    return [each for audience in audiences if (each := _draft(audience, rule, news, untold, teller, now)) is not None]


def _draft(audience: Audience, rule: str, news: News, untold: Untold, teller: Teller, now: int) -> Draft | None:
    told, channel = untold.told, audience.channel

    def lacks(alert: Alert) -> bool:
        """Return whether the channel is known not to have been told of an alert."""
        return told is not None and (channel, alert.id) not in told

    raised = [alert for alert in news.raised if lacks(alert)]
    begun = [alert for alert in (*news.begun, *raised) if audience.wants(alert)]
    # Who got the beginning gets the end, even if the severity, or the channel, is another one by now.
    ended = [
        alert for alert in news.ended if audience.wants(alert) or (told is not None and (channel, alert.id) in told)
    ]
    if not begun and not ended:
        return None
    old = [each for each in untold.waiting if (each.channel, each.rule) == (audience.channel, rule)]
    fresh_ids = {alert.id for alert in (*begun, *ended)}
    earlier = [
        alert
        for number in {number for each in old for number in each.alerts} - fresh_ids
        if (alert := untold.alerts.get(number)) is not None and _still_matters(alert, now)
    ]
    # If the channel was never notified of the beginning, this one message has beginning and end.
    unknown = {number for each in old for number in each.begun}
    begun += [alert for alert in (*ended, *earlier) if alert.id in unknown or lacks(alert)]
    begun_ids = {id(alert) for alert in begun}
    about = list({id(alert): alert for alert in (*begun, *ended, *earlier)}.values())
    shown = [replace(alert, announced_at=None) if id(alert) in begun_ids else alert for alert in about]
    meant_at = [(alert.announced_at if id(alert) in begun_ids else alert.end_told_at) or now for alert in earlier]
    subject, body = teller.message(shown, now, now - min(meant_at, default=now))
    details = json.dumps(teller.details(shown, now), ensure_ascii=False)
    return Draft(audience, rule, tuple(about), tuple(begun), tuple(each.id for each in old), subject, body, details)


def _still_matters(alert: Alert, now: int) -> bool:
    """Return whether an alert that could not be sent should still be sent: otherwise old ends would pile up."""
    return alert.closed_at is None or now - alert.closed_at < GIVE_UP_SECONDS


def keep(
    dirty: Sequence[Alert], drafts: Sequence[Draft], shelved: Sequence[Shelved], now: int
) -> Callable[[sqlite3.Connection], None]:
    """Return the job that stores alerts and messages together. `dirty`: all alerts changed since they were stored."""

    def job(connection: sqlite3.Connection) -> None:
        sql.put_alerts(connection, dirty)
        for each in drafts:
            sql.put_message(connection, each.message(now), each.replaces)
        for kept in shelved:
            message = replace(kept.message, id=sql.put_message(connection, kept.message))
            if kept.sent_at is not None:
                sql.note_sent(connection, message, kept.sent_at)

    return job
