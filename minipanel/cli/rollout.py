"""`minipanel rollout`: installs the agent on the nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from minipanel.cli.words import ConfigOption, JsonOption
from minipanel.config.values import DEFAULT_PATH


def rollout(
    node_set: Annotated[
        str | None, Argument(metavar="NODESET", help="node[001-064], or @rack3; all nodes by default.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Reinstall the agent even where it is up to date.")] = False,
    only_failed: Annotated[
        bool, Option("--only-failed", help="Only the nodes on which the last roll-out failed.")
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Check the nodes, change nothing.")] = False,
    remove: Annotated[bool, Option("--remove", help="Remove the agent.")] = False,
    hosts: Annotated[Path | None, Option(metavar="FILE", help="Use the nodes and addresses in a hosts file.")] = None,
    root: Annotated[
        Path | None, Option(metavar="DIR", help="Install into the image of diskless nodes instead.")
    ] = None,
    fanout: Annotated[int, Option(min=1, max=1024, metavar="N", help="How many nodes at once.")] = 64,
    timeout: Annotated[float, Option(min=1, metavar="SECONDS", help="Limit for each step on a node.")] = 30,
    user: Annotated[
        str | None,
        Option(metavar="NAME", help="The user that logs in with ssh; by default [rollout] user, which is root."),
    ] = None,
    sudo: Annotated[bool, Option("--sudo", help="Become root with sudo, without a password.")] = False,
    agent: Annotated[Path | None, Option(metavar="FILE", help="An agent file to use instead of this panel's.")] = None,
    ca_file: Annotated[Path | None, Option(metavar="FILE", help="The certificate that agents trust.")] = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Install the agent on the nodes, and wait for their first samples. Exits with 0 when all are done."""
    from minipanel.rollout import RolloutOptions, roll_out

    chosen = RolloutOptions(
        force, remove, dry_run, only_failed, hosts, root, agent, ca_file, fanout, timeout, user, sudo
    )
    raise typer.Exit(roll_out(config, node_set, chosen, as_json))
