"""Alerts as plain data: severities, alerts, silences and messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["critical", "warning", "info"]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "info")
"""Worst first. Alerts of severity `info` are shown on the page and never sent."""

PANEL: Final = 0
"""The `node_id` of alerts about the panel itself. No node has this id."""


def rank(severity: Severity) -> int:
    """Return a severity's place among SEVERITIES: 0 for the worst."""
    return SEVERITIES.index(severity)


@dataclass(slots=True)
class Bad:
    """What a rule finds wrong with a node now: the value, the limit that it breaks, and a word for the reason.

    It never changes, so nodes may share one. It is not frozen, because creating it would take three times as long:
    10 ms for 10,000 nodes (measured).
    """

    value: float | None = None
    limit: float | None = None
    reason: str = ""


@dataclass(slots=True)
class Alert:
    """One problem of one node, or of the panel (PANEL). Times in Unix seconds.

    `began_at`: when the problem began, before the alert opened; `over_at`: when it ended, before the alert closed.
    `times`: how often the alert has opened since `first_at` with hardly a pause. `hold_seconds`: how long the node must
    be good before the alert closes; longer each time.
    `is_suspended`: the node is down, so the rule can't judge it. `is_dropped`: it closed because the rule no longer
    covers the node, not because the node was good. `announced_at`, `end_told_at`: when people were notified of the
    alert and of its end.
    """

    rule: str
    node_id: int
    severity: Severity
    began_at: int
    opened_at: int
    hold_seconds: int
    bad: Bad
    id: int = 0
    times: int = 1
    first_at: int = 0
    worst: float | None = None
    is_suspended: bool = False
    is_dropped: bool = False
    over_at: int | None = None
    closed_at: int | None = None
    announced_at: int | None = None
    end_told_at: int | None = None
    acked_at: int | None = None
    acked_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A time without messages about some nodes, Unix seconds. `rules`: only about these rules; empty for all."""

    nodes: str
    rules: tuple[str, ...]
    from_at: int
    until_at: int
    why: str
    who: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel sends about one rule. Times in Unix seconds.

    `tries`: how often the channel tried to send it; `error`: the last try's error. `key`: unique to this message and
    the same at each try. `begun`: those of `alerts` that it announces; the others have ended. `details`: a JSON object
    for programs.
    """

    channel: str
    rule: str
    alerts: tuple[int, ...]
    subject: str
    body: str
    made_at: int
    try_at: int
    key: str
    id: int = 0
    tries: int = 0
    error: str | None = None
    begun: tuple[int, ...] = ()
    details: str = "{}"
