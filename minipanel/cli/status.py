"""`minipanel status`: how things stand."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from minipanel.cli.words import ConfigOption, JsonOption
from minipanel.config.values import DEFAULT_PATH


def status(
    node_set: Annotated[
        str | None, Argument(metavar="NODESET", help="node[001-064], or @rack3; all nodes unless given.")
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show what is up. Ends with 0 when all is well, with 1 otherwise."""
    from minipanel.commands.status import show_status

    raise typer.Exit(show_status(config, node_set, as_json))
