"""Who is logged in: a password against config.toml's, then a signed token (JWT, RFC 7519) until it expires."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec

from minipanel.config import Config
from minipanel.errors import NotAuthenticated, TooManyTries
from minipanel.models.quote import escape
from minipanel.services.attempts import Attempts, place_of
from minipanel.services.devices import known_device, new_device
from minipanel.services.local_token import good_until, is_local
from minipanel.services.password import Passwords

log = logging.getLogger(__name__)

ALGORITHM = "HS256"
"""The one algorithm: a token whose header names another, or none, is refused whatever its signature."""

MAX_TOKEN_CHARACTERS = 4096


class Claims(msgspec.Struct, frozen=True):
    """What a token carries: who, from when until when (Unix seconds), its own name, the account's fingerprint."""

    sub: str
    iat: int
    exp: int
    jti: str
    pwd: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good now. `expires_at` in Unix seconds. `is_read_only`: it may change nothing."""

    token: str
    expires_at: int
    username: str
    is_read_only: bool = False


Keep = Callable[[str, int], Awaitable[None]]
"""Keeps the name of a session that was logged out until its time is over (Unix seconds). Raises TryLater."""


class Sessions:
    """Logs in, checks and logs out. `clock` gives Unix seconds.

    Tokens are not stored. One that logged out is remembered until it would have expired, by `keep` also beyond the
    panel's process. A changed password, username or jwt_secret ends all sessions for good.
    """

    def __init__(self, config: Config, keep: Keep, clock: Callable[[], float] = time.time) -> None:
        self._config = config
        self._keep = keep
        self._clock = clock
        self._attempts = Attempts()
        self._passwords = Passwords()
        self._logged_out: dict[str, int] = {}

    def reload(self, config: Config) -> None:
        """Take over a changed configuration."""
        self._config = config

    def close(self) -> None:
        """End the threads that compare passwords."""
        self._passwords.close()

    def restore(self, logged_out: Mapping[str, int]) -> None:
        """Take over at a start what `keep` has kept: sessions that were logged out, and until when each was good."""
        self._logged_out = dict(logged_out)

    async def log_in(self, username: str, password: str, address: str, device: str | None = None) -> Session:
        """Return a new session. `device` is the cookie of a browser that may have logged in before.

        Raises NotAuthenticated in the same time and words whichever part was wrong, TooManyTries for a place with
        too many failed tries and while too many others log in.
        """
        admin = self._config.admin
        known = known_device(device, self._config.server.jwt_secret, admin.username)
        place = f"device {known}" if known else place_of(address)
        self._refuse_flood(place, known is not None)
        # Compared with the one hash there is for whatever username, so that the time does not tell who exists.
        matches = await self._passwords.match(password, admin.password_hash, place, known is not None)
        # The account may have changed while the comparison ran: an old password must not open a new session.
        if not (_same(username, admin.username) and matches and admin == self._config.admin):
            log.warning("A login from %s failed.", escape(address))
            raise NotAuthenticated("The username or the password is wrong.")
        log.info("%s logged in from %s.", escape(admin.username), escape(address))
        self._attempts.succeeded(place)
        return self._issue()

    def check(self, token: str | None) -> Session:
        """Return the session of a token. Raises NotAuthenticated: missing, forged, expired, ended."""
        if token is not None and is_local(token):
            return self._local(token)
        claims = self._good_claims(token)
        return Session(str(token), claims.exp, claims.sub)

    def new_device(self) -> str:
        """Return the cookie of a browser that has just logged in."""
        return new_device(self._config.server.jwt_secret, self._config.admin.username)

    async def log_out(self, token: str) -> None:
        """End the session of a token. Raises NotAuthenticated where it is none, TryLater where that can't be kept."""
        claims = self._good_claims(token)
        now = self._clock()
        self._logged_out = {jti: expires_at for jti, expires_at in self._logged_out.items() if expires_at > now}
        self._logged_out[claims.jti] = claims.exp
        await self._keep(claims.jti, claims.exp)

    def _local(self, token: str) -> Session:
        """Return what a command of this machine may do, which read config.toml and signed a token with it."""
        expires_at = good_until(token, self._config.server.jwt_secret, self._clock())
        if expires_at is None:
            raise NotAuthenticated("The token of this machine is not one of this panel's, or has expired.")
        return Session(token, expires_at, self._config.admin.username, is_read_only=True)

    def _refuse_flood(self, place: str, is_known: bool) -> None:
        # A try that can't be looked at now is not counted as a failed one.
        wait_seconds = 0 if self._passwords.is_busy(place, is_known) else self._attempts.begin(place)
        if wait_seconds:
            raise TooManyTries(
                f"Too many failed logins from this address; try again in {wait_seconds} seconds.", wait_seconds
            )

    def _issue(self) -> Session:
        now = int(self._clock())
        claims = Claims(
            sub=self._config.admin.username,
            iat=now,
            exp=now + int(self._config.server.session_hours * 3600),
            jti=secrets.token_urlsafe(16),
            pwd=self._fingerprint(),
        )
        token = jwt.encode(msgspec.to_builtins(claims), self._config.server.jwt_secret, ALGORITHM)
        return Session(token, claims.exp, claims.sub)

    def _good_claims(self, token: str | None) -> Claims:
        if not token:
            raise NotAuthenticated("Log in first.")
        claims = self._signed_claims(token)
        if claims.exp <= self._clock():
            raise NotAuthenticated("The session has expired; log in again.")
        if claims.jti in self._logged_out:
            raise NotAuthenticated("The session was logged out; log in again.")
        if not (_same(claims.sub, self._config.admin.username) and _same(claims.pwd, self._fingerprint())):
            raise NotAuthenticated("The account was changed since; log in again.")
        return claims

    def _signed_claims(self, token: str) -> Claims:
        """Return what a token says that this panel signed. Raises NotAuthenticated for any other."""
        refusal = NotAuthenticated("The session is not one of this panel's; log in again.")
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise refusal
        # The times are checked by the clock that was handed in.
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            claims = jwt.decode(token, self._config.server.jwt_secret, [ALGORITHM], options=options)
            return msgspec.convert(claims, Claims)
        except (jwt.InvalidTokenError, ValueError):
            raise refusal from None

    def _fingerprint(self) -> str:
        """Return what a token carries of the password hash: enough to see that it changed, nothing to guess it from."""
        server, admin = self._config.server, self._config.admin
        return hmac.new(server.jwt_secret.encode(), admin.password_hash.encode(), hashlib.sha256).hexdigest()[:16]


def _same(given: str, expected: str) -> bool:
    """Compare in a time that does not tell where the first difference is."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
