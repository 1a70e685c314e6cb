"""config.toml: values.py and the rooms declare its sections, reading.py reads and checks it, editing.py changes it."""

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
