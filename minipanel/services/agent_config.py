"""The configuration of an agent, as the panel hands it out: onto a node, into an image, to the agent of a trial."""

from __future__ import annotations

import json

from minipanel.config import Config
from minipanel.services.tokens import agent_token

Value = str | int | float


def render_agent_config(config: Config, hostname: str | None, **local: Value) -> str:
    """Return the text of an agent's config.toml: where it reports, as whom, how it proves that.

    `hostname`: None on an image that several nodes boot from. `local`: what only this place knows, as its spread or
    its spool.
    """
    agents = config.agents
    values: dict[str, Value] = {"server_url": config.server.url}
    if hostname is not None:
        values["node_id"] = hostname
    values |= {"interval": agents.interval, "auth": agents.auth}
    if agents.auth == "token" and agents.secret is not None and hostname is not None:
        values["token"] = agent_token(agents.secret, hostname)
    values |= local
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["# Written by the panel from its own configuration, and written anew each time.", *lines, ""])
