"""What options and the environment ask of the set-up, before any question."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Tls = Literal["no", "own", "self-made"]
Auth = Literal["munge", "token"]


@dataclass(frozen=True, slots=True)
class Request:
    """The options. None: the question is asked, or the default applies. `is_guided`: somebody is there to answer."""

    is_guided: bool = False
    admin: str | None = None
    password_file: Path | None = None
    nodes_from: Path | None = None
    only: str | None = None
    without: str | None = None
    database: str | None = None
    port: str | None = None
    address: str | None = None
    auth: Auth | None = None
    tls: Tls | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None
    roll_out: bool = True
    retention_days: str | None = None
    mail: str | None = None
