"""What a first installation needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minipanel.config import NodeConfig
from minipanel.setup.request import Auth


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files to serve by, and the CA that agents are to trust, None for those their system trusts."""

    certificate: Path
    key: Path
    ca: Path | None


@dataclass(frozen=True, slots=True)
class SelfMade:
    """A CA and a certificate of its own are wanted for these names and addresses."""

    names: tuple[str, ...]


Tls = Certificates | SelfMade | None
"""None: plain HTTP."""


@dataclass(frozen=True, slots=True)
class Answers:
    """All of it. `nodes` has this machine first; `is_random` tells that nobody knows the password yet.

    ignored: what of /etc/hosts is to be no node, as [hosts] has it.
    """

    admin: str
    password: str
    is_random: bool
    nodes: tuple[NodeConfig, ...]
    database: Path
    port: int
    address: str
    auth: Auth
    tls: Tls
    ignored: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where the agents report and the page is seen: https://10.0.0.1:8080."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'http' if self.tls is None else 'https'}://{host}:{self.port}"
