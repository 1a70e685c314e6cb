"""Sessions: each has a signed token (JWT, RFC 7519), which is valid while the database has the session."""

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
"""The only algorithm. A token whose header names another one, or none, is refused whatever its signature."""

MAX_TOKEN_CHARACTERS = 4096

MAX_OF_USER = 100
MAX_OF_ALL = 1000
"""The most sessions of one user and of all users. Beyond that, the session that was idle longest ends."""

SEEN_SECONDS = 60
"""A session's last use is recorded to this precision, so it is written no more often."""

USER_AGENT_CHARACTERS = 200

RETRY_SECONDS = 5

Run = Callable[[Job], Awaitable[Any]]
"""Makes the panel's one writer do a job, and returns the job's result. Raises DatabaseError, TryLater."""


class Claims(msgspec.Struct, frozen=True):
    """The contents of a token: user, start and end (Unix seconds), the session's id, the account's fingerprint.

    Earlier releases called the fingerprint `pwd` and kept no sessions. They refuse these tokens, and this release
    refuses theirs.
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

    All sessions are in memory, so that a check needs no query. If the database can't be written, sessions still open
    and end at once, and the changes are written as soon as possible.
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
        """Read the sessions from the database, and end those that expired or whose account was changed.

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
            # When the disk is full, people need to log in all the more.
            log.warning("%s A session is kept in memory until it can be written.", error)
        claims = Claims(account.name, now, expires_at, row.id, account.fingerprint)
        token = jwt.encode(msgspec.to_builtins(claims), self._server.jwt_secret, ALGORITHM)
        return Session(token, expires_at, account.name)

    def check(self, token: str | None) -> Caller:
        """Return the caller with this token. Raises NotAuthenticated if it is missing, forged, expired or ended."""
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
        """Return whether a session is still valid."""
        row = self._rows.get(id)
        return row is not None and self._is_good(row)

    def all(self, username: str | None = None) -> list[SessionRow]:
        """Return the valid sessions, of one user or of all, the last used first."""
        rows = [row for row in self._rows.values() if username in (None, row.username) and self._is_good(row)]
        return sorted(rows, key=lambda row: (row.last_seen_at, row.created_at), reverse=True)

    async def end(self, id: str) -> None:
        """End a session. Raises TryLater if that could not be written: a restart now would bring it back."""
        self._drop([id])
        try:
            await self.flush()
        except DatabaseError as error:
            raise TryLater(error.words, RETRY_SECONDS) from error

    async def flush(self) -> None:
        """Write all changes. Raises DatabaseError, TryLater; the next call then writes them."""
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
        """Return the claims of a token that this panel signed, and cache them. Raises NotAuthenticated for any other.

        A page sends the same token with every request. Checking its signature each time took a fifth of the time of
        an answer about one day.
        """
        refusal = NotAuthenticated("The session is not one of this panel's; log in again.")
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise refusal
        # `check` compares the times, with this object's own clock.
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            told = jwt.decode(token, self._server.jwt_secret, [ALGORITHM], options=options)
            claims = msgspec.convert(told, Claims)
        except (jwt.InvalidTokenError, ValueError):
            raise refusal from None
        if len(self._signed) >= MAX_OF_ALL:  # most of these sessions ended long ago
            self._signed.clear()
        self._signed[token] = claims
        return claims
