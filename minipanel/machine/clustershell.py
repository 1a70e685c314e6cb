"""Reads ClusterShell's groups on this machine, in a separate process, as their sources may run any command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from minipanel.machine.program import read_within

FOLDER = Path("/etc/clustershell")
"""ClusterShell's folder of configuration, unless CLUSTERSHELL_CFGDIR names another."""

READ_SECONDS = 20.0
END_SECONDS = 15.0
"""Added for the process to start and end on a busy machine."""
MAX_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """The groups, as (name, names of its nodes), and what went wrong, as sentences."""

    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    troubles: tuple[str, ...] = ()


class Read(msgspec.Struct):
    """The JSON that clustershell_read.py prints."""

    groups: list[tuple[str, list[str]]] = []
    troubles: list[str] = []


class ClusterShellReader:
    """Reads the groups once. Another thread can stop it."""

    def __init__(self, folder: Path | None = None, seconds: float = READ_SECONDS) -> None:
        self._file = (folder or Path(os.environ.get("CLUSTERSHELL_CFGDIR") or FOLDER)) / "groups.conf"
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    @property
    def is_there(self) -> bool:
        """Whether this machine has ClusterShell groups to read."""
        return self._file.is_file()

    def read(self) -> Found:
        """Return the groups, none if this machine has none. Failures become sentences in `troubles`."""
        if not self.is_there or self._is_stopped:
            return Found()
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "minipanel.machine.clustershell_read",
                    str(self._file),
                    f"{self._seconds:g}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        except OSError as error:
            return Found(troubles=(f"{self._file} was not read: {error.strerror}.",))
        if self._is_stopped:  # by another thread, in the meantime
            self.stop()
        try:
            return self._answer_of(self._process)
        finally:
            self.stop()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def stop(self) -> None:
        """Kill the process and the commands that it runs."""
        self._is_stopped = True
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _answer_of(self, process: subprocess.Popen[bytes]) -> Found:
        try:
            output, _ = read_within(process, self._seconds + END_SECONDS, MAX_BYTES)
            read = msgspec.json.decode(output, type=Read)
        except TimeoutError:
            return Found(
                troubles=(f"{self._file} was not read: its sources did not finish within {self._seconds:g} s.",)
            )
        except (OverflowError, msgspec.DecodeError):
            return Found(troubles=(f"{self._file} was not read: it holds more than fits.",))
        return Found(tuple((name, tuple(nodes)) for name, nodes in read.groups), tuple(read.troubles))
