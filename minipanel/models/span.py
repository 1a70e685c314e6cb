"""Spans: times in which a simulated node's values change evenly, such as while one job runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MEMORY_TOTAL: Final = 256 * 1024**3
"""The memory of each simulated node, in bytes."""


@dataclass(frozen=True, slots=True)
class Span:
    """The samples in (begin, end], Unix seconds. Each value is given at the beginning and at the end.

    `cpu` and `memory` in percent, `temp` in °C, None without a sensor. `swing`: how far CPU may be from the line
    between its two values, in percent.
    """

    begin: int
    end: int
    cpu: tuple[float, float]
    memory: tuple[float, float]
    temp: tuple[float, float] | None
    swing: float = 0.0

    def values_at(self, timestamp: int, noise: float) -> dict[str, float | None]:
        """Return a node's values at this time, by the names of a sample's fields. `noise`: -1 to 1."""
        part = (timestamp - self.begin) / (self.end - self.begin)
        cpu = _between(self.cpu, part) + self.swing * noise
        temp = None if self.temp is None else _between(self.temp, part) + self.swing * TEMP_SWING * noise
        return {
            "cpu_percent": round(min(100.0, max(0.0, cpu)), 2),
            "memory_total": MEMORY_TOTAL,
            "memory_used": int(MEMORY_TOTAL * _between(self.memory, part) / 100),
            "cpu_temp": None if temp is None else round(temp, 2),
        }

    def part(self, begin: int, end: int) -> Span:
        """Return the part between two times within the span."""
        if (begin, end) == (self.begin, self.end):
            return self
        first, last = ((at - self.begin) / (self.end - self.begin) for at in (begin, end))

        def cut(ends: tuple[float, float]) -> tuple[float, float]:
            return _between(ends, first), _between(ends, last)

        temp = None if self.temp is None else cut(self.temp)
        return Span(begin, end, cut(self.cpu), cut(self.memory), temp, self.swing)

    def outside(self, times: Iterable[tuple[int, int]]) -> Iterator[Span]:
        """Yield the parts of the span that are in none of these times, which are ascending."""
        begin = self.begin
        for first, end in times:
            if end <= begin or first >= self.end:
                continue
            if first > begin:
                yield self.part(begin, first)
            begin = end
        if begin < self.end:
            yield self.part(begin, self.end)


TEMP_SWING: Final = 0.25
"""Kelvins by which the temperature moves per percent of CPU's swing."""


def _between(ends: tuple[float, float], part: float) -> float:
    first, last = ends
    return first + (last - first) * part
