"""What is sent when: the news of one rule together, at most one message per rule in five minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from minipanel.models.alert import Alert

GATHER_SECONDS = 30
"""How long a message waits for further alerts after the first one opens."""

BETWEEN_SECONDS = 300
"""The least time between two messages of one rule."""


@dataclass
class News:
    """The news of one rule: alerts that nobody was notified of, and ends of alerts that were announced.

    `raised`: alerts that were announced with a lower severity, so that some channels have not had them.
    """

    begun: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)
    raised: list[Alert] = field(default_factory=list)


def due(
    alerts: Iterable[Alert],
    last_told: Mapping[str, int],
    is_quiet: Callable[[Alert], bool],
    now: int,
    raised: Iterable[Alert] = (),
) -> dict[str, News]:
    """Return, by rule, what to send now. `alerts`: all open ones, and closed ones whose end was not sent.

    `raised`: those of them whose severity is worse than when they were announced.
    `is_quiet`: silenced. An alert that closed before anybody was notified is sent once, too.
    """
    news: dict[str, News] = {}
    told = {rule for rule, last in last_told.items() if _is_told_lately(last, now)}
    # Nearly all are open and were announced: with 10,000 alerts it takes too long to ask more of each.
    some = [alert for alert in alerts if alert.announced_at is None or alert.closed_at is not None]
    for alert in some:
        if alert.rule in told:
            continue
        if _is_news(alert):
            news.setdefault(alert.rule, News()).begun.append(alert)
        elif _is_end(alert):
            news.setdefault(alert.rule, News()).ended.append(alert)
    for alert in raised:
        is_told = alert.announced_at is not None and alert.closed_at is None
        if is_told and alert.rule not in told and not _is_kept_back(alert) and not is_quiet(alert):
            news.setdefault(alert.rule, News()).raised.append(alert)
    for each in news.values():
        # Silences are asked only if it matters now, not at each tick for 10,000 alerts that still wait for others.
        if each.ended or _is_gathered(each, now):
            each.begun = [alert for alert in each.begun if not is_quiet(alert)]
    return {rule: each for rule, each in news.items() if _is_due(each, now)}


def _is_news(alert: Alert) -> bool:
    return alert.announced_at is None and alert.end_told_at is None and not _is_kept_back(alert)


def _is_kept_back(alert: Alert) -> bool:
    return alert.acked_at is not None or alert.severity == "info" or alert.is_suspended or alert.is_dropped


def _is_end(alert: Alert) -> bool:
    """Return whether an alert's end must be sent: it must if the beginning was, even during a silence."""
    return alert.closed_at is not None and alert.announced_at is not None and alert.end_told_at is None


def _is_told_lately(last_told: int, now: int) -> bool:
    # A clock that was set back must not delay a message by more than the time between two.
    return 0 <= now - last_told < BETWEEN_SECONDS


def _is_gathered(news: News, now: int) -> bool:
    """Return whether others have had time to join. A clock that was set back delays nothing by more than that time."""
    return any(not 0 <= now - alert.opened_at < GATHER_SECONDS for alert in news.begun)


def _is_due(news: News, now: int) -> bool:
    if not news.begun:
        return bool(news.ended or news.raised)  # they go along with other news; on their own they don't wait
    return _is_gathered(news, now)
