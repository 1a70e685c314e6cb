"""A node's last hour at 5 seconds, in 9 KB of compact arrays."""

from __future__ import annotations

from array import array

from minipanel.models.record import SLOT_SECONDS
from minipanel.models.sample import Sample

HOUR_SECONDS = 3600
SLOTS = HOUR_SECONDS // SLOT_SECONDS

# Hundredths in 16 bits: 0 to 100 % and -20 to 150 °C both fit, and these two values stay free.
_MISSING = 0xFFFF
_NO_SENSOR = -0x8000


class LastHour:
    """A ring of 720 slots; the slot of a timestamp is fixed, so late samples find their place."""

    __slots__ = ("_cpu", "_memory", "_newest", "_temp")

    def __init__(self) -> None:
        self._newest = 0
        self._cpu = array("H", [_MISSING]) * SLOTS
        self._memory = array("Q", [0]) * SLOTS
        self._temp = array("h", [_NO_SENSOR]) * SLOTS

    def add(self, sample: Sample) -> None:
        """Put a sample in its place. One that is over an hour older than the newest is passed over."""
        if sample.timestamp <= self._newest - HOUR_SECONDS:
            return
        self._advance(sample.timestamp)
        slot = sample.timestamp // SLOT_SECONDS % SLOTS
        self._cpu[slot] = round(sample.cpu_percent * 100)
        self._memory[slot] = sample.memory_used
        self._temp[slot] = _NO_SENSOR if sample.cpu_temp is None else round(sample.cpu_temp * 100)

    def columns(self, until: int) -> dict[str, list[int] | list[float] | list[float | None]]:
        """Return the samples of the hour before the timestamp `until` as columns, ascending."""
        first = max(self._newest, until - until % SLOT_SECONDS) - HOUR_SECONDS + SLOT_SECONDS
        times = [t for t in range(first, self._newest + 1, SLOT_SECONDS) if self._cpu[self._slot(t)] != _MISSING]
        slots = [self._slot(t) for t in times]
        temps = [self._temp[slot] for slot in slots]
        return {
            "timestamp": times,
            "cpu_percent": [self._cpu[slot] / 100 for slot in slots],
            "memory_used": [self._memory[slot] for slot in slots],
            "cpu_temp": [None if temp == _NO_SENSOR else temp / 100 for temp in temps],
        }

    def at(self, timestamp: int) -> tuple[float, int, float | None] | None:
        """Return CPU percent, bytes of memory used and °C of one sample; None where it is not there."""
        if not self._newest - HOUR_SECONDS < timestamp <= self._newest:
            return None
        slot = self._slot(timestamp)
        if self._cpu[slot] == _MISSING:
            return None
        temp = self._temp[slot]
        return self._cpu[slot] / 100, self._memory[slot], None if temp == _NO_SENSOR else temp / 100

    def _advance(self, timestamp: int) -> None:
        # The slots that are passed over hold samples of an hour ago.
        passed = min(SLOTS, (timestamp - self._newest) // SLOT_SECONDS)
        for step in range(passed):
            self._cpu[self._slot(timestamp - step * SLOT_SECONDS)] = _MISSING
        self._newest = max(self._newest, timestamp)

    @staticmethod
    def _slot(timestamp: int) -> int:
        return timestamp // SLOT_SECONDS % SLOTS
