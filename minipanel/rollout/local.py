"""A step on this machine itself, without ssh. Ended early it may clean up first."""

from __future__ import annotations

import os
import shlex
import signal
import time
from typing import Any

from ClusterShell.Worker.Popen import PopenClient, WorkerPopen
from ClusterShell.Worker.Worker import WorkerSimple

CLEAN_UP_SECONDS = 15.0
"""How long an installation that is ended may take to put back what was there before."""


class LocalWorker(WorkerPopen):  # type: ignore[misc]
    """Runs a command as WorkerPopen does, but does not kill it at once: its files, with a token, would stay."""

    def __init__(self, command: str, key: str, **options: Any) -> None:
        WorkerSimple.__init__(self, None, None, None, key, client_class=_LocalClient, **options)
        # A session of its own: Ctrl-C at the terminal is for the roll-out, which then ends all of it in order.
        self.command = f"exec setsid /bin/sh -c {shlex.quote(command)}"


class _LocalClient(PopenClient):  # type: ignore[misc]
    def _close(self, abort: bool, timeout: bool) -> None:
        if abort and self.popen.poll() is None:
            _end(self.popen)
            if self.popen.poll() is not None:
                # As if it had been killed: whatever code its traps make of that, it is no answer to the step.
                self.popen.returncode = -signal.SIGTERM
        super()._close(abort, timeout)


def _end(process: Any) -> None:
    """End a process and what it started by SIGTERM. What is there after its time is left to SIGKILL."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
    except ProcessLookupError:  # it has not got as far as setsid
        process.terminate()
    deadline = time.monotonic() + CLEAN_UP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
