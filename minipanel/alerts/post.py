"""The messages in the database, as the outbox and the announcer use them."""

from __future__ import annotations

from collections.abc import Sequence

from minipanel.database import alerts as sql
from minipanel.models.alert import Message
from minipanel.services.panel import Panel


class Post:
    """Reads and writes through the writer's queue, and so in the order of the calls. Raises DatabaseError, TryLater."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.count = 0
        """How many messages were waiting at the last look."""

    async def waiting(self) -> Sequence[Message]:
        """Return the messages that have not been sent."""
        waiting: list[Message] = await self._panel.ingest.run(sql.waiting_messages)
        self.count = len(waiting)
        return waiting

    async def sent(self, message: Message, now: int) -> None:
        """Record that a message was accepted."""
        await self._panel.ingest.run(lambda connection: sql.note_sent(connection, message, now))

    async def failed(self, message: Message, error: str, try_at: int | None, now: int) -> None:
        """Record that a message was not accepted, and when to try again; None: never."""
        await self._panel.ingest.run(lambda connection: sql.note_failed(connection, message, error, try_at, now))
