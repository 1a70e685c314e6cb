"""`minipanel archive pull`: fetches records from the engine into a database that lost them."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path

from minipanel.archive.engine import Engine
from minipanel.archive.pulling import pull
from minipanel.archive.trouble import EngineError
from minipanel.commands.archive_status import archived_by
from minipanel.commands.progress import Progress
from minipanel.database.beside import changing_beside
from minipanel.database.full_records import nodes_of_names
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.models.hour import DAY_SECONDS
from minipanel.sections import load_config
from minipanel.translations.language import translator

SETTLED_SECONDS = 2 * 3600
"""Newer records may still be filling in this database; a fetched copy would be a duplicate."""


def pull_records(config_path: Path, since_days: float | None) -> None:
    """Fetch the records that the database lacks, within its retention.

    Raises ConfigError, DatabaseError; CommandError without [storage], for a time beyond the retention, or if the engine
    fails.
    """
    t = translator()
    config = load_config(config_path)
    engine = Engine(archived_by(config))
    os.nice(19)  # agents are answered first
    database = config.database.path
    now = int(time.time())
    kept = config.database.retention_days
    if since_days is not None and since_days > kept:
        sentence = t(
            "--since is {days} days, but the database keeps {kept}; raise [database] retention_days first.",
            days=f"{since_days:g}",
            kept=kept,
        )
        raise CommandError(sentence)
    since, until = now - int((since_days or kept) * DAY_SECONDS), now - SETTLED_SECONDS
    progress = Progress()
    put = found = unreadable = 0
    try:
        names = engine.nodes(since, until)
        with changing_beside(database) as change:
            ids = change(partial(nodes_of_names, names=names, now=now))
            places = {name: place for place, name in enumerate(ids, 1)}
            for piece in pull(engine, change, ids, since, until):
                put, found, unreadable = put + piece.put, found + piece.found, unreadable + piece.unreadable
                progress.show(
                    t(
                        "{node}, {place} of {nodes} nodes: {put} of {found} records added",
                        node=piece.node,
                        place=places[piece.node],
                        nodes=len(ids),
                        put=put,
                        found=found,
                    )
                )
    except EngineError as error:
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        progress.clear()
        print(t("{put} records were added; run `minipanel archive pull` again for the rest.", put=put), file=sys.stderr)
        raise
    finally:
        progress.clear()
    print(t("{found} records of {nodes} nodes read, {put} added.", found=found, nodes=len(ids), put=put))
    if unreadable:
        print(t("{count} were skipped: the engine has only a part of them.", count=unreadable))
    print(tell_running_panel(database, t))
