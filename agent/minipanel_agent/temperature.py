"""CPU temperature: keeps the inputs open, and reads the hottest of them at each tick."""

from typing import Callable, List, Optional, Tuple

from minipanel_agent.open_file import OpenFile
from minipanel_agent.sensors import Input, groups_of_inputs, limit_of, name_of

LOWEST, HIGHEST = -20000, 150000
"""Thousandths of a °C. A reading outside comes from a broken sensor or driver."""

SEARCH_AGAIN_READINGS = 60
"""Readings until the next search while a sensor is missing: its driver may be loaded later. 5 minutes at 5 s."""

VALUE_BYTES = 32
"""More than the longest value, "-273150\\n"."""


def ignore(_fact: str, _value: str) -> None:
    """Ignore a fact meant for the panel."""


class Thermometer:
    """Reads the CPU's temperature.

    Inputs are found once, and only those are read, as reading every core's sensor would interrupt every core. They are
    searched for again when one disappears or fails, since hwmon numbers change when a driver is reloaded, and when all
    of them give nonsense.
    """

    def __init__(self, root: str = "/", tell: Callable[[str, str], None] = ignore) -> None:
        """root: the folder that holds sys. tell: called with "Sensor" and "Limit" after each search for sensors."""
        self._root = root
        self._tell = tell
        self._inputs: List[OpenFile] = []
        self._has_others = False
        self._is_complete = False
        self._readings_to_search = 0

    def values(self) -> List[Tuple[str, Optional[float]]]:
        """Return the sample's values."""
        return [("cpu_temp", self.celsius())]

    def celsius(self) -> Optional[float]:
        """Return the hottest CPU package in °C, two decimals; None if there is no sensor or none has a reading."""
        self._readings_to_search -= 1
        if self._readings_to_search < 0 and not self._is_complete:
            return self._search()
        celsius = self._read_kept()
        # Without inputs, none could be found a moment ago.
        return self._search() if celsius is None and self._inputs else celsius

    def close(self) -> None:
        _close(self._inputs)
        self._inputs = []

    def _read_kept(self) -> Optional[float]:
        """Return the hottest of the open inputs; None if one fails or all give nonsense."""
        try:
            return hottest([_read(file) for file in self._inputs], self._has_others)
        except (OSError, ValueError):
            return None

    def _search(self) -> Optional[float]:
        """Keep the first group of inputs that has a reading now, and return its hottest one."""
        self.close()
        self._readings_to_search = SEARCH_AGAIN_READINGS
        self._is_complete = True
        for inputs, has_others in groups_of_inputs(self._root):
            working = _open_working(inputs)
            files = [file for _, file, _ in working]
            celsius = hottest([value for _, _, value in working], has_others)
            self._is_complete &= len(working) == len(inputs) and celsius is not None
            if celsius is not None:
                self._inputs, self._has_others = files, has_others
                self._tell_of([found for found, _, _ in working])
                return celsius
            _close(files)
        self._is_complete = False
        self._tell_of([])
        return None

    def _tell_of(self, inputs: List[Input]) -> None:
        limit = limit_of(inputs)
        self._tell("Sensor", name_of(inputs))
        self._tell("Limit", "" if limit is None else f"{limit:g}")


def hottest(values: List[int], has_others: bool) -> Optional[float]:
    """Return the highest reading of a driver in °C; None if there is none. values: thousandths of a °C.

    has_others: the driver has more than one input. Then a 0 means an input that is not wired or not powered.
    """
    readings = [value for value in values if LOWEST <= value <= HIGHEST and not (has_others and value == 0)]
    return round(max(readings) / 1000, 2) if readings else None


def _open_working(inputs: List[Input]) -> List[Tuple[Input, OpenFile, int]]:
    """Open the inputs that can be read now. One that fails is left out: it would fail again at each tick."""
    working = []
    for found in inputs:
        file = None
        try:
            file = OpenFile(found.path, VALUE_BYTES)
            working.append((found, file, _read(file)))
        except (OSError, ValueError):
            _close([file] if file else [])
    return working


def _read(file: OpenFile) -> int:
    """Return thousandths of a °C. Raises OSError or ValueError: an empty or garbled value is a failing sensor."""
    return int(file.read())


def _close(files: List[OpenFile]) -> None:
    for file in files:
        file.close()
