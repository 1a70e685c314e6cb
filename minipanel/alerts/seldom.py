"""Slow checks beside the event loop. They are independent, and never two of one kind run at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from minipanel.errors import PanelError

log = logging.getLogger(__name__)


class Seldom:
    """Begins checks when they are due. A failed check is due again after its usual time."""

    def __init__(self, uptime: Callable[[], float], *looks: tuple[float, Callable[[], Awaitable[None]]]) -> None:
        """`looks`: the seconds between two checks, and the check."""
        self._uptime = uptime
        self._looks = looks
        self._due_at = [uptime()] * len(looks)
        self._running: dict[int, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Begin the checks that are due. Called at each tick."""
        now = self._uptime()
        for place, (seconds, look) in enumerate(self._looks):
            if now >= self._due_at[place] and place not in self._running:
                self._due_at[place] = now + seconds
                self._running[place] = asyncio.create_task(self._run(place, look))

    async def close(self) -> None:
        """Stop waiting for checks."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, place: int, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except (PanelError, OSError) as error:
            log.debug("%s", error)  # requests that need the database report it to people
        except Exception:
            log.exception("A look of the alerts failed; it is tried again.")
        finally:
            self._running.pop(place, None)
