"""What is kept about access, as plain data: sessions, keys of programs and wall screens, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from minipanel.models.caller import Scope

KeyKind = Literal["token", "kiosk"]

TOKEN_DAYS = 365
KIOSK_DAYS = 1825
"""So long a key is good where nobody says otherwise."""

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
"""What each deed is called in the log and by `minipanel access audit`."""


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
    """An API token or the link of a wall screen. `digest`: SHA-256 of its secret. `last_used_at` None: never."""

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
    """What someone did, `times` times from `at` to `last_at` (Unix seconds). `subject`: whom or what it was done to."""

    at: int
    last_at: int
    what: Deed
    who: str
    address: str
    subject: str = ""
    times: int = 1
