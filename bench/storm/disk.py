"""A small separate disk that can be filled to the last byte."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path


class Disk:
    """A tmpfs, in the storm's own mount namespace."""

    def __init__(self, folder: Path, size_mb: int) -> None:
        """Make the folder and mount."""
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "storm", str(folder)], check=True)
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room."""
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        """Remove what fills it."""
        self._ballast.unlink()

    def unmount(self) -> None:
        """Unmount it and lose everything on it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
