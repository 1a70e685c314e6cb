"""CPU use, from the first line of /proc/stat."""

from operator import sub
from typing import List, Optional, Tuple

from minipanel_agent.errors import MeasureError
from minipanel_agent.open_file import OpenFile

# The first line is the sum over all CPUs: ten numbers of at most twenty digits. The rest, up to a few hundred kilobytes
# on a large node, is not copied from the kernel.
FIRST_LINE_BYTES = 256

IDLE, IOWAIT, FIELDS = 3, 4, 8
"""Positions in `user nice system idle iowait irq softirq steal`. The two that follow, guest and guest_nice, are already
in user and nice (Documentation/filesystems/proc.rst; kernel/sched/cputime.c, account_guest_time)."""


class CpuMeter:
    """Measures busy time between two readings."""

    def __init__(self, root: str = "/") -> None:
        """root: the folder that holds proc. Raises MeasureError."""
        try:
            self._file = OpenFile(root.rstrip("/") + "/proc/stat", FIRST_LINE_BYTES)
        except OSError as error:
            raise MeasureError(f"{error.filename} cannot be read: {error.strerror}.")
        self._last: Optional[Tuple[int, ...]] = None

    def start(self) -> None:
        """Take the reading from which the next percent() counts. Raises MeasureError."""
        self._last = self._read()

    def percent(self) -> Optional[float]:
        """Return CPU busy time since the last reading, percent of all logical CPUs, 0 to 100, two decimals.

        None on the first call, and when no time has passed. Raises MeasureError.
        """
        last, self._last = self._last, None  # no old baseline remains if reading fails
        self._last = self._read()
        return None if last is None else busy_percent(last, self._last)

    def close(self) -> None:
        self._file.close()

    def _read(self) -> Tuple[int, ...]:
        try:
            text = self._file.read()
        except OSError as error:
            raise MeasureError(f"{self._file.path} cannot be read: {error.strerror}.")
        return parse_stat(text)


def parse_stat(text: bytes) -> Tuple[int, ...]:
    """Return the first line of /proc/stat as eight counters in ticks: user to steal, 0 if a kernel lacks one.

    Raises MeasureError.
    """
    name, *words = text.split(b"\n", 1)[0].split() or [b""]
    try:
        if name != b"cpu" or len(words) <= IDLE:
            raise ValueError
        counters = tuple(map(int, words[:FIELDS]))
    except ValueError:
        raise MeasureError("/proc/stat does not begin with the line 'cpu' and its counters.")
    return counters + (0,) * (FIELDS - len(counters))


def busy_percent(before: Tuple[int, ...], after: Tuple[int, ...]) -> Optional[float]:
    """Return the share of all time except idle and iowait between two readings, 0 to 100. None if no time has passed.

    A counter that went backwards counts as unchanged: iowait may (proc.rst), and others did after CPUs were removed.
    """
    passed: List[int] = list(map(sub, after, before))
    if min(passed) < 0:
        passed = [max(0, ticks) for ticks in passed]
    total = sum(passed)
    if total == 0:
        return None
    return round(100 * (total - passed[IDLE] - passed[IOWAIT]) / total, 2)
