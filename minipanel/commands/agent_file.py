"""The configuration of an agent, as the panel hands it out."""

from __future__ import annotations

import json
from pathlib import Path

from minipanel.config import Config, NodeConfig
from minipanel.config.writing import replace_file
from minipanel.services.tokens import agent_token


def write_agent_file(path: Path, config: Config, node: NodeConfig) -> None:
    """Write the config.toml of this node's agent, readable for its owner alone. Raises ConfigError."""
    replace_file(path, render_agent_file(config, node, path.parent.absolute() / "spool"))


def render_agent_file(config: Config, node: NodeConfig, spool: Path) -> str:
    """Return the text of a node's config.toml: where it reports, as whom, how it proves that, and its spool."""
    agents = config.agents
    values: dict[str, str | int] = {
        "server_url": config.server.url,
        "node_id": node.hostname,
        "interval": agents.interval,
        "auth": agents.auth,
        "spool_path": str(spool),
    }
    if agents.auth == "token" and agents.secret is not None:
        values["token"] = agent_token(agents.secret, node.hostname)
    if agents.auth == "munge" and agents.munge_socket is not None:
        values["munge_socket"] = agents.munge_socket
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["# The agent's configuration, written by the panel from its own.", *lines, ""])
