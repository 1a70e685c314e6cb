"""Access as plain data: sessions, API tokens, wall screens and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from minipanel.models.caller import Scope

KeyKind = Literal["token", "kiosk"]

TOKEN_DAYS = 365
KIOSK_DAYS = 1825
"""How many days a new key is valid by default."""

Deed = Literal[
    "login",
    "login_failed",
    "proxy_login",
    "logout",
    "session_ended",
    "token_added",
    "token_removed",
    "kiosk_added",
    "kiosk_opened",
    "kiosk_removed",
    "user_added",
    "user_removed",
    "password_set",
]

DEEDS: tuple[Deed, ...] = get_args(Deed)

SENTENCES: dict[Deed, str] = {
    "login": "{who} logged in from {address}.",
    "login_failed": "A login from {address} failed.",
    "proxy_login": "{who} logged in through the proxy, from {address}.",
    "logout": "{who} logged out, from {address}.",
    "session_ended": "{who} ended a session of {subject}, from {address}.",
    "token_added": "{who} created the API token {subject}, from {address}.",
    "token_removed": "{who} removed the API token {subject}, from {address}.",
    "kiosk_added": "{who} created the wall screen {subject}, from {address}.",
    "kiosk_opened": "The link of the wall screen {subject} was opened at {address}.",
    "kiosk_removed": "{who} removed the wall screen {subject}, from {address}.",
    "user_added": "{who} added the user {subject}, from {address}.",
    "user_removed": "{who} removed the user {subject}, from {address}.",
    "password_set": "{who} set the password of {subject}, from {address}.",
}
"""The sentence about each deed, in the log and in `minipanel access audit`."""


@dataclass(slots=True)
class SessionRow:
    """One session. Times in Unix seconds; `account` is the fingerprint of the account it was opened for."""

    id: str
    username: str
    account: str
    created_at: int
    expires_at: int
    last_seen_at: int
    address: str
    user_agent: str


@dataclass(slots=True)
class KeyRow:
    """An API token, or the link of a wall screen. Times in Unix seconds; `last_used_at` None before the first use.

    `digest`: the SHA-256 of its secret.
    """

    id: int
    kind: KeyKind
    name: str
    scope: Scope
    digest: bytes
    created_at: int
    created_by: str
    expires_at: int
    last_used_at: int | None = None
    last_address: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed, done `times` times from `at` to `last_at` (Unix seconds).

    `subject`: the user, API token or wall screen that it changed.
    """

    at: int
    last_at: int
    what: Deed
    who: str
    address: str
    subject: str = ""
    times: int = 1
