"""When the panel last did what it is there for: stored a sample, looked for what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.sentence import Sentence


class Pulse:
    """`clock` gives Unix seconds, `uptime` those of a clock that nobody sets. Times are None before the first."""

    def __init__(self, clock: Callable[[], float], uptime: Callable[[], float]) -> None:
        self._clock = clock
        self._uptime = uptime
        self._stored = self._evaluated = uptime()
        self.stored_at: int | None = None
        self.evaluated_at: int | None = None

    def note_samples(self, _node: Node, _samples: Sequence[Sample]) -> None:
        """Take in that samples were stored."""
        self.stored_at, self._stored = int(self._clock()), self._uptime()

    def note_look(self) -> None:
        """Take in that it was looked for what is wrong."""
        self.evaluated_at, self._evaluated = int(self._clock()), self._uptime()

    def trouble(self, seconds: int) -> Sentence | None:
        """Return what was not done for longer than that, in a sentence; what never was counts from the start."""
        now = self._uptime()
        if now - self._stored > seconds:
            return Sentence("The panel has stored no sample for {silent} seconds.", silent=f"{now - self._stored:.0f}")
        if now - self._evaluated > seconds:
            return Sentence(
                "The panel has looked for nothing that is wrong for {silent} seconds.",
                silent=f"{now - self._evaluated:.0f}",
            )
        return None
