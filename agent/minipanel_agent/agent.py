"""The agent's round: at each tick, measure, wait for this node's turn, and post."""

import time
from binascii import crc32
from typing import Callable, Optional

from minipanel_agent.backfill import Backfill
from minipanel_agent.client import Client
from minipanel_agent.collector import Collector
from minipanel_agent.errors import MeasureError, SendError
from minipanel_agent.log import Trouble, write_line
from minipanel_agent.schedule import Ticks
from minipanel_agent.spool import Spool

MARGIN_SECONDS = 0.25
"""The time left between the end of a round and the next tick."""

DISK_SECONDS = 1.0
"""A sample that the disk has not accepted by then waits in memory."""

STOP_SECONDS = 0.5


def turn_seconds(node_id: str, spread_seconds: float) -> float:
    """Return how long after a tick a node posts, from 0 to spread_seconds: always the same, and spread over nodes."""
    return crc32(node_id.encode()) % 1000 / 1000 * spread_seconds


class Agent:
    """Reports one node to the panel."""

    def __init__(
        self,
        collector: Collector,
        client: Client,
        spool: Spool,
        backfill: Backfill,
        ticks: Ticks,
        turn: float = 0,
        log: Callable[[str], None] = write_line,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """turn: seconds after each tick at which to post."""
        self._collector = collector
        self._client = client
        self._spool = spool
        self._backfill = backfill
        self._ticks = ticks
        self._turn = turn
        self._log = log
        self._clock = clock
        self._quiet_until = clock()
        self._has_stored = False
        self._is_away = spool.count > 0
        self._unsent: Optional[bytes] = None
        """The sample that is neither stored by the panel nor in the spool."""
        self._stalls = Trouble("Ticks are met again; {count} missed.", log)
        self._faults = Trouble("Measuring works again; it failed {count} times.", log)
        self._absences = Trouble("The panel stores samples again; {count} were kept in the spool.", log)
        self._refusals = Trouble("The panel stores samples again; {count} were refused and dropped.", log)

    def run(self) -> None:
        """Report until Stopped is raised."""
        try:
            self.start()
            while True:
                self.round()
        finally:
            self.close()

    def close(self) -> None:
        """Leave nothing in memory: what the panel has not stored yet goes to the spool."""
        self._keep(STOP_SECONDS)
        self._spool.close(STOP_SECONDS)

    def start(self) -> None:
        """Take the reading from which the first sample counts."""
        try:
            self._collector.start()
        except MeasureError as error:
            self._faults.happened(str(error))

    def round(self) -> None:
        """Wait for the next tick, measure, and post."""
        tick = self._ticks.wait()
        if tick is None:
            self._stalls.happened("A tick was missed: the node slept or stalled, or its clock was set.")
            self.start()
            return
        self._stalls.ended()
        try:
            sample = self._collector.sample(tick)
        except MeasureError as error:
            self._faults.happened(str(error))
            return
        self._faults.ended()
        if sample is not None:
            self._report(sample, tick)

    def _report(self, body: bytes, tick: int) -> None:
        """Post a sample at this node's turn, and use the time before and after it for the spool."""
        self._unsent = body
        if self._is_away:
            # Write it first: posting may take until the next tick, and a kill meanwhile must not lose the sample. If
            # the panel stores it after all, it gets it twice and counts it once.
            self._keep(DISK_SECONDS)
        elif self._spool.count:
            self._backfill.run(self._ticks.seconds_left(self._ticks.interval - self._turn + MARGIN_SECONDS))
        self._ticks.sleep_until(tick + self._turn)
        self._post(body)
        if self._spool.count and not self._is_away:
            self._backfill.run(self._ticks.seconds_left(MARGIN_SECONDS))

    def _post(self, body: bytes) -> None:
        """Send a sample; if the panel may store it later, it goes to the spool."""
        if self._clock() < self._quiet_until:
            self._absences.counted()
            self._keep(min(self._ticks.seconds_left(0), DISK_SECONDS))
            return
        try:
            self._client.post(body, self._ticks.seconds_left(MARGIN_SECONDS))
        except SendError as error:
            if error.status in (400, 413):
                self._refused(error)
            else:
                self._failed(error)
            return
        self._stored()

    def _stored(self) -> None:
        self._unsent = None
        self._absences.ended()
        self._refusals.ended()
        self._panel_is_there()
        if not self._has_stored:
            self._has_stored = True
            self._log("The panel stored the first sample.")

    def _refused(self, error: SendError) -> None:
        """Drop a sample that the panel will never store.

        This includes one that is from the future to the panel: the node's clock is wrong. If it were kept until its
        time came, it would be false history.
        """
        self._unsent = None
        self._refusals.happened(str(error))
        self._panel_is_there()

    def _failed(self, error: SendError) -> None:
        self._absences.happened(str(error))
        self._quiet_until = self._clock() + error.retry_after
        self._is_away = True
        self._keep(min(self._ticks.seconds_left(0), DISK_SECONDS))

    def _panel_is_there(self) -> None:
        if self._is_away:
            self._is_away = False
            self._backfill.begin()

    def _keep(self, seconds: float) -> None:
        """Put the sample of this round into the spool, unless it is there or the panel has it."""
        if self._unsent is not None:
            self._spool.keep(self._unsent, seconds)
            self._unsent = None
