"""A munged of the storm, with its own key and socket, that can be killed and stopped."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from tests.munged import find_munged

START_SECONDS = 10


class Munged:
    """Runs as root, or as the user who is root in the storm's namespace. `socket` and `key` are its files."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Make the folder and the key file. Two munged with the same key, 32 to 1024 bytes, trust each other."""
        folder.mkdir()
        self.socket = folder / "munge.socket"
        self.key = folder / "munge.key"
        self.key.write_bytes(key)
        self.key.chmod(0o400)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it accepts requests. Raises RuntimeError."""
        ready = self._folder / "munged.pid"
        ready.unlink(missing_ok=True)
        command = [find_munged() or "munged", "--foreground", f"--socket={self.socket}", "--origin=127.0.0.1"]
        command += [f"--key-file={self.key}", f"--pid-file={ready}", f"--seed-file={self._folder / 'munged.seed'}"]
        command += ["--force"]  # in a user namespace even / belongs to nobody, and munged refuses that
        with (self._folder / "stderr.log").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        end = time.monotonic() + START_SECONDS
        while not (ready.exists() and ready.read_text()):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"munged did not start: {(self._folder / 'stderr.log').read_text()[-2000:]}")
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self, seconds: float) -> None:
        """Stop it for a while: requests wait for their answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)
