"""Authenticates and authorizes every request. Each route declares who may call it.

    @router.get("/api/nodes", dependencies=[SCREENS])

A route that declares nothing fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import cookie_parser

from minipanel.access.access import Access
from minipanel.access.proxy import SECRET_HEADER, named_user
from minipanel.errors import NotAllowed, NotAuthenticated
from minipanel.handlers.own_page import refuse_foreign
from minipanel.handlers.request import client_of, panel_of, peer_of, prove_client
from minipanel.machine.addresses import normalise
from minipanel.models.caller import ROLES, Caller, Role, Scope

COOKIE = "minipanel_session"
KIOSK_COOKIE = "minipanel_kiosk"
"""The cookie of a wall screen. Browsers send it to /api only."""

READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may call a route. `is_open`: anyone, and agents, whose credential the handler checks.

    `command`: root on the panel's machine, by a command that makes changes.
    """

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    kiosk: bool = False
    command: bool = False
    is_open: bool = False

    def refuse(self, caller: Caller) -> None:
        """Raise NotAllowed for a caller who may not call the route."""
        if caller.role in self.roles or caller.scopes & self.scopes:
            return
        if (self.kiosk and caller.kind == "kiosk") or (self.command and caller.kind == "command"):
            return
        if caller.is_user:
            raise NotAllowed("This requires an admin; you are a viewer, who sees everything and changes nothing.")
        if caller.kind == "kiosk":
            raise NotAllowed("A wall screen sees the realtime view and nothing else.")
        if self.scopes:
            scopes = " or ".join(sorted(self.scopes))
            raise NotAllowed(
                "This requires the scope {scopes}; the API token has {names}.",
                scopes=scopes,
                names=", ".join(sorted(caller.scopes)),
            )
        raise NotAllowed("This token may only read.")


def access_of(request: Request) -> Access:
    """Return the running panel's access control."""
    access: Access = request.app.state.access
    return access


def caller_of(request: Request) -> Caller:
    """Return the caller, as the guard identified it."""
    caller: Caller = request.state.caller
    return caller


def permission_of(dependency: object) -> Permission | None:
    """Return who may call a route with this dependency; None for a dependency that is not the guard's."""
    return getattr(dependency, "permission", None)


# Only for the OpenAPI document, which lists the ways to authenticate; the guard itself reads the request.
_Header = Annotated[
    object,
    Depends(
        HTTPBearer(
            scheme_name="session", description="an API token, or the token of a login's answer", auto_error=False
        )
    ),
]
_Cookie = Annotated[
    object, Depends(APIKeyCookie(name=COOKIE, scheme_name="cookie", description="set by a login", auto_error=False))
]


def _guarded(permission: Permission) -> Any:
    async def enter(request: Request, _header: _Header, _cookie: _Cookie) -> None:
        caller, is_by_header = _who(request)
        # Another site's page can make a browser send cookies and pass its proxy, but not send this header.
        if request.method not in READING and not is_by_header:
            panel = panel_of(request)
            refuse_foreign(request, panel.config.server, panel.own_names)
        permission.refuse(caller)
        prove_client(request)
        request.state.caller = caller

    return Depends(_declaring(permission)(enter))


def _open(permission: Permission) -> Any:
    async def enter() -> None:
        pass

    return Depends(_declaring(permission)(enter))


def _declaring(permission: Permission) -> Callable[[Any], Any]:
    def declare(enter: Any) -> Any:
        enter.permission = permission
        return enter

    return declare


def _who(request: Request) -> tuple[Caller, bool]:
    """Return the caller, and whether an Authorization header identifies it. Raises NotAuthenticated, NotAllowed.

    The user that a trusted proxy names comes first: the browser may have a cookie of an earlier user, and proxies pass
    on tokens of their own.
    """
    access, server, headers = access_of(request), panel_of(request).config.server, request.headers
    address = client_of(request, server.trusted_proxies)
    if server.user_header is not None:
        peer = normalise(peer_of(request))
        name = named_user(server, peer, headers.getlist(server.user_header), headers.getlist(SECRET_HEADER))
        if name is not None:
            return access.proxied(name, peer, address), False
    caller = _by_header(access, headers.get("Authorization"), address)
    return (caller, True) if caller is not None else (_by_cookie(access, request.cookies, address), False)


def refuse_but_readers(access: Access, head: Mapping[str, str], address: str) -> None:
    """Raise NotAuthenticated or NotAllowed unless the caller may call a route for READERS.

    For requests that bypass the routes, while no proxy names users. `head`: with names in lower case, each once;
    `address`: the client's.
    """
    caller = _by_header(access, head.get("authorization"), address)
    if caller is None:
        caller = _by_cookie(access, cookie_parser(head.get("cookie", "")), address)
    READERS.dependency.permission.refuse(caller)


def _by_header(access: Access, authorization: str | None, address: str) -> Caller | None:
    scheme, _, token = (authorization or "").partition(" ")
    return access.bearer(token.strip(), address) if scheme.lower() == "bearer" else None


def _by_cookie(access: Access, cookies: Mapping[str, str], address: str) -> Caller:
    kiosk = cookies.get(KIOSK_COOKIE)
    try:
        return access.sessions.check(cookies.get(COOKIE))
    except NotAuthenticated:
        if not kiosk:
            raise
    return access.keys.check("kiosk", kiosk, address)


ANYONE = _open(Permission(is_open=True))
AGENTS = _open(Permission(is_open=True))
"""Only declares that agents call the route: its handler checks the credential of each POST."""

PEOPLE = _guarded(Permission(frozenset(ROLES)))
"""Users of any role."""

READERS = _guarded(Permission(frozenset(ROLES), frozenset(("read",))))
"""Users, and API tokens with the scope read."""

SCREENS = _guarded(Permission(frozenset(ROLES), frozenset(("read",)), kiosk=True))
"""Users, API tokens with the scope read, and wall screens: for what the realtime view needs."""

COUNTERS = _guarded(Permission(frozenset(ROLES), frozenset(("read", "metrics"))))
"""Users, and API tokens of either scope: GET /metrics."""

ADMINS = _guarded(Permission(frozenset(("admin",))))

OPERATORS = _guarded(Permission(frozenset(("admin",)), command=True))
"""Admins, and commands on the panel's machine, such as `minipanel alerts`."""
