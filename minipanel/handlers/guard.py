"""Who may come in: the one guard, and what every route declares of who may call it.

    @router.get("/api/nodes", dependencies=[SCREENS])

A route that declares nothing fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from minipanel.access.access import Access
from minipanel.access.proxy import SECRET_HEADER, named_user
from minipanel.errors import NotAllowed, NotAuthenticated
from minipanel.handlers.own_page import refuse_foreign
from minipanel.handlers.request import client_of, panel_of, peer_of, prove_client
from minipanel.machine.addresses import normalise
from minipanel.models.caller import ROLES, Caller, Role, Scope

COOKIE = "minipanel_session"
KIOSK_COOKIE = "minipanel_kiosk"
"""What a wall screen comes in with; it goes to /api alone."""

READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come through. `is_open`: anyone, and agents, who prove themselves by what they send.

    `command`: whoever acts by a command on the panel's own machine.
    """

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    kiosk: bool = False
    command: bool = False
    is_open: bool = False

    def refuse(self, caller: Caller) -> None:
        """Raise NotAllowed for a caller who may not come through."""
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
    """Return who may look."""
    access: Access = request.app.state.access
    return access


def caller_of(request: Request) -> Caller:
    """Return whom the guard let in."""
    caller: Caller = request.state.caller
    return caller


def door_of(dependency: object) -> Door | None:
    """Return what a route's dependency declares; None for any other dependency."""
    return getattr(dependency, "door", None)


# For the API's document alone, which says by these how a route is asked; the guard itself reads the request.
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


def _guarded(door: Door) -> Any:
    async def enter(request: Request, _header: _Header, _cookie: _Cookie) -> None:
        caller, is_by_header = _who(request)
        # Only a browser sends cookies, and what its proxy adds, for a page of another site.
        if request.method not in READING and not is_by_header:
            panel = panel_of(request)
            refuse_foreign(request, panel.config.server, panel.own_names)
        door.refuse(caller)
        prove_client(request)
        request.state.caller = caller

    return Depends(_declaring(door)(enter))


def _open(door: Door) -> Any:
    async def enter() -> None:
        pass

    return Depends(_declaring(door)(enter))


def _declaring(door: Door) -> Callable[[Any], Any]:
    def declare(enter: Any) -> Any:
        enter.door = door
        return enter

    return declare


def _who(request: Request) -> tuple[Caller, bool]:
    """Return who asks, and whether an Authorization header says so. Raises NotAuthenticated, NotAllowed.

    What a trusted proxy says of its user goes first: a browser may hold a cookie of whoever sat there before, and
    proxies pass on tokens of their own.
    """
    access, server, headers = access_of(request), panel_of(request).config.server, request.headers
    address = client_of(request, server.trusted_proxies)
    names = headers.getlist(server.user_header) if server.user_header is not None else []
    peer = normalise(peer_of(request))
    name = named_user(server, peer, names, headers.getlist(SECRET_HEADER))
    if name is not None:
        return access.proxied(name, peer, address), False
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return access.bearer(token.strip(), address), True
    return _by_cookie(request, access, address), False


def _by_cookie(request: Request, access: Access, address: str) -> Caller:
    kiosk = request.cookies.get(KIOSK_COOKIE)
    try:
        return access.sessions.check(request.cookies.get(COOKIE))
    except NotAuthenticated:
        if not kiosk:
            raise
    return access.keys.check("kiosk", kiosk, address)


ANYONE = _open(Door(is_open=True))
AGENTS = _open(Door(is_open=True))
"""For the document of who may call what: the handler checks the credential of each POST."""

PEOPLE = _guarded(Door(frozenset(ROLES)))
"""Users who are logged in, whatever their role."""

READERS = _guarded(Door(frozenset(ROLES), frozenset(("read",))))
"""Users, and programs that may read."""

SCREENS = _guarded(Door(frozenset(ROLES), frozenset(("read",)), kiosk=True))
"""The same, and wall screens: what the realtime view needs."""

COUNTERS = _guarded(Door(frozenset(ROLES), frozenset(("read", "metrics"))))
"""Users, and programs of either scope: GET /metrics."""

ADMINS = _guarded(Door(frozenset(("admin",))))

OPERATORS = _guarded(Door(frozenset(("admin",)), command=True))
"""Admins, and the commands of the panel's own machine: `minipanel alerts`."""
