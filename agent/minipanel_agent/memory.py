"""Total memory and memory in use, from /proc/meminfo."""

from typing import List, Optional, Tuple

from minipanel_agent.errors import MeasureError
from minipanel_agent.open_file import OpenFile

# MemTotal and MemAvailable are the first and the third line.
FIRST_LINES_BYTES = 512

KIB = 1024
"""The file says kB and means KiB (Documentation/filesystems/proc.rst)."""


class MemoryMeter:
    """Reads memory total and use."""

    def __init__(self, root: str = "/") -> None:
        """root: the folder that holds proc. Raises MeasureError."""
        try:
            self._file = OpenFile(root.rstrip("/") + "/proc/meminfo", FIRST_LINES_BYTES)
        except OSError as error:
            raise MeasureError(f"{error.filename} cannot be read: {error.strerror}.")

    def values(self) -> List[Tuple[str, Optional[float]]]:
        """Return the sample's values. Raises MeasureError."""
        total, used = self.total_and_used()
        return [("memory_total", total), ("memory_used", used)]

    def total_and_used(self) -> Tuple[int, int]:
        """Return MemTotal and MemTotal - MemAvailable, bytes. Raises MeasureError."""
        try:
            text = self._file.read()
        except OSError as error:
            raise MeasureError(f"{self._file.path} cannot be read: {error.strerror}.")
        return parse_meminfo(text)

    def close(self) -> None:
        self._file.close()


def parse_meminfo(text: bytes) -> Tuple[int, int]:
    """Return MemTotal and MemTotal - MemAvailable, bytes, from the text of /proc/meminfo. Raises MeasureError.

    Kernels before 3.14 lack MemAvailable. Free plus cached memory would be another quantity under the same name, and no
    supported node has such a kernel.
    """
    total = _kib(text, b"MemTotal:")
    available = _kib(text, b"MemAvailable:")
    # Normally never above total, but a container's view of the file combines two sources.
    return total * KIB, max(0, total - available) * KIB


def _kib(text: bytes, name: bytes) -> int:
    try:
        start = text.index(name) + len(name)
        return int(text[start : text.index(b"kB", start)])
    except ValueError:
        word = name.decode().rstrip(":")
        hint = "; the agent needs Linux 3.14 or newer" if word == "MemAvailable" else ""
        raise MeasureError(f"/proc/meminfo has no {word}{hint}.")
