"""The panel's working parts: creates them, and starts and stops them in the order they need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from minipanel.config import Config
from minipanel.database.store import Store
from minipanel.errors import DatabaseError, TryLater
from minipanel.machine.own_names import OwnNames
from minipanel.machine.uptime import boot_id, uptime
from minipanel.models.archive_state import ArchiveState
from minipanel.models.node import Moment, Node
from minipanel.services.backups import Backups
from minipanel.services.broadcast import Broadcast
from minipanel.services.clocks import Clocks
from minipanel.services.cluster import Cluster
from minipanel.services.counters import Counters
from minipanel.services.credentials import Credentials
from minipanel.services.directory import Directory
from minipanel.services.evidence import EvidenceNotes
from minipanel.services.gaps import Gaps
from minipanel.services.groups import GroupList
from minipanel.services.history import History
from minipanel.services.hour_file import HourFile
from minipanel.services.hours import Hours
from minipanel.services.ingest import Ingest, gather_seconds
from minipanel.services.live import Live
from minipanel.services.pulse import Pulse
from minipanel.services.raster import Raster
from minipanel.services.reading import Reading
from minipanel.services.refusals import Refusals
from minipanel.services.retention import Retention
from minipanel.services.scrape import Scrape
from minipanel.services.spread import Spread

Follower = Callable[[Config], Awaitable[None]]
"""Applies a changed configuration. Raises DatabaseError, TryLater."""

Reader = Callable[[Config], None]
"""Applies the parts of a changed configuration that need no database."""


class Panel:
    """All parts of the running panel. Handlers work with it."""

    def __init__(
        self,
        config: Config,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
        hours: HourFile | None = None,
    ) -> None:
        """Open the database. `hours` keeps the last hours across a restart. Raises DatabaseError."""
        self.config = config
        self.clock = clock
        self.uptime = uptime
        self.store = Store(config.database.path)
        self.directory = Directory()
        self.ingest = Ingest(self.store, config.database.retention_days, clock, uptime)
        self.retention = Retention(self.store, self.ingest, clock)
        self.hours = Hours(self.store, self.ingest, config.database.hours_days, clock)
        self.backups = Backups(config, self.store, self.ingest, clock, uptime)
        self.clocks = Clocks(clock, uptime)
        self.evidence = EvidenceNotes(self.store, self.ingest, self.clocks, clock, uptime)
        self._hours = hours or HourFile()
        self.live = Live(config.agents.interval, clock, uptime, self.evidence.note_ahead, self._hours)
        self.ingest.listen(self.live.take)
        self.broadcast = Broadcast(self.live, clock)
        self.groups = GroupList(self.broadcast.restart)
        self.ingest.listen(self.broadcast.note_samples)
        self.live.listen(self.broadcast.note_states)
        self.reading = Reading(self.store.reader)
        self.history = History(self.reading, config.agents.interval, clock)
        self.spread = Spread(self.reading, clock)
        self.raster = Raster(self.reading, self.live, clock)
        self.cluster = Cluster(self.reading, self.live, clock)
        self.gaps = Gaps(self.reading, self.live.silent_seconds, config.agents.interval, clock)
        self.own_names = OwnNames()
        self.credentials = Credentials(config)
        self.refusals = Refusals()
        self.pulse = Pulse(clock, uptime)
        self.ingest.listen(self.pulse.note_samples)
        counters = Counters()
        self.ingest.listen(counters.note_samples)
        self.ingest.listen_to_commits(counters.note_commit)
        self.refusals.listen(counters.note_refusal)
        self.scrape = Scrape(self.live, counters, self.ingest, config.database.path, clock)
        self.archive_state: Callable[[], ArchiveState | None] = lambda: None
        self._readers: list[Reader] = []
        self._followers: list[Follower] = []

    def on_read(self, reader: Reader) -> None:
        """Let a room on a higher floor apply a changed configuration at once, before anything is written."""
        self._readers.append(reader)

    def on_reload(self, follower: Follower) -> None:
        """Let a room on a higher floor apply a changed configuration, after the panel itself."""
        self._followers.append(follower)

    async def start(self) -> None:
        """Start the threads and loops, and make the tables match the configuration. Raises DatabaseError."""
        self.ingest.start()
        self.credentials.start()
        await self._follow(self.config)
        await self.evidence.start()
        self.retention.start()
        self.hours.start()
        self.backups.start()
        self.live.start()

    def started(self) -> None:
        """Let transactions wait for others from now on. During the start they don't, as nobody else writes."""
        self.ingest.gather_seconds = gather_seconds(len(self.config.nodes))

    async def reload(self, config: Config) -> None:
        """Apply a changed configuration: accounts, nodes, secrets, retention, allowed users, backup.

        The listening address and the place of the database change only with a restart. Raises DatabaseError.
        """
        # First: even if nothing can be written, a user who was removed must not stay logged in.
        self.config = config
        self.credentials.reload(config)
        for read in self._readers:
            read(config)
        await self._follow(config)
        self.ingest.gather_seconds = gather_seconds(len(config.nodes))
        self.ingest.retention_days = config.database.retention_days
        self.hours.days = config.database.hours_days
        for each in (self.live, self.history, self.gaps):
            each.interval_seconds = config.agents.interval
        for follow in self._followers:
            await follow(config)
        self.broadcast.restart()
        await self.backups.reload(config)

    def reach(self) -> tuple[int, int]:
        """Return the time of the oldest records, Unix seconds, and how many days back an archive goes, 0 if none."""
        older = self.reading.older
        return self.ingest.oldest(), 0 if older is None else older.days

    def give_up(self) -> None:
        """End whatever could delay the stop: waits for munged, and reads. Waiting callers get TryLater."""
        self.credentials.give_up()
        self.reading.give_up()

    async def close(self) -> None:
        """Answer the requests that wait for their commit, then stop."""
        self.broadcast.close()
        await self.groups.close()
        await self.live.close()
        await self.reading.close()
        await self.retention.close()
        await self.hours.close()
        await self.backups.close()
        await self.credentials.close()
        await self.evidence.close()
        await self.ingest.close()
        await asyncio.to_thread(self._hours.close)
        self.store.close()

    async def _follow(self, config: Config) -> None:
        job = self.store.follow(config.accounts, config.nodes, int(self.clock()))
        nodes: list[Node] = await self.ingest.run(job)
        moment = Moment(self.clock(), self.uptime(), boot_id())
        is_start = not self.directory.nodes
        new = self.live.lacks(nodes)
        reader = self.reading.reader
        try:
            newest = await self.reading.do(reader.newest, nodes) if is_start else {}
            heard = await self.reading.do(reader.heard, new, moment, config.agents.interval)
            kept = await asyncio.to_thread(self._hours.restore, nodes) if is_start else {}
            lost = {id: each.last_seen for id, each in heard.items() if id not in kept and each.last_seen is not None}
            values = await self.reading.do(reader.last_values, lost)
        except TryLater as error:
            raise DatabaseError(error.words) from error
        if newest:
            self.ingest.meet(max(newest.values()))
            self.clocks.meet(max(newest.values()))
        self.directory.replace(nodes)
        await self.groups.follow(config)
        heard.update({id: replace(heard[id], values=row) for id, row in values.items()})
        self.live.replace(nodes, heard, kept)
