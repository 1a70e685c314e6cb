"""The agent's round: at each tick measure, wait for this node's turn, post."""

import json
import time
from binascii import crc32
from typing import Callable

from minipanel_agent.client import Client
from minipanel_agent.collector import Collector, Sample
from minipanel_agent.errors import MeasureError, SendError
from minipanel_agent.log import Trouble, write_line
from minipanel_agent.schedule import Ticks

MARGIN_SECONDS = 0.25
"""What is left between the end of a round and the next tick."""


def turn_seconds(node_id: str, spread_seconds: float) -> float:
    """Return how long after a tick a node posts, from 0 to spread_seconds: always the same, and spread over nodes."""
    return crc32(node_id.encode()) % 1000 / 1000 * spread_seconds


class Agent:
    """Reports one node to the panel."""

    def __init__(
        self,
        collector: Collector,
        client: Client,
        ticks: Ticks,
        turn: float = 0,
        log: Callable[[str], None] = write_line,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """turn: seconds after each tick at which to post."""
        self._collector = collector
        self._client = client
        self._ticks = ticks
        self._turn = turn
        self._log = log
        self._clock = clock
        self._quiet_until = clock()
        self._has_stored = False
        self._stalls = Trouble("Ticks are met again; {count} missed.", log)
        self._faults = Trouble("Measuring works again; it failed {count} times.", log)
        self._losses = Trouble("The panel stores samples again; {count} lost.", log)

    def run(self) -> None:
        """Report until Stopped is raised."""
        self.start()
        while True:
            self.round()

    def start(self) -> None:
        """Take the reading that the first sample counts from."""
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
            self._ticks.sleep_until(tick + self._turn)
            self._post(sample)

    def _post(self, sample: Sample) -> None:
        """Send a sample; one that the panel does not store is counted and dropped."""
        if self._clock() < self._quiet_until:
            self._losses.counted()
            return
        try:
            body = json.dumps(sample).encode("ascii")  # without arguments: those make a new encoder at each call
            self._client.post(body, self._ticks.seconds_left(MARGIN_SECONDS))
        except SendError as error:
            self._losses.happened(str(error))
            self._quiet_until = self._clock() + error.retry_after
            return
        self._losses.ended()
        if not self._has_stored:
            self._has_stored = True
            self._log("The panel stored the first sample.")
