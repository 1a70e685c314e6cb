"""A real VictoriaMetrics for tests and measurements: started, asked, killed, started again."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

START_SECONDS = 30
STOP_SECONDS = 60
MISSING = "VictoriaMetrics is missing; Debian has it in the package victoria-metrics."


class Victoria:
    """A single node on loopback. Its data survives its death."""

    def __init__(self, folder: Path, *options: str) -> None:
        program = shutil.which("victoria-metrics")
        if program is None:
            raise FileNotFoundError(MISSING)
        self.url = self.read_url = f"http://127.0.0.1:{(port := free_port())}"
        self.folder = folder
        self._command = [
            program,
            f"-storageDataPath={folder}/vm",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=5y",
            "-loggerLevel=ERROR",
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        with (self.folder / "vm.log").open("ab") as output:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return
            if self._process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(f"VictoriaMetrics does not answer: {(self.folder / 'vm.log').read_text()}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and not ended here."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Stop it as a service manager does: it writes its data to the disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill it, which is like a power cut except for the disk's cache."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def show_all(self) -> None:
        """Make its data visible to searches at once, without making it durable."""
        with urllib.request.urlopen(f"{self.url}/internal/force_flush", timeout=30):
            pass


@contextmanager
def running_victoria(folder: Path, *options: str) -> Iterator[Victoria]:
    """Run one while the block runs."""
    victoria = Victoria(folder, *options)
    try:
        victoria.start()
        yield victoria
    finally:
        victoria.kill()
