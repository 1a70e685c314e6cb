"""An agent's config.toml, as the panel writes it for a node, for an image, or for the agent of a trial."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

from minipanel.config import Config, kinds
from minipanel.config.section import Key, Section
from minipanel.services.tokens import agent_token

Value = str | int | float

_OWN_DEFAULT = ("the agent's default", "Agent 的默认值")


@dataclass(frozen=True, slots=True)
class AgentsNodeConfig:
    """[agents.node]: what every agent gets in its own config.toml. None: the agent's default."""

    munge_socket: Annotated[
        str | None,
        Key(
            kinds.absolute_path("munged's socket"),
            "MUNGE only: munged's socket on the nodes, if it is not the usual one.",
            "仅用于 MUNGE：节点上 munged 的套接字，不在默认位置时填写。",
            words=_OWN_DEFAULT,
        ),
    ] = None
    spool_hours: Annotated[
        int | None,
        Key(
            kinds.whole_number(1, 720),
            "How many hours of samples a node keeps while the panel is away, 1 to 720.",
            "面板不可用期间，节点最多缓存多少小时的样本，1 到 720。",
            words=_OWN_DEFAULT,
        ),
    ] = None
    spool_path: Annotated[
        str | None,
        Key(
            kinds.absolute_path("a folder for the agent alone"),
            "The folder on the nodes where these samples wait. The agent's unit must be allowed to write there.",
            "节点上的离线缓存目录；须允许 Agent 的 unit 写入。",
            words=_OWN_DEFAULT,
        ),
    ] = None


AGENTS_NODE = Section("agents.node", AgentsNodeConfig)


def render_agent_config(config: Config, hostname: str | None, **local: Value) -> str:
    """Return the text of an agent's config.toml: where it reports, under which name, and how it authenticates.

    `hostname`: None for an image that several nodes boot from. `local`: settings of this agent only, such as its spool;
    they override [agents.node].
    """
    agents = config.agents
    values: dict[str, Value] = {"server_url": config.server.url}
    if hostname is not None:
        values["node_id"] = hostname
    values |= {"interval": agents.interval, "auth": agents.auth}
    if agents.auth == "token" and agents.secret is not None and hostname is not None:
        values["token"] = agent_token(agents.secret, hostname)
    values |= {key: value for key, value in asdict(config.of(AGENTS_NODE)).items() if value is not None}
    values |= local
    if agents.auth != "munge":
        values.pop("munge_socket", None)  # the agent would refuse it
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["# Written by the panel from its own configuration, and rewritten each time.", *lines, ""])
