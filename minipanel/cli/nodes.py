"""`minipanel nodes`: the nodes in config.toml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from minipanel.cli.words import ConfigOption, JsonOption, SomeNodes, group
from minipanel.config.values import DEFAULT_PATH

if TYPE_CHECKING:
    from minipanel.config import Config
    from minipanel.rollout import RolloutReport

nodes = group("nodes", "The nodes in config.toml.")


@nodes.command("list")
def nodes_list(
    node_set: SomeNodes = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show the configured nodes."""
    from minipanel.commands.nodes import list_nodes

    list_nodes(config, node_set, as_json)


@nodes.command("add")
def nodes_add(
    node_set: Annotated[str, Argument(metavar="NODESET", help="The hostnames: node065, or node[065-128].")],
    addresses: Annotated[
        str | None, Argument(metavar="ADDRESSES", help="10.0.1.[65-128]; by default those in /etc/hosts.")
    ] = None,
    name: Annotated[
        str | None, Option(metavar="NAME", help="The name that people see; by default the hostname.")
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Add nodes. Node set and addresses may come in either order."""
    from minipanel.commands.nodes_add import add_node_set

    add_node_set(config, node_set, addresses, name)


@nodes.command("remove")
def nodes_remove(
    node_set: Annotated[str, Argument(metavar="NODESET", help="node007, or node[001-064,100].")],
    with_agent: Annotated[bool, Option("--with-agent", help="Remove the agent from them first.")] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Remove nodes; their history stays."""
    from minipanel.commands.nodes_remove import remove_node_set

    raise typer.Exit(remove_node_set(config, node_set, with_agent, _roll_out))


@nodes.command("sync")
def nodes_sync(
    source: Annotated[
        str | None,
        Option("--from", metavar="FILE", help="A file like /etc/hosts; or genders, or slurm, for their names."),
    ] = None,
    yes: Annotated[bool, Option("--yes", "-y", help="Ask nothing.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Show the differences, change nothing.")] = False,
    with_agent: Annotated[
        bool, Option("--with-agent", help="Remove the agent from the nodes that are removed.")
    ] = False,
    remove_all: Annotated[bool, Option("--remove-all", help="Remove nodes even if none would be left.")] = False,
    no_rollout: Annotated[bool, Option("--no-rollout", help="Leave the nodes as they are.")] = False,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Add, remove and change nodes as /etc/hosts does, and install the agent. Exits with 1 if they still differ."""
    from minipanel.commands.nodes_sync import SyncOptions, sync_nodes

    options = SyncOptions(source, yes, dry_run, with_agent, remove_all, not no_rollout, as_json)
    raise typer.Exit(sync_nodes(config, options, _roll_out))


def _roll_out(config: Config, hostnames: Sequence[str], removes: bool) -> RolloutReport:
    from minipanel.rollout import RolloutOptions, run_rollout

    return run_rollout(config, hostnames, RolloutOptions(remove=removes, drift=False))
