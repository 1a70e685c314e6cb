"""Simulated nodes report: first what they measured before the panel started, then a sample at each tick."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from minipanel.config import Config
from minipanel.demo.nodes import SimulatedNodes, whole
from minipanel.demo.past import RECENT_SECONDS, last_boot_id, recent_seconds
from minipanel.demo.wire import Link, Samples, bearer, body_of, headers, request
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.span import Span

LANES: Final = 16
"""Connections: samples sent at the same time are committed together."""

BATCH: Final = 720
"""The most late samples of a node in one request."""

KEPT: Final = 900
"""How many samples' times a node keeps while the panel does not accept them: over an hour."""


async def report(config: Config, nodes: SimulatedNodes) -> None:
    """Make all nodes report, until this is cancelled."""
    lanes = [Lane(config, nodes, range(first, nodes.count, LANES)) for first in range(min(LANES, nodes.count))]
    await asyncio.gather(*(lane.run() for lane in lanes))


class Lane:
    """Some of the nodes. They report one after the other over one connection."""

    def __init__(self, config: Config, nodes: SimulatedNodes, places: Sequence[int]) -> None:
        self._interval = config.agents.interval
        self._link = Link(config.server.port)
        begin = _first_time(nodes, time.time())
        self._nodes = [Reporter(config, nodes, place, begin) for place in places]
        self._newest = int(time.time()) // self._interval * self._interval
        for node in self._nodes:
            node.keep(range(begin + self._interval, self._newest + 1, self._interval))

    async def run(self) -> None:
        """Report at each tick. Samples of missed ticks are sent late, as an agent sends its spool."""
        try:
            while True:
                await self._report()
                await asyncio.sleep(self._newest + self._interval - time.time())
                now = int(time.time()) // self._interval * self._interval
                for node in self._nodes:
                    node.keep(range(self._newest + self._interval, now + 1, self._interval))
                self._newest = now
        finally:
            self._link.close()

    async def _report(self) -> None:
        """Send each node's newest sample, then a batch of its earlier ones."""
        if not self._link.is_open:
            with contextlib.suppress(OSError):
                await self._link.connect()
        for size in (1, BATCH):
            for node in self._nodes:
                await node.send(self._link, size)


def _first_time(nodes: SimulatedNodes, now: float) -> int:
    """Return the time from which the nodes report. Samples that are already stored do no harm: each counts once."""
    was_planted_now = now - nodes.since < RECENT_SECONDS
    latest = whole(now) - RECORD_SECONDS
    return (min(nodes.since, latest) if was_planted_now else latest) - recent_seconds(nodes.count)


class Reporter:
    """One node: what it measures, and which times it has yet to report."""

    def __init__(self, config: Config, nodes: SimulatedNodes, place: int, begin: int) -> None:
        self._name = nodes.names[place]
        self._has_sensor = nodes.has_sensor(place)
        self._boot_id = last_boot_id(nodes, place)
        self._authorization = bearer(str(config.agents.secret), self._name)
        self._to_come = nodes.spans(place, begin)
        self._spans: deque[Span] = deque(maxlen=32)
        self._times: deque[int] = deque(maxlen=KEPT)
        self._dice = random.Random(place)

    def keep(self, ticks: Sequence[int]) -> None:
        """Keep these times, to report a sample of each."""
        self._times.extend(ticks)

    async def send(self, link: Link, most: int) -> None:
        """Send the newest samples, at most this many. They are kept until the panel has stored them."""
        times = [self._times[-1 - back] for back in range(min(most, len(self._times)))]
        samples = self._samples(times[::-1])
        if samples:
            fields = headers(self._authorization, time.time(), has_sensor=self._has_sensor, boot_id=self._boot_id)
            if await link.post(request(fields, body_of(samples))) != 200:
                return
        for _ in times:
            self._times.pop()

    def _samples(self, times: Sequence[int]) -> Samples:
        found = []
        for at in times:
            span = self._span(at)
            if span is not None:
                values = span.values_at(at, self._dice.uniform(-1, 1))
                found.append({"node_id": self._name, "timestamp": at, **values})
        return found

    def _span(self, at: int) -> Span | None:
        """Return what the node does at a time; None if it is away."""
        while not self._spans or self._spans[-1].end < at:
            following = next(self._to_come, None)
            if following is None:
                break
            self._spans.append(following)
        return next((span for span in reversed(self._spans) if span.begin < at <= span.end), None)
