"""The configuration of a small cluster, as read from config.toml."""

from __future__ import annotations

from pathlib import Path

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.services.agent_config import AGENTS_NODE, AgentsNodeConfig

OWN = "10.0.0.1"


def node(hostname: str, ip: str, name: str = "", enabled: bool = True) -> NodeConfig:
    return NodeConfig(name or hostname, ip, hostname, enabled)


NODES = (
    node("node001", "10.0.0.2"),
    node("node002.cluster", "10.0.0.3", name="gpu"),
    node("node003", "10.0.0.4", enabled=False),
    node("head", OWN),
)


def config(
    nodes: tuple[NodeConfig, ...] = NODES,
    url: str = "http://10.0.0.1:8080",
    port: int = 8080,
    agents_node: AgentsNodeConfig | None = None,
    **agents: object,
) -> Config:
    return Config(
        path=Path("/etc/minipanel/config.toml"),
        server=ServerConfig("0.0.0.0", port, url, "s" * 32),
        admin=AdminConfig("miniadmin", "-"),
        database=DatabaseConfig(Path("/nowhere/data.db")),
        agents=AgentsConfig(**{"auth": "munge", **agents}),  # type: ignore[arg-type]
        nodes=nodes,
        rooms={AGENTS_NODE.name: agents_node} if agents_node else {},
    )
