"""What config.toml says, as plain data. reading.py fills it; every value here has been checked there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_PATH = Path("/etc/minipanel/config.toml")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """[server]. `url` is where agents report, without a slash at its end. Both TLS files are set, or neither."""

    port: int
    host: str
    url: str
    jwt_secret: str
    session_hours: float = 12
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @property
    def local_url(self) -> str:
        """Where this machine itself finds the panel: http://127.0.0.1:8080."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AdminConfig:
    """[admin]: the one account. `password_hash` is a bcrypt hash."""

    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """[database]. `path` is absolute."""

    path: Path
    retention_days: int = 32


@dataclass(frozen=True, slots=True)
class AgentsConfig:
    """[agents]: how agents prove who they are. `secret` is set with token; `munge_socket` None: the usual."""

    auth: Literal["munge", "token"]
    secret: str | None = None
    allowed_uids: tuple[int, ...] = (0,)
    interval: int = 5
    munge_socket: str | None = None


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One [[nodes]]. Addresses as Python's ipaddress writes them, an IPv4-mapped IPv6 address as IPv4.

    `addresses`: from which else than `ip` its agent may report. Several nodes may share one.
    """

    name: str
    ip: str
    hostname: str
    enabled: bool = True
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. `path` is the file itself, absolute."""

    path: Path
    server: ServerConfig
    admin: AdminConfig
    database: DatabaseConfig
    agents: AgentsConfig
    nodes: tuple[NodeConfig, ...] = ()
