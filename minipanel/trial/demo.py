"""`minipanel try --demo`: simulated nodes beside this machine, in a folder of their own."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Final

from minipanel.config import Config
from minipanel.database.evidence import last_run
from minipanel.demo.nodes import SimulatedNodes, whole
from minipanel.demo.past import recent_seconds, write_past
from minipanel.edits import change_nodes, set_values
from minipanel.errors import CommandError, DatabaseError
from minipanel.models.hour import DAY_SECONDS
from minipanel.sections import load_config
from minipanel.services.demo_config import DEMO, MOST_NODES, USUAL_NODES, is_demo, is_demo_address
from minipanel.translations.language import translator
from minipanel.trial.auth import Auth

STALE_SECONDS: Final = 7 * DAY_SECONDS
"""Older stories are planted again at the next start."""

_TEXT = """
# Written by `minipanel try --demo`: this panel shows simulated nodes.
[demo]
simulated = {count}
since = {since}

# By default an hour and ten minutes, too long for a demo.
[[alerts.rule]]
name = "idle-hoarding"
for = "2m"

[[alerts.rule]]
name = "memory"
for = "2m"
"""


def demo_text(count: int = USUAL_NODES, since: int = 0) -> str:
    """Return the text that a demo's first config.toml has in addition to that of other trials."""
    return _TEXT.format(count=count, since=since)


def demo_auth(asked: Auth | None) -> Auth:
    """Return how agents of a demo authenticate. Raises CommandError if MUNGE was asked for."""
    if asked == "munge":
        raise CommandError("--auth munge can't be combined with --demo: its nodes report with tokens.")
    return "token"


def refuse_demo(path: Path) -> None:
    """Raise CommandError if this config.toml belongs to a demo."""
    if path.exists() and is_demo(load_config(path)):
        raise CommandError("{folder} holds a demo; add --demo, or name another folder with --dir.", folder=path.parent)


def refuse_other(path: Path, database: Path, count: int | None) -> None:
    """Raise CommandError if the folder holds real data, or for an invalid number of nodes."""
    if count is not None and not 1 <= count <= MOST_NODES:
        raise CommandError(
            "--demo is {count}; it must be a whole number of nodes from 1 to {most}.", count=count, most=MOST_NODES
        )
    if database.exists() if not path.exists() else not is_demo(load_config(path)):
        raise CommandError(
            "{folder} holds the data of real nodes; name another folder for the demo with --dir.", folder=path.parent
        )


def with_demo(config: Config, count: int | None) -> Config:
    """Make config.toml and the database match a demo of `count` nodes, None for the number before. Returns config.toml.

    A recent demo with the same number of nodes continues; otherwise its past is made again. Raises CommandError,
    DatabaseError.
    """
    before = config.of(DEMO)
    nodes = SimulatedNodes(count or before.simulated, whole(time.time()))
    if nodes.count == before.simulated and not _is_stale(config, nodes.count):
        return config
    # Until the past is complete, `since` is 0: after an interruption, the next start makes it again.
    set_values(config.path, "demo", {"simulated": nodes.count, "since": 0})
    config = _with_nodes(load_config(config.path), nodes)
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            config.database.path.with_name(config.database.path.name + ending).unlink()
    print(translator()("Making a month of history for {count} simulated nodes ...", count=nodes.count), flush=True)
    write_past(config, nodes)
    return set_values(config.path, "demo", {"since": nodes.since})


def _is_stale(config: Config, count: int) -> bool:
    since, now = config.of(DEMO).since, time.time()
    if not config.database.path.exists() or not 0 < now - since < STALE_SECONDS:
        return True
    try:
        return not 0 <= now - last_run(config.database.path) < recent_seconds(count)
    except DatabaseError:
        return True


def _with_nodes(config: Config, nodes: SimulatedNodes) -> Config:
    """Make config.toml list these simulated nodes, and leave all other nodes as they are."""
    wanted = nodes.configured()
    listed = [node for node in config.nodes if is_demo_address(node.ip)]
    if listed == wanted:
        return config
    return change_nodes(config.path, config.nodes, {node.hostname for node in listed}, {}, wanted)
