"""Who may come in: the check that stands before every route for users."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from minipanel.handlers.request import panel_of, prove_client
from minipanel.services.sessions import Session

COOKIE = "minipanel_session"


def session_token(request: Request) -> str | None:
    """Return the token a request bears, from the Authorization header or else from the cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.cookies.get(COOKIE)


async def signed_in(request: Request) -> Session:
    """Return the session of whoever asks. Raises NotAuthenticated."""
    session = panel_of(request).sessions.check(session_token(request))
    prove_client(request)
    return session


User = Annotated[Session, Depends(signed_in)]
"""A parameter of this type shuts its route to all who have not logged in."""
