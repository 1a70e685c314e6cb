"""The newest sample of each node, read by commands beside a running panel."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from minipanel.database import queries
from minipanel.database.connection import explain, open_reader
from minipanel.database.schema import stored_version
from minipanel.errors import DatabaseError


def newest_samples(path: Path) -> dict[str, int]:
    """Return the newest stored sample's timestamp by hostname in lower case, read beside a running panel.

    Raises DatabaseError.
    """
    if not path.exists():
        raise DatabaseError(f"There is no database {path} yet; the panel makes it at its first start.")
    try:
        with closing(open_reader(path)) as connection:
            stored_version(connection, path)
            found = {
                node.hostname.lower(): queries.last_seen(connection, node.id) for node in queries.nodes(connection)
            }
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return {hostname: timestamp for hostname, timestamp in found.items() if timestamp is not None}
