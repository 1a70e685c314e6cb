"""The protocol that services use to read the past, so that it need not come from SQLite alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from minipanel.models.arrays import Drawn
from minipanel.models.gap import Evidence, Seen
from minipanel.models.node import Heard, Moment, Node

Values = tuple[int, *tuple[float | None, ...]]
"""A record's timestamp, and for each metric the value by which nodes are compared."""


class Reader(Protocol):
    """Each method that reads blocks and may raise DatabaseError. Call it on a reading thread (services/reading).

    Times in Unix seconds; `now` is the panel's.
    """

    def newest(self, nodes: Sequence[Node]) -> dict[int, int]:
        """Return the timestamp of the newest stored sample of each node that has one, by the node's id."""
        ...

    def heard(self, nodes: Sequence[Node], moment: Moment, interval_seconds: int) -> dict[int, Heard]:
        """Return when each node with a stored sample was last heard from, by the node's id."""
        ...

    def last_values(self, last_seen: Mapping[int, int]) -> dict[int, tuple[float | None, ...]]:
        """Return, by node id, the means of the record with this sample, in the form of a sample's values."""
        ...

    def history(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> list[bytes]:
        """Return a node's records in (start, end] as one JSON array per column, `timestamp` first."""
        ...

    def drawn(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> Drawn:
        """Return a node's records in (start, end] as charts draw them.

        In whole numbers of models/compact.UNITS, maxima as the difference from the mean.
        """
        ...

    def seen(self, node_id: int, start: int, end: int) -> Seen:
        """Return which samples of a node exist in (start, end] and next to it, and what may explain the others."""
        ...

    def records_at(self, node_ids: Sequence[int], times: Sequence[int], now: int) -> list[Values]:
        """Return the nodes' records at these times."""
        ...

    def days(self, node_ids: Sequence[int], first_day: int, last_day: int, now: int) -> list[tuple[int, bytes]]:
        """Return the nodes' days of hours as (row id, packed hours), ascending; see models/hour, database/packing."""
        ...

    def hour_numbers(
        self, node_ids: Sequence[int], days: range, now: int, names: Sequence[str], alike: int = 1
    ) -> Iterator[list[bytes]]:
        """Yield for each day the numbers of the named parts of an hour, still packed.

        Each part has 24 numbers of two bytes per node, in the order of the ids. Days are models/hour.day_number.
        `alike`: how many neighbouring hours, a divisor of 24, may all be their mean because they are drawn as one.
        """
        ...

    def filling(self, now: int) -> tuple[int, int] | None:
        """Return the start and end of the time whose hours are still to be made from records; None if all are made."""
        ...

    def record_numbers(self, node_id: int, start: int, end: int, now: int, names: Sequence[str]) -> list[bytes]:
        """Return the packed numbers of a node's records: for each part one per 300 s in (start, end], 65535 if none."""
        ...

    def evidence(self, node_ids: Sequence[int]) -> dict[int, Evidence]:
        """Return what may explain missing samples, by node id."""
        ...

    def interrupt(self) -> None:
        """End every read in progress, on any thread, with DatabaseError."""
        ...

    def close(self) -> None:
        """Close files and connections. No read may be in progress."""
        ...
