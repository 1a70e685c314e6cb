"""Access control as a whole: starts and stops its parts, and identifies the caller of a request."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable

from minipanel.access.accounts import Accounts
from minipanel.access.audit import Audit
from minipanel.access.keys import PREFIXES, Keys
from minipanel.access.logins import Logins
from minipanel.access.sessions import Run, Session, Sessions
from minipanel.config import Config
from minipanel.errors import DatabaseError, NotAllowed, NotAuthenticated, TryLater
from minipanel.models.caller import SCOPES, Caller, Kind
from minipanel.models.quote import escape, quote
from minipanel.services.local_token import acts_for, good_until, is_local
from minipanel.services.retention import SteadyLooks

log = logging.getLogger(__name__)

FLUSH_SECONDS = 30
NEWS_SECONDS = 1
"""How soon a deed is written to the database, so that a killed panel loses few."""

PRUNE_SECONDS = 600

PROXY_NOTE_SECONDS = 3600
MAX_PROXY_USERS = 1000


class Access:
    """Access control. `run` makes the panel's one writer do a job; `clock` gives Unix seconds."""

    def __init__(self, config: Config, run: Run, clock: Callable[[], float] = time.time) -> None:
        self._config = config
        self._clock = clock
        self.accounts = Accounts(config)
        self.logins = Logins(config, self.accounts)
        self.sessions = Sessions(config, self.accounts, run, clock)
        self.keys = Keys(run, clock)
        self.audit = Audit(run, clock)
        self._looks = SteadyLooks()
        self._proxy_users: dict[tuple[str, str], float] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read sessions and keys from the database, and start writing changes. Raises DatabaseError, TryLater."""
        await self.audit.start()
        await self.sessions.follow()
        await self.keys.follow()
        self._task = asyncio.create_task(self._repeat())

    def read_config(self, config: Config) -> None:
        """Apply a changed configuration: its accounts and proxies."""
        self._config = config
        for part in (self.accounts, self.logins, self.sessions):
            part.reload(config)

    async def reload(self, config: Config) -> None:
        """Apply a changed configuration, and what commands changed in the database. Raises DatabaseError, TryLater."""
        self.read_config(config)
        await self.sessions.follow()
        await self.keys.follow()
        await self.audit.follow()

    async def close(self) -> None:
        """Stop, and write the last changes unless the database fails."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with contextlib.suppress(DatabaseError, TryLater):
                await self.flush()
        self.logins.close()

    async def log_in(
        self, username: str, password: str, address: str, device: str | None = None, user_agent: str = ""
    ) -> Session:
        """Return a new session. `device`: the browser's device cookie, if it has one.

        Raises NotAuthenticated, in the same time and words whether the name or the password is wrong, and TooManyTries.
        """
        try:
            account = await self.logins.account(username, password, address, device)
        except NotAuthenticated:
            # Without the name: people sometimes type their password there.
            self.audit.note("login_failed", "", address)
            raise
        self.audit.note("login", account.name, address)
        return await self.sessions.open(account, address, user_agent)

    def bearer(self, token: str, address: str) -> Caller:
        """Return the caller with this bearer token. Raises NotAuthenticated."""
        if token.startswith(PREFIXES["token"]):
            return self.keys.check("token", token, address)
        if is_local(token):
            return self._local(token)
        return self.sessions.check(token)

    def proxied(self, name: str, proxy: str, address: str) -> Caller:
        """Return the user that a trusted proxy names. `proxy`: the proxy's address; `address`: the user's.

        Raises NotAllowed for a name without an account.
        """
        account = self.accounts.find(name)
        if account is None:
            raise NotAllowed("The proxy names the user {name}, who has no account here.", name=quote(name))
        noted = self._proxy_users.get((name, address))
        if noted is None or not 0 <= self._clock() - noted < PROXY_NOTE_SECONDS:
            if len(self._proxy_users) >= MAX_PROXY_USERS:
                self._proxy_users.clear()
            self._proxy_users[name, address] = self._clock()
            self.audit.note("proxy_login", name, address)
        return Caller("proxy", account.name, proxy, role=account.role)

    def is_open(self, caller: Caller) -> bool:
        """Return whether a caller identified earlier still has access. A stream checks this at each event."""
        match caller.kind:
            case "session":
                return self.sessions.is_open(caller.id)
            case "token" | "kiosk":
                return self.keys.is_open(caller.id)
            case "proxy":
                server = self._config.server
                is_trusted = server.user_header is not None and caller.id in server.trusted_proxies
                return is_trusted and self.accounts.find(caller.name) is not None
            case "local" | "command":
                return caller.expires_at is not None and caller.expires_at > self._clock()

    def _local(self, token: str) -> Caller:
        expires_at = good_until(token, self._config.server.jwt_secret, self._clock())
        if expires_at is None:
            raise NotAuthenticated("The token of this machine is not one of this panel's, or has expired.")
        who = escape(acts_for(token))
        kind: Kind = "command" if who else "local"
        return Caller(kind, who or "root", scopes=frozenset(SCOPES), expires_at=expires_at)

    async def flush(self) -> None:
        """Write all changes to the database. Raises DatabaseError, TryLater."""
        for part in (self.sessions, self.keys, self.audit):
            await part.flush()

    async def _repeat(self) -> None:
        pruned_at = -math.inf
        while True:
            await self._wait()
            try:
                await self.flush()
                if time.monotonic() - pruned_at >= PRUNE_SECONDS:
                    # By a clock that was steady for an hour, so that a short jump of the clock deletes nothing.
                    await self.audit.prune(self._looks.at(int(self._clock())))
                    pruned_at = time.monotonic()
            except (DatabaseError, TryLater) as error:
                # The ingest reports the same trouble, to agents and in the log.
                log.debug("%s", error)
            except Exception:
                log.exception("What happened to sessions could not be written; it is tried again.")

    async def _wait(self) -> None:
        """Return after half a minute, or soon after a deed of a user."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.audit.news.wait()
                await asyncio.sleep(NEWS_SECONDS)
        self.audit.news.clear()
