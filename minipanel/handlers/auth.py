"""Log in, log out, and who is logged in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError

from minipanel.errors import BadInput
from minipanel.handlers.answer import answered_with, json_answer
from minipanel.handlers.login_guard import COOKIE, User
from minipanel.handlers.own_page import refuse_foreign
from minipanel.handlers.request import client_of, is_encrypted, panel_of, read_body
from minipanel.models.answers import LoginAnswer, LogoutAnswer, UserAnswer

MAX_LOGIN_BYTES = 1_000_000

DEVICE_COOKIE = "minipanel_device"
DEVICE_SECONDS = 365 * 86_400
"""Says that this browser has logged in before; it opens nothing."""

router = APIRouter(tags=["auth"])


class LoginRequest(BaseModel):
    """Who wants to log in."""

    username: str
    password: str


_LOGIN_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": LoginRequest.model_json_schema()}},
    }
}


@router.post("/api/auth/login", openapi_extra=_LOGIN_BODY, responses=answered_with(LoginAnswer))
async def log_in(request: Request) -> Response:
    """Open a session. Its token is in the answer, for scripts, and in a cookie, for the page."""
    panel = panel_of(request)
    refuse_foreign(request, panel.config.server, panel.own_names)
    login = _parse_login(await read_body(request, MAX_LOGIN_BYTES))
    client = client_of(request, panel.config.server.trusted_proxies)
    session = await panel.sessions.log_in(login.username, login.password, client, request.cookies.get(DEVICE_COOKIE))
    response = json_answer(LoginAnswer(session.token, session.expires_at, session.username))
    _set_cookie(request, response, session.token, session.expires_at - int(panel.clock()))
    _set(request, response, DEVICE_COOKIE, panel.sessions.new_device(), DEVICE_SECONDS, "/api/auth/login")
    return response


@router.post("/api/auth/logout", responses=answered_with(LogoutAnswer))
async def log_out(request: Request, session: User) -> Response:
    """End the session."""
    panel = panel_of(request)
    await panel.sessions.log_out(session.token)
    response = json_answer(LogoutAnswer("ok"))
    _set_cookie(request, response, "", 0)
    return response


@router.get("/api/auth/me", responses=answered_with(UserAnswer))
async def who_am_i(session: User) -> Response:
    """Tell whose session this is."""
    response = json_answer(UserAnswer(session.username, session.expires_at))
    response.headers["Cache-Control"] = "no-store"
    return response


def _parse_login(body: bytes) -> LoginRequest:
    # Read here and not by FastAPI, which would take in a body of any size first.
    try:
        return LoginRequest.model_validate_json(body)
    except ValidationError:
        raise BadInput("The body must be a JSON object with username and password, both text.") from None


def _set_cookie(request: Request, response: Response, token: str, max_age_seconds: int) -> None:
    """Set the session's cookie, or take it back with an age of 0."""
    response.headers["Cache-Control"] = "no-store"
    _set(request, response, COOKIE, token, max_age_seconds, "/")


def _set(request: Request, response: Response, name: str, value: str, max_age_seconds: int, path: str) -> None:
    server = panel_of(request).config.server
    response.set_cookie(
        name,
        value,
        max_age=max_age_seconds,
        path=path,
        secure=is_encrypted(request, server.trusted_proxies) or server.tls_certificate is not None,
        httponly=True,
        samesite="strict",
    )
