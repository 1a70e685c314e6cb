"""A file of /proc or /sys that is opened once and read at each tick."""

import os


class OpenFile:
    """Reads the same file repeatedly: the kernel makes its text again for each read from the start."""

    def __init__(self, path: str, size_bytes: int) -> None:
        """size_bytes: how much of its start to read. Raises OSError if it cannot be opened."""
        self.path = path
        self._size_bytes = size_bytes
        # Without O_NONBLOCK a FIFO where a sensor should be would hold the agent for ever.
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)

    def read(self) -> bytes:
        """Return the start of the file as it is now. Raises OSError, for example if the device behind it is gone."""
        return os.pread(self._descriptor, self._size_bytes, 0)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
