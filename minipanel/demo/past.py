"""Writes the simulated nodes' past into the database, with what explains its gaps."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from minipanel.config import Config
from minipanel.database.evidence import put_agent_starts, put_clock_troubles, put_panel_run
from minipanel.database.spans import NOISES, write_spans
from minipanel.database.store import Store
from minipanel.demo.nodes import SimulatedNodes
from minipanel.demo.stories import AGENT, CLOCK, PANEL, POWER, Story
from minipanel.models.gap import AgentStart
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.span import Span

RECENT_SECONDS: Final = 3600
RECENT_SAMPLES: Final = 250_000
"""What the nodes send after a start, as if the panel had been away. The panel needs some seconds for that."""

RUN_BEFORE_SECONDS: Final = 3600
"""The panel ran for this long before its first record."""


def recent_seconds(count: int) -> int:
    """Return how many seconds of the newest past the nodes send themselves: an hour, less with many nodes."""
    most = RECENT_SAMPLES // count * 5
    return max(RECORD_SECONDS, min(RECENT_SECONDS, most // RECORD_SECONDS * RECORD_SECONDS))


def write_past(config: Config, nodes: SimulatedNodes, recent: int | None = None) -> int:
    """Make the database with a month of the simulated nodes, except for what they send. Returns the number of records.

    The database must not exist yet. `recent`: how many seconds they send, 0 for none; an hour or less by default.
    Raises DatabaseError.
    """
    until = nodes.since - (recent_seconds(nodes.count) if recent is None else recent)
    ids = _make(config, nodes)
    return write_spans(config.database.path, _spans(nodes, ids, until), noise(), until)


def noise() -> list[float]:
    """Return the noise of all records, the same each time."""
    dice = random.Random("noise")
    return [dice.uniform(-1, 1) for _ in range(NOISES)]


def boot_id(place: int, number: int = 1) -> str:
    """Return the id of a node's boot with this number."""
    return f"{place:08x}-{number:04x}"


def last_boot_id(nodes: SimulatedNodes, place: int) -> str:
    """Return the id of a node's present boot."""
    story = nodes.stories.get(POWER)
    return boot_id(place, 2 if story is not None and place in story.places else 1)


def _make(config: Config, nodes: SimulatedNodes) -> Sequence[int]:
    """Make the database with its nodes and what explains gaps. Returns the simulated nodes' ids by index."""
    store = Store(config.database.path)
    try:
        (found,) = store.run([store.follow(config.accounts, config.nodes, nodes.begin)])
        if isinstance(found, Exception):
            raise found
        by_name = {node.hostname: node.id for node in found}
        ids = [by_name[name] for name in nodes.names]

        def explain(connection: sqlite3.Connection) -> None:
            _put_evidence(connection, nodes, ids)

        (outcome,) = store.run([explain])
        if isinstance(outcome, Exception):
            raise outcome
        return ids
    finally:
        store.close()


def _spans(nodes: SimulatedNodes, ids: Sequence[int], until: int) -> Iterator[tuple[int, Span]]:
    for place, id in enumerate(ids):
        for span in takewhile(lambda span: span.begin < until, nodes.spans(place)):
            yield id, span


def _put_evidence(connection: sqlite3.Connection, nodes: SimulatedNodes, ids: Sequence[int]) -> None:
    first = nodes.begin - RUN_BEFORE_SECONDS
    put_agent_starts(connection, [(id, AgentStart(boot_id(place), first, first)) for place, id in enumerate(ids)])
    away: Story = nodes.stories[PANEL]
    put_panel_run(connection, (first, away.begin))
    put_panel_run(connection, (away.end, nodes.since))
    for name, number in ((POWER, 2), (AGENT, 1)):
        if (story := nodes.stories.get(name)) is not None:
            back = story.end
            starts = [(ids[place], AgentStart(boot_id(place, number), back, back)) for place in story.places]
            put_agent_starts(connection, starts)
    if (story := nodes.stories.get(CLOCK)) is not None:
        put_clock_troubles(connection, [(ids[place], (story.begin, story.end)) for place in story.places])
