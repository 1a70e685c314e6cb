"""The shapes of the API's answers about who may look: logins, sessions, API tokens, wall screens, the audit."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from minipanel.models.access import Deed
from minipanel.models.caller import Kind, Role, Scope


class LoginAnswer(Struct):
    """A new session. `expires_at` in Unix seconds."""

    token: str
    expires_at: int
    username: str


class UserAnswer(Struct):
    """Who asks, and until when that is good (Unix seconds; None for a user whom a proxy names).

    `username`: of the user, the API token or the wall screen; `role`: of a user, else None. `kind`: session (logged
    in), proxy (named by a trusted proxy), token, kiosk (a wall screen), local (root of the panel's machine).
    `archive_days`: how far back an archive has records; absent where there is none.
    """

    username: str
    expires_at: int | None
    role: Role | None
    kind: Kind
    archive_days: int | UnsetType = UNSET


class LogoutAnswer(Struct):
    """The session is over."""

    status: Literal["ok"]


class SessionAnswer(Struct):
    """A session that is good now. Times in Unix seconds, `last_seen_at` to a minute; `address` and `user_agent` are
    those of its login. `is_current`: the one that asks.
    """

    id: str
    username: str
    created_at: int
    expires_at: int
    last_seen_at: int
    address: str
    user_agent: str
    is_current: bool


class TokenAnswer(Struct):
    """An API token. Times in Unix seconds; `last_used_at` None before its first use, else to a minute."""

    id: int
    name: str
    scope: Scope
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int | None
    last_address: str


class NewTokenAnswer(Struct):
    """A new API token. `token` is shown this once; the panel keeps no more than its SHA-256."""

    token: str
    id: int
    name: str
    scope: Scope
    expires_at: int


class KioskAnswer(Struct):
    """A wall screen. Times in Unix seconds; `last_used_at` None before its first use, else to a minute."""

    id: int
    name: str
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int | None
    last_address: str


class NewKioskAnswer(Struct):
    """A new wall screen. `path` is its link, below the panel's own address, and is shown this once."""

    path: str
    id: int
    name: str
    expires_at: int


class KioskOpened(Struct):
    """The wall screen's cookie is set. `expires_at` in Unix seconds."""

    name: str
    expires_at: int


class Ended(Struct):
    """What was named is gone: a session, an API token, a wall screen."""

    status: Literal["ok"]


class AuditAnswer(Struct):
    """What someone did about access, `times` times from `at` to `last_at` (Unix seconds).

    `subject`: whom or what it was done to. `sentence` says all of it in English.
    """

    at: int
    last_at: int
    what: Deed
    who: str
    address: str
    subject: str
    times: int
    sentence: str


ANSWERS = (
    LoginAnswer,
    UserAnswer,
    LogoutAnswer,
    SessionAnswer,
    TokenAnswer,
    NewTokenAnswer,
    KioskAnswer,
    NewKioskAnswer,
    KioskOpened,
    Ended,
    AuditAnswer,
)
