"""A node's last hour at 5 seconds, in 10 KB of compact arrays."""

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
    """A ring of 720 slots; the slot of a timestamp is fixed, so late samples find their place.

    Each slot knows its hour: a sample of a wrong time takes one slot, and no other.
    """

    __slots__ = ("_cpu", "_hour", "_memory", "_temp")

    def __init__(self) -> None:
        self._hour = array("H", [0]) * SLOTS
        self._cpu = array("H", [_MISSING]) * SLOTS
        self._memory = array("Q", [0]) * SLOTS
        self._temp = array("h", [_NO_SENSOR]) * SLOTS

    def add(self, sample: Sample, newest: int) -> None:
        """Put a sample in its place. One that is over an hour older than the timestamp `newest` is passed over."""
        if sample.timestamp <= newest - HOUR_SECONDS:
            return
        hour, slot = _place(sample.timestamp)
        self._hour[slot] = hour
        self._cpu[slot] = round(sample.cpu_percent * 100)
        self._memory[slot] = sample.memory_used
        self._temp[slot] = _NO_SENSOR if sample.cpu_temp is None else round(sample.cpu_temp * 100)

    def columns(self, until: int) -> dict[str, list[int] | list[float] | list[float | None]]:
        """Return the samples of the hour that ends with the timestamp `until` as columns, ascending."""
        last = until - until % SLOT_SECONDS
        times = [t for t in range(last - HOUR_SECONDS + SLOT_SECONDS, last + 1, SLOT_SECONDS) if self._has(t)]
        slots = [_place(t)[1] for t in times]
        temps = [self._temp[slot] for slot in slots]
        return {
            "timestamp": times,
            "cpu_percent": [self._cpu[slot] / 100 for slot in slots],
            "memory_used": [self._memory[slot] for slot in slots],
            "cpu_temp": [None if temp == _NO_SENSOR else temp / 100 for temp in temps],
        }

    def at(self, timestamp: int) -> tuple[float, int, float | None] | None:
        """Return CPU percent, bytes of memory used and °C of one sample; None where it is not there."""
        if not self._has(timestamp):
            return None
        slot = _place(timestamp)[1]
        temp = self._temp[slot]
        return self._cpu[slot] / 100, self._memory[slot], None if temp == _NO_SENSOR else temp / 100

    def _has(self, timestamp: int) -> bool:
        hour, slot = _place(timestamp)
        return self._hour[slot] == hour and self._cpu[slot] != _MISSING


def _place(timestamp: int) -> tuple[int, int]:
    """Return the hour of a timestamp, in 16 bits, and its slot."""
    hour, second = divmod(timestamp, HOUR_SECONDS)
    return hour & 0xFFFF, second // SLOT_SECONDS
