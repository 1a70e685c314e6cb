"""Reads and writes safely in another user's folder, such as the panel's, where a file may be a link or a pipe."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path


def open_regular(path: Path) -> int:
    """Return a descriptor to read a regular file. Raises OSError, also for a link or anything else in its place."""
    # O_NONBLOCK: otherwise opening a pipe waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file", str(path))


def read_own(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file that this user owns. Raises OSError, also if it is larger."""
    descriptor = open_regular(path)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "it belongs to another user", str(path))
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes} bytes", str(path))
    return content


def write_own(path: Path, content: bytes) -> None:
    """Replace whatever has this name, even a link, with a new file of this user. Raises OSError."""
    # First under a random name: a predictable one may already be a link to somewhere else.
    descriptor, part = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
