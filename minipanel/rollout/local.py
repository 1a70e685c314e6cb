"""A step on this machine itself, without ssh. A step that is ended early may clean up first."""

from __future__ import annotations

import os
import shlex
import signal
import time
from typing import Any

from ClusterShell.Worker.Popen import PopenClient, WorkerPopen
from ClusterShell.Worker.Worker import WorkerSimple

CLEAN_UP_SECONDS = 15.0
"""How long an installation that is ended may take to restore the previous agent."""


class LocalWorker(WorkerPopen):  # type: ignore[misc]
    """Runs a command as WorkerPopen does, but does not kill it at once: its files, with a token, would stay."""

    def __init__(self, command: str, key: str, **options: Any) -> None:
        WorkerSimple.__init__(self, None, None, None, key, client_class=_LocalClient, **options)
        # A session of its own: Ctrl-C at the terminal reaches only the roll-out, which then ends this step cleanly.
        self.command = f"exec setsid /bin/sh -c {shlex.quote(command)}"


class _LocalClient(PopenClient):  # type: ignore[misc]
    def _close(self, abort: bool, timeout: bool) -> None:
        if abort and self.popen.poll() is None:
            _end(self.popen)
            if self.popen.poll() is not None:
                # As if it had been killed: the exit code of its traps is not an answer to the step.
                self.popen.returncode = -signal.SIGTERM
        super()._close(abort, timeout)


def _end(process: Any) -> None:
    """End a process and its children with SIGTERM. After CLEAN_UP_SECONDS, the caller may use SIGKILL."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
    except ProcessLookupError:  # it has not reached setsid yet
        process.terminate()
    deadline = time.monotonic() + CLEAN_UP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
