"""Where tests keep what is made once and used by every later run: outside the checkout."""

from __future__ import annotations

import fcntl
import os
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
