"""Alerts as lines for people: folded into node sets, worst first."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from minipanel.alerts import words
from minipanel.alerts.fold import fold_short
from minipanel.alerts.words import Language, Words
from minipanel.models.alert import PANEL, Alert, Severity, rank
from minipanel.models.quote import escape
from minipanel.models.rack import named_groups, whole_racks

MAX_CHARACTERS = 900
"""The limit of a message; Teams accepts 1,000, WeCom 2,048."""

LATE_SECONDS = 60
"""A message later than this says so."""

SUBJECT_NODES = 120
BODY_NODES = 240
_WHOLE = 10_000_000


@dataclass(frozen=True)
class Teller:
    """Phrases alerts, with the cluster's name, the language, all nodes' names and all rules' words."""

    cluster: str
    language: Language
    names: Mapping[int, str]
    words: Mapping[str, Words]
    url: str = ""
    zone: Callable[[float], time.struct_time] = time.localtime
    sensor_of: Callable[[int], str | None] = lambda _: None

    @cached_property
    def racks(self) -> Mapping[str, Sequence[str]]:
        """The racks and kinds that the nodes' names speak of, named as their groups are. 30 ms for 10,000 nodes."""
        return named_groups(self.names.values())

    def line(self, alerts: Sequence[Alert], now: int, nodes_limit: int = BODY_NODES) -> str:
        """Return one line about alerts of one rule, all open or all over."""
        said = words.SINCE.say(self.language, since=self._time(min(alert.began_at for alert in alerts), now))
        times = max(alert.times for alert in alerts)
        if is_told_end(alerts[0]):
            lasted = max(_end_of(alert, now) - alert.began_at for alert in alerts)
            said = words.LASTED.say(self.language, lasted=words.lasted(lasted, self.language))
        elif alerts[0].closed_at is not None:
            said += words.WAS_SO.say(self.language, end=self._time(max(_end_of(a, now) for a in alerts), now))
        elif times > 1:
            said += words.TIMES.say(
                self.language, times=times, first=self._time(min(alert.first_at for alert in alerts), now)
            )
        about = self._nodes(alerts, nodes_limit)
        # Chinese puts a space between a name and what follows, but not between its own words.
        between = "" if about == words.THE_PANEL.zh else " "
        return f"{about}{between}{self.what(alerts)}{said}{self._count(alerts)}"

    def what(self, alerts: Sequence[Alert]) -> str:
        """Return the text about these alerts of one rule, or about their end, without node set and time."""
        first = alerts[0]
        if not is_told_end(first):
            return self.was(alerts)
        said = self.words[first.rule]
        return said.over_reasons.get(first.bad.reason, said.is_over).say(self.language)

    def was(self, alerts: Sequence[Alert]) -> str:
        """Return what is, or was, wrong, without node set and time: "hot: 96 °C, limit 95 °C"."""
        said = self.words[alerts[0].rule]
        worst = max(alerts, key=lambda alert: _badness(alert, said.higher_is_worse))
        filled = {
            "worst": words.number(worst.worst),
            "limit": words.number(worst.bad.limit),
            "sensor": self._sensor(alerts),
            "time": time.strftime("%H:%M", self.zone(min(alert.bad.value or 0 for alert in alerts))),
        }
        reason = said.reasons.get(alerts[0].bad.reason, words.UNKNOWN).say(self.language, **filled)
        return said.is_so.say(self.language, reason=reason, **filled)

    def _sensor(self, alerts: Sequence[Alert]) -> str:
        """Return the temperature's sensor, if it is the same for all of them."""
        sensors = {self.sensor_of(alert.node_id) for alert in alerts}
        (sensor,) = sensors if len(sensors) == 1 else (None,)
        return words.SENSOR.say(self.language, sensor=escape(sensor)) if sensor else ""

    def message(self, alerts: Collection[Alert], now: int, late_seconds: int = 0) -> tuple[str, str]:
        """Return subject and body about alerts of one rule. The body has at most MAX_CHARACTERS.

        `late_seconds`: how long parts of it could not be sent.
        """
        groups = self.groups(alerts)
        subject = f"[{escape(self.cluster)}] {self.headed(groups[0], now, SUBJECT_NODES)}"
        lines = [self.headed(group, now, BODY_NODES) for group in groups]
        still = [alert for group in groups for alert in group if alert.closed_at is None]
        step = self.words[still[0].rule].next_step if still else None
        ends = [step.say(self.language, nodes=self._nodes(still, SUBJECT_NODES))] if step else []
        if late_seconds >= LATE_SECONDS:
            ends.append(words.LATE.say(self.language, duration=words.lasted(late_seconds, self.language)))
        ends += [f"{self.url}/alerts"] if self.url else []
        return subject, _fitting(lines, ends, lambda count: words.MORE.say(self.language, count=count))

    def details(self, alerts: Collection[Alert], now: int) -> dict[str, object]:
        """Return the same for programs, with complete node sets: docs/alerts.md has an example."""
        groups = groups_of(alerts)
        open_ones = [group[0].severity for group in groups if group[0].closed_at is None]
        return {
            "cluster": self.cluster,
            "url": f"{self.url}/alerts" if self.url else None,
            "severity": min(open_ones, key=rank) if open_ones else "ok",
            "groups": [self._group(group, now) for group in groups],
        }

    def _group(self, group: Sequence[Alert], now: int) -> dict[str, object]:
        names = [self.names.get(alert.node_id, f"#{alert.node_id}") for alert in group if alert.node_id != PANEL]
        is_over = group[0].closed_at is not None
        return {
            "rule": group[0].rule,
            "severity": group[0].severity,
            "state": "over" if is_over else "open",
            "nodes": fold_short(names, _WHOLE).nodes,
            "node_count": len(names),
            "reason": group[0].bad.reason,
            "what": self.was(group),
            "began_at": min(alert.began_at for alert in group),
            "over_at": max(_end_of(alert, now) for alert in group) if is_over else None,
        }

    def test(self, who: str) -> tuple[str, str]:
        """Return subject and body of a test message for a channel."""
        said = words.TEST.say(self.language, who=escape(who))
        return f"[{escape(self.cluster)}] {said}", said + (f"\n{self.url}" if self.url else "")

    def headed(self, group: Sequence[Alert], now: int, nodes_limit: int = BODY_NODES) -> str:
        """Return the line of one of groups_of, preceded by its severity, or by OK."""
        head = words.OK if is_told_end(group[0]) else words.SEVERITY[group[0].severity]
        return f"{head.say(self.language)} {self.line(group, now, nodes_limit)}"

    def groups(self, alerts: Iterable[Alert]) -> list[list[Alert]]:
        """Return groups_of, with ends in one group if they read the same, whatever the troubles were."""
        return groups_of(alerts, lambda alert: self.words[alert.rule].over_reasons)

    def _nodes(self, alerts: Sequence[Alert], limit: int) -> str:
        names = [self.names.get(alert.node_id, f"#{alert.node_id}") for alert in alerts if alert.node_id != PANEL]
        if not names:
            return words.THE_PANEL.say(self.language)
        folded = fold_short(names, limit)
        if not folded.others:
            return folded.nodes
        return words.OTHERS.say(self.language, nodes=folded.nodes, count=folded.others)

    def _count(self, alerts: Sequence[Alert]) -> str:
        names = [self.names[alert.node_id] for alert in alerts if alert.node_id in self.names]
        if len(names) < 2:
            return ""
        racks = whole_racks(names, self.racks)
        if racks and len(racks) <= 4:
            return words.COUNT_RACKS.say(self.language, count=len(names), racks=", ".join(racks))
        return words.COUNT.say(self.language, count=len(names))

    def _time(self, moment: int, now: int) -> str:
        """Return a time as 03:12 if it is today, else with its date."""
        then, today = self.zone(moment), self.zone(now)
        is_today = then[:3] == today[:3]
        return time.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M", then)


def groups_of(
    alerts: Iterable[Alert], end_reasons: Callable[[Alert], Collection[str]] | None = None
) -> list[list[Alert]]:
    """Return alerts in groups that share a line: same rule, severity, reason, open or over; worst first.

    `end_reasons`: reasons with their own words for the end; None: all of them.
    """
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for alert in alerts:
        state = (alert.closed_at is not None, is_told_end(alert))
        reason = alert.bad.reason
        if end_reasons is not None and is_told_end(alert) and reason not in end_reasons(alert):
            reason = ""
        groups.setdefault((alert.rule, alert.severity, reason, state), []).append(alert)
    return sorted(groups.values(), key=_order)


def _badness(alert: Alert, higher_is_worse: bool) -> float:
    if alert.worst is None:
        return float("-inf")
    return alert.worst if higher_is_worse else abs(alert.worst - (alert.bad.limit or 0))


def _end_of(alert: Alert, now: int) -> int:
    return alert.over_at or alert.closed_at or now


def is_told_end(alert: Alert) -> bool:
    """Return whether an alert is over, and people were notified of its beginning."""
    return alert.closed_at is not None and alert.announced_at is not None


def _order(group: Sequence[Alert]) -> tuple[bool, int, int]:
    severity: Severity = group[0].severity
    return (group[0].closed_at is not None, rank(severity), -len(group))


def _fitting(lines: Sequence[str], ends: Sequence[str], more: Callable[[int], str]) -> str:
    """Return a text of as many lines as fit; the ends are always in it."""
    for count in range(len(lines), 0, -1):
        left = [more(len(lines) - count)] if count < len(lines) else []
        body = "\n".join([*lines[:count], *left, *ends])
        if len(body) <= MAX_CHARACTERS:
            return body
    return "\n".join([*lines[:1], *ends])[:MAX_CHARACTERS]
