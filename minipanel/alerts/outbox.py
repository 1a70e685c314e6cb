"""Sends waiting messages, each channel independently, and tries again for three days until they are accepted."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from minipanel.alerts.pace import Pace
from minipanel.errors import SentenceError
from minipanel.models.alert import Message
from minipanel.models.quote import escape

T = TypeVar("T")

log = logging.getLogger(__name__)

WAITS = (10, 30, 60, 120, 300, 900)
"""Seconds before each new try; the last applies to all further tries."""

GIVE_UP_SECONDS = 3 * 86400
ERROR_CHARACTERS = 200

PATIENCE_SECONDS = 5.0
"""How long a round of sending waits for its channels. A channel that hangs longer goes on alone."""

STUCK_SECONDS = 60.0
"""After this long a channel is recorded as hanging. It gets nothing more until it has finished."""


class NotSent(SentenceError):
    """A channel did not accept a message; str() says why, in one sentence."""


class Channel(Protocol):
    """A way to notify people. `send` blocks up to its own time limits, and raises NotSent."""

    @property
    def name(self) -> str:
        """Its name in config.toml."""

    def send(self, letter: Letter, /) -> str:
        """Send one message, and return the other side's answer as one line."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for a channel. `key` is the same at each try, so that a receiver can recognise a repeat.

    `details`: a JSON object for programs.
    """

    key: str
    subject: str
    body: str
    rule: str
    made_at: int
    details: str = "{}"


class Box(Protocol):
    """Where messages are stored."""

    async def waiting(self) -> Sequence[Message]:
        """Return the messages that have not been sent."""

    async def sent(self, message: Message, now: int) -> None:
        """Record that a message was sent."""

    async def failed(self, message: Message, error: str, try_at: int | None, now: int) -> None:
        """Record that a message was not sent, and when to try again; None: never."""


async def in_thread(work: Callable[[], T]) -> T:
    """Do work that may hang, in a daemon thread: an executor's thread would delay the panel's stop."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        if not future.done():  # otherwise nobody waits any more
            set_it()

    def run() -> None:
        try:
            set_it = partial(future.set_result, work())
        except Exception as error:
            set_it = partial(future.set_exception, error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, set_it)

    threading.Thread(target=run, name="sender", daemon=True).start()
    return await future


class Outbox:
    """Looks at waiting messages, and sends what is due. `send_due` is called every few seconds."""

    def __init__(
        self,
        box: Box,
        channels: Callable[[], Mapping[str, Channel]],
        clock: Callable[[], float] = time.time,
        run: Callable[[Callable[[], object]], Awaitable[object]] = in_thread,
        pace: Pace | None = None,
    ) -> None:
        self._box = box
        self._channels = channels
        self._clock = clock
        self._run = run
        self._pace = pace or Pace()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[str] = set()
        self._held: frozenset[str] = frozenset()
        self._accepted: set[str] = set()
        self._not_before: dict[str, int] = {}

    @property
    def under_way(self) -> AbstractSet[str]:
        """The keys of messages that are being sent, or whose sending is not stored yet: these can't be replaced."""
        return self._under_way | self._accepted

    @contextmanager
    def holding(self, keys: Collection[str]) -> Iterator[None]:
        """Send none of these messages meanwhile, because they will be replaced. Enter right after reading them."""
        self._held = frozenset(keys)
        try:
            yield
        finally:
            self._held = frozenset()

    async def send_due(self) -> None:
        """Send what is due now: channels in parallel, each one's messages in order. Raises PanelError."""
        for name in {message.channel for message in await self._due()} - self._busy.keys():
            self._busy[name] = asyncio.create_task(self._send_all(name))
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=PATIENCE_SECONDS)
        ended = [(name, task) for name, task in self._busy.items() if task.done()]
        for name, _ in ended:
            del self._busy[name]
        for error in [task.exception() for _, task in ended]:
            if error is not None:
                raise error

    async def close(self) -> None:
        """Stop waiting for channels. A message that one still accepts is sent again after a start, with its key."""
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _due(self) -> list[Message]:
        waiting = await self._box.waiting()
        now = int(self._clock())
        keys = {message.key for message in waiting}
        self._accepted &= keys
        self._not_before = {key: at for key, at in self._not_before.items() if key in keys}
        # A clock that was set back must not delay a message beyond its own waiting time.
        return [
            message
            for message in waiting
            if not now < max(message.try_at, self._not_before.get(message.key, 0)) <= now + WAITS[-1]
            and message.key not in self._held
        ]

    async def _send_all(self, name: str) -> None:
        # Read again for each message: it may have been joined to another one meanwhile.
        while message := next((each for each in await self._due() if each.channel == name), None):
            channel = self._channels().get(name)
            if channel is not None and self._pace.wait_seconds(channel) > 0:
                return
            self._under_way.add(message.key)
            try:
                if not await self._send(message):
                    return  # the next ones would fail too
            finally:
                self._under_way.discard(message.key)

    async def _send(self, message: Message) -> bool:
        channel = self._channels().get(message.channel)
        if channel is None:
            log.warning("An alert waited for %s, which is set no longer; it is given up.", escape(message.channel))
            await self._box.failed(message, "This channel no longer exists.", None, int(self._clock()))
            return True
        # A message that was accepted, but could not be stored as sent, must not be sent again.
        if message.key not in self._accepted:
            why = await self._hand_over(channel, message)
            if why is not None:
                await self._note_failed(message, why)
                return False
            self._accepted.add(message.key)
        await self._box.sent(message, int(self._clock()))
        return True

    async def _hand_over(self, channel: Channel, message: Message) -> str | None:
        """Return why the channel did not accept a message, None if it did."""
        letter = Letter(message.key, message.subject, message.body, message.rule, message.made_at, message.details)
        self._pace.note(channel)
        sending = asyncio.ensure_future(self._run(lambda: channel.send(letter)))
        try:
            await asyncio.wait({sending}, timeout=STUCK_SECONDS)
            if not sending.done():
                await self._note_failed(message, f"It did not finish within {STUCK_SECONDS:.0f} seconds.")
            await sending
        except NotSent as error:
            return str(error)
        except Exception:
            log.exception("An alert could not be sent by %s, for a fault of MiniPanel.", escape(message.channel))
            return "A fault of MiniPanel: see the panel's log."
        return None

    async def _note_failed(self, message: Message, why: str) -> None:
        now = int(self._clock())
        error = escape(why, ERROR_CHARACTERS)
        # Also require this many tries: a clock that jumped by a week has given nobody a chance.
        is_over = now - message.made_at >= GIVE_UP_SECONDS and message.tries >= len(WAITS)
        wait = WAITS[min(message.tries, len(WAITS) - 1)]
        log.warning(
            "An alert could not be sent by %s: %s %s",
            escape(message.channel),
            error,
            "It is given up." if is_over else f"The next try is in {wait} s.",
        )
        self._not_before[message.key] = now + wait  # even if that can't be stored now
        await self._box.failed(message, error, None if is_over else now + wait, now)
