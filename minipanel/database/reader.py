"""Reads beside the writer: each thread has its own connection."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from minipanel.database import evidence, hours, past_hours, queries, record_numbers
from minipanel.database.connection import explain, open_reader
from minipanel.database.drawn import drawn_columns
from minipanel.database.newest import heard_of
from minipanel.errors import DatabaseError
from minipanel.models.arrays import Drawn
from minipanel.models.gap import Evidence, Seen
from minipanel.models.node import Heard, Moment, Node
from minipanel.models.reader import Values

T = TypeVar("T")


class DatabaseReader:
    """models/reader.Reader, implemented with SQLite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._reading = _Reading(path, self._connection)

    def newest(self, nodes: Sequence[Node]) -> dict[int, int]:
        """Return the timestamp of the newest stored sample of each node that has one. Raises DatabaseError."""
        with self._reading as connection:
            tables = queries.record_tables(connection)
            found = {node.id: queries.last_seen(connection, node.id, tables) for node in nodes}
        return {node_id: timestamp for node_id, timestamp in found.items() if timestamp is not None}

    def heard(self, nodes: Sequence[Node], moment: Moment, interval_seconds: int) -> dict[int, Heard]:
        """Return what is known about each node that has a sample, by the node's id. Raises DatabaseError."""
        with self._reading as connection:
            return heard_of(connection, [node.id for node in nodes], moment, interval_seconds)

    def last_values(self, last_seen: Mapping[int, int]) -> dict[int, tuple[float | None, ...]]:
        """Return, by node id, the record of the sample with this timestamp, as a sample's values.

        Raises DatabaseError.
        """
        with self._reading as connection:
            return queries.last_values(connection, last_seen)

    def history(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> list[bytes]:
        """Return a node's records in (start, end] as JSON arrays, `timestamp` first. Raises DatabaseError."""
        with self._reading as connection:
            return queries.history_columns(connection, node_id, start, end, columns, now)

    def drawn(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> Drawn:
        """Return a node's records in (start, end] as charts draw them. Raises DatabaseError."""
        with self._reading as connection:
            return drawn_columns(connection, node_id, start, end, columns, now)

    def seen(self, node_id: int, start: int, end: int) -> Seen:
        """Return which samples of a node exist in (start, end] and next to that span, and what explains missing ones.

        Raises DatabaseError.
        """
        with self._reading as connection:
            absences = evidence.panel_absences(connection)
            known = evidence.evidence_of(connection, node_id, absences)
            return Seen(evidence.seen_samples(connection, node_id, start, end), known)

    def evidence(self, node_ids: Sequence[int]) -> dict[int, Evidence]:
        """Return what explains missing samples, by node id. Raises DatabaseError."""
        with self._reading as connection:
            absences = evidence.panel_absences(connection)
            return {id: evidence.evidence_of(connection, id, absences) for id in node_ids}

    def filling(self, now: int) -> tuple[int, int] | None:
        """Return the time span of records whose hours are still to be made. Raises DatabaseError."""
        with self._reading as connection:
            return hours.filling(connection, now)

    def record_numbers(self, node_id: int, start: int, end: int, now: int, names: Sequence[str]) -> list[bytes]:
        """Return two bytes per part for each record in (start, end]. Raises DatabaseError."""
        with self._reading as connection:
            return record_numbers.read_record_numbers(connection, node_id, start, end, now, names)

    def records_at(self, node_ids: Sequence[int], times: Sequence[int], now: int) -> list[Values]:
        """Return the nodes' records at these times, with the values in which nodes are compared.

        Raises DatabaseError.
        """
        with self._reading as connection:
            return queries.records_at(connection, node_ids, times, now)

    def days(self, node_ids: Sequence[int], first_day: int, last_day: int, now: int) -> list[tuple[int, bytes]]:
        """Return the nodes' days in hours, by row id, packed (database/packing.py). Raises DatabaseError."""
        with self._reading as connection:
            return past_hours.read_days(connection, node_ids, first_day, last_day, now)

    def hour_numbers(
        self,
        node_ids: Sequence[int],
        days: range,
        now: int,
        names: Sequence[str],
        alike: int = 1,  # noqa: ARG002
    ) -> Iterator[list[bytes]]:
        """Yield the numbers of some parts for each day: 48 bytes per node. Raises DatabaseError.

        `alike` is ignored: every hour is returned, as means of several hours would take longer.
        """
        with self._reading as connection:
            yield from past_hours.read_numbers(connection, node_ids, days, now, names)

    def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of another room's query. Raises DatabaseError."""
        with self._reading as connection:
            return work(connection)

    def interrupt(self) -> None:
        """Make the statements that run at this moment fail with DatabaseError."""
        for connection in list(self._connections):
            connection.interrupt()

    def close(self) -> None:
        """Close all connections. No thread may read any more: that would crash the process (SIGSEGV)."""
        while self._connections:
            self._connections.pop().close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = open_reader(self._path)
            self._connections.append(connection)
        return connection


class _Reading:
    """Gives the thread's connection, and turns SQLite's errors into DatabaseError. One serves all reads."""

    def __init__(self, path: Path, connection: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        try:
            return self._connection()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def __exit__(self, kind: object, error: BaseException | None, traceback: TracebackType | None) -> None:
        if isinstance(error, sqlite3.Error):
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.Error) -> DatabaseError:
        return DatabaseError(explain(error, self._path))
