"""When the panel last did its work: stored a sample, checked the alert rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.sentence import Sentence


class Pulse:
    """`clock` returns Unix seconds, `uptime` seconds of a clock that nobody sets.

    Times are None before the first event.
    """

    def __init__(self, clock: Callable[[], float], uptime: Callable[[], float]) -> None:
        self._clock = clock
        self._uptime = uptime
        self._stored = self._evaluated = uptime()
        self.stored_at: int | None = None
        self.evaluated_at: int | None = None

    def note_samples(self, _node: Node, _samples: Sequence[Sample]) -> None:
        """Record that samples were stored."""
        self.stored_at, self._stored = int(self._clock()), self._uptime()

    def note_look(self) -> None:
        """Record that the alert rules were checked."""
        self.evaluated_at, self._evaluated = int(self._clock()), self._uptime()

    def trouble(self, seconds: int) -> Sentence | None:
        """Return what has not been done for that long, in a sentence. Counts from the start if it was never done."""
        now = self._uptime()
        if now - self._stored > seconds:
            return Sentence("The panel has stored no sample for {silent} seconds.", silent=f"{now - self._stored:.0f}")
        if now - self._evaluated > seconds:
            return Sentence(
                "The panel has not checked its alert rules for {silent} seconds.",
                silent=f"{now - self._evaluated:.0f}",
            )
        return None
