"""/proc and /sys of a real agent's node. Half-way between two ticks they get what the next tick is to measure."""

from __future__ import annotations

import os
import threading
import uuid
from pathlib import Path

from storm.clock import Clock
from storm.values import MEMORY_KIB, cpu_percent, cpu_temp_tenths, memory_used_kib

INTERVAL = 5
TICKS_A_PERCENT = 10


class World:
    """The node's files, and the thread that updates them by the node's own clock."""

    def __init__(self, root: Path, number: int, clock: Clock) -> None:
        """root: the folder that the agent takes for its root. number: k of the node."""
        self.root = root
        self._number = number
        self._clock = clock
        self._busy = self._idle = self._tick = 0
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self.boot()
        write(root / "sys/class/hwmon/hwmon0/name", "coretemp\n")
        write(root / "sys/class/hwmon/hwmon0/temp1_label", "Package id 0\n")
        self._pass()
        self._thread = threading.Thread(target=self._run)

    def boot(self) -> None:
        """Give the node a new boot id."""
        write(self.root / "proc/sys/kernel/random/boot_id", f"{uuid.uuid4()}\n")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def end(self) -> None:
        """Stop the thread."""
        self._is_over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def set_clock(self, ahead_seconds: float) -> None:
        """Set the node's clock; the files follow its new time at once.

        Call it well after a tick and well before the next one of the old clock. At that one at the latest the agent
        notices, and starts over from what it then finds in the files.
        """
        with self._lock:
            self._clock.ahead_seconds = ahead_seconds
            self._pass()

    def _run(self) -> None:
        while not self._is_over.wait(INTERVAL - (self._clock.now() + INTERVAL / 2) % INTERVAL):
            with self._lock:
                self._pass()

    def _pass(self) -> None:
        """Write what the tick nearest to now is to measure, unless it has been written."""
        tick = int((self._clock.now() + INTERVAL / 2) // INTERVAL) * INTERVAL
        if tick == self._tick:
            return
        self._tick = tick
        busy = TICKS_A_PERCENT * cpu_percent(self._number, tick)
        self._busy += busy
        self._idle += 100 * TICKS_A_PERCENT - busy
        available = MEMORY_KIB - memory_used_kib(self._number, tick)
        write(self.root / "proc/stat", f"cpu  {self._busy:012} 0 0 {self._idle:012} 0 0 0 0 0 0\n")
        write(self.root / "proc/meminfo", f"MemTotal: {MEMORY_KIB} kB\nMemAvailable: {available:012} kB\n")
        write(self.root / "sys/class/hwmon/hwmon0/temp1_input", f"{100 * cpu_temp_tenths(self._number, tick):06}\n")


def write(path: Path, text: str) -> None:
    """Write a file in place with one write: an agent that has it open reads the old text or the new, as in /proc."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(descriptor, text.encode(), 0)
    os.close(descriptor)
