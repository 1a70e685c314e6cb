"""`minipanel agents`: the agents on the nodes. Its commands are what a roll-out can do besides installing."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from minipanel.cli.words import ConfigOption, JsonOption, SomeNodes, group
from minipanel.config.values import DEFAULT_PATH

agents = group("agents", "The agents on the nodes; `minipanel rollout` installs them.")


@agents.command("check")
def agents_check(
    node_set: SomeNodes = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Check whether the agent can be installed: `rollout --dry-run`. Changes nothing."""
    from minipanel.rollout import RolloutOptions, roll_out

    raise typer.Exit(roll_out(config, node_set, RolloutOptions(dry_run=True), as_json))


@agents.command("remove")
def agents_remove(
    node_set: Annotated[str, Argument(metavar="NODESET", help="node007, or node[001-064,100].")],
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Remove the agent from these nodes: `rollout --remove`."""
    from minipanel.rollout import RolloutOptions, roll_out

    raise typer.Exit(roll_out(config, node_set, RolloutOptions(remove=True), as_json))
