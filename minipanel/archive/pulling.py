"""Records from the engine into a database that lost them: those that it lacks, or of which it has fewer samples."""

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
"""Of one node at a time: 2,016 records."""

STEP_RECORDS = 1000
"""In one transaction, 10 ms: samples that arrive meanwhile wait no longer than for this."""

Change = Callable[[Callable[[sqlite3.Connection], int]], int]
"""Does a job in one transaction of the database."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of one piece: of which node, up to which time, and how many records were put in of how many there."""

    node: str
    until: int
    put: int
    found: int
    unreadable: int


def pull(engine: Engine, change: Change, node_ids: Mapping[str, int], since: int, until: int) -> Iterator[Pulled]:
    """Bring the records with times in (since, until] of these nodes, by names as the engine has them.

    Each piece stands on its own: what is there already is left alone, so it can be interrupted and begun again.
    """
    since = since // RECORD_SECONDS * RECORD_SECONDS  # else each piece would begin behind its first record
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
        # Where it can't be read, somebody else wrote there, or a part was lost.
        with suppress(KeyError, ValueError):
            yield record_of(node_id, timestamp, *revision)
