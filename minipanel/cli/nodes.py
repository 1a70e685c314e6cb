"""`minipanel nodes`: the nodes in config.toml."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from minipanel.cli.words import ConfigOption, JsonOption, group
from minipanel.commands.nodes import add_node, list_nodes, remove_node_set
from minipanel.config.values import DEFAULT_PATH

nodes = group("nodes", "The nodes in config.toml.")


@nodes.command("list")
def nodes_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the configured nodes."""
    list_nodes(config, as_json)


@nodes.command("add")
def nodes_add(
    hostname: Annotated[str, Argument(metavar="NAME", help="What the agent calls itself: the node's hostname.")],
    ip: Annotated[str, Argument(metavar="IP", help="The node's address.")],
    name: Annotated[str | None, Option(help="What people read; the hostname unless given.")] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Add a node."""
    add_node(config, hostname, ip, name)


@nodes.command("remove")
def nodes_remove(
    node_set: Annotated[str, Argument(metavar="NODESET", help="node007, or node[001-064,100].")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Take nodes out; their history stays."""
    remove_node_set(config, node_set)
