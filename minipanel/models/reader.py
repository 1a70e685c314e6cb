"""What the services read the past from: a protocol, so that another keeper of records can stand in SQLite's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from minipanel.models.gap import Evidence, Seen
from minipanel.models.node import Heard, Moment, Node

Values = tuple[int, *tuple[float | None, ...]]
"""A record's timestamp, and of each metric the value by which nodes are compared."""


class Reader(Protocol):
    """Each method blocks, so it is called in a reading thread (services/reading), and raises DatabaseError."""

    def newest(self, nodes: Sequence[Node]) -> dict[int, int]:
        """Return the timestamp of the newest stored sample of each node that has one, by the node's id."""
        ...

    def heard(self, nodes: Sequence[Node], moment: Moment, interval_seconds: int) -> dict[int, Heard]:
        """Return what was heard of each node that has a sample, by the node's id."""
        ...

    def last_values(self, last_seen: Mapping[int, int]) -> dict[int, tuple[float | None, ...]]:
        """Return by node id the means of the record that holds the sample of this timestamp, as a sample has values."""
        ...

    def history(
        self, node_id: int, start: int, end: int, columns: Sequence[str], now: int, is_counted: bool = False
    ) -> list[bytes]:
        """Return a node's records in (start, end] as one JSON array a column, `timestamp` first.

        `is_counted`: in whole numbers of models/compact.UNITS, maxima from the mean on.
        """
        ...

    def seen(self, node_id: int, start: int, end: int) -> Seen:
        """Return which samples of a node there are in (start, end] and beside it, and what explains the others."""
        ...

    def records_at(self, node_ids: Sequence[int], times: Sequence[int], now: int) -> list[Values]:
        """Return the nodes' records at these times."""
        ...

    def days(self, node_ids: Sequence[int], first_day: int, last_day: int, now: int) -> list[tuple[int, bytes]]:
        """Return the nodes' days in hours, by row id (models/hour), packed as database/packing.py says, ascending."""
        ...

    def hour_numbers(
        self, node_ids: Sequence[int], days: range, now: int, names: Sequence[str], alike: int = 1
    ) -> Iterator[list[bytes]]:
        """Yield of each day the numbers of some parts of an hour, as they are packed.

        Of each part 24 numbers of two bytes a node, in the order of the ids. The days are models/hour.day_number.
        So many hours side by side may be `alike`, a part of a day: where they are drawn as one, their mean will do.
        """
        ...

    def filling(self, now: int) -> tuple[int, int] | None:
        """Return from when until when there are records whose hours are still to be made; None once all are."""
        ...

    def record_numbers(self, node_id: int, start: int, end: int, now: int, names: Sequence[str]) -> list[bytes]:
        """Return the same of records: of each part a number for each record in (start, end], 65535 without one."""
        ...

    def evidence(self, node_ids: Sequence[int]) -> dict[int, Evidence]:
        """Return what explains missing samples, by node id."""
        ...

    def interrupt(self) -> None:
        """Have what is read at this moment, in whatever thread, end with DatabaseError."""
        ...

    def close(self) -> None:
        """Let go of what it holds. Nobody may be reading any more."""
        ...
