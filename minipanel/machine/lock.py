"""One panel per database: the panel locks a file while it runs, and writes its process id into it."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
from pathlib import Path

from minipanel.errors import DatabaseError
from minipanel.machine.regular_file import open_regular

START_SECONDS = 5.0
"""A starting panel holds the lock for a moment before it can handle signals and writes its process id."""


def pid_path(database: Path) -> Path:
    """Return the lock file's path: /var/lib/minipanel/data.db -> /var/lib/minipanel/data.db.pid."""
    return database.with_name(f"{database.name}.pid")


class PanelLock:
    """The lock of one database. The kernel releases it when the process ends, in whatever way; the file stays."""

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises DatabaseError if another panel has it, or the file can't be made."""
        path = pid_path(database)
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = _written_pid(self._descriptor)
            os.close(self._descriptor)
            who = f"process {other}" if other else "which is starting"
            raise DatabaseError(
                "Another panel ({who}) runs on the database {path}; stop it first.", who=who, path=database
            ) from None
        except OSError as error:
            raise DatabaseError(
                "{path} can't be written: {reason}; check that its folder exists.", path=path, reason=error.strerror
            ) from None
        os.ftruncate(self._descriptor, 0)

    def publish(self) -> None:
        """Write this process's id. From now on commands may send it SIGHUP."""
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Release the lock."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def running_pid(database: Path, patience_seconds: float = START_SECONDS) -> int | None:
    """Return the process id of the panel that runs on this database, None if none does.

    Waits up to `patience_seconds` for a starting panel. Raises OSError if the file can't be read, if the panel still
    starts after that, and if the process belongs to another user than the file: otherwise the file's owner could make
    root signal any process.
    """
    try:
        descriptor = open_regular(pid_path(database))
    except FileNotFoundError:
        return None
    try:
        deadline = time.monotonic() + patience_seconds
        while _is_held(descriptor):
            pid = _written_pid(descriptor)
            if pid:
                _refuse_foreign(pid, os.fstat(descriptor).st_uid)
                return pid
            if time.monotonic() > deadline:
                raise TimeoutError(errno.ETIMEDOUT, "it is still starting")
            time.sleep(0.05)
        return None
    finally:
        os.close(descriptor)


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _refuse_foreign(pid: int, owner: int) -> None:
    if Path(f"/proc/{pid}").stat().st_uid != owner:
        raise PermissionError(errno.EPERM, "its file names a process of another user")


def _written_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0)
    return int(text) if re.fullmatch(rb"[1-9][0-9]{0,9}\n?", text) else None
