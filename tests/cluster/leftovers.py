"""Removes what a killed test run left on this machine: nodes, mounts, namespaces, folders."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

RUN = Path("/run/minipanel-cluster")
"""Here each test run has a folder named by its process id, and a lock beside it, which the run holds while it lives."""

NSPAWN = Path("/run/systemd/nspawn")


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Mark a test run's folder as in use. The lock ends with the process, however that ends."""
    lock = _lock_of(folder)
    with ExitStack() as stack:
        with _no_other_sweeper():
            file = stack.enter_context(lock.open("w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    lock.unlink(missing_ok=True)


def sweep() -> None:
    """Remove the clusters of test runs that have ended. The workers start together, so only one sweeps at a time."""
    with _no_other_sweeper():
        for lock in {_lock_of(folder) for folder in RUN.glob("*/")} | set(RUN.glob("*.lock")):
            with suppress(FileNotFoundError):  # its run has just ended and removed it
                _sweep(lock)


@contextmanager
def _no_other_sweeper() -> Iterator[None]:
    RUN.mkdir(exist_ok=True)
    with (RUN / "sweep").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep(lock: Path) -> None:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        folder = lock.with_suffix("")
        if folder.exists():
            _clear(folder)
        lock.unlink()


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def control_group(name: str) -> Path:
    """Return the folder of a control group of version 2, also on a machine that has version 1 as well."""
    mixed = Path("/sys/fs/cgroup/unified")
    return (mixed if (mixed / "cgroup.procs").exists() else Path("/sys/fs/cgroup")) / name


def unmount(root: Path) -> None:
    """Unmount what is mounted at or below a folder, such as a node's root."""
    if root.is_mount():
        subprocess.run(["umount", "--lazy", root], check=True, capture_output=True)


def forget_machine(name: str) -> None:
    """Remove what a killed systemd-nspawn leaves of a machine; otherwise it starts no other one of that name."""
    place = NSPAWN / "unix-export" / name
    unmount(place)
    for left in (place, NSPAWN / "propagate" / name):
        with suppress(OSError):
            left.rmdir()


def end_group(group: Path) -> None:
    """End what still runs in a node's control groups, and remove them. The node has started everything in them.

    Killing nspawn is not enough: the node's own systemd outlives it.
    """
    for _ in range(100):
        if not group.exists():
            return
        folders = [group, *(path for path in sorted(group.rglob("*")) if path.is_dir())]
        for folder in reversed(folders):
            _end_members(folder)
            with suppress(OSError):  # the kernel frees a group a moment after its last process
                folder.rmdir()
        time.sleep(0.02)


def _end_members(folder: Path) -> None:
    with suppress(OSError):
        for pid in (folder / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)


def _clear(folder: Path) -> None:
    for namespace in Path("/run/netns").glob(f"mp{folder.name}-*"):
        end_group(control_group(namespace.name))
        forget_machine(namespace.name)
        subprocess.run(["ip", "netns", "delete", namespace.name], capture_output=True, check=False)
    for root in folder.glob("*/root"):
        unmount(root)
    unmount(folder)
    folder.rmdir()
