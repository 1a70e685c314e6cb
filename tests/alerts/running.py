"""A real panel with its database, by the test's clock: nodes report or don't, and alerts look every five seconds."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.outbox import Letter, NotSent
from minipanel.config import Config, NodeConfig
from minipanel.models.sample import Sample
from minipanel.services.panel import Panel
from tests.panel.example import config_in

START = 1_790_000_000


class Letterbox:
    """A channel that keeps its letters with their times. It can be away, or fail after it accepted a letter."""

    name = "mail"

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.letters: list[tuple[int, Letter]] = []
        self.is_away = False

    def send(self, letter: Letter) -> str:
        if self.is_away:
            raise NotSent("The mail server is away.")
        self.letters.append((int(self._clock()), letter))
        return "250 taken"


class Running:
    """The panel, its alerts, and the time."""

    def __init__(self, config: Config, now: int = START) -> None:
        self.now = now
        self.panel = Panel(config, lambda: float(self.now), lambda: float(self.now - START + 1000))
        self.panel.ingest._batcher.least_seconds = 0  # nobody else writes
        self.answers = False
        self.alerts = Alerts(self.panel, self._connect)
        self.silent: Collection[int] = ()
        self.odd: Mapping[int, Mapping[str, float | None]] = {}  # values of some nodes, by their ids
        self.is_stuck = False  # the writer blocks
        self.post = Letterbox(self.panel.clock)

    @property
    def subjects(self) -> list[str]:
        """The subjects sent to people, in order."""
        return [letter.subject for _, letter in self.post.letters]

    async def store(self) -> None:
        """Store a sample of each node that reports, so that the panel knows of it after a start."""
        for node in self.panel.directory.nodes:
            if node.enabled and node.id not in self.silent:
                await self.panel.ingest.submit(node, [Sample(node.hostname, self.now, 10.0, 1000, 300, cpu_temp=50.0)])

    def receive(self) -> None:
        """Replace each configured channel by the letterbox."""
        self.alerts.channels = dict.fromkeys(self.alerts.channels, self.post)

    async def pass_seconds(self, seconds: int, **values: float | None) -> None:
        """Pass time in steps of five seconds: samples of all but the silent nodes, a look at states, a tick."""
        for _ in range(seconds // 5):
            if self.panel.ingest._begun and not self.is_stuck:
                # Waits for the panel's own writes: they must not seem to take five seconds.
                await self.panel.ingest.run(lambda _: None)
            self.hear(**values)
            await self.alerts.tick()
            await self.alerts.unkept.send_due()
            if not self.is_stuck:
                await self.alerts.outbox.send_due()
            await asyncio.sleep(0)

    def hear(self, **values: float | None) -> None:
        """Pass five seconds, with samples of all but the silent nodes and a look at states, without a tick."""
        self.now += 5
        for node in self.panel.directory.nodes:
            if node.enabled and node.id not in self.silent:
                whole = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": 300, "cpu_temp": 50.0} | values
                whole |= self.odd.get(node.id, {})
                sample = Sample(node.hostname, self.now, **whole)  # type: ignore[arg-type]
                self.panel.live.take(node, [sample])
        self.panel.live.look()

    async def _connect(self, ip: str, port: int) -> bool:
        """What a look at a silent node finds: this is the fake far edge."""
        return self.answers

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        with closing(sqlite3.connect(self.panel.config.database.path)) as connection:
            return connection.execute(sql).fetchall()


def cluster_config(folder: Path, count: int, **rooms: Any) -> Config:
    """A configuration of this many nodes, cn0001 …"""
    nodes = tuple(NodeConfig(f"cn{i:04}", f"10.0.{i // 250}.{i % 250 + 1}", f"cn{i:04}") for i in range(1, count + 1))
    return replace(config_in(folder), nodes=nodes, rooms=rooms)


@asynccontextmanager
async def running(config: Config, now: int = START) -> AsyncIterator[Running]:
    """Start the panel and its alerts, without the alerts' loops: the test calls each step itself."""
    it = Running(config, now)
    await it.panel.start()
    await it.alerts.start(is_looking=False)
    it.receive()
    try:
        yield it
    finally:
        await it.alerts.close()
        await it.panel.close()
