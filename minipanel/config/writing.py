"""Replace config.toml in one step: readers see the old file or the new one, whatever happens in between."""

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
    """Keep other editors of this file waiting while the block runs. Raises ConfigError."""
    try:
        # The folder, because the file itself is replaced, and a lock would stay with the old one.
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
    """Put the text in place of the file, durably; mode and owner stay, a new file is its owner's alone.

    Raises ConfigError when that fails; the file is then as it was.
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
    """Give the open file mode and owner of the one it will replace."""
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
    """Make the new name survive a power cut (fsync(2): the file's own fsync says nothing of its folder's entry)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
