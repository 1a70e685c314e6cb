"""Limits over all connections: their number, and the bytes that the panel holds for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Protocol

from minipanel.access.attempts import place_of
from minipanel.services.refusals import Refusals

STRANGERS_OF_ONE_PLACE = 500
"""The most unauthenticated connections from one address, besides one per node: all nodes may share a NAT."""

PLACES = 2
"""In total there may be as many strangers as this number of addresses may have."""

STRANGERS_BYTES = 16_000_000
ALL_BYTES = 48_000_000
"""The most bytes of unfinished requests. What strangers may not use is left for agents, which back-fill gaps."""

SELDOM = 10
"""Resting connections are checked only in every tenth sweep: between an agent's samples only a long deadline runs."""

LOOKED_AT = 100
"""How many of the oldest connections to search for one that may be closed. Nearly always the first one may."""


TOO_MANY = "Too many connections have not yet shown who they are; of these the oldest is closed."


class Connection(Protocol):
    """What the limits need to know about a connection. The deadlines are in seconds of the event loop's clock."""

    peer: str
    deadline: float
    writing_deadline: float

    @property
    def is_answering(self) -> bool:
        """True while a complete request is being answered."""

    def expire(self) -> None:
        """End whatever took too long."""

    def drop(self) -> None:
        """Close the connection at once."""


class Limits:
    """The limits over all connections. A stranger is a connection whose client is not yet authenticated.

    If there are too many strangers, the oldest one that is not being answered is closed. A node authenticates with its
    first request, long before it is the oldest, no matter how many connections somebody else holds.
    """

    def __init__(self, most_connections: int, nodes: Callable[[], int], refusals: Refusals) -> None:
        self.refusals = refusals
        self._most = most_connections
        self._nodes = nodes
        self._watched: set[Connection] = set()
        self._resting: set[Connection] = set()
        self._sweeps = 0
        # Oldest first.
        self._strangers: dict[Connection, str] = {}
        self._places: dict[str, dict[Connection, None]] = {}
        self._held_bytes = 0

    def admit(self, connection: Connection) -> bool:
        """Add a new connection; drop another one if there are too many. Returns False if the new one must be closed."""
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
        """Count a connection as a stranger no longer, because its client is authenticated."""
        place = self._strangers.pop(connection, None)
        if place is not None:
            del self._places[place][connection]
            if not self._places[place]:
                del self._places[place]

    def rest(self, connection: Connection) -> None:
        """Check a connection's deadlines only in some sweeps from now on."""
        self._watched.discard(connection)
        self._resting.add(connection)

    def watch(self, connection: Connection) -> None:
        """Check a connection's deadlines in every sweep again."""
        self._resting.discard(connection)
        self._watched.add(connection)

    def take(self, connection: Connection, size_bytes: int) -> bool:
        """Count bytes that the panel holds for a connection. Returns False, and counts none, if they are too many."""
        most = STRANGERS_BYTES if connection in self._strangers else ALL_BYTES
        if self._held_bytes + size_bytes > most:
            return False
        self._held_bytes += size_bytes
        return True

    def give_back(self, size_bytes: int) -> None:
        """Stop counting bytes that the panel no longer holds."""
        self._held_bytes -= size_bytes

    def sweep(self, now: float) -> None:
        """End whatever took too long. Called every second, which costs less than a timer for each request."""
        self._sweeps += 1
        looked_at = self._watched if self._sweeps % SELDOM else self._watched | self._resting
        late = [each for each in looked_at if each.deadline < now or each.writing_deadline < now]
        for connection in late:
            connection.expire()
        self.refusals.begin_window()


def _one_that_may_go(connections: dict[Connection, str] | dict[Connection, None]) -> Connection | None:
    oldest = itertools.islice(connections, LOOKED_AT)
    return next((each for each in oldest if not each.is_answering), None)
