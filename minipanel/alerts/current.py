"""The findings as people see them: made again only after a change, as 10,000 alerts take 0.3 s."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

from minipanel.models.alert import Silence
from minipanel.models.alert_answers import Finding

WORSE_SECONDS = 60.0
"""How often findings are made again only because a value has become worse."""


class Current:
    """Keeps the last findings, and knows whether they still hold. `make` returns those of now."""

    def __init__(self, make: Callable[[], Awaitable[list[Finding]]]) -> None:
        self._make = make
        self._version = self._shown = 0
        self._made: tuple[int, list[Finding]] | None = None
        self._making = asyncio.Lock()
        self._lasting: Sequence[Silence] = ()
        self._is_worse = False
        self._worse_at = -math.inf

    async def findings(self) -> list[Finding]:
        """Return the findings."""
        # Otherwise they would be made for each open page, and after a reload all of them ask at once.
        async with self._making:
            if self._made is None or self._made[0] != self._version:
                version = self._version  # a change meanwhile makes these out of date
                self._made = (version, await self._make())
            return self._made[1]

    def touch(self) -> None:
        """Make the findings out of date, because something about them has changed."""
        self._version += 1

    def look(self, lasting: Sequence[Silence], is_worse: bool, uptime: float) -> None:
        """Make them out of date if a silence has ended, or if a value has become worse. `lasting`: those in force."""
        if lasting != self._lasting:
            self._lasting = lasting
            self.touch()
        self._is_worse = self._is_worse or is_worse
        if self._is_worse and uptime - self._worse_at >= WORSE_SECONDS:
            self._is_worse, self._worse_at = False, uptime
            self.touch()

    def take_change(self) -> bool:
        """Return whether they have changed since the last call."""
        has_changed, self._shown = self._shown != self._version, self._version
        return has_changed
