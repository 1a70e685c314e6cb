"""Every route and method with every kind of credential: who may, who is known but may not, who is unknown."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from minipanel.access.access import Access
from minipanel.access.keys import DAY_SECONDS
from minipanel.handlers.guard import (
    ADMINS,
    AGENTS,
    ANYONE,
    COOKIE,
    COUNTERS,
    KIOSK_COOKIE,
    OPERATORS,
    PEOPLE,
    READERS,
    SCREENS,
    Permission,
    permission_of,
)
from minipanel.models.access import KeyKind
from minipanel.services.local_token import local_token
from tests import test_contract as contract
from tests.panel.example import caller, config_in, running_app, with_viewer

pytestmark = pytest.mark.anyio

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

Headers = dict[str, str]

GOOD = ("viewer", "admin", "kiosk", "metrics", "read", "root", "command", "proxied viewer", "proxied admin")
BAD = (
    *("nobody", "ended session", "expired session", "session of a removed user", "forged session"),
    *("revoked token", "expired token", "mistyped token", "token of another panel", "token in the query"),
    *(
        "removed kiosk",
        "expired kiosk",
        "kiosk's secret as a token",
        "token as a kiosk's cookie",
        "old root",
        "old command",
    ),
)

DECLARED = {
    **dict.fromkeys(contract.SCREENS, SCREENS),
    **dict.fromkeys(contract.READERS | contract.UNDESCRIBED, READERS),
    **dict.fromkeys(contract.PEOPLE, PEOPLE),
    **dict.fromkeys(contract.ADMINS, ADMINS),
    **dict.fromkeys(contract.OPERATORS, OPERATORS),
    **dict.fromkeys(contract.ANYONE, ANYONE),
    **dict.fromkeys(contract.AGENTS, AGENTS),
    **dict.fromkeys(contract.COUNTERS, COUNTERS),
}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    config = with_viewer(config_in(tmp_path))
    server = replace(config.server, user_header="X-Forwarded-User", trusted_proxies=("10.7.7.7",))
    async with running_app(replace(config, server=server)) as app:
        app.state.panel.broadcast.close()  # its stream would have no end
        yield app


class Credentials:
    """Makes the credentials of requests."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._made = 0

    async def of(self, who: str) -> tuple[Headers, dict[str, str]]:
        """Return the headers and the query of a request with this kind of credential."""
        if who == "token in the query":
            token = await self.key("token", "read")
            return {}, {"token": token, "access_token": token, "api_key": token, "authorization": f"Bearer {token}"}
        return await self._headers(who), {}

    async def _headers(self, who: str) -> Headers:
        makers: dict[str, Callable[[], Awaitable[Headers]]] = {
            "viewer": lambda: self._cookie("vera"),
            "admin": lambda: self._cookie("miniadmin"),
            "kiosk": self._kiosk,
            "expired kiosk": lambda: self._kiosk(days=-1),
            "removed kiosk": lambda: self._kiosk(is_removed=True),
            "metrics": lambda: self._token("metrics"),
            "read": lambda: self._token("read"),
            "expired token": lambda: self._token("read", days=-1),
            "revoked token": lambda: self._token("read", is_removed=True),
            "ended session": self._ended,
        }
        if who in makers:
            return await makers[who]()
        secret = await self.key("token", "read")
        now = time.time()
        jwt_secret = self.access._config.server.jwt_secret
        session = (await self._cookie("miniadmin"))["Cookie"].removeprefix(f"{COOKIE}=")
        return {
            "nobody": {},
            "root": bearer(local_token(jwt_secret, now)),
            "old root": bearer(local_token(jwt_secret, now - 61)),
            "command": bearer(local_token(jwt_secret, now, "alice")),
            "old command": bearer(local_token(jwt_secret, now - 61, "alice")),
            "proxied viewer": {"X-Forwarded-User": "vera"},
            "proxied admin": {"X-Forwarded-User": "miniadmin"},
            "forged session": bearer(session[:-4] + ("aaaa" if not session.endswith("aaaa") else "bbbb")),
            "expired session": bearer(await self._expired()),
            "session of a removed user": bearer(await self._of_nobody()),
            "mistyped token": bearer(secret[:10] + ("a" if secret[10] != "a" else "b") + secret[11:]),
            "token of another panel": bearer("mpt_" + "0" * 43 + "0TuRBN"),
            "kiosk's secret as a token": bearer(await self.key("kiosk", "read")),
            "token as a kiosk's cookie": {"Cookie": f"{KIOSK_COOKIE}={secret}"},
        }[who]

    async def key(self, kind: KeyKind, scope: str, days: int = 1, is_removed: bool = False) -> str:
        self._made += 1
        key, secret = await self.access.keys.add(kind, f"one {self._made}", scope, 1, "a test")
        if is_removed:
            await self.access.keys.remove(kind, key.id)
        else:
            key.expires_at += (days - 1) * DAY_SECONDS - 1
        return secret

    async def _token(self, scope: str, days: int = 1, is_removed: bool = False) -> Headers:
        return bearer(await self.key("token", scope, days, is_removed))

    async def _kiosk(self, days: int = 1, is_removed: bool = False) -> Headers:
        return {"Cookie": f"{KIOSK_COOKIE}={await self.key('kiosk', 'read', days, is_removed)}"}

    async def _cookie(self, name: str) -> Headers:
        account = self.access.accounts.find(name)
        assert account is not None
        return {"Cookie": f"{COOKIE}={(await self.access.sessions.open(account, '10.0.0.9', '')).token}"}

    async def _ended(self) -> Headers:
        cookie = await self._cookie("miniadmin")
        token = cookie["Cookie"].removeprefix(f"{COOKIE}=")
        await self.access.sessions.end(self.access.sessions.check(token).id)
        return cookie

    async def _expired(self) -> str:
        sessions = self.access.sessions
        clock, sessions._clock = sessions._clock, lambda: time.time() - 13 * 3600
        try:
            return (await self._cookie("miniadmin"))["Cookie"].removeprefix(f"{COOKIE}=")
        finally:
            sessions._clock = clock

    async def _of_nobody(self) -> str:
        account = self.access.accounts.find("vera")
        assert account is not None
        return (await self.access.sessions.open(replace(account, name="nobody"), "10.0.0.9", "")).token


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def routes(app: FastAPI) -> Iterator[tuple[str, str, list[Permission]]]:
    """Every method and path outside the page, with the permissions that it declares."""
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if path == "/assets" or path == "/{path:path}":
            continue
        permissions = [
            permission for each in getattr(route, "dependencies", ()) if (permission := permission_of(each.dependency))
        ]
        for method in sorted((route.methods or {"ANY"}) - {"HEAD"}):
            yield method, path, permissions


async def test_every_route_declares_who_may_call_it_and_just_as_the_contract_says(app: FastAPI) -> None:
    declared = {(method, contract.without_names(path)): permissions for method, path, permissions in routes(app)}
    # Samples bypass FastAPI's checks: their handler checks each credential.
    assert declared.pop(("POST", "/api/metrics")) == []
    assert {where: permissions for where, permissions in declared.items() if len(permissions) != 1} == {}
    assert {where: permissions[0] for where, permissions in declared.items()} == {
        where: permission_of(DECLARED[where].dependency) for where in declared
    }


@pytest.mark.parametrize("who", [*GOOD, *BAD])
async def test_each_credential_may_call_its_routes_and_no_others(app: FastAPI, who: str) -> None:
    credentials = Credentials(app.state.access)
    permissions = {(method, path): permissions for method, path, permissions in routes(app)}
    paths = sorted({path for _, path in permissions})
    is_used = True
    async with caller(app, "10.7.7.7" if who.startswith("proxied") else "10.0.0.9") as client:
        for path in paths:
            for method in METHODS:
                if is_used:
                    headers, query = await credentials.of(who)
                is_used = (method, path) in permissions and method != "GET"  # it may have ended its own credential
                answer = await client.request(method, re.sub(r"\{\w+\}", "1", path), headers=headers, params=query)
                expected = expectation(who, method, path, permissions_at(permissions, method, path))
                assert answer.status_code in expected or (not expected and answer.status_code not in (401, 403)), (
                    f"{method} {path} as {who}: {answer.status_code} {answer.text}"
                )


def permissions_at(
    permissions: dict[tuple[str, str], list[Permission]], method: str, path: str
) -> list[Permission] | None:
    """The method and path that a request reaches: GET /api/alerts/ack is GET /api/alerts/{id} with another id."""
    if (method, path) in permissions:
        return permissions[method, path]
    shapes = (
        (re.sub(r"\{\w+\}", "[^/]+", shape), found) for (verb, shape), found in permissions.items() if verb == method
    )
    return next((found for shape, found in shapes if re.fullmatch(shape, path)), None)


def expectation(who: str, method: str, path: str, permissions: list[Permission] | None) -> tuple[int, ...]:
    """The allowed statuses; () for any that shows that the request was allowed."""
    if permissions is None:  # HEAD outside /api belongs to the page, which is not built here
        return (404, 405, 503)
    if path == "/api/metrics":
        return (401,)
    permission = permissions[0]
    if permission.is_open:
        return (200, 400)
    if who in BAD:
        return (401,)
    role = who.removeprefix("proxied ")
    is_in = (
        role in permission.roles
        or who in permission.scopes
        or (who in ("root", "command") and permission.scopes != frozenset())
        or (who == "command" and permission.command)
        or (who == "kiosk" and permission.kiosk)
    )
    return () if is_in else (403,)


async def test_a_viewer_changes_nothing_but_its_own_sessions() -> None:
    changing = {where for where in contract.USERS if where[0] != "GET"}
    assert changing - contract.ADMINS - contract.OPERATORS == {
        ("POST", "/api/auth/logout"),
        ("DELETE", "/api/auth/sessions/{}"),
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
)
@pytest.mark.parametrize("who", ["admin", "proxied admin"])
async def test_no_other_sites_page_changes_anything_with_what_a_browser_brings(
    app: FastAPI, who: str, headers: Headers
) -> None:
    credentials = Credentials(app.state.access)
    changing = [
        (method, path) for method, path, permissions in routes(app) if method != "GET" and path != "/api/metrics"
    ]
    async with caller(app, "10.7.7.7") as client:
        for method, path in changing:
            own, _ = await credentials.of(who)
            answer = await client.request(method, re.sub(r"\{\w+\}", "1", path), headers=own | headers, json={})
            assert answer.status_code == 403, f"{method} {path}: {answer.text}"


async def test_a_script_with_a_token_of_a_login_needs_no_origin(app: FastAPI) -> None:
    account = app.state.access.accounts.find("miniadmin")
    token = (await app.state.access.sessions.open(account, "10.0.0.9", "")).token
    async with caller(app, "10.0.0.9") as client:
        asked = {"name": "grafana", "scope": "metrics"}
        answer = await client.post("/api/tokens", json=asked, headers=bearer(token) | {"Origin": "http://else.where"})
        assert answer.status_code == 200


async def test_a_stream_ends_within_seconds_of_its_credential(tmp_path: Path) -> None:
    async with running_app(with_viewer(config_in(tmp_path))) as app:
        access: Access = app.state.access
        account = access.accounts.find("vera")
        assert account is not None
        session = await access.sessions.open(account, "10.0.0.9", "")
        screen, secret = await access.keys.add("kiosk", "hall", "read", 1, "a test")
        async with caller(app, "10.0.0.9") as client:
            streams = [
                asyncio.create_task(client.get("/api/metrics/stream", headers=headers, timeout=20))
                for headers in (bearer(session.token), {"Cookie": f"{KIOSK_COOKIE}={secret}"})
            ]
            await asyncio.sleep(0.3)
            assert not any(task.done() for task in streams)
            await access.sessions.end(access.sessions.check(session.token).id)
            await access.keys.remove("kiosk", screen.id)
            answers = await asyncio.wait_for(asyncio.gather(*streams), 8)
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_users_cookie_counts_before_a_wall_screens(app: FastAPI) -> None:
    credentials = Credentials(app.state.access)
    user, screen = (await credentials.of("admin"))[0]["Cookie"], (await credentials.of("kiosk"))[0]["Cookie"]
    ended = (await credentials.of("ended session"))[0]["Cookie"]
    async with caller(app, "10.0.0.9") as client:
        for cookies, kind in ((f"{user}; {screen}", "session"), (f"{ended}; {screen}", "kiosk")):
            assert (await client.get("/api/auth/me", headers={"Cookie": cookies})).json()["kind"] == kind
