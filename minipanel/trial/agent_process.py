"""The agent beside the panel, for `minipanel try`: a child process, started again when it ends."""

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
"""An agent that ran this long was well: its next pause is the first again."""

STOP_SECONDS = 3.0


class AgentProcess:
    """Keeps one agent running. Its output goes to a log beside its configuration."""

    def __init__(self, config_path: Path) -> None:
        self._config_path = config_path
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        """Start the agent, and again whenever it ends."""
        self._task = asyncio.create_task(self._run())

    async def __aexit__(self, *_error: object) -> None:
        """End the agent and come back when it has ended."""
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
            path = self._log_path
            log.warning("The agent ended with code %d (see %s); it starts again in %d s.", code, path, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run_once(self) -> int:
        """Run the agent until it ends. Returns its exit code, negative for a signal."""
        with self._log_path.open("ab") as output:
            agent = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "minipanel.trial.child_agent", str(os.getpid())),
                *("--config", str(self._config_path)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=STDOUT,
                # Ctrl-C at the terminal is for the panel, which then ends the agent.
                start_new_session=True,
            )
        try:
            return await agent.wait()
        finally:
            await _end(agent)

    @property
    def _log_path(self) -> Path:
        return self._config_path.with_suffix(".log")


async def _end(agent: Process) -> None:
    """End the process if it still runs: asked first, then by force."""
    if agent.returncode is not None:
        return
    agent.terminate()
    try:
        await asyncio.wait_for(agent.wait(), STOP_SECONDS)
    except TimeoutError:
        agent.kill()
        await agent.wait()
