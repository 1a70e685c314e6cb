"""The answers of the set-up: what a new config.toml will say, or what the existing one says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from minipanel.config import DatabaseConfig, NodeConfig
from minipanel.setup.request import Auth

RETENTION_DAYS = DatabaseConfig(Path()).retention_days


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files for HTTPS, and the CA that agents should trust; None: the CAs that their system trusts."""

    certificate: Path
    key: Path
    ca: Path | None


@dataclass(frozen=True, slots=True)
class SelfMade:
    """A new CA and a certificate for these names and addresses."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """HTTPS stays as it is, with these files."""

    kind: Literal["own", "self-made"]
    files: Certificates


Tls = Certificates | SelfMade | Kept | None
"""None: plain HTTP."""


def kind_of(tls: Tls) -> str:
    """Return the value of --tls that stands for this choice."""
    if isinstance(tls, Kept):
        return tls.kind
    return "no" if tls is None else "own" if isinstance(tls, Certificates) else "self-made"


class Front(NamedTuple):
    """What agents connect to if it is not the panel's own port, but a proxy's."""

    scheme: str
    port: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers. `nodes` begins with this machine in a first installation. `password`: None to keep the present one.

    `is_random`: nobody knows the password yet. `ignored`: lines of /etc/hosts that are not nodes. `mail`: who gets mail
    about alerts.
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
        """The address that agents report to and browsers open: https://10.0.0.1:8080."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        scheme, port, path = self.front or Front("http" if self.tls is None else "https", self.port, "")
        return f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"
