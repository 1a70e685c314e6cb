"""What node k measures at a tick. The values depend only on these two, so each record can be computed exactly."""

from __future__ import annotations

MEMORY_KIB = 2**34 // 1024


def cpu_percent(number: int, tick: int) -> int:
    """Return whole percents, 0 to 100."""
    return (number * 7 + tick // 5 * 13) % 101


def memory_used_kib(number: int, tick: int) -> int:
    """Return what is used of MEMORY_KIB."""
    return (number * 1000 + tick // 5 * 37) % (MEMORY_KIB // 2)


def cpu_temp_tenths(number: int, tick: int) -> int:
    """Return tenths of a °C, 30.0 to 79.9."""
    return 300 + (number + tick // 5 * 3) % 500


def sample(name: str, number: int, tick: int) -> dict[str, object]:
    """Return the sample as it goes over the wire."""
    return {
        "node_id": name,
        "timestamp": tick,
        "cpu_percent": cpu_percent(number, tick),
        "memory_total": MEMORY_KIB * 1024,
        "memory_used": memory_used_kib(number, tick) * 1024,
        "cpu_temp": cpu_temp_tenths(number, tick) / 10,
    }
