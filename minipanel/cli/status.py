"""`minipanel status`: the state of panel and nodes."""

from __future__ import annotations

import typer

from minipanel.cli.words import ConfigOption, JsonOption, SomeNodes
from minipanel.config.values import DEFAULT_PATH


def status(
    node_set: SomeNodes = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show which nodes are up, and what is wrong. Exits with 0 when all is well, otherwise with 1."""
    from minipanel.commands.status import show_status

    raise typer.Exit(show_status(config, node_set, as_json))
