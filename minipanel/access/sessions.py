"""Who is logged in: a signed token (JWT, RFC 7519) that is good while its session stands in the database."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jwt
import msgspec

from minipanel.access.accounts import Account, Accounts
from minipanel.config import Config
from minipanel.database import access as tables
from minipanel.database.store import Job
from minipanel.errors import DatabaseError, NotAuthenticated, TryLater
from minipanel.models.access import SessionRow
from minipanel.models.caller import Caller
from minipanel.models.quote import escape

log = logging.getLogger(__name__)

ALGORITHM = "HS256"
"""The one algorithm: a token whose header names another, or none, is refused whatever its signature."""

MAX_TOKEN_CHARACTERS = 4096

MAX_OF_USER = 100
MAX_OF_ALL = 1000
"""So many sessions are kept; of more, the one that was idle longest ends."""

SEEN_SECONDS = 60
"""The precision of a session's last use; it is written no more often."""

USER_AGENT_CHARACTERS = 200

RETRY_SECONDS = 5

Run = Callable[[Job], Awaitable[Any]]
"""Has the one writer do a job. Raises DatabaseError, TryLater."""


class Claims(msgspec.Struct, frozen=True):
    """What a token carries: who, from when until when (Unix seconds), the session's id, the account's fingerprint.

    Earlier releases called that `pwd` and kept no sessions: they refuse these tokens, as this one does theirs.
    """

    sub: str
    iat: int
    exp: int
    jti: str
    acc: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was just opened. `expires_at` in Unix seconds."""

    token: str
    expires_at: int
    username: str


class Sessions:
    """Opens, checks and ends sessions. `clock` gives Unix seconds.

    All stand in memory, so that a check asks no database. What could not be written is written as soon as it can be:
    a session is opened anyway, and one that ended is out at once.
    """

    def __init__(self, config: Config, accounts: Accounts, run: Run, clock: Callable[[], float] = time.time) -> None:
        self._server = config.server
        self._accounts = accounts
        self._run = run
        self._clock = clock
        self._rows: dict[str, SessionRow] = {}
        self._new: set[str] = set()
        self._gone: set[str] = set()
        self._seen: set[str] = set()
        self._signed: dict[str, Claims] = {}

    def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        self._server = config.server
        self._signed.clear()  # another secret may sign now

    async def follow(self) -> None:
        """Take over which sessions stand in the database, without those whose account was changed or that expired.

        Raises DatabaseError, TryLater.
        """
        await self.flush()
        stored = {row.id: row for row in await self._run(tables.sessions)}
        kept = {id: row for id, row in self._rows.items() if id in stored or id in self._new}
        self._rows = {id: row for id, row in stored.items() if id not in self._gone} | kept
        self._drop(row.id for row in list(self._rows.values()) if not self._is_good(row))
        await self.flush()

    async def open(self, account: Account, address: str, user_agent: str) -> Session:
        """Return a new session of this account."""
        now = int(self._clock())
        expires_at = now + int(self._server.session_hours * 3600)
        row = SessionRow(
            id=secrets.token_hex(8),
            username=account.name,
            account=account.fingerprint,
            created_at=now,
            expires_at=expires_at,
            last_seen_at=now,
            address=escape(address),
            user_agent=escape(user_agent, USER_AGENT_CHARACTERS),
        )
        self._make_room(account.name)
        self._rows[row.id] = row
        self._new.add(row.id)
        try:
            await self.flush()
        except (DatabaseError, TryLater) as error:
            # On a disk that is full people want to look all the more.
            log.warning("%s A session is kept in memory until it can be written.", error)
        claims = Claims(account.name, now, expires_at, row.id, account.fingerprint)
        token = jwt.encode(msgspec.to_builtins(claims), self._server.jwt_secret, ALGORITHM)
        return Session(token, expires_at, account.name)

    def check(self, token: str | None) -> Caller:
        """Return who bears this token. Raises NotAuthenticated: missing, forged, expired, ended."""
        if not token:
            raise NotAuthenticated("Log in first.")
        claims = self._signed.get(token) or self._signed_claims(token)
        now = self._clock()
        if claims.exp <= now:
            raise NotAuthenticated("The session has expired; log in again.")
        account = self._accounts.find(claims.sub)
        if account is None or not hmac.compare_digest(claims.acc.encode(), account.fingerprint.encode()):
            raise NotAuthenticated("The account was changed since; log in again.")
        row = self._rows.get(claims.jti)
        if row is None:
            raise NotAuthenticated("The session was logged out; log in again.")
        if now - row.last_seen_at >= SEEN_SECONDS:
            row.last_seen_at = int(now)
            self._seen.add(row.id)
        return Caller("session", account.name, row.id, account.role, expires_at=claims.exp)

    def is_open(self, id: str) -> bool:
        """Return whether a session is good still."""
        row = self._rows.get(id)
        return row is not None and self._is_good(row)

    def all(self, username: str | None = None) -> list[SessionRow]:
        """Return the sessions that are good now, of one user or of all, the last seen first."""
        rows = [row for row in self._rows.values() if username in (None, row.username) and self._is_good(row)]
        return sorted(rows, key=lambda row: (row.last_seen_at, row.created_at), reverse=True)

    async def end(self, id: str) -> None:
        """End a session. Raises TryLater where that could not be written yet: it is out, but might not stay out."""
        self._drop([id])
        try:
            await self.flush()
        except DatabaseError as error:
            raise TryLater(error.words, RETRY_SECONDS) from error

    async def flush(self) -> None:
        """Write what has changed. Raises DatabaseError, TryLater: then it is written the next time."""
        self._drop(row.id for row in list(self._rows.values()) if row.expires_at <= self._clock())
        new = {id: self._rows[id] for id in self._new if id in self._rows}
        gone = set(self._gone)
        seen = {id: self._rows[id].last_seen_at for id in self._seen if id in self._rows}
        self._seen.clear()
        if new or gone or seen:
            try:
                await self._run(partial(tables.write_sessions, new=list(new.values()), gone=gone, seen=seen))
            except BaseException:
                self._seen.update(seen)
                raise
        self._new -= new.keys()
        self._gone -= gone

    def _drop(self, ids: Iterable[str]) -> None:
        for id in ids:
            self._rows.pop(id, None)
            self._new.discard(id)
            self._gone.add(id)

    def _make_room(self, username: str) -> None:
        for rows, limit in ((self.all(username), MAX_OF_USER), (self.all(), MAX_OF_ALL)):
            self._drop(row.id for row in rows[limit - 1 :])

    def _is_good(self, row: SessionRow) -> bool:
        account = self._accounts.find(row.username)
        return account is not None and account.fingerprint == row.account and row.expires_at > self._clock()

    def _signed_claims(self, token: str) -> Claims:
        """Return what a token says that this panel signed, and remember it. Raises NotAuthenticated for any other.

        A page asks by the same token again and again: to check its signature each time took a fifth of a day's answer.
        """
        refusal = NotAuthenticated("The session is not one of this panel's; log in again.")
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise refusal
        # The times are checked by the clock that was handed in.
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            told = jwt.decode(token, self._server.jwt_secret, [ALGORITHM], options=options)
            claims = msgspec.convert(told, Claims)
        except (jwt.InvalidTokenError, ValueError):
            raise refusal from None
        if len(self._signed) >= MAX_OF_ALL:  # of sessions that ended long ago
            self._signed.clear()
        self._signed[token] = claims
        return claims
