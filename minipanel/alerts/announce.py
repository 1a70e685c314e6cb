"""What is sent when: news of one rule together, at most one message per rule in five minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from minipanel.models.alert import Alert

GATHER_SECONDS = 30
"""So long after the first opening the others are waited for."""

BETWEEN_SECONDS = 300
"""Between two messages of one rule."""


@dataclass
class News:
    """What is to be told of one rule: troubles that nobody knows, and ends of those that were told."""

    begun: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)


def due(
    alerts: Iterable[Alert], last_told: Mapping[str, int], is_quiet: Callable[[Alert], bool], now: int
) -> dict[str, News]:
    """Return by rule what is to be told now. `alerts`: all open ones, and those that ended and nobody was told.

    `is_quiet`: silenced. An alert that ended before anybody was notified is sent once, too.
    """
    news: dict[str, News] = {}
    for alert in alerts:
        if _is_news(alert) and not is_quiet(alert):
            news.setdefault(alert.rule, News()).begun.append(alert)
        elif _is_end(alert):
            news.setdefault(alert.rule, News()).ended.append(alert)
    return {rule: each for rule, each in news.items() if _is_due(each, last_told.get(rule), now)}


def _is_news(alert: Alert) -> bool:
    is_known = alert.announced_at is not None or alert.acked_at is not None or alert.end_told_at is not None
    return not (is_known or alert.severity == "info" or alert.is_suspended or alert.is_dropped)


def _is_end(alert: Alert) -> bool:
    """Return whether its end is to be told: where its beginning was, also within a silence."""
    return alert.closed_at is not None and alert.announced_at is not None and alert.end_told_at is None


def _is_due(news: News, last_told: int | None, now: int) -> bool:
    # A clock that was set back must not hold a message for longer than the time between two.
    if last_told is not None and 0 <= now - last_told < BETWEEN_SECONDS:
        return False
    # What ended rides along; alone it waits for no others.
    return not news.begun or min(alert.opened_at for alert in news.begun) + GATHER_SECONDS <= now
