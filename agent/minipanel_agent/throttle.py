"""How often the CPU slowed itself down because of heat: Intel's counters, read once a minute.

Documentation/admin-guide/abi-testing, /sys/devices/system/cpu/cpuN/thermal_throttle.
"""

import os
import time
from typing import Callable, Dict, List, Optional, Tuple

from minipanel_agent.temperature import ignore

CPUS = "sys/devices/system/cpu"
COUNT = "thermal_throttle/package_throttle_count"
PACKAGE = "topology/physical_package_id"

LOOK_SECONDS = 60.0


class ThrottleMeter:
    """Reads one counter per package. If the kernel has none, it only finds that out, once."""

    def __init__(
        self, root: str = "/", tell: Callable[[str, str], None] = ignore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """root: the folder that holds sys. tell: called with "Throttled" and by how much the counters rose, or ""."""
        self._tell = tell
        self._clock = clock
        self._paths = find_counters(root)
        self._counts: Dict[str, int] = {}
        self._look_at = clock()
        self._is_told = False

    def values(self) -> List[Tuple[str, Optional[float]]]:
        """Return nothing for the sample: the result is sent in a header, until the next reading a minute later."""
        if self._paths and self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_SECONDS
            rose = sum(self._rise(path) for path in self._paths)
            if rose or self._is_told:
                self._tell("Throttled", str(rose) if rose else "")
            self._is_told = rose > 0
        return []

    def close(self) -> None:
        """Do nothing: no file is kept open, because opening two per minute is cheap."""

    def _rise(self, path: str) -> int:
        """Return how much a counter rose since the last look. Its CPU may be offline, and may start from 0 again."""
        count = _number(path)
        if count is None:
            return 0
        before = self._counts.get(path, count)
        self._counts[path] = count
        return max(0, count - before)


def find_counters(root: str) -> List[str]:
    """Return the counter of each package, by its first CPU; [] on a CPU without any."""
    folder = os.path.join(root, CPUS)
    if not os.path.exists(os.path.join(folder, "cpu0", COUNT)):
        return []
    names = [name for name in os.listdir(folder) if name.startswith("cpu") and name[3:].isdigit()]
    found: Dict[int, str] = {}
    for name in sorted(names, key=lambda name: int(name[3:])):
        package, path = _number(os.path.join(folder, name, PACKAGE)), os.path.join(folder, name, COUNT)
        if package is not None and package not in found and os.path.exists(path):
            found[package] = path
    return list(found.values())


def _number(path: str) -> Optional[int]:
    """Return the number in a file, None if there is none."""
    try:
        with open(path, "rb") as file:
            return int(file.read(32))
    except (OSError, ValueError):
        return None
