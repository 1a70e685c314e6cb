"""config.toml, as values.py and the rooms declare it: read and checked here, changed by editing.py."""

from minipanel.config.reading import check_config, load_config
from minipanel.config.values import (
    AdminConfig,
    AgentsConfig,
    Config,
    DatabaseConfig,
    HostsConfig,
    NodeConfig,
    ServerConfig,
    UserConfig,
)

__all__ = [
    "AdminConfig",
    "AgentsConfig",
    "Config",
    "DatabaseConfig",
    "HostsConfig",
    "NodeConfig",
    "ServerConfig",
    "UserConfig",
    "check_config",
    "load_config",
]
