"""Processes that a measurement starts and ends, and what they use, as the kernel counts it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

STOP_SECONDS = 30


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads of a process, including those that ended, in seconds.

    Reads the process's CPU clock; the kernel forms the clock's number like this (include/linux/posix-timers.h;
    clock_getcpuclockid(3)).
    """
    return time.clock_gettime((~pid << 3) | 2)


def resident_mb(pid: int) -> float:
    """Return resident memory in MB of 10**6 bytes (Documentation/filesystems/proc.rst)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def written_mb(pid: int) -> float:
    """Return what a process has caused to be written to disk, in MB of 10**6 bytes."""
    return _io(pid, "write_bytes") / 1e6


def read_mb(pid: int) -> float:
    """Return what a process has caused to be read from disk, in MB of 10**6 bytes."""
    return _io(pid, "read_bytes") / 1e6


def _io(pid: int, what: str) -> int:
    """Return a figure of proc(5)'s /proc/PID/io."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def machine() -> str:
    """Describe the machine: processors, memory, kernel."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "CPU")
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return f"{os.cpu_count()} cores of {model}, {memory_gb:.0f} GB, Linux {os.uname().release.split('-')[0]}, shared"


@contextlib.contextmanager
def running(command: Sequence[str], stdout: int | None = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """Run a program while the block runs. Its output is discarded by default."""
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def free_port() -> int:
    """Return a free port."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 60) -> None:
    """Return once somebody listens. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")
