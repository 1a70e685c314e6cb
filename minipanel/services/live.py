"""The newest sample, the last hour and the state of every node, in memory."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from minipanel.machine.uptime import uptime
from minipanel.models.answers import NodeAnswer, RealtimeNode, RealtimeOne, RecentColumns
from minipanel.models.cluster import NodeNow
from minipanel.models.events import StateChange, StateListener
from minipanel.models.metrics import READINGS
from minipanel.models.node import Heard, Node, State, state_of, up_seconds
from minipanel.models.sample import Sample, readings_of
from minipanel.models.shape import made
from minipanel.services.hour_file import About, HourFile, Kept, totals_of
from minipanel.services.hour_records import NO_RECORDS
from minipanel.services.lasthour import LastHour

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often states are checked."""

_EMPTY_HOUR = LastHour()
_NOTHING: Final[Mapping[int, Kept]] = {}
_NO_READINGS: Final = (None,) * len(READINGS)

# The type checker can't infer all of its values.
_realtime_node: Callable[..., RealtimeNode] = RealtimeNode


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What is known about a node at one moment. `newest`: None if there is no sample."""

    hostname: str
    name: str
    state: State
    newest: Sample | None
    last_seen: int | None
    clock_skew_seconds: float | None
    agent_version: str | None
    sensor: str | None


class Live:
    """The present state of all nodes.

    It is complete again five seconds after a start; the last hours may outlive the process.
    """

    def __init__(
        self,
        interval_seconds: int,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
        note_ahead: Callable[[int, float], None] = lambda *_: None,
        hours: HourFile | None = None,
    ) -> None:
        """`note_ahead` gets, for each sample that shows a node is up, how far the node's clock is ahead of this uptime.

        `hours` keeps the last hours; without it, they end with the process.
        """
        self.interval_seconds = interval_seconds
        self._clock = clock
        self._uptime = uptime
        self._note_ahead = note_ahead
        self._hours = hours or HourFile()
        self._views: dict[int, _View] = {}
        self._enabled: Mapping[int, _View] = {}
        self._listeners: list[StateListener] = []
        self._task: asyncio.Task[None] | None = None

    def listen(self, listener: StateListener) -> None:
        """Call `listener` with the nodes whose state changes, within a second."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start checking the nodes' states."""
        self._task = asyncio.create_task(self._repeat())

    async def close(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def lacks(self, nodes: Iterable[Node]) -> list[Node]:
        """Return the nodes that are not known here yet."""
        return [node for node in nodes if node.id not in self._views]

    def replace(self, nodes: Sequence[Node], heard: Mapping[int, Heard], kept: Mapping[int, Kept] = _NOTHING) -> None:
        """Replace the list of nodes.

        For new nodes, `heard` has what the database knows, and `kept` the hours that an earlier panel kept.
        """
        uptime = self._uptime()
        views = {node.id: self._views.get(node.id) or _View(heard.get(node.id, Heard()), uptime) for node in nodes}
        for node in nodes:
            view = views[node.id]
            view.node = node
            if node.id not in self._views:
                view.state = self._state(view, uptime)
                view.restore(heard.get(node.id, Heard()), kept.get(node.id))
        self._views = views
        self._enabled = {node_id: view for node_id, view in views.items() if view.node.enabled}

    def take(self, node: Node, samples: Sequence[Sample]) -> None:
        """Record stored samples, in any order."""
        view = self._views.get(node.id)
        if view is None:
            return
        newest = max(samples, key=_timestamp)
        uptime = self._uptime()
        if view.take(newest, self._clock(), uptime, up_seconds(self.interval_seconds)):
            self._note_ahead(node.id, newest.timestamp - uptime)
        view.remember(samples, self._hours)

    def note_agent(
        self,
        node: Node,
        version: str | None,
        sensor: str | None,
        clock_skew_seconds: float | None,
        cpu_temp_limit: float | None = None,
        throttled: int = 0,
        boot_id: str | None = None,
    ) -> None:
        """Record what an agent reports about itself and its node, besides samples."""
        view = self._views.get(node.id)
        if view is not None:
            view.agent_version = version
            view.sensor = sensor
            view.clock_skew_seconds = clock_skew_seconds
            view.cpu_temp_limit = cpu_temp_limit
            view.throttled = throttled
            view.note_boot(boot_id, self._uptime())

    def look(self) -> None:
        """Report the nodes whose state has changed since the last check to all listeners."""
        uptime = self._uptime()
        heard_since = uptime - up_seconds(self.interval_seconds)
        changes = []
        for view in self._views.values():
            if view.state == "up" and view.heard_at > heard_since and view.node.enabled:
                continue  # nearly all, nearly always
            state = self._state(view, uptime)
            if state != view.state:
                changes.append(StateChange(view.node, view.state, state))
                view.state = state
        for listener in self._listeners if changes else ():
            try:
                listener(changes)
            except Exception:
                log.exception("A listener failed at the new states of %d nodes.", len(changes))

    def last_seen(self, node: Node) -> int | None:
        """Return the timestamp of a node's newest sample, None before the first."""
        view = self._views.get(node.id)
        return None if view is None else view.last_seen

    def silent_seconds(self, node: Node) -> float:
        """Return how many seconds ago a node last reported."""
        view = self._views.get(node.id)
        return math.inf if view is None else self._uptime() - view.heard_at

    def nodes(self) -> list[NodeAnswer]:
        """Return every node with its configuration and state."""
        uptime = self._uptime()
        return [self._described(view, uptime) for view in self._views.values()]

    def realtime(self, node_ids: Iterable[int] | None = None) -> list[RealtimeNode]:
        """Return the newest sample of every node, or of those with these ids."""
        uptime = self._uptime()
        chosen = self._views if node_ids is None else sorted(self._views.keys() & set(node_ids))
        return [self._newest(self._views[node_id], uptime) for node_id in chosen]

    def seen(self) -> list[Seen]:
        """Return every node. Safe on any thread while samples arrive."""
        uptime = self._uptime()
        return [view.seen(self._state(view, uptime)) for view in list(self._views.values())]

    def sensor(self, node_id: int) -> str | None:
        """Return the name of a node's temperature sensor. Safe on any thread."""
        view = self._views.get(node_id)
        return None if view is None else view.sensor

    def one(self, node: Node, records: RecentColumns = NO_RECORDS) -> RealtimeOne:
        """Return one node's newest sample and its last hour, with `records` in place of lost samples."""
        view = self._views[node.id]
        hour = view.last_hour or _EMPTY_HOUR
        return made(
            RealtimeOne,
            node.name,
            node.hostname,
            self._state(view, self._uptime()),
            view.last_seen,
            *view.readings(),
            view.clock_skew_seconds,
            node.id,
            view.agent_version,
            view.sensor,
            view.cpu_temp_limit,
            self.interval_seconds,
            hour.columns(self.hour_end(node)),
            records,
        )

    def hour_end(self, node: Node) -> int:
        """Return when a node's last hour ends, by the node's clock if that is ahead."""
        return max(int(self._clock()), self.last_seen(node) or 0)

    def last_hour(self, node: Node) -> LastHour:
        """Return a node's last hour."""
        return self._views[node.id].last_hour or _EMPTY_HOUR

    def views(self) -> Collection[NodeNow]:
        """Return the present state of each node. Read it at once: the next sample changes it."""
        return self._views.values()

    def enabled(self) -> Mapping[int, NodeNow]:
        """Return the same for the enabled nodes, by their ids."""
        return self._enabled

    def hours(self) -> list[tuple[LastHour, Sample]]:
        """Return the last hour of each node that has one, with its newest sample."""
        views = self._views.values()
        return [(view.last_hour, view.newest) for view in views if view.last_hour and view.newest]

    def hours_by_id(self) -> list[tuple[int, LastHour, Sample]]:
        """Return the same for the nodes that are up, with their ids."""
        views = self._views.items()
        return [
            (i, view.last_hour, view.newest)
            for i, view in views
            if view.state == "up" and view.last_hour and view.newest
        ]

    def _described(self, view: _View, uptime: float) -> NodeAnswer:
        node = view.node
        return NodeAnswer(
            node.id,
            node.name,
            node.ip,
            node.hostname,
            node.enabled,
            self._state(view, uptime),
            view.last_seen,
            view.clock_skew_seconds,
            view.agent_version,
            view.sensor,
            view.cpu_temp_limit,
        )

    def _newest(self, view: _View, uptime: float) -> RealtimeNode:
        node = view.node
        return _realtime_node(
            node.id,
            node.name,
            node.hostname,
            self._state(view, uptime),
            view.last_seen,
            *view.readings(),
            view.clock_skew_seconds,
        )

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def _state(self, view: _View, uptime: float) -> State:
        return state_of(view.node.enabled, view.last_seen, uptime - view.heard_at, self.interval_seconds)


class _View:
    """What is known about one node."""

    __slots__ = (
        "_about",
        "_is_mean",
        "_readings",
        "agent_version",
        "boot_id",
        "clock_skew_seconds",
        "cpu_temp_limit",
        "heard_at",
        "last_hour",
        "last_seen",
        "newest",
        "node",
        "rebooted_at",
        "sensor",
        "state",
        "throttled",
    )

    node: Node
    state: State

    def __init__(self, heard: Heard, uptime: float) -> None:
        self.last_seen = heard.last_seen
        self.heard_at = uptime - heard.silent_seconds
        self.newest: Sample | None = None
        self._readings: Sequence[float | None] | None = None
        self.last_hour: LastHour | None = None
        self.clock_skew_seconds: float | None = None
        self.agent_version: str | None = None
        self.sensor: str | None = None
        self.cpu_temp_limit: float | None = None
        self.throttled = 0
        self.boot_id = heard.boot_id
        self.rebooted_at = None if heard.rebooted_seconds is None else uptime - heard.rebooted_seconds
        self._about: object = None
        self._is_mean = False
        """Whether `newest` is the mean of a record: it is shown, but nobody measured it."""

    def restore(self, heard: Heard, kept: Kept | None) -> None:
        """Restore what was known before the panel's start: the last hour, or else the last record."""
        if heard.last_seen is None:
            return
        if kept is not None:
            self.last_hour, about = kept.hour, kept.about
            self.sensor, self.cpu_temp_limit = about.sensor, about.cpu_temp_limit
            self.agent_version = about.agent_version
            self.newest = kept.last_sample(heard.last_seen)
        if self.newest is None and heard.values is not None:
            self._is_mean = True
            self.newest = made(Sample, self.node.hostname, heard.last_seen, *heard.values)

    def note_boot(self, boot_id: str | None, uptime: float) -> None:
        """Record which boot of the node this is; None changes nothing."""
        if boot_id is None or boot_id == self.boot_id:
            return
        if self.boot_id is not None:
            self.rebooted_at = uptime
        self.boot_id = boot_id

    def take(self, sample: Sample, now: float, uptime: float, up_seconds: int) -> bool:
        """Record the newest of the stored samples. Returns whether it shows that the node is up.

        A sample that was measured long ago and sent only now does not. Its age is counted by the node's own clock,
        since the sample's time is by that clock too.
        """
        age = now + (self.clock_skew_seconds or 0) - sample.timestamp
        # A clock that was ahead and has been corrected must not leave its node in the future.
        is_past_future = self.last_seen is not None and self.last_seen > sample.timestamp + up_seconds
        if self.last_seen is None or sample.timestamp > self.last_seen or (is_past_future and abs(age) <= up_seconds):
            self.newest, self._readings, self._is_mean = sample, None, False
            self.last_seen = sample.timestamp
            self.heard_at = uptime if age <= up_seconds else max(self.heard_at, uptime - age)
            return age <= up_seconds
        return False

    def seen(self, state: State) -> Seen:
        """Return what is known, with this state.

        The caller computed the state earlier, so that a node that is up has its new sample here.
        """
        node, newest = self.node, None if self._is_mean else self.newest
        # Another thread must never see one sample with the time of another.
        last_seen = self.last_seen if newest is None else newest.timestamp
        about = self.clock_skew_seconds, self.agent_version, self.sensor
        return Seen(node.hostname, node.name, state, newest, last_seen, *about)

    def remember(self, samples: Sequence[Sample], hours: HourFile) -> None:
        """Keep samples for the last hour."""
        if self.last_hour is None:
            self.last_hour = hours.new()
        for sample in samples:
            self.last_hour.add(sample, self.last_seen or 0)
        totals = totals_of(samples[-1])
        about = totals, self.sensor, self.agent_version, self.cpu_temp_limit
        if about != self._about:
            self._about = about
            self.last_hour.describe(About(self.node.id, self.node.hostname, *about).words())

    def readings(self) -> Sequence[float | None]:
        """Return the newest values of READINGS. They are computed once, however often they are read."""
        if self._readings is None:
            self._readings = _NO_READINGS if self.newest is None else readings_of(self.newest)
        return self._readings


def _timestamp(sample: Sample) -> int:
    return sample.timestamp
