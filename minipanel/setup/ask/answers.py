"""What the set-up needs to know: what a new config.toml is to say, and what the one that is there says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from minipanel.config import DatabaseConfig, NodeConfig
from minipanel.setup.request import Auth

RETENTION_DAYS = DatabaseConfig(Path()).retention_days


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


@dataclass(frozen=True, slots=True)
class Kept:
    """HTTPS stays as it is, by these files."""

    kind: Literal["own", "self-made"]
    files: Certificates


Tls = Certificates | SelfMade | Kept | None
"""None: plain HTTP."""


def kind_of(tls: Tls) -> str:
    """Return the word that --tls has for it."""
    if isinstance(tls, Kept):
        return tls.kind
    return "no" if tls is None else "own" if isinstance(tls, Certificates) else "self-made"


class Front(NamedTuple):
    """What agents connect to where that is not the panel's own port, but a proxy's."""

    scheme: str
    port: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Answers:
    """All of it. `nodes` has this machine first in a first installation. `password`: None for the one that is set.

    `is_random` tells that nobody knows the password yet. `ignored`: what of /etc/hosts is to be no node.
    `mail`: who gets mail about what is wrong.
    """

    admin: str
    password: str | None
    is_random: bool
    nodes: tuple[NodeConfig, ...]
    database: Path
    port: int
    address: str
    auth: Auth
    tls: Tls
    ignored: tuple[str, ...] = ()
    retention_days: int = RETENTION_DAYS
    front: Front | None = None
    mail: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where the agents report and the page is seen: https://10.0.0.1:8080."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        scheme, port, path = self.front or Front("http" if self.tls is None else "https", self.port, "")
        return f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"
