"""A database as an older MiniPanel left it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from minipanel.database import schema


def make_old(path: Path, version: int, nodes: Iterable[int], record: int) -> None:
    """Make a database of this version in which each node has a filling record with one sample, of 7 % CPU."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for _, script in schema.migrations()[:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        for node in nodes:
            row = (node << 32 | record, node, record, 7.0, 8000, 4000, 50.0, None, 7.0, 4000, None, 1, 0, 1)
            connection.execute(f"INSERT INTO pending_metrics VALUES ({', '.join('?' * len(row))})", row)
