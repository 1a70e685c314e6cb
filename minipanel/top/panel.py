"""Reads the running panel, single answers or the stream of events, with a token made on this machine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from minipanel.errors import CommandError
from minipanel.models.alert_answers import Findings
from minipanel.models.answers import GroupAnswer, Realtime, RealtimeNode, RealtimeOne
from minipanel.models.columns import RealtimeColumns, of_columns
from minipanel.models.nodeset import unfold
from minipanel.services.local_token import LIFE_SECONDS
from minipanel.services.panel_client import PanelClient

RENEW_SECONDS = LIFE_SECONDS - 10
"""The panel ends a stream whose token has expired, so the stream is reopened before."""

_READ_BYTES = 1 << 16
_EVENT = re.compile(rb"event: (\w+)\ndata: (.*)\n?")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the stream: all nodes (`is_snapshot`), or the changed ones."""

    is_snapshot: bool
    realtime: Realtime


class PanelReader(PanelClient):
    """Reads from the panel that runs with this configuration. Any failure is a CommandError of one sentence."""

    def realtime(self) -> Realtime:
        """Return the newest sample of every node."""
        return self.get("/api/metrics/realtime", Realtime)

    def groups(self) -> dict[str, frozenset[str]]:
        """Return the hostnames of each group, all in lower case."""
        groups = self.get("/api/groups", list[GroupAnswer])
        return {group.name.lower(): frozenset(unfold(group.nodes.lower())) for group in groups}

    def findings(self) -> Findings:
        """Return what is wrong now."""
        return self.get("/api/alerts/findings", Findings)

    def last_hour(self, node_id: int) -> RealtimeOne:
        """Return one node with the samples of its last hour."""
        return self.get(f"/api/metrics/realtime/{node_id}", RealtimeOne)

    def events(self) -> Iterator[Event | Findings]:
        """Yield the stream's events, a snapshot first, until the token must be renewed; the caller then starts again.

        Findings follow each snapshot, as the stream sends them only when they change. Events of unknown kinds are
        skipped. Raises CommandError if the panel ends the stream earlier.
        """
        renewal = time.monotonic() + RENEW_SECONDS
        known: dict[int, RealtimeNode] = {}
        with self.asked("/api/metrics/stream?format=columns") as response:
            for name, data in sse_events(lambda: self.read(response.read1, _READ_BYTES)):
                if name in ("snapshot", "samples"):
                    event = self.decoded(data, RealtimeColumns)
                    if name == "snapshot":
                        known.clear()
                    nodes = of_columns(event, known)
                    yield Event(name == "snapshot", Realtime(event.timestamp, event.interval, nodes))
                if name == "snapshot":
                    yield self.findings()
                if name == "findings":
                    yield self.decoded(data, Findings)
                if time.monotonic() > renewal:
                    return
            if time.monotonic() < renewal:
                raise CommandError("{url} has ended the stream: the panel was stopped or restarted.", url=self.url)


def sse_events(read: Callable[[], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the data of each Server-Sent Event (HTML Standard, 9.2.6) until `read` returns nothing."""
    parts: list[bytes] = []
    while part := read():
        parts.append(part)
        if b"\n\n" not in part and not part.startswith(b"\n"):
            continue  # parts are joined only when an event may be complete: a snapshot comes in many
        *whole, rest = b"".join(parts).split(b"\n\n")
        parts = [rest]
        for text in whole:
            if found := _EVENT.fullmatch(text):
                yield found[1].decode(), found[2]
