"""What is wrong, as plain data: severities, alerts and silences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["critical", "warning", "info"]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "info")
"""Worst first. What is `info` never leaves the page."""

PANEL: Final = 0
"""The subject of what is wrong with the panel itself. No node has this id."""


def rank(severity: Severity) -> int:
    """Return 0 for the worst."""
    return SEVERITIES.index(severity)


@dataclass(frozen=True, slots=True)
class Bad:
    """What a rule finds at a node now: its value beside the limit, and a word for the reason.

    `seconds`: for how long it has been so, where the rule itself knows that.
    """

    value: float | None = None
    limit: float | None = None
    reason: str = ""
    seconds: float | None = None


@dataclass(slots=True)
class Alert:
    """One trouble of one node, or of the panel (PANEL), from its opening to its end. Times in Unix seconds.

    `began_at`: when it began to be so, before it opened; `over_at`: when that ended, before it closed. `times`: how
    often it has opened since `first_at` with hardly a pause; `hold_seconds`: for how long it must be good before it
    closes, longer each time.
    `is_suspended`: nothing is known now, for the node is down. `is_dropped`: it ended because nobody asks any more, not
    because it was good. `announced_at`, `end_told_at`: when people were told of it, and of its end.
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
    """No messages about these nodes (and rules; all where there are none) from one time to another."""

    nodes: str
    rules: tuple[str, ...]
    from_at: int
    until_at: int
    why: str
    who: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel sends about one rule. `tries`: how often it was tried; `error`: the last try's error.

    `key`: the same at each try, and never that of another message. `begun`: those of `alerts` of whose beginning it
    tells. `details`: a JSON object for programs.
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
