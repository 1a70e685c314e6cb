"""Numbers in a shared file: the storm sets them and the other processes read them each time, so no message is lost."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_NUMBER = struct.Struct("d")
_MOST = 8


def number(place: int) -> property:
    """Return the attribute for the number at this place in the file."""

    def get(shared: SharedNumbers) -> float:
        return float(_NUMBER.unpack_from(shared.memory, place * _NUMBER.size)[0])

    def put(shared: SharedNumbers, value: float) -> None:
        _NUMBER.pack_into(shared.memory, place * _NUMBER.size, value)

    return property(get, put)


class SharedNumbers:
    """Shared by all processes that open the same file; each number is 0 at first."""

    def __init__(self, path: Path) -> None:
        """Open the file; create it if it is missing."""
        if not path.exists():
            path.write_bytes(bytes(_MOST * _NUMBER.size))
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), _MOST * _NUMBER.size)


class Controls(SharedNumbers):
    """The numbers that the panel and the simulated agents follow."""

    panel_clock_offset = number(0)
    """Seconds that the panel's clock is ahead."""

    commit_seconds = number(1)
    """Seconds by which each of the panel's commits is delayed, as by a slow disk."""

    node_clock_offset = number(2)
    """Seconds that the clocks of some simulated nodes are ahead."""

    is_over = number(3)
    """1 once nothing more is to be measured."""

    forgets_one_in = number(4)
    """N: the panel forgets one write in N and says that it is stored. 0: it forgets none, as it should."""
