"""Who may come in: the check that stands before every route for users."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from minipanel.errors import NotAllowed
from minipanel.handlers.request import panel_of, prove_client
from minipanel.services.sessions import Session

COOKIE = "minipanel_session"

READING = ("GET", "HEAD")
"""Methods that change nothing."""

# For the API's document alone, which says by these how a route is asked; `signed_in` itself reads the request.
_Header = Annotated[
    object, Depends(HTTPBearer(scheme_name="session", description="the token of a login's answer", auto_error=False))
]
_Cookie = Annotated[
    object, Depends(APIKeyCookie(name=COOKIE, scheme_name="cookie", description="set by a login", auto_error=False))
]


def session_token(request: Request) -> str | None:
    """Return the token a request bears, from the Authorization header or else from the cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.cookies.get(COOKIE)


async def signed_in(request: Request, _header: _Header, _cookie: _Cookie) -> Session:
    """Return the session of whoever asks. Raises NotAuthenticated, NotAllowed where it may only read."""
    session = panel_of(request).sessions.check(session_token(request))
    if session.is_read_only and request.method not in READING:
        raise NotAllowed("This token may only read.")
    prove_client(request)
    return session


User = Annotated[Session, Depends(signed_in)]
"""A parameter of this type shuts its route to all who have not logged in."""
