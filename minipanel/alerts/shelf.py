"""Messages that are sent although nothing can be stored, because that is what they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from minipanel.models.alert import Message


@dataclass(frozen=True, slots=True)
class Shelved:
    """A message without a row yet, and when it was sent."""

    message: Message
    sent_at: int | None = None


class Shelf:
    """Keeps messages in memory, for the outbox, until they can be stored in the database."""

    def __init__(self) -> None:
        self._kept: dict[str, Shelved] = {}

    def put(self, each: Shelved) -> None:
        """Add a message to be sent."""
        self._kept[each.message.key] = each

    def all(self, but: Collection[str] = ()) -> list[Shelved]:
        """Return all messages except those with these keys."""
        return [each for key, each in self._kept.items() if key not in but]

    def drop(self, gone: Collection[Shelved]) -> None:
        """Forget messages that are now in the database."""
        for each in gone:
            del self._kept[each.message.key]

    async def waiting(self) -> Sequence[Message]:
        """Return the messages that have not been sent."""
        return [each.message for each in self._kept.values() if each.sent_at is None]

    async def sent(self, message: Message, now: int) -> None:
        """Record that a message was accepted."""
        self._kept[message.key] = replace(self._kept[message.key], sent_at=now)

    async def failed(self, message: Message, error: str, try_at: int | None, now: int) -> None:  # noqa: ARG002 - the box's
        """Record that a message was not accepted, and when to try again; None: never."""
        if try_at is None:
            del self._kept[message.key]
            return
        each = self._kept[message.key]
        tried = replace(each.message, tries=message.tries + 1, error=error, try_at=try_at)
        self._kept[message.key] = replace(each, message=tried)
