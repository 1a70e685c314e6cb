"""Turns the findings of rules at each tick into alerts that open and close. It reads and writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from minipanel.alerts.rule import Rule
from minipanel.alerts.run import Run
from minipanel.alerts.words import number
from minipanel.models.alert import PANEL, Alert, Bad, Severity, rank
from minipanel.models.cluster import Cluster

AGAIN_SECONDS = 6 * 3600
"""An alert that opens again within this time must be good for twice as long before it closes."""

MAX_HOLD_SECONDS = 4 * 3600

FORECAST_SECONDS = 300
"""A forecast that moves by less is not shown again only for that."""

STEP_NODES = 500
"""A step judges at most this many nodes: a millisecond."""


@dataclass(frozen=True)
class Setting:
    """A rule's setting for some nodes: their ids, or None for all nodes without an earlier setting of it."""

    rule: Rule[Any]
    parameters: Any
    severity: Severity
    node_ids: frozenset[int] | None = None
    is_on: bool = True


@dataclass
class Changes:
    """What one tick changed. `changed`: alerts now suspended or no longer so, or with another reason or severity.

    `raised`: those of `changed` whose severity is now worse, because somebody has edited the rule.
    `is_worse`: whether the worst value of some open alert, or its forecast, now reads otherwise. It is no change to be
    stored.
    """

    opened: list[Alert] = field(default_factory=list)
    closed: list[Alert] = field(default_factory=list)
    changed: list[Alert] = field(default_factory=list)
    raised: list[Alert] = field(default_factory=list)
    is_worse: bool = False

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed or self.changed)


class Watch:
    """Which alerts are open. `tick` is called every few seconds; nothing else opens or closes alerts."""

    def __init__(self, settings: Sequence[Setting], alerts: Iterable[Alert] = (), last_id: int = 0) -> None:
        """`alerts`: those that are open, and those that closed within AGAIN_SECONDS. `last_id`: the highest id so far.

        Alerts have their ids from here, not from the database: that can take none while it is in trouble, and an alert
        about that trouble must have one, too.
        """
        self._books: dict[str, _Book] = {}
        self._ids = count(last_id + 1)
        self._applied: tuple[Setting, ...] | None = None
        self.replace(settings)
        for alert in sorted(alerts, key=lambda alert: alert.opened_at):
            self._book(alert.rule).put(alert)

    def replace(self, settings: Sequence[Setting]) -> None:
        """Replace the rules."""
        self._settings = tuple(settings)

    def open(self) -> Iterator[Alert]:
        """Yield all open alerts."""
        for book in self._books.values():
            yield from book.open.values()

    def settings_for(self, node_id: int) -> Iterator[Setting]:
        """Yield, for each rule, the setting for this node."""
        seen: set[str] = set()
        for setting in self._settings:
            is_meant = setting.node_ids is None or node_id in setting.node_ids
            if is_meant and setting.rule.name not in seen:
                seen.add(setting.rule.name)
                yield setting

    def find(self, setting: Setting, cluster: Cluster, node_id: int) -> Mapping[int, Bad]:
        """Return what this rule finds wrong with a node, as a check would. Other nodes may be left out."""
        rule = setting.rule
        if rule.compares_nodes:
            own = [each for each in self._settings if each.rule is rule]
            part = next((part for each, part in _parts(own, cluster) if each is setting), cluster)
        else:
            part = _of(cluster, {node_id})
        return rule.find(setting.parameters, part)

    def alert(self, rule: str, node_id: int) -> Alert | None:
        """Return the open alert of a rule at a node."""
        return self._book(rule).open.get(node_id)

    def in_hand(self, rule: str) -> Set[int]:
        """Return the nodes that have an alert of a rule, or are about to."""
        return self._book(rule).in_hand()

    def counted_seconds(self, rule: str, node_id: int) -> int | None:
        """Return how many seconds the checks have found it bad, or good again; None if neither is being counted."""
        return self._book(rule).counted_seconds(node_id)

    def tick(self, cluster: Cluster, may_open: bool = True) -> Changes:
        """Check once. `may_open`: False while what seems wrong may be the panel's own absence."""
        steps = self.steps(cluster, may_open)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                changes: Changes = end.value
                return changes

    def steps(self, cluster: Cluster, may_open: bool = True) -> Generator[None, None, Changes]:
        """Check once, in steps: samples may come between them, and the rules may be replaced for the next check.

        All of them are about the nodes that were up and down when `cluster` was looked at, so that none of many that
        fall silent together is taken for one that does so alone.
        """
        changes = Changes()
        settings = self._settings
        for setting, part in _parts(settings, cluster):
            held = set().union(*(self._book(other).in_hand() for other in setting.rule.held_back_by))
            may_begin = may_open or setting.rule.is_about_panel
            if settings is not self._applied:
                self._book(setting.rule.name).set_severity(setting, part, changes)
            yield from self._book(setting.rule.name).steps(setting, part, held, may_begin, changes)
            yield
        rules = {setting.rule.name for setting in settings}
        for name, book in self._books.items():
            book.drop_gone(cluster, name in rules, changes)
        self._applied = settings
        return changes

    def _book(self, rule: str) -> _Book:
        return self._books.setdefault(rule, _Book(self._ids))


def _parts(settings: Sequence[Setting], cluster: Cluster) -> Iterator[tuple[Setting, Cluster]]:
    """Yield each setting with its nodes: the first setting of a rule that names a node applies to it."""
    taken: dict[str, set[int]] = {}
    counts = Counter(setting.rule.name for setting in settings)
    for setting in settings:
        if setting.node_ids is None and counts[setting.rule.name] == 1:
            # The usual case: building a set of all ids for each rule took a third of a tick.
            yield setting, cluster
            continue
        before = taken.setdefault(setting.rule.name, set())
        ids = cluster.nodes.keys() if setting.node_ids is None else cluster.nodes.keys() & setting.node_ids
        part = cluster if len(ids) == len(cluster.nodes) and not before else _of(cluster, ids - before)
        before |= ids
        yield setting, part


def _of(cluster: Cluster, ids: Set[int]) -> Cluster:
    nodes, up, down = (
        {node_id: some[node_id] for node_id in sorted(some.keys() & ids)}
        for some in (cluster.nodes, cluster.up, cluster.down)
    )
    return replace(cluster, nodes=nodes, up=up, down=down)


class _Book:
    """The alerts of one rule: those about to open, those open, and those recently closed."""

    def __init__(self, ids: Iterator[int]) -> None:
        self._ids = ids
        self.open: dict[int, Alert] = {}
        self._bad: dict[int, Run] = {}
        self._good: dict[int, Run] = {}
        self._closed: dict[int, Alert] = {}
        self._began_at = 0

    def put(self, alert: Alert) -> None:
        """Add an alert from before the start."""
        (self.open if alert.closed_at is None else self._closed)[alert.node_id] = alert

    def in_hand(self) -> Set[int]:
        """Return the nodes that have an alert, or are about to."""
        return self.open.keys() | self._bad.keys()

    def counted_seconds(self, node_id: int) -> int | None:
        """Return how many seconds it has been bad, or good again; None if neither is being counted."""
        run = self._good.get(node_id) or self._bad.get(node_id)
        return None if run is None else int(run.seconds())

    def steps(
        self, setting: Setting, cluster: Cluster, held: Set[int], may_open: bool, changes: Changes
    ) -> Iterator[None]:
        """Check the nodes of one setting. For nodes that another rule holds (`held`), nothing opens."""
        if not setting.is_on:
            for node_id in [node_id for node_id in self._bad if _concerns(cluster, node_id)]:
                del self._bad[node_id]
            self._drop([alert for alert in self.open.values() if _concerns(cluster, alert.node_id)], cluster, changes)
            return
        found = setting.rule.find(setting.parameters, cluster)
        for node_id in (self._bad.keys() - found.keys()) | (self._bad.keys() & held):
            if _concerns(cluster, node_id):
                del self._bad[node_id]
        for place, (node_id, bad) in enumerate(found.items()):
            if place % STEP_NODES == 0:
                yield
            alert = self.open.get(node_id)
            if alert is None:
                if node_id not in held and self._is_ripe(setting, cluster, node_id) and may_open:
                    changes.opened.append(self._begin(setting, cluster, node_id, bad))
            elif bad is not alert.bad or alert.is_suspended or self._good:
                self._go_on(setting, alert, bad, changes)
        others = [alert for node_id, alert in self.open.items() if node_id not in found]
        for place, alert in enumerate(others):
            if place % STEP_NODES == 0:
                yield
            if _concerns(cluster, alert.node_id):
                self._look_whether_good(setting, cluster, alert, changes)
        if not self._bad:
            self._bad = {}  # a dict keeps the space of the most that it ever held

    def set_severity(self, setting: Setting, cluster: Cluster, changes: Changes) -> None:
        """Give open alerts the severity that their rule has now: it may have been edited since they opened."""
        for alert in self.open.values():
            if alert.severity != setting.severity and _concerns(cluster, alert.node_id):
                if rank(setting.severity) < rank(alert.severity):
                    changes.raised.append(alert)
                alert.severity = setting.severity
                changes.changed.append(alert)

    def drop_gone(self, cluster: Cluster, is_on: bool, changes: Changes) -> None:
        """End alerts about nodes that were removed from the configuration, or all if the rule is off."""
        nodes = cluster.nodes.keys()
        if not self._bad.keys() <= nodes:
            for node_id in [node_id for node_id in self._bad if not _concerns(cluster, node_id)]:
                del self._bad[node_id]
        if not is_on or not self.open.keys() <= nodes:
            gone = [alert for alert in self.open.values() if not (is_on and _concerns(cluster, alert.node_id))]
            self._drop(gone, cluster, changes)

    def _is_ripe(self, setting: Setting, cluster: Cluster, node_id: int) -> bool:
        moment = _moment(setting.rule, cluster, node_id)
        run = self._bad.get(node_id)
        if run is None:
            run = self._bad[node_id] = Run(moment, cluster.interval_seconds)
        if setting.rule.counts_samples:
            run.add(moment)
            return _has_lasted(run, setting.parameters.for_, setting.rule, cluster)
        counted, lasted = run.go_on(moment), lasted_by_rule(setting, cluster, node_id)
        return bool((counted if lasted is None else lasted) >= setting.parameters.for_)

    def _begin(self, setting: Setting, cluster: Cluster, node_id: int, bad: Bad) -> Alert:
        counted, lasted = self._bad.pop(node_id).seconds(), lasted_by_rule(setting, cluster, node_id)
        if lasted is None:
            lasted = counted
        began_at = int(cluster.now - lasted)
        if began_at == self._began_at:
            began_at = self._began_at  # one number for all that began together
        self._began_at = began_at
        alert = Alert(
            setting.rule.name,
            node_id,
            setting.severity,
            began_at=began_at,
            opened_at=cluster.now,
            hold_seconds=setting.parameters.hold,
            bad=bad,
            id=next(self._ids),
            worst=bad.value,
        )
        before = self._closed.pop(node_id, None)
        alert.first_at = alert.began_at
        if before is not None and cluster.now - (before.closed_at or 0) <= AGAIN_SECONDS:
            alert.times = before.times + 1
            alert.first_at = before.first_at
            alert.hold_seconds = max(alert.hold_seconds, min(2 * before.hold_seconds, MAX_HOLD_SECONDS))
        self.open[node_id] = alert
        return alert

    def _go_on(self, setting: Setting, alert: Alert, bad: Bad, changes: Changes) -> None:
        if self._good:
            self._good.pop(alert.node_id, None)
        before, words = alert.bad.reason, setting.rule.words
        is_another = bad.reason not in ("", before)
        if words.is_forecast:
            self._forecast(alert, bad, changes)
        elif is_another or alert.worst is None or _is_worse(bad, alert.worst, words.higher_is_worse):
            changes.is_worse = changes.is_worse or number(bad.value) != number(alert.worst)
            alert.worst = bad.value
        if is_another and not alert.is_suspended:
            changes.changed.append(alert)
        alert.bad = bad if bad.reason or not before else Bad(bad.value, bad.limit, before)
        if alert.is_suspended:
            self._set_suspended(alert, False, changes)

    def _forecast(self, alert: Alert, bad: Bad, changes: Changes) -> None:
        """Give an alert the present forecast."""
        alert.bad = bad
        if bad.value is not None and (alert.worst is None or abs(bad.value - alert.worst) >= FORECAST_SECONDS):
            alert.worst = bad.value
            changes.is_worse = True

    def _look_whether_good(self, setting: Setting, cluster: Cluster, alert: Alert, changes: Changes) -> None:
        is_good = setting.rule.is_good(setting.parameters, cluster, alert.node_id)
        self._set_suspended(alert, is_good is None, changes)
        if is_good is False and setting.rule.still is not None:
            bad = setting.rule.still(setting.parameters, cluster, alert.node_id)
            if bad is not None:
                self._forecast(alert, bad, changes)
        if not is_good:
            self._good.pop(alert.node_id, None)
            return
        moment = _moment(setting.rule, cluster, alert.node_id)
        run = self._good.setdefault(alert.node_id, Run(moment, cluster.interval_seconds))
        run.add(moment)
        if _has_lasted(run, alert.hold_seconds, setting.rule, cluster):
            alert.over_at = int(cluster.now - run.seconds())
            if setting.rule.end_reason is not None and (reason := setting.rule.end_reason(cluster, alert)):
                alert.bad = replace(alert.bad, reason=reason)
            self._end(alert, cluster, changes)

    def _set_suspended(self, alert: Alert, is_suspended: bool, changes: Changes) -> None:
        if alert.is_suspended != is_suspended:
            alert.is_suspended = is_suspended
            changes.changed.append(alert)

    def _drop(self, alerts: Iterable[Alert], cluster: Cluster, changes: Changes) -> None:
        for alert in alerts:
            alert.is_dropped = True
            self._end(alert, cluster, changes)

    def _end(self, alert: Alert, cluster: Cluster, changes: Changes) -> None:
        alert.closed_at = max(cluster.now, alert.opened_at)
        del self.open[alert.node_id]
        self._good.pop(alert.node_id, None)
        self._closed[alert.node_id] = alert
        changes.closed.append(alert)


def _concerns(cluster: Cluster, node_id: int) -> bool:
    return node_id == PANEL or node_id in cluster.nodes


def lasted_by_rule(setting: Setting, cluster: Cluster, node_id: int) -> float | None:
    """Return how long a node that is bad has been so, if its rule itself knows that."""
    lasted = setting.rule.lasted
    return None if lasted is None else lasted(setting.parameters, cluster, node_id)


def _moment(rule: Rule[Any], cluster: Cluster, node_id: int) -> float:
    """Return the time of this check: the node's newest sample, or the clock that nobody sets."""
    if not rule.counts_samples:
        return cluster.uptime
    now = cluster.nodes.get(node_id)
    return cluster.uptime if now is None or now.newest is None else now.newest.timestamp


def _has_lasted(run: Run, seconds: float, rule: Rule[Any], cluster: Cluster) -> bool:
    if not rule.counts_samples:
        return run.seconds() >= seconds
    # A sample describes the interval that ends with it.
    return run.seconds() + cluster.interval_seconds >= seconds and run.rests_on_enough()


def _is_worse(bad: Bad, worst: float, higher_is_worse: bool) -> bool:
    """Return whether a value is worse: higher, or farther beyond the limit on its side."""
    if bad.value is None:
        return False
    if higher_is_worse:
        return bad.value > worst
    return bad.value > worst if bad.limit is None or bad.value >= bad.limit else bad.value < worst
