"""Replaces config.toml in one step: readers see the old file or the new one, even after a crash."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minipanel.errors import ConfigError

_NEW_MODE = 0o600  # it holds secrets


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Make other processes that edit this file wait while the block runs. Raises ConfigError."""
    try:
        # Locks the folder, because the file itself is replaced, and a lock would stay with the old one.
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ConfigError(
            "{path} can't be edited: {folder} can't be opened: {reason}.",
            path=path,
            folder=path.parent,
            reason=error.strerror,
        ) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace_file(path: Path, text: str) -> None:
    """Replace the file by one with this text, durably. Mode and owner stay; only its owner can read a new file.

    Raises ConfigError if that fails, and leaves the file unchanged.
    """
    try:
        _replace(path, text.encode())
    except OSError as error:
        raise ConfigError("{path} can't be written: {reason}.", path=path, reason=error.strerror) from None


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _dress_like(path, descriptor)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
    _sync_folder(path.parent)


def _dress_like(path: Path, descriptor: int) -> None:
    """Give the open file the mode and owner of the one that it will replace."""
    try:
        old = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, _NEW_MODE)
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut: the file's own fsync does not cover its folder's entry (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
