"""Routes to log in, log out, open a wall screen and identify the caller."""

from __future__ import annotations

from fastapi import Request, Response
from msgspec import UNSET
from pydantic import BaseModel, ValidationError

from minipanel.errors import BadInput
from minipanel.handlers.answer import answered_with, asked_with, json_answer
from minipanel.handlers.body import read_struct
from minipanel.handlers.guard import ANYONE, COOKIE, KIOSK_COOKIE, PEOPLE, SCREENS, access_of, caller_of
from minipanel.handlers.own_page import refuse_foreign, refuse_form
from minipanel.handlers.request import client_of, is_encrypted, panel_of, read_body
from minipanel.handlers.router import api_router
from minipanel.models.access_answers import (
    KioskOpened,
    LoginAnswer,
    LogoutAnswer,
    UserAnswer,
)
from minipanel.models.requests import KioskSecret
from minipanel.sentence import Sentence

MAX_LOGIN_BYTES = 1_000_000

DEVICE_COOKIE = "minipanel_device"
DEVICE_SECONDS = 365 * 86_400
"""How long the device cookie lasts. It shows that a browser has logged in before, and gives no access."""

router = api_router("auth")


class LoginRequest(BaseModel):
    """The name and password of a user who logs in."""

    username: str
    password: str


_LOGIN_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": LoginRequest.model_json_schema()}},
    }
}


@router.post("/api/auth/login", dependencies=[ANYONE], openapi_extra=_LOGIN_BODY, responses=answered_with(LoginAnswer))
async def log_in(request: Request) -> Response:
    """Open a session. The answer contains its token for scripts, and sets a cookie for the page."""
    panel, access = panel_of(request), access_of(request)
    refuse_form(request)
    refuse_foreign(request, panel.config.server, panel.own_names, Sentence("login"))
    login = _parse_login(await read_body(request, MAX_LOGIN_BYTES))
    client = client_of(request, panel.config.server.trusted_proxies)
    device, user_agent = request.cookies.get(DEVICE_COOKIE), request.headers.get("User-Agent", "")
    session = await access.log_in(login.username, login.password, client, device, user_agent)
    response = json_answer(LoginAnswer(session.token, session.expires_at, session.username))
    _set_cookie(request, response, session.token, session.expires_at - int(panel.clock()))
    device = access.logins.new_device(session.username)
    _set(request, response, DEVICE_COOKIE, device, DEVICE_SECONDS, "/api/auth/login")
    return response


@router.post("/api/auth/logout", dependencies=[PEOPLE], responses=answered_with(LogoutAnswer))
async def log_out(request: Request) -> Response:
    """End the caller's session."""
    access, caller = access_of(request), caller_of(request)
    if caller.kind == "session":
        access.audit.note("logout", caller.name, client_of(request, panel_of(request).config.server.trusted_proxies))
        await access.sessions.end(caller.id)
    response = json_answer(LogoutAnswer("ok"))
    _set_cookie(request, response, "", 0)
    return response


@router.get("/api/auth/me", dependencies=[SCREENS], responses=answered_with(UserAnswer))
async def who_am_i(request: Request) -> Response:
    """Return the caller."""
    caller = caller_of(request)
    _, days = panel_of(request).reach()
    response = json_answer(UserAnswer(caller.name, caller.expires_at, caller.role, caller.kind, days or UNSET))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post(
    "/api/auth/kiosk",
    dependencies=[ANYONE],
    openapi_extra=asked_with(KioskSecret),
    responses=answered_with(KioskOpened),
)
async def open_kiosk(request: Request) -> Response:
    """Check the secret from a wall screen's link, and set the wall screen's cookie."""
    panel, access = panel_of(request), access_of(request)
    refuse_form(request)
    refuse_foreign(request, panel.config.server, panel.own_names)
    secret = (await read_struct(request, KioskSecret)).secret
    client = client_of(request, panel.config.server.trusted_proxies)
    caller = access.keys.check("kiosk", secret, client)
    access.audit.note("kiosk_opened", "", client, caller.name)
    assert caller.expires_at is not None
    response = json_answer(KioskOpened(caller.name, caller.expires_at))
    _set(request, response, KIOSK_COOKIE, secret, caller.expires_at - int(panel.clock()), "/api")
    return response


def _parse_login(body: bytes) -> LoginRequest:
    # Read here, not by FastAPI, which would first read a body of any size.
    try:
        return LoginRequest.model_validate_json(body)
    except ValidationError:
        raise BadInput("The body must be a JSON object with username and password, both text.") from None


def _set_cookie(request: Request, response: Response, token: str, max_age_seconds: int) -> None:
    """Set the session's cookie, or delete it with an age of 0."""
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
