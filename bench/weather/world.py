"""/proc and /sys of the real agents' nodes: changed half-way between two ticks to what the next tick is to measure."""

from __future__ import annotations

import os
import threading
import time
import uuid
from pathlib import Path

from weather.values import MEMORY_KIB, cpu_percent, cpu_temp_tenths, memory_used_kib

INTERVAL = 5
TICKS_A_PERCENT = 10


class World:
    """The nodes' files, and the thread that lets time pass in them."""

    def __init__(self, folder: Path, numbers: dict[str, int]) -> None:
        """numbers: k of each node by its name."""
        self._folder = folder
        self._numbers = numbers
        self._busy = dict.fromkeys(numbers, 0)
        self._idle = dict.fromkeys(numbers, 0)
        self._is_over = threading.Event()
        for name in numbers:
            self.boot(name)
            write(self.root(name) / "sys/class/hwmon/hwmon0/name", "coretemp\n")
            write(self.root(name) / "sys/class/hwmon/hwmon0/temp1_label", "Package id 0\n")
        self._pass_to(int(time.time()) // INTERVAL * INTERVAL)
        self._thread = threading.Thread(target=self._run)

    def root(self, name: str) -> Path:
        """Return the folder that stands for the node's root."""
        return self._folder / name

    def boot(self, name: str) -> None:
        """Give the node a new boot id."""
        write(self.root(name) / "proc/sys/kernel/random/boot_id", f"{uuid.uuid4()}\n")

    def start(self) -> None:
        """Let time pass."""
        self._thread.start()

    def end(self) -> None:
        """Stop the time."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        tick = int(time.time()) // INTERVAL * INTERVAL + INTERVAL
        while not self._is_over.wait(max(0.0, tick + INTERVAL / 2 - time.time())):
            tick += INTERVAL
            self._pass_to(tick)

    def _pass_to(self, tick: int) -> None:
        """Write what is to be measured at the tick."""
        for name, number in self._numbers.items():
            busy = TICKS_A_PERCENT * cpu_percent(number, tick)
            self._busy[name] += busy
            self._idle[name] += 100 * TICKS_A_PERCENT - busy
            root, available = self.root(name), MEMORY_KIB - memory_used_kib(number, tick)
            write(root / "proc/stat", f"cpu  {self._busy[name]:012} 0 0 {self._idle[name]:012} 0 0 0 0 0 0\n")
            write(root / "proc/meminfo", f"MemTotal: {MEMORY_KIB} kB\nMemAvailable: {available:012} kB\n")
            write(root / "sys/class/hwmon/hwmon0/temp1_input", f"{100 * cpu_temp_tenths(number, tick):06}\n")


def write(path: Path, text: str) -> None:
    """Write a file in place and at once: an agent that has it open reads the old text or the new one, as in /proc."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(descriptor, text.encode(), 0)
    os.close(descriptor)
