"""config.toml: read and checked here; editing.py changes it, template.py writes the first one."""

from minipanel.config.reading import check_config, load_config
from minipanel.config.values import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig

__all__ = [
    "AdminConfig",
    "AgentsConfig",
    "Config",
    "DatabaseConfig",
    "NodeConfig",
    "ServerConfig",
    "check_config",
    "load_config",
]
