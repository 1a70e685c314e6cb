"""Sends what waits, each channel by itself: tried again until it is taken, for three days."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from minipanel.models.alert import Message
from minipanel.models.quote import escape

log = logging.getLogger(__name__)

WAITS = (10, 30, 60, 120, 300, 900)
"""Seconds until a message is tried again; the last is for all further tries."""

GIVE_UP_SECONDS = 3 * 86400
ERROR_CHARACTERS = 200


class NotSent(Exception):
    """A channel did not take a message; str() says why, in one sentence."""


class Channel(Protocol):
    """A way to people. `send` blocks for as long as its own limits let it, and raises NotSent."""

    @property
    def name(self) -> str:
        """As config.toml calls it."""

    def send(self, letter: Letter) -> None:
        """Hand over one message."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a channel gets it. `key` is the same at each try, so that a receiver can know a repeat."""

    key: str
    subject: str
    body: str
    rule: str
    made_at: int


class Box(Protocol):
    """Where messages are kept."""

    async def waiting(self) -> Sequence[Message]:
        """Return what has not been sent."""

    async def sent(self, message: Message, now: int) -> None:
        """Keep that it was."""

    async def failed(self, message: Message, error: str, try_at: int | None, now: int) -> None:
        """Keep that it was not, and when to try again; None: never."""


class Outbox:
    """The loop that sends. `wake` makes it look at once."""

    def __init__(
        self,
        box: Box,
        channels: Callable[[], Mapping[str, Channel]],
        clock: Callable[[], float] = time.time,
        run: Callable[[Callable[[], None]], Awaitable[None]] = asyncio.to_thread,
    ) -> None:
        self._box = box
        self._channels = channels
        self._clock = clock
        self._run = run

    async def send_due(self) -> None:
        """Send what is due now, channels side by side and each one's messages in their order. Raises PanelError."""
        now = int(self._clock())
        waiting = await self._box.waiting()
        # A clock that was set back must not hold a message for longer than it was to wait.
        due = [message for message in waiting if message.try_at <= now or message.try_at > now + WAITS[-1]]
        by_channel: dict[str, list[Message]] = {}
        for message in due:
            by_channel.setdefault(message.channel, []).append(message)
        await asyncio.gather(*(self._send_all(name, messages) for name, messages in by_channel.items()))

    async def _send_all(self, name: str, messages: Sequence[Message]) -> None:
        channel = self._channels().get(name)
        for message in messages:
            now = int(self._clock())
            if channel is None:
                await self._box.failed(message, "There is no such channel any more.", None, now)
                continue
            letter = Letter(message.key, message.subject, message.body, message.rule, message.made_at)
            try:
                await self._run(lambda letter=letter: channel.send(letter))  # type: ignore[misc]
            except NotSent as error:
                await self._note_failed(message, str(error))
                return  # the next ones would fare alike
            await self._box.sent(message, int(self._clock()))

    async def _note_failed(self, message: Message, why: str) -> None:
        now = int(self._clock())
        error = escape(why, ERROR_CHARACTERS)
        is_over = now - message.made_at >= GIVE_UP_SECONDS
        wait = WAITS[min(message.tries, len(WAITS) - 1)]
        log.warning(
            "An alert could not be sent by %s: %s %s",
            escape(message.channel),
            error,
            "It is given up." if is_over else f"The next try is in {wait} s.",
        )
        await self._box.failed(message, error, None if is_over else now + wait, now)
