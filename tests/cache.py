"""Where tests keep what is made once and used by every later run: outside the checkout."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Return where what tests make once is kept: ~/.cache/minipanel-tests, or below XDG_CACHE_HOME."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "minipanel-tests")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock, so that of two test runs one makes a thing and the other waits for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def part_of(folder: Path) -> Iterator[Path]:
    """Give a place beside `folder` to make it in, for as long as the block runs: what is whole is renamed from there.

    Called with the lock of its kind held, which "node-" of node-trixie-0123 tells: so parts of that kind that are there
    already are those of runs that were killed, and go.
    """
    kind = folder.name.partition("-")[0]
    for left in folder.parent.glob(f"{kind}-*.part-*"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
