"""The API's answers about access: logins, sessions, API tokens, wall screens and the audit log."""

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
    """The caller, and when its access expires (Unix seconds; None for a user named by a proxy).

    `username`: the name of the user, API token or wall screen. `role`: of a user, else None. `kind`: session (logged
    in), proxy (named by a trusted proxy), token, kiosk (a wall screen), local (root on the panel's machine).
    `archive_days`: how far back the archive has records; absent without an archive.
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
    """A valid session. Times in Unix seconds, `last_seen_at` to the minute.

    `address` and `user_agent`: as they were at login. `is_current`: this request belongs to it.
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
    """An API token. Times in Unix seconds; `last_used_at` is None before the first use, else exact to the minute."""

    id: int
    name: str
    scope: Scope
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int | None
    last_address: str


class NewTokenAnswer(Struct):
    """A new API token. `token` is shown only once; the panel keeps only its SHA-256."""

    token: str
    id: int
    name: str
    scope: Scope
    expires_at: int


class KioskAnswer(Struct):
    """A wall screen. Times in Unix seconds; `last_used_at` is None before the first use, else exact to the minute."""

    id: int
    name: str
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int | None
    last_address: str


class NewKioskAnswer(Struct):
    """A new wall screen. `path` is its link, to be added to the panel's address; it is shown only once."""

    path: str
    id: int
    name: str
    expires_at: int


class KioskOpened(Struct):
    """The wall screen's cookie is set. `expires_at` in Unix seconds."""

    name: str
    expires_at: int


class Ended(Struct):
    """The session, API token or wall screen no longer exists."""

    status: Literal["ok"]


class AuditAnswer(Struct):
    """One entry of the audit log: a deed, done `times` times from `at` to `last_at` (Unix seconds).

    `subject`: the user, API token or wall screen that it changed. `sentence`: the entry as an English sentence.
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
