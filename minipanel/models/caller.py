"""Who asks: a user, a program with an API token, a wall screen, or root of the panel's own machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "admin"]
"""A viewer sees everything and changes nothing."""

Scope = Literal["metrics", "read"]
"""What an API token is good for: GET /metrics alone, or everything that can be read."""

Kind = Literal["session", "proxy", "token", "kiosk", "local", "command"]
"""How the caller is known: logged in, named by a trusted proxy, by an API token, as a wall screen; as root here, who
reads, or who acts by a command."""

ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks. `name`: of the user, token or wall screen, or who runs a command; `role`: of a user; `scopes`: of
    a token.

    `id` names the session, token or wall screen; of who is named by a proxy it is the proxy's address. `expires_at`:
    Unix seconds, None if nothing ends on its own.
    """

    kind: Kind
    name: str
    id: str = ""
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()
    expires_at: int | None = None

    @property
    def is_user(self) -> bool:
        """True for people with an account: logged in, or named by a trusted proxy."""
        return self.role is not None
