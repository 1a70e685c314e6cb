"""Gathers one sample: CPU, memory and CPU temperature of this node, in wire format."""

import json
import time
from typing import Callable, List, Optional, Tuple

from minipanel_agent.cpu import CpuMeter
from minipanel_agent.memory import MemoryMeter
from minipanel_agent.temperature import Thermometer, ignore
from minipanel_agent.throttle import ThrottleMeter

SHORTEST_SECONDS = 0.5
"""Over a shorter time, the kernel's 10 ms ticks are too coarse for CPU use."""


class Collector:
    """Measures this node."""

    def __init__(
        self,
        node_id: str,
        root: str = "/",
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str, str], None] = ignore,
    ) -> None:
        """root: the folder that holds proc and sys. tell: accepts a fact for the panel and its value, "" for none.

        Raises MeasureError without /proc.
        """
        self._quoted_node_id = json.dumps(node_id)
        self._clock = clock
        self._cpu = CpuMeter(root)
        # Metrics measured at one moment, by readers with values() and close(), in the order of the sample.
        self._meters = (
            MemoryMeter(root),
            Thermometer(root, tell),
            ThrottleMeter(root, tell),
        )
        self._started = clock()

    def start(self) -> None:
        """Take the reading from which the next sample counts CPU use. Raises MeasureError."""
        self._started = self._clock()
        self._cpu.start()

    def sample(self, timestamp: int) -> Optional[bytes]:
        """Return the JSON of the sample for the time since the last reading, which ends now, at timestamp.

        None if that time is under half a second or the counters did not change. Raises MeasureError.
        """
        began, self._started = self._started, self._clock()
        cpu_percent = self._cpu.percent()
        if cpu_percent is None or self._started - began < SHORTEST_SECONDS:
            return None
        values: List[Tuple[str, Optional[float]]] = [("cpu_percent", cpu_percent)]
        for meter in self._meters:
            values.extend(meter.values())
        # Not json.dumps(): loading its code from memory takes 30 us at each tick, and this 5.
        numbers = "".join(f', "{name}": {"null" if value is None else value}' for name, value in values)
        return f'{{"node_id": {self._quoted_node_id}, "timestamp": {timestamp}{numbers}}}'.encode("ascii")

    def close(self) -> None:
        self._cpu.close()
        for meter in self._meters:
            meter.close()
