"""What all connections may take together: how many there are, and how many bytes they make the panel hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Protocol

from minipanel.access.attempts import place_of
from minipanel.services.refusals import Refusals

STRANGERS_OF_ONE_PLACE = 500
"""Connections from one address that have not yet shown who they are, beside one for each node: all may share a NAT."""

PLACES = 2
"""In all, strangers may be as many as from so many addresses."""

STRANGERS_BYTES = 16_000_000
ALL_BYTES = 48_000_000
"""Of requests under way. What strangers may not take is left for agents, who back-fill after an absence."""

SELDOM = 10
"""Sweeps until those that rest are looked at again: between an agent's samples, only its long deadline can pass."""

LOOKED_AT = 100
"""How many of the oldest are looked at for one that may go: nearly always the first may."""


TOO_MANY = "Too many connections have not yet shown who they are; of these the oldest is closed."


class Connection(Protocol):
    """What the limits know of a connection."""

    peer: str
    deadline: float
    writing_deadline: float

    @property
    def is_answering(self) -> bool:
        """True while a whole request of it is worked on."""

    def expire(self) -> None:
        """End what took too long."""

    def drop(self) -> None:
        """Close at once."""


class Limits:
    """The caps over all connections. A stranger is one whose client has not yet proven who it is.

    Where strangers are too many, the oldest that is not being answered goes: a node that connects proves itself with
    its first request, long before it is the oldest, however many connections somebody else holds.
    """

    def __init__(self, most_connections: int, nodes: Callable[[], int], refusals: Refusals) -> None:
        self.refusals = refusals
        self._most = most_connections
        self._nodes = nodes
        self._watched: set[Connection] = set()
        self._resting: set[Connection] = set()
        self._sweeps = 0
        # In the order they came.
        self._strangers: dict[Connection, str] = {}
        self._places: dict[str, dict[Connection, None]] = {}
        self._held_bytes = 0

    def admit(self, connection: Connection) -> bool:
        """Take in a new connection, and drop another for it where there are too many. False where it may not stay."""
        place = place_of(connection.peer)
        own = self._places.get(place, {})
        most = STRANGERS_OF_ONE_PLACE + self._nodes()
        is_full = len(self._strangers) >= PLACES * most or len(self._watched) + len(self._resting) >= self._most
        if len(own) >= most or is_full:
            self.refusals.note_connection(connection.peer, TOO_MANY)
            oldest = _one_that_may_go(own if len(own) >= most else self._strangers)
            if oldest is None:
                return False
            oldest.drop()
            self.leave(oldest)
        self._watched.add(connection)
        self._strangers[connection] = place
        self._places.setdefault(place, {})[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._watched.discard(connection)
        self._resting.discard(connection)
        self.prove(connection)

    def prove(self, connection: Connection) -> None:
        """Spare a connection from now on: its client has shown who it is."""
        place = self._strangers.pop(connection, None)
        if place is not None:
            del self._places[place][connection]
            if not self._places[place]:
                del self._places[place]

    def rest(self, connection: Connection) -> None:
        """Look at a connection's deadlines seldom."""
        self._watched.discard(connection)
        self._resting.add(connection)

    def watch(self, connection: Connection) -> None:
        """Look at a connection's deadlines at each sweep again."""
        self._resting.discard(connection)
        self._watched.add(connection)

    def take(self, connection: Connection, size_bytes: int) -> bool:
        """Count bytes that the panel holds for a connection. False where they would be too many: then none is."""
        most = STRANGERS_BYTES if connection in self._strangers else ALL_BYTES
        if self._held_bytes + size_bytes > most:
            return False
        self._held_bytes += size_bytes
        return True

    def give_back(self, size_bytes: int) -> None:
        """Count bytes no longer."""
        self._held_bytes -= size_bytes

    def sweep(self, now: float) -> None:
        """End what took too long. Called every second: cheaper than a timer for each request."""
        self._sweeps += 1
        looked_at = self._watched if self._sweeps % SELDOM else self._watched | self._resting
        late = [each for each in looked_at if each.deadline < now or each.writing_deadline < now]
        for connection in late:
            connection.expire()
        self.refusals.begin_window()


def _one_that_may_go(connections: dict[Connection, str] | dict[Connection, None]) -> Connection | None:
    oldest = itertools.islice(connections, LOOKED_AT)
    return next((each for each in oldest if not each.is_answering), None)
