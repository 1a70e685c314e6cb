"""The SQL of what explains gaps: starts of agents, wrong clocks, and when the panel ran."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from minipanel.database.connection import explain, open_reader
from minipanel.database.filling import FILLING
from minipanel.database.newest import put_agent_versions, put_node_clocks
from minipanel.errors import DatabaseError
from minipanel.models.gap import AgentStart, Evidence, Interval
from minipanel.models.record import record_id, record_timestamp

MAX_STARTS = 1000
"""Starts kept per agent, the newest: a node may claim anything."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What the panel has recorded since it last wrote.

    `run`: the panel's own run, up to now; `is_clock_agreed`: whether the nodes agree with its clock. `gone_runs`: wrong
    beginnings of this run, by a wrong clock. By node id: starts of agents, times of wrong clocks (`troubles`), how far
    nodes' clocks are `ahead` of this machine's uptime in the boot `boot_id`, and versions of agents.
    """

    run: Interval
    is_clock_agreed: bool
    gone_runs: Sequence[int]
    starts: Sequence[tuple[int, AgentStart]]
    troubles: Sequence[tuple[int, Interval]]
    boot_id: str
    ahead: Mapping[int, float]
    versions: Mapping[int, str] = field(default_factory=dict)


def put_notes(connection: sqlite3.Connection, notes: Notes) -> None:
    """Store all notes."""
    connection.executemany("DELETE FROM panel_runs WHERE started_at = ?", [(begin,) for begin in notes.gone_runs])
    put_panel_run(connection, notes.run)
    if notes.is_clock_agreed:
        end_false_runs(connection, notes.run)
    put_agent_starts(connection, notes.starts)
    put_clock_troubles(connection, notes.troubles)
    put_node_clocks(connection, notes.boot_id, notes.ahead)
    put_agent_versions(connection, notes.versions)


def put_agent_starts(connection: sqlite3.Connection, starts: Sequence[tuple[int, AgentStart]]) -> None:
    """Store starts of agents by node id, a limited number per node. Known starts stay unchanged."""
    connection.executemany(
        "INSERT OR IGNORE INTO agent_starts (node_id, boot_id, started_at, heard_at) VALUES (?, ?, ?, ?)",
        [(node_id, start.boot_id, start.started_at, start.heard_at) for node_id, start in starts],
    )
    connection.executemany(
        "DELETE FROM agent_starts WHERE node_id = ?1 AND heard_at <= "
        f"(SELECT heard_at FROM agent_starts WHERE node_id = ?1 ORDER BY heard_at DESC LIMIT 1 OFFSET {MAX_STARTS})",
        [(node_id,) for node_id in {node_id for node_id, _ in starts}],
    )


def put_clock_troubles(connection: sqlite3.Connection, troubles: Iterable[tuple[int, Interval]]) -> None:
    """Store times of wrong clocks by node id. A time with the same beginning is extended."""
    connection.executemany(
        "INSERT INTO clock_troubles (node_id, began_at, ended_at) VALUES (?, ?, ?) "
        "ON CONFLICT (node_id, began_at) DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)",
        [(node_id, began, ended) for node_id, (began, ended) in troubles],
    )


def put_panel_run(connection: sqlite3.Connection, run: Interval) -> None:
    """Store that the panel ran from the first time to the second.

    A run with the same beginning is extended.
    """
    connection.execute(
        "INSERT INTO panel_runs (started_at, last_alive_at) VALUES (?, ?) "
        "ON CONFLICT (started_at) DO UPDATE SET last_alive_at = excluded.last_alive_at",
        run,
    )


def end_false_runs(connection: sqlite3.Connection, run: Interval) -> None:
    """Shorten runs that reach into the future, because a clock was ahead: they would hide later absences.

    When such a run really ended is not known, but it was before this one began.
    """
    begin, now = run
    connection.execute("DELETE FROM panel_runs WHERE started_at > ?", (now,))
    connection.execute("UPDATE panel_runs SET last_alive_at = ? WHERE last_alive_at > ?", (begin, now))


def forget_evidence(connection: sqlite3.Connection, before: int) -> None:
    """Delete what explains only deleted records. The newest start of a node's agent stays, however old."""
    connection.execute(
        "DELETE FROM agent_starts WHERE heard_at < ?1 AND heard_at < "
        "(SELECT max(heard_at) FROM agent_starts AS newer WHERE newer.node_id = agent_starts.node_id)",
        (before,),
    )
    connection.execute("DELETE FROM clock_troubles WHERE ended_at < ?", (before,))
    connection.execute("DELETE FROM panel_runs WHERE last_alive_at < ?", (before,))


def agent_starts(connection: sqlite3.Connection, node_id: int) -> tuple[AgentStart, ...]:
    """Return the known starts of a node's agent."""
    rows = connection.execute("SELECT boot_id, started_at, heard_at FROM agent_starts WHERE node_id = ?", (node_id,))
    return tuple(AgentStart(*row) for row in rows)


def clock_troubles(connection: sqlite3.Connection, node_id: int) -> tuple[Interval, ...]:
    """Return the times when a node's clock was wrong."""
    rows = connection.execute("SELECT began_at, ended_at FROM clock_troubles WHERE node_id = ?", (node_id,))
    return tuple((began, ended) for began, ended in rows)


def last_run(path: Path) -> int:
    """Return when the panel of a database was last alive, Unix seconds; 0 if it never ran. Raises DatabaseError."""
    with closing(open_reader(path)) as connection:
        try:
            (timestamp,) = connection.execute("SELECT ifnull(max(last_alive_at), 0) FROM panel_runs").fetchone()
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, path)) from error
    return int(timestamp)


def evidence_of(connection: sqlite3.Connection, node_id: int, absences: tuple[Interval, ...]) -> Evidence:
    """Return what explains a node's missing samples, given these absences of the panel."""
    return Evidence(agent_starts(connection, node_id), clock_troubles(connection, node_id), absences)


def panel_absences(connection: sqlite3.Connection) -> tuple[Interval, ...]:
    """Return the times between the panel's runs."""
    runs = connection.execute("SELECT started_at, last_alive_at FROM panel_runs ORDER BY started_at").fetchall()
    absences = []
    alive = runs[0][1] if runs else 0
    for started, last_alive in runs[1:]:
        # Runs overlap if the clock was set back.
        if started > alive:
            absences.append((alive, started))
        alive = max(alive, last_alive)
    return tuple(absences)


def seen_samples(connection: sqlite3.Connection, node_id: int, start: int, end: int) -> list[tuple[int, int | None]]:
    """Return timestamp and `seen` of the records in (start, end], and of the nearest before and after, ascending.

    Includes records being filled. The neighbours give the ends of a gap that reaches beyond the span.
    """
    span = {
        "none": record_id(node_id, 0),
        "first": record_id(node_id, start),
        "last": record_id(node_id, record_timestamp(end)),
        "beyond": record_id(node_id + 1, 0),
    }
    return connection.execute(_SEEN, span).fetchall()


_ALL = (
    "(SELECT {what} FROM system_metrics WHERE {where} UNION ALL SELECT {what} FROM pending_metrics WHERE {where} "
    f"UNION ALL SELECT {{what}} FROM {FILLING} WHERE {{where}})"
)
_BEFORE = _ALL.format(what="max(id) AS id", where="id BETWEEN :none AND :first")
_AFTER = _ALL.format(what="min(id) AS id", where="id > :last AND id < :beyond")
_RECORDS = _ALL.format(
    what="id, timestamp, seen",
    where=f"id BETWEEN coalesce((SELECT max(id) FROM {_BEFORE}), :first) "
    f"AND coalesce((SELECT min(id) FROM {_AFTER}), :last)",
)
_SEEN = f"SELECT timestamp, seen FROM {_RECORDS} ORDER BY id"
