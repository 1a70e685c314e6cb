"""Requests an address each minute while the panel stores and checks, so that another service notices when it stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from minipanel.alerts.channels.http import Caller
from minipanel.alerts.outbox import STUCK_SECONDS, NotSent, in_thread

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0


class Heartbeat:
    """`reached_at`, `failing_since` in Unix seconds, `error` of the last try."""

    def __init__(self, clock: Callable[[], float], is_well: Callable[[], Awaitable[bool]]) -> None:
        self._clock = clock
        self._is_well = is_well
        self._target: _Target | None = None
        self.reached_at: int | None = None
        self.failing_since: int | None = None
        self.error: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is an address to request."""
        return self._target is not None

    def replace(self, url: str | None, caller: Caller) -> None:
        """Use another address, or none."""
        target = _Target(url, caller) if url is not None else None
        if target is None or self._target is None or target.url != self._target.url:
            self.reached_at = self.failing_since = self.error = None
        self._target = target

    async def beat(self) -> None:
        """Send one request, if the panel is well."""
        target = self._target
        if target is None or not await self._is_well():
            return
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await in_thread(lambda: target.caller.ask("GET", target.url))
        except (NotSent, TimeoutError) as error:
            why = str(error) or f"It did not finish within {STUCK_SECONDS:.0f} seconds."
            if self.failing_since is None:  # log only the first failure
                self.failing_since = int(self._clock())
                log.warning("The heartbeat of [alerts] is not heard: %s", why)
            self.error = why
            return
        if self.failing_since is not None:
            log.warning("The heartbeat of [alerts] is heard again.")
        self.reached_at, self.failing_since, self.error = int(self._clock()), None, None


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    caller: Caller
