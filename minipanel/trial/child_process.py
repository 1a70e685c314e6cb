"""A child process beside the panel, for `minipanel try`. It is started again when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from asyncio.subprocess import STDOUT, Process
from pathlib import Path

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that ran this long was healthy: the next pause is the first one again."""

STOP_SECONDS = 3.0


class ChildProcess:
    """Keeps one program running, a module with arguments. Its output goes to a log."""

    def __init__(self, name: str, log_path: Path, module: str, *arguments: str) -> None:
        """name: its name in warnings."""
        self._name = name
        self._log_path = log_path
        self._words = [module, *arguments]
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        """Start the process, and start it again whenever it ends."""
        self._task = asyncio.create_task(self._run())

    async def __aexit__(self, *_error: object) -> None:
        """End the process. Returns once it has ended."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            code = await self._run_once()
            if time.monotonic() - started > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            log.warning(
                "%s ended with code %d (see %s); it starts again in %d s.", self._name, code, self._log_path, pause
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run_once(self) -> int:
        """Run the process until it ends. Returns its exit code, negative for a signal."""
        with self._log_path.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "minipanel.trial.child", str(os.getpid())),
                *self._words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=STDOUT,
                # Ctrl-C at the terminal reaches only the panel, which then ends this process.
                start_new_session=True,
            )
        try:
            return await child.wait()
        finally:
            await _end(child)


async def _end(child: Process) -> None:
    """End the process if it still runs: with SIGTERM first, then with SIGKILL."""
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()
