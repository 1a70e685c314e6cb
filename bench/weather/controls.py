"""Four numbers in a file that the storm sets and the other processes read at each look: no message can be lost."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_NUMBER = struct.Struct("d")


class Controls:
    """Shared by all processes that open the same file."""

    def __init__(self, path: Path) -> None:
        """Open the file, make it where there is none."""
        size = 4 * _NUMBER.size
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)

    def _get(self, place: int) -> float:
        return float(_NUMBER.unpack_from(self._memory, place * _NUMBER.size)[0])

    def _set(self, place: int, value: float) -> None:
        _NUMBER.pack_into(self._memory, place * _NUMBER.size, value)

    panel_clock_offset = property(lambda self: self._get(0), lambda self, value: self._set(0, value))
    """Seconds that the panel's clock is ahead."""

    commit_seconds = property(lambda self: self._get(1), lambda self, value: self._set(1, value))
    """What each of the panel's commits takes longer: a slow disk."""

    node_clock_offset = property(lambda self: self._get(2), lambda self, value: self._set(2, value))
    """Seconds that the clocks of some nodes are ahead."""

    is_over = property(lambda self: self._get(3), lambda self, value: self._set(3, value))
    """1 when nothing more is measured."""
