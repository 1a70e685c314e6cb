"""Samples as an agent measures them, each with its own timestamp and values."""

import json
from typing import List

FIRST = 1640995200


def measured(number: int) -> bytes:
    """Return one sample as text, by its number since FIRST."""
    sample = {
        "node_id": "node001",
        "timestamp": FIRST + 5 * number,
        "cpu_percent": number % 1000 / 10,
        "memory_total": 269759602688,
        "memory_used": 33093906432 + number,
        "cpu_temp": None if number % 7 == 0 else 61.5,
    }
    return json.dumps(sample).encode("ascii")


def several(first: int, last: int) -> List[bytes]:
    """Return the samples from number `first` up to, but not including, `last`."""
    return [measured(number) for number in range(first, last)]


def numbers(texts: List[bytes]) -> List[int]:
    """Return the numbers of these samples. Fails if one differs from what was measured."""
    found = [(json.loads(text.decode())["timestamp"] - FIRST) // 5 for text in texts]
    assert texts == [measured(number) for number in found], "a sample was changed"
    return found
