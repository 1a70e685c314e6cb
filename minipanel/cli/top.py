"""`minipanel top`: the cluster live in a terminal."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from minipanel.cli.words import ConfigOption
from minipanel.config.values import DEFAULT_PATH
from minipanel.top.sorts import WORST, shown_sorts


def top(
    once: Annotated[bool, Option("--once", help="Print it once and exit, as without a terminal.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print it once as JSON.")] = False,
    nodes: Annotated[str, Option(metavar="NODESET", help="node[001-064], or a part of the names.")] = "",
    sort: Annotated[str, Option(metavar="KEY", help=f"{', '.join(shown_sorts())}; numbers: highest first.")] = WORST,
    reverse: Annotated[bool, Option("--reverse", help="Reverse the order.")] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Show the cluster live in the terminal; ? explains the keys."""
    from minipanel.top.command import TopOptions, show_top

    show_top(config, TopOptions(once, as_json, nodes, sort, reverse))
