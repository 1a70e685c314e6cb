"""Where tests keep what they make once and use in every later run: outside the checkout."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder: ~/.cache/minipanel-tests, or below XDG_CACHE_HOME."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "minipanel-tests")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock, so that one of two test runs makes a thing and the other waits for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def part_of(folder: Path) -> Iterator[Path]:
    """Yield a place beside `folder` to make it in. Once whole, it is renamed from there.

    The caller holds the lock of this kind, such as "node-" of node-trixie-0123. So parts of this kind that are already
    there belong to killed runs, and are removed.
    """
    kind = folder.name.partition("-")[0]
    for left in folder.parent.glob(f"{kind}-*.part-*"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
