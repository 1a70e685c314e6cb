"""The newest sample, the last hour and the state of every node, in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from minipanel.models.node import UP_SECONDS, Node, State
from minipanel.models.sample import Sample
from minipanel.services.lasthour import LastHour

_EMPTY_HOUR = LastHour()


class Live:
    """What the nodes are doing now. Lost with the panel's process, and full again five seconds after a start."""

    def __init__(self, interval_seconds: int = 5, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.interval_seconds = interval_seconds
        self._views: dict[int, _View] = {}

    def replace(self, nodes: Sequence[Node], last_seen: dict[int, int]) -> None:
        """Take over a new list of nodes; `last_seen` tells of nodes not yet known here when their newest sample was."""
        now = self._clock()
        views = {node.id: self._views.get(node.id) or _View(last_seen.get(node.id), now) for node in nodes}
        for node in nodes:
            views[node.id].node = node
        self._views = views

    def take(self, node: Node, samples: Sequence[Sample]) -> None:
        """Take in samples that were stored, in whatever order they came."""
        view = self._views.get(node.id)
        if view is not None:
            view.take(samples, self._clock())

    def note_agent(self, node: Node, version: str | None, sensor: str | None, clock_skew_seconds: float | None) -> None:
        """Take in what an agent says of itself besides its samples."""
        view = self._views.get(node.id)
        if view is not None:
            view.agent_version = version
            view.sensor = sensor
            view.clock_skew_seconds = clock_skew_seconds

    def nodes(self) -> list[dict[str, Any]]:
        """Return every node as configured and as last heard of: the shape of NodeAnswer."""
        now = self._clock()
        return [self._described(view, now) for view in self._views.values()]

    def realtime(self, changed_since: Stamps | None = None) -> list[dict[str, Any]]:
        """Return the newest sample of every node, or of those that differ from `changed_since`: RealtimeNode."""
        now = self._clock()
        views = self._views.values()
        if changed_since is None:
            return [self._newest(view, now) for view in views]
        return [self._newest(view, now) for view in views if self._stamp(view, now) != changed_since.get(view.node.id)]

    def stamps(self) -> Stamps:
        """Return what `realtime(changed_since=...)` compares with."""
        now = self._clock()
        return {node_id: self._stamp(view, now) for node_id, view in self._views.items()}

    def one(self, node: Node) -> dict[str, Any]:
        """Return one node's newest sample and its last hour: the shape of RealtimeOne."""
        now = self._clock()
        view = self._views[node.id]
        answer = self._newest(view, now)
        answer["node_id"] = answer.pop("id")
        hour = view.last_hour or _EMPTY_HOUR
        about = {"agent_version": view.agent_version, "sensor": view.sensor, "interval": self.interval_seconds}
        return {**answer, **about, "recent": hour.columns(max(int(now), view.last_seen or 0))}

    def hours(self) -> list[tuple[LastHour, int]]:
        """Return the last hour of each node that has one, with the bytes of memory it has."""
        return [
            (view.last_hour, view.newest.memory_total)
            for view in self._views.values()
            if view.last_hour and view.newest
        ]

    def _described(self, view: _View, now: float) -> dict[str, Any]:
        node = view.node
        return {
            "id": node.id,
            "name": node.name,
            "ip": node.ip,
            "hostname": node.hostname,
            "enabled": node.enabled,
            "state": self._state(view, now),
            "last_seen": view.last_seen,
            "clock_skew_seconds": view.clock_skew_seconds,
            "agent_version": view.agent_version,
            "sensor": view.sensor,
        }

    def _newest(self, view: _View, now: float) -> dict[str, Any]:
        node, sample = view.node, view.newest
        return {
            "id": node.id,
            "name": node.name,
            "hostname": node.hostname,
            "state": self._state(view, now),
            "timestamp": view.last_seen,
            "cpu_percent": sample and sample.cpu_percent,
            "memory_total": sample and sample.memory_total,
            "memory_used": sample and sample.memory_used,
            "memory_percent": sample and round(100 * sample.memory_used / sample.memory_total, 2),
            "cpu_temp": sample and sample.cpu_temp,
            "clock_skew_seconds": view.clock_skew_seconds,
        }

    def _stamp(self, view: _View, now: float) -> tuple[int | None, State]:
        return view.last_seen, self._state(view, now)

    def _state(self, view: _View, now: float) -> State:
        if not view.node.enabled:
            return "disabled"
        if view.last_seen is None:
            return "never"
        return "up" if now - view.heard_at <= max(UP_SECONDS, 3 * self.interval_seconds) else "down"


Stamps = dict[int, tuple[int | None, State]]
"""By node id: the newest sample's timestamp and the state that somebody was last told."""


class _View:
    """What is known of one node."""

    __slots__ = (
        "agent_version",
        "clock_skew_seconds",
        "heard_at",
        "last_hour",
        "last_seen",
        "newest",
        "node",
        "sensor",
    )

    node: Node

    def __init__(self, last_seen: int | None, now: float) -> None:
        self.last_seen = last_seen
        # When the newest sample arrived, by the panel's clock: a node whose clock is off is up all the same.
        # One of the future was stored while a clock was wrong: it tells nothing of now.
        self.heard_at: float = last_seen if last_seen is not None and last_seen <= now + UP_SECONDS else -math.inf
        self.newest: Sample | None = None
        self.last_hour: LastHour | None = None
        self.clock_skew_seconds: float | None = None
        self.agent_version: str | None = None
        self.sensor: str | None = None

    def take(self, samples: Sequence[Sample], now: float) -> None:
        if self.last_hour is None:
            self.last_hour = LastHour()
        for sample in samples:
            is_current = abs(now - sample.timestamp) <= UP_SECONDS
            if self._is_newer(sample, is_current, now):
                self.newest = sample
                self.last_seen = sample.timestamp
                self.heard_at = now
            elif is_current:
                self.heard_at = now
        for sample in samples:
            self.last_hour.add(sample, self.last_seen or 0)

    def _is_newer(self, sample: Sample, is_current: bool, now: float) -> bool:
        if self.last_seen is None or sample.timestamp > self.last_seen:
            return True
        # A clock that was ahead and was set right must not keep its node in the future.
        return (is_current and self.last_seen > now + UP_SECONDS) or (
            self.newest is None and sample.timestamp == self.last_seen
        )
