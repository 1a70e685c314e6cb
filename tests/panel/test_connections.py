"""Every connection to the database is closed again, even if something goes wrong."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from minipanel.database.connection import open_reader, open_writer
from minipanel.database.store import Store
from minipanel.errors import DatabaseError
from tests.panel.example import config_in, running_app

OPEN_AND_STOP = """
import asyncio, sys
from pathlib import Path
from tests.panel.example import caller, config_in, running_app

async def run():
    async with running_app(config_in(Path(sys.argv[1]))) as app, caller(app) as client:
        for path in ("/api/health", "/api/nodes", "/api/metrics/realtime"):
            await client.get(path)

asyncio.run(run())
"""


def open_in(folder: Path) -> list[str]:
    """Return the names of the folder's files that this process holds open."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the descriptor that reads the folder
            found.append(str(descriptor.readlink()))
    return [name for name in found if name.startswith(f"{folder}/")]


@pytest.mark.parametrize("opening", [open_writer, open_reader, Store])
def test_a_file_that_is_not_a_database_is_not_kept_open(tmp_path: Path, opening: type) -> None:
    path = tmp_path / "data.db"
    path.write_text("no database" * 1000)
    with pytest.raises(DatabaseError, match="not a SQLite database"):
        opening(path)
    assert open_in(tmp_path) == []


@pytest.mark.anyio
async def test_a_panel_that_could_not_start_holds_nothing_open(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    Store(config.database.path).close()
    with contextlib.closing(sqlite3.connect(config.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="locked by another program"):
            async with running_app(config):
                pass
    assert open_in(tmp_path) == []


def test_a_panel_that_has_stopped_leaves_nothing_to_warn_of(tmp_path: Path) -> None:
    """Python names each connection, socket and file that was left open; before 3.13 it skips connections."""
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", OPEN_AND_STOP, tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
