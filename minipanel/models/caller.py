"""The caller of a route: a user, a program with an API token, a wall screen, or root on the panel's machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "admin"]
"""A viewer sees everything and changes nothing."""

Scope = Literal["metrics", "read"]
"""What an API token may read: only GET /metrics, or everything."""

Kind = Literal["session", "proxy", "token", "kiosk", "local", "command"]
"""How the caller is known. session: logged in. proxy: named by a trusted proxy. token: has an API token. kiosk: a wall
screen. local: root on this machine, who reads. command: root on this machine, who makes changes by a command."""

ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller. `name`: the user, API token or wall screen, or who runs a command. `role`: a user's; `scopes`: a
    token's.

    `id`: of the session, token or wall screen; the proxy's address for a user named by a proxy. `expires_at`: Unix
    seconds, None if the access does not expire.
    """

    kind: Kind
    name: str
    id: str = ""
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()
    expires_at: int | None = None

    @property
    def is_user(self) -> bool:
        """True for a person with an account: logged in, or named by a trusted proxy."""
        return self.role is not None
