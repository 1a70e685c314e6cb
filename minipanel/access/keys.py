"""Keys: API tokens and links of wall screens. They are stored as SHA-256, and valid until they expire or are removed.

A secret is a prefix (`mpt_` for a token, `mpk_` for a wall screen), 256 random bits in base 62, and a checksum of both
(CRC-32, also in base 62). The checksum tells a mistyped secret from a removed one without a look-up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from binascii import crc32
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from minipanel.access.sessions import RETRY_SECONDS, SEEN_SECONDS, Run
from minipanel.database import access as tables
from minipanel.errors import BadInput, DatabaseError, NotAuthenticated, NotFound, TryLater
from minipanel.models.access import KeyKind, KeyRow
from minipanel.models.caller import SCOPES, Caller, Scope
from minipanel.models.quote import escape, quote
from minipanel.sentence import Sentence

PREFIXES: dict[KeyKind, str] = {"token": "mpt_", "kiosk": "mpk_"}
NOUNS = {"token": Sentence("API token"), "kiosk": Sentence("wall screen")}

MAX_KEYS = 200
"""The most keys of each kind."""

MAX_DAYS = 3650
DAY_SECONDS = 86_400

NAME_CHARACTERS = 64

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43  # of base 62 for 256 bits
_SUM_CHARACTERS = 6  # for 32 bits
_FORM = re.compile(rf"mp[tk]_[0-9A-Za-z]{{{_RANDOM_CHARACTERS + _SUM_CHARACTERS}}}")


def new_secret(kind: KeyKind) -> str:
    """Return a new random secret."""
    text = PREFIXES[kind] + _base62(secrets.randbits(256), _RANDOM_CHARACTERS)
    return text + _checksum(text)


def is_whole(text: str) -> bool:
    """Return whether a text has the form of a secret and the right checksum."""
    return _FORM.fullmatch(text) is not None and text[-_SUM_CHARACTERS:] == _checksum(text[:-_SUM_CHARACTERS])


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret, which is all that the panel keeps of it."""
    return hashlib.sha256(secret.encode()).digest()


def link_path(secret: str) -> str:
    """Return the link of a wall screen, to be added to the panel's address. The page posts its secret.

    A browser does not send the part after the #, so no log or Referer contains it (RFC 9110, 7.1 and 10.1.3).
    """
    return f"/kiosk#{secret}"


def new_key(kind: KeyKind, name: str, scope: str, days: int, by: str, now: float) -> tuple[KeyRow, str]:
    """Return a new key and its secret. Raises BadInput for an invalid name, scope or number of days."""
    if not 1 <= len(name) <= NAME_CHARACTERS or not name.isprintable() or name != name.strip():
        raise BadInput(
            "The name is {name}; it must be 1 to {most} printable characters without spaces around them.",
            name=quote(name),
            most=NAME_CHARACTERS,
        )
    if scope not in SCOPES:
        raise BadInput("The scope is {scope}; it must be {names}.", scope=quote(scope), names=" or ".join(SCOPES))
    if not 1 <= days <= MAX_DAYS:
        raise BadInput(
            "The number of days is {days}; it must be 1 to {most}.", days=escape(str(days), 20), most=MAX_DAYS
        )
    secret = new_secret(kind)
    known: Scope = "metrics" if scope == "metrics" else "read"
    return KeyRow(0, kind, name, known, digest_of(secret), int(now), by, int(now) + days * DAY_SECONDS), secret


def unknown_key(kind: KeyKind, id: str) -> NotFound:
    """Return the error for an id that no key of this kind has."""
    return NotFound("There is no {noun} with the id {id}.", noun=NOUNS[kind], id=escape(id))


def added(key: KeyRow, id: int | None) -> KeyRow:
    """Return the key with its id from the database. Raises BadInput for None (the name is taken) and 0 (too many)."""
    name = quote(key.name)
    match id, key.kind:
        case None, "token":
            raise BadInput("There is already an API token {name}; remove it, or choose another name.", name=name)
        case None, _:
            raise BadInput("There is already a wall screen {name}; remove it, or choose another name.", name=name)
        case 0, "token":
            raise BadInput("There are already {most} API tokens; remove one first.", most=MAX_KEYS)
        case 0, _:
            raise BadInput("There are already {most} wall screens; remove one first.", most=MAX_KEYS)
    assert id is not None
    key.id = id
    return key


class Keys:
    """All keys, in memory, so that a check needs no query. `clock` gives Unix seconds."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.time) -> None:
        self._run = run
        self._clock = clock
        self._by_digest: dict[bytes, KeyRow] = {}
        self._used: dict[int, tuple[int, str]] = {}

    async def follow(self) -> None:
        """Read all keys from the database. Raises DatabaseError, TryLater."""
        rows: list[KeyRow] = await self._run(tables.keys)
        known = {key.id: key for key in self._by_digest.values()}
        # Known keys stay as they are: their last use may not be written yet.
        self._by_digest = {row.digest: known.get(row.id, row) for row in rows}

    def check(self, kind: KeyKind, secret: str, address: str) -> Caller:
        """Return the caller with this secret. Raises NotAuthenticated if it is mistyped, removed or expired."""
        noun = NOUNS[kind]
        if not secret.startswith(PREFIXES[kind]) or not is_whole(secret):
            raise NotAuthenticated(
                "The secret of the {noun} is mistyped or incomplete: its checksum does not match.", noun=noun
            )
        digest = digest_of(secret)
        key = self._by_digest.get(digest)
        if key is None or not hmac.compare_digest(key.digest, digest):
            raise NotAuthenticated(
                "This panel does not know this {noun}; it was removed, or belongs to another panel.", noun=noun
            )
        now = self._clock()
        if key.expires_at <= now:
            day = datetime.fromtimestamp(key.expires_at, UTC).date()
            raise NotAuthenticated(
                "The {noun} {name} expired on {day}; create a new one.", noun=noun, name=quote(key.name), day=day
            )
        if key.last_used_at is None or abs(now - key.last_used_at) >= SEEN_SECONDS:
            key.last_used_at, key.last_address = int(now), escape(address)
            self._used[key.id] = (key.last_used_at, key.last_address)
        scopes: frozenset[Scope] = frozenset((key.scope,)) if kind == "token" else frozenset()
        return Caller(kind, key.name, str(key.id), scopes=scopes, expires_at=key.expires_at)

    def is_open(self, id: str) -> bool:
        """Return whether a key is still valid."""
        return any(str(key.id) == id and key.expires_at > self._clock() for key in self._by_digest.values())

    def all(self, kind: KeyKind) -> list[KeyRow]:
        """Return all keys of a kind, including expired ones, in the order in which they were made."""
        return [key for key in self._by_digest.values() if key.kind == kind]

    async def add(self, kind: KeyKind, name: str, scope: str, days: int, by: str) -> tuple[KeyRow, str]:
        """Make a key. Returns it with its secret, which can't be read again. Raises BadInput, TryLater."""
        key, secret = new_key(kind, name, scope, days, by, self._clock())
        added(key, await self._write(partial(tables.put_key, key=key, limit=MAX_KEYS)))
        self._by_digest[key.digest] = key
        return key, secret

    async def remove(self, kind: KeyKind, id: int) -> KeyRow:
        """Remove a key and return it. Raises NotFound, and TryLater if the database could not be written."""
        key = next((key for key in self.all(kind) if key.id == id), None)
        if key is None:
            raise unknown_key(kind, str(id))
        await self._write(partial(tables.remove_key, id=id))
        self._by_digest.pop(key.digest, None)
        return key

    async def flush(self) -> None:
        """Write when keys were last used. Raises DatabaseError, TryLater; the next call then writes it."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            await self._run(partial(tables.note_key_uses, uses=used))
        except BaseException:
            self._used = used | self._used
            raise

    async def _write(self, job: Any) -> Any:
        try:
            return await self._run(job)
        except DatabaseError as error:
            raise TryLater(error.words, RETRY_SECONDS) from error


def _checksum(text: str) -> str:
    return _base62(crc32(text.encode()), _SUM_CHARACTERS)


def _base62(number: int, characters: int) -> str:
    text = ""
    for _ in range(characters):
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    return text
