"""The newest sample of each node, and how long ago it last reported: for the panel, and for commands beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from minipanel.database import queries
from minipanel.database.connection import explain, open_reader
from minipanel.database.schema import stored_version
from minipanel.errors import DatabaseError
from minipanel.models.node import Heard, Moment, Node, up_seconds


@contextmanager
def readable(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads the database beside a running panel.

    Raises DatabaseError, also for SQLite's errors in the block.
    """
    if not path.exists():
        raise DatabaseError("There is no database {path} yet; the panel makes it at its first start.", path=path)
    try:
        with closing(open_reader(path)) as connection:
            stored_version(connection, path)
            yield connection
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error


def heard_by_hostname(path: Path, moment: Moment, interval_seconds: int) -> dict[str, Heard]:
    """Return what is known about each node with a sample, by hostname in lower case. Raises DatabaseError."""
    with readable(path) as connection:
        hostnames = _hostnames(connection)
        heard = heard_of(connection, hostnames, moment, interval_seconds)
    return {hostnames[node_id]: found for node_id, found in heard.items()}


def nodes_in(path: Path) -> list[Node]:
    """Return all nodes ever configured, read beside a running panel. Raises DatabaseError."""
    with readable(path) as connection:
        return queries.nodes(connection)


def skew_by_hostname(path: Path, moment: Moment) -> dict[str, float]:
    """Return how many seconds each node's clock was ahead of this machine's when it last reported in this boot.

    Raises DatabaseError.
    """
    with readable(path) as connection:
        hostnames = _hostnames(connection)
        clocks = node_clocks(connection, moment.boot_id)
    now = moment.unix_seconds - moment.uptime_seconds
    return {hostnames[node_id]: ahead - now for node_id, ahead in clocks.items() if node_id in hostnames}


def versions_by_hostname(path: Path) -> dict[str, str]:
    """Return the version of each node's agent when it last reported. Raises DatabaseError."""
    with readable(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'agent_versions'").fetchone() is None:
            return {}
        hostnames = _hostnames(connection)
        versions = connection.execute("SELECT node_id, version FROM agent_versions").fetchall()
    return {hostnames[node_id]: version for node_id, version in versions if node_id in hostnames}


def put_agent_versions(connection: sqlite3.Connection, versions: Mapping[int, str]) -> None:
    """Store the version of each agent, by node id."""
    connection.executemany(
        "INSERT INTO agent_versions (node_id, version) VALUES (?, ?) "
        "ON CONFLICT (node_id) DO UPDATE SET version = excluded.version",
        versions.items(),
    )


def _hostnames(connection: sqlite3.Connection) -> dict[int, str]:
    return {node.id: node.hostname.lower() for node in queries.nodes(connection)}


def heard_of(
    connection: sqlite3.Connection, node_ids: Iterable[int], moment: Moment, interval_seconds: int
) -> dict[int, Heard]:
    """Return what is known about each of these nodes that has a sample.

    `node_clocks` gives each node's own time, so a wrong clock, or one that was set, does no harm. The clock of a node
    that has not reported in this boot is taken as right.
    """
    clocks = node_clocks(connection, moment.boot_id)
    boots = _boots(connection)
    tables = queries.record_tables(connection)
    found = {}
    for node_id in node_ids:
        ahead = clocks.get(node_id)
        now = moment.unix_seconds if ahead is None else moment.uptime_seconds + ahead
        heard = _heard(connection, node_id, tables, now, up_seconds(interval_seconds))
        if heard.last_seen is not None:
            boot_id, since = boots.get(node_id, (None, None))
            ago = None if since is None else max(0.0, moment.unix_seconds - since)
            found[node_id] = replace(heard, boot_id=boot_id, rebooted_seconds=ago)
    return found


def _boots(connection: sqlite3.Connection) -> dict[int, tuple[str, int | None]]:
    """Return, by node id, the boot id of the agent's last start, and when the node first reported from that boot.

    The time is None if the node never reported from another boot. Empty in an older database.
    """
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'agent_starts'").fetchone() is None:
        return {}
    boots: dict[int, tuple[str, int | None]] = {}
    for node_id, boot_id, heard_at in connection.execute(
        "SELECT node_id, boot_id, min(heard_at) FROM agent_starts GROUP BY node_id, boot_id "
        "ORDER BY node_id, max(heard_at)"
    ):
        boots[node_id] = boot_id, heard_at if node_id in boots else None
    return boots


def _heard(
    connection: sqlite3.Connection, node_id: int, tables: Sequence[str], now: float, tolerance_seconds: int
) -> Heard:
    """Return what is known about a node at its time `now`: a wrong clock may have stored samples from the future."""
    newest = queries.last_seen(connection, node_id, tables)
    if newest is None or newest <= now + tolerance_seconds:
        return Heard(newest) if newest is None else Heard(newest, max(0.0, now - newest))
    before = queries.last_seen(connection, node_id, tables, int(now) + tolerance_seconds)
    return Heard(newest) if before is None else Heard(before, max(0.0, now - before))


def put_node_clocks(connection: sqlite3.Connection, boot_id: str, ahead: Mapping[int, float]) -> None:
    """Store, by node id, how far nodes' clocks are ahead of this machine's uptime in the boot with this id."""
    connection.executemany(
        "INSERT INTO node_clocks (node_id, boot_id, ahead_seconds) VALUES (?, ?, ?) "
        "ON CONFLICT (node_id) DO UPDATE SET boot_id = excluded.boot_id, ahead_seconds = excluded.ahead_seconds",
        [(node_id, boot_id, seconds) for node_id, seconds in ahead.items()],
    )


def node_clocks(connection: sqlite3.Connection, boot_id: str) -> dict[int, float]:
    """Return, by node id, how far nodes' clocks are ahead of this machine's uptime; empty in an older database."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'node_clocks'").fetchone() is None:
        return {}
    return dict(connection.execute("SELECT node_id, ahead_seconds FROM node_clocks WHERE boot_id = ?", (boot_id,)))
