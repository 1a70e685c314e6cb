"""Delivers the spool between ticks once the panel answers again, little by little, so that no live sample is late."""

import json
import os
import time
from typing import Callable, List

from minipanel_agent.client import Client
from minipanel_agent.errors import SendError
from minipanel_agent.log import Trouble, write_line
from minipanel_agent.spool import Batch, Spool

BATCH_SAMPLES = 500
LEAST_SAMPLES = 25
"""Batches that the panel does not answer in time are halved, but never below this."""

LEAST_SECONDS = 0.5
"""If less time is left before the next tick or turn, no batch is begun."""

PAUSE = 50
"""A pause is this many times as long as the previous batch took: of N nodes that deliver, N / 50 wait for an answer.

So the panel's own speed paces them, however many there are. With a thousand nodes, 20 batches are under way; they are
half a second of its work, and that is how long a live sample waits.
"""

LEAST_PAUSE_SECONDS = 0.5
"""An idle panel gets a day of samples in 20 s, and the node's CPU is never used for longer than a batch."""

SMALL_CLUSTER_SECONDS = 5
HALVING_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 60
FIRST_BACK_OFF_SECONDS = 5


def chance() -> float:
    """Return a number from 0 to 1. Not by the module random, which costs 5 MB resident."""
    return int.from_bytes(os.urandom(2), "big") / 65535


def first_seconds(spread_seconds: float) -> float:
    """Return within how many seconds after the panel's return a node begins: 5 for a few nodes, 240 for thousands.

    The spread shows the size of the cluster: min(4, nodes / 500). It is squared, as it stops growing at 2,000 nodes.
    """
    return SMALL_CLUSTER_SECONDS + 15 * spread_seconds**2


class Backfill:
    """Sends the spool's samples, oldest first, without delaying live ones."""

    def __init__(
        self,
        spool: Spool,
        client: Client,
        first: float,
        log: Callable[[str], None] = write_line,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """first: begin within this many seconds. now: Unix seconds."""
        self._spool = spool
        self._client = client
        self._first = first
        self._log = log
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._limit = self._most = BATCH_SAMPLES
        self._batch = Batch([], [])
        self._parts: List[List[bytes]] = []
        """The rest of the batch, the next part last."""
        self._delivered = 0
        self._delays = Trouble("Delivering the spool goes on; {count} batches had failed.", log)
        self._refusals = Trouble("{count} samples of the spool were refused and dropped.", log)
        self._end = 0.0
        self.begin()

    def begin(self) -> None:
        """Note that the panel is back: start soon, at this node's own moment."""
        self._failures = 0
        self._not_before = self._clock() + chance() * self._first

    def run(self, seconds: float) -> None:
        """Send what waits, for at most this many seconds."""
        self._end = self._clock() + seconds
        while self._parts or self._spool.count:
            pause = max(self._not_before - self._clock(), 0)
            if self._seconds_left() - pause < LEAST_SECONDS:
                return
            if pause:
                self._sleep(pause)
            self._step()

    def _step(self) -> None:
        """Send one part of a batch."""
        if not self._parts and not self._take():
            return
        part = self._parts[-1]
        began = self._clock()
        try:
            self._client.post(b"[" + b",".join(part) + b"]", self._seconds_left())
        except SendError as error:
            self._failed(part, error)
            return
        self._delivered += len(part)
        self._failures = 0
        self._delays.ended()
        self._limit = min(self._limit * 2, self._most)
        self._pause(max(PAUSE * (self._clock() - began), LEAST_PAUSE_SECONDS))
        self._done()

    def _take(self) -> bool:
        """Take a batch from the spool; return whether there is something to send."""
        self._batch = self._spool.batch(self._limit, self._seconds_left() / 2)
        if self._batch.texts:
            self._parts = [self._batch.texts]
        elif self._batch.marks:
            self._forget()
        else:
            self._pause(FIRST_BACK_OFF_SECONDS)
        return bool(self._batch.texts)

    def _failed(self, part: List[bytes], error: SendError) -> None:
        if error.status == 400:
            self._drop_future(part)
        if error.status not in (400, 413):
            self._back_off(part, error)
        elif self._parts[-1] is part:
            self._narrow(part, error)
        if not self._parts[-1]:
            self._done()

    def _narrow(self, part: List[bytes], error: SendError) -> None:
        """Halve a part that the panel refused, until only the bad sample is left."""
        self._pause(HALVING_SECONDS)
        if error.status == 413:
            self._limit = self._most = max(len(part) // 2, 1)
        if len(part) > 1:
            self._halve(part)
        else:
            # If it were kept, it would be refused for ever and block all that follow.
            self._refusals.happened(str(error))
            self._parts[-1] = []

    def _drop_future(self, part: List[bytes]) -> None:
        """Remove the samples from the future from a part that the panel refused."""
        rest = self._without_future(part)
        if len(rest) < len(part):
            sentence = "The spool holds samples from the future: the clock was wrong then, and they are dropped."
            self._refusals.happened(sentence, len(part) - len(rest))
            self._parts[-1] = rest

    def _without_future(self, texts: List[bytes]) -> List[bytes]:
        """Return the samples that are not in the future by this node's clock.

        Used only for what the panel refused, as it may be this node's clock that is behind. Finding an hour of such
        samples by halving would take a thousand requests. The panel itself accepts samples up to a minute ahead; from a
        wrong clock these would be false history in place of what is measured then.
        """
        latest = self._now()
        return [text for text in texts if json.loads(text.decode("ascii"))["timestamp"] <= latest]

    def _back_off(self, part: List[bytes], error: SendError) -> None:
        """Leave the panel alone for a while, longer each time. A batch too slow for its time gets smaller."""
        self._delays.happened(f"Delivering the spool waits: {error}")
        if error.status == 0 and len(part) > LEAST_SAMPLES:
            self._halve(part)
            self._limit = max(len(part) // 2, LEAST_SAMPLES)
        self._pause(FIRST_BACK_OFF_SECONDS * 2 ** min(self._failures, 4), error.retry_after)
        self._failures += 1

    def _halve(self, part: List[bytes]) -> None:
        middle = len(part) // 2
        self._parts[-1:] = [part[middle:], part[:middle]]

    def _done(self) -> None:
        """Go to the next part; after the last one, the spool may forget the batch."""
        self._parts.pop()
        if not self._parts:
            self._forget()

    def _forget(self) -> None:
        self._spool.forget(self._batch, self._seconds_left())
        if not self._spool.count:
            self._refusals.ended()
            self._log(f"The spool is delivered: {self._delivered} samples.")
            self._delivered = 0

    def _seconds_left(self) -> float:
        return self._end - self._clock()

    def _pause(self, seconds: float, least: float = 0) -> None:
        """Send nothing for about this many seconds, but not less than `least`."""
        about = min(seconds, LONGEST_PAUSE_SECONDS) * (0.5 + chance())
        self._not_before = self._clock() + max(about, least)
