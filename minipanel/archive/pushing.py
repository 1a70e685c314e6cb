"""Sends the past to the engine, piece by piece: what is missing there is sent, read back twice, and only then counted.

The past does not go through the queue. One row records the progress: everything before it is at the engine. After a
kill, pieces under way are checked again, and only what is missing is sent again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from minipanel.archive.engine import Engine
from minipanel.archive.pace import Done, Pace, with_cpu
from minipanel.archive.pieces import pieces
from minipanel.archive.points import lines_of
from minipanel.archive.reading_back import missing_of
from minipanel.archive.trouble import DIFFERING_TRIES
from minipanel.database import archive
from minipanel.database import archive_push as sql
from minipanel.database.archive_push import Push
from minipanel.database.full_records import LAST_ID, past_records
from minipanel.models.full_record import FullRecord
from minipanel.services.panel import Panel

PIECE_RECORDS = 2000
"""Records that are read, sent and read back together: 10 ms of a thread's time."""

UNDER_WAY_RECORDS = 1_500_000
"""At most this many records are sent but not yet read back twice: more than are sent in a minute and a half.

A piece itself is only a few numbers.
"""

LOOKS = 2
SEND_RECORDS = 1000
"""Records per request."""

TURN_SECONDS = 1.0
"""It works for this long before records that have just finished have their turn."""

MOST_DIFFERING = 10_000
"""While this many records read back wrong repeatedly, no more are sent: they would read back wrong, too."""


@dataclass(slots=True)
class Piece:
    """Records with ids from `first` to `last`; `records`: their number. `due_at`: when to look again, by the uptime.

    `looks`: how often in a row all of them were found. `tries`: how often some were missing.
    """

    first: int
    last: int
    records: int = 0
    due_at: float = 0.0
    looks: int = 0
    tries: int = -1

    @property
    def is_done(self) -> bool:
        """Whether the whole piece was found twice."""
        return self.looks >= LOOKS

    def take_in(self, missing: int, now: float, waits: tuple[float, float]) -> bool:
        """Record a look that found this many missing, which were then sent. Returns whether that happened too often.

        The very first look never counts: a process that was killed may have sent the records a moment ago.
        """
        if self.tries < 0 or missing:
            self.looks, self.tries, self.due_at = 0, self.tries + 1, now + waits[0]
        else:
            self.looks, self.due_at = self.looks + 1, now + waits[1]
        if self.tries < DIFFERING_TRIES:
            return False
        self.looks = LOOKS
        return True


class Pushing:
    """Carries out a push while there is one."""

    def __init__(self, panel: Panel, engine: Engine, cluster: str) -> None:
        self._panel = panel
        self._engine = engine
        self._cluster = cluster
        self._pace = Pace()
        self._push: Push | None = None
        """The push as last recorded; `_pieces` begin at its next id."""
        self._pieces: deque[Piece] = deque()

    async def go_on(self, hostnames: Mapping[int, str], waits: tuple[float, float]) -> bool:
        """Work on the push for TURN_SECONDS. Returns whether there is more to do at once.

        `waits`: seconds from sending to the first look, and from that to the second. Raises EngineError; DatabaseError
        or TryLater if the database can't be read or written.
        """
        push = await self._panel.reading.do(self._panel.store.reader.ask, sql.push_state)
        if push is None or push.is_paused:
            return False
        if self._push is None or _place(push) != _place(self._push):
            self._pieces.clear()
        self._push = push
        end, has_more = self._panel.uptime() + TURN_SECONDS, True
        while has_more and self._panel.uptime() < end:
            has_more = await self._step(push, hostnames, waits)
        await self._note(push)
        return has_more

    async def _step(self, push: Push, hostnames: Mapping[int, str], waits: tuple[float, float]) -> bool:
        """Check one piece that is due, or begin the next. Returns whether there was one."""
        self._pace.begin()
        now = self._panel.uptime()
        piece = next((piece for piece in self._pieces if not piece.is_done and piece.due_at <= now), None)
        if piece is None and not await self._may_begin():
            return False
        read = await self._records(push, piece)
        if piece is None:
            if not read.result:
                return False
            piece = Piece(self._next_id(push), read.result[-1].id)
            self._pieces.append(piece)
        elif len(read.result) == PIECE_RECORDS and read.result[-1].id < piece.last:
            # Records have come into its range since, and no longer all fit. The rest is a piece of its own.
            rest = Piece(read.result[-1].id + 1, piece.last, due_at=now)
            self._pieces.insert(self._pieces.index(piece) + 1, rest)
            piece.last = read.result[-1].id
        brought = await asyncio.to_thread(with_cpu, partial(self._bring, read.result, hostnames))
        piece.records = len(read.result)
        if piece.take_in(len(brought.result), self._panel.uptime(), waits):
            put = partial(sql.put_differing, ids=brought.result, tries=DIFFERING_TRIES)
            await self._panel.ingest.run(put)
        await asyncio.sleep(self._pace.rest(read.seconds + brought.seconds))
        return True

    async def _may_begin(self) -> bool:
        if sum(piece.records for piece in self._pieces) >= UNDER_WAY_RECORDS:
            return False
        differing = partial(archive.differing, tries=DIFFERING_TRIES)
        return await self._panel.reading.do(self._panel.store.reader.ask, differing) < MOST_DIFFERING

    def _next_id(self, push: Push) -> int:
        return self._pieces[-1].last + 1 if self._pieces else push.next_id

    async def _records(self, push: Push, piece: Piece | None) -> Done[list[FullRecord]]:
        """Return the records of a piece, or, for None, of the next one. They may have changed since the last look."""
        first, last = (self._next_id(push), LAST_ID) if piece is None else (piece.first, piece.last)

        def read(connection: sqlite3.Connection) -> Done[list[FullRecord]]:
            # New records in this range came from the engine (pull), or are in the queue.
            return with_cpu(lambda: past_records(connection, first, push.since, push.until, PIECE_RECORDS, last))

        return await self._panel.reading.do(self._panel.store.reader.ask, read)

    def _bring(self, records: Sequence[FullRecord], hostnames: Mapping[int, str]) -> list[int]:
        """Send the records that the engine lacks, and return their ids."""
        missing = missing_of(records, hostnames, self._engine.read)
        lacking = [(hostnames[record.node_id], record) for record in records if record.id in missing]
        for some in pieces(lacking, SEND_RECORDS):
            self._engine.write("".join(lines_of(some, self._cluster)))
        return sorted(missing)

    async def _note(self, push: Push) -> None:
        """Store the progress. Only pieces before the first one that is not done count."""
        next_id, records = push.next_id, push.records
        while self._pieces and self._pieces[0].is_done:
            piece = self._pieces.popleft()
            next_id, records = piece.last + 1, records + piece.records
        sent = records + sum(piece.records for piece in self._pieces)
        now = replace(push, next_id=next_id, records=records, sent=sent)
        if now != push and await self._panel.ingest.run(partial(sql.note_push, before=push, now=now)):
            self._push = now
        if not self._pieces and not (await self._records(now, None)).result:
            await self._panel.ingest.run(partial(sql.end_push, push=now))


def _place(push: Push) -> tuple[int, int, int]:
    return push.since, push.until, push.next_id
