"""Fetches records from the engine into a database that lacks them, or has them with fewer samples."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from minipanel.archive.engine import Engine
from minipanel.archive.pieces import pieces
from minipanel.archive.points import record_of, stamp_of
from minipanel.archive.reading_back import Stamped, newest_revisions
from minipanel.database.full_records import put_missing
from minipanel.models.full_record import FullRecord
from minipanel.models.record import RECORD_SECONDS

PIECE_SECONDS = 7 * 86_400
"""The time span of a piece, which is of one node: 2,016 records."""

STEP_RECORDS = 1000
"""Records per transaction, which takes 10 ms: samples that arrive meanwhile wait no longer than this."""

Change = Callable[[Callable[[sqlite3.Connection], int]], int]
"""Does a job in one transaction of the database."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of one piece: its node, its end, and how many of the `found` records were put in the database.

    `unreadable`: how many more the engine has, but not whole.
    """

    node: str
    until: int
    put: int
    found: int
    unreadable: int


def pull(engine: Engine, change: Change, node_ids: Mapping[str, int], since: int, until: int) -> Iterator[Pulled]:
    """Fetch the records of these nodes, by their names at the engine, with times in (since, until]. Yields each piece.

    Records that the database already has are left alone, so this can be interrupted and started again. Raises
    EngineError, and what `change` raises.
    """
    since = since // RECORD_SECONDS * RECORD_SECONDS  # otherwise each piece would begin after its first record
    for name, node_id in node_ids.items():
        for start in range(since, until, PIECE_SECONDS):
            end = min(start + PIECE_SECONDS, until)
            found = engine.read([name], stamp_of(start + RECORD_SECONDS, 1), end * 1000)
            revisions = newest_revisions(found)
            records = list(_records(node_id, revisions))
            put = sum(change(partial(put_missing, records=some)) for some in pieces(records, STEP_RECORDS))
            yield Pulled(name, end, put, len(records), len(revisions) - len(records))


def _records(node_id: int, revisions: Mapping[tuple[str, int], Stamped]) -> Iterator[FullRecord]:
    for (_, timestamp), revision in sorted(revisions.items()):
        # A record that can't be read was written by another program, or lost a part.
        with suppress(KeyError, ValueError):
            yield record_of(node_id, timestamp, *revision)
