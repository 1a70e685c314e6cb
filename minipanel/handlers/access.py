"""Routes for sessions, API tokens, wall screens and the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from minipanel.access.audit import KEEP_DAYS
from minipanel.access.keys import link_path, unknown_key
from minipanel.access.sessions import RETRY_SECONDS
from minipanel.errors import BadInput, DatabaseError, NotFound, TryLater
from minipanel.handlers.answer import answered_with, asked_with, json_answer
from minipanel.handlers.body import read_struct
from minipanel.handlers.guard import ADMINS, PEOPLE, access_of, caller_of
from minipanel.handlers.own_page import refuse_form
from minipanel.handlers.request import client_of, panel_of
from minipanel.handlers.router import api_router
from minipanel.models.access import SENTENCES, AuditEntry, Deed, KeyKind
from minipanel.models.access_answers import (
    AuditAnswer,
    Ended,
    KioskAnswer,
    NewKioskAnswer,
    NewTokenAnswer,
    SessionAnswer,
    TokenAnswer,
)
from minipanel.models.quote import quote
from minipanel.models.requests import KioskRequest, TokenRequest

router = api_router("access")

MAX_AUDIT_ROWS = 1000
AUDIT_DAYS = 30

Id = Annotated[str, Path(description="as the list has it")]


@router.get("/api/auth/sessions", dependencies=[PEOPLE], responses=answered_with(list[SessionAnswer]))
async def list_sessions(request: Request) -> Response:
    """Return the caller's own sessions, or all users' if the caller is an admin. The last used comes first."""
    caller = caller_of(request)
    rows = access_of(request).sessions.all(None if caller.role == "admin" else caller.name)
    return json_answer(
        [
            SessionAnswer(
                row.id,
                row.username,
                row.created_at,
                row.expires_at,
                row.last_seen_at,
                row.address,
                row.user_agent,
                row.id == caller.id,
            )
            for row in rows
        ]
    )


@router.delete("/api/auth/sessions/{id}", dependencies=[PEOPLE], responses=answered_with(Ended))
async def end_session(request: Request, id: Id) -> Response:
    """End a session: one of the caller's own, or any if the caller is an admin."""
    access, caller = access_of(request), caller_of(request)
    rows = access.sessions.all(None if caller.role == "admin" else caller.name)
    row = next((row for row in rows if row.id == id), None)
    if row is None:
        raise NotFound("There is no session {id}.", id=quote(id))
    _note(request, "session_ended", row.username)
    await access.sessions.end(row.id)
    return json_answer(Ended("ok"))


@router.get("/api/tokens", dependencies=[ADMINS], responses=answered_with(list[TokenAnswer]))
async def list_tokens(request: Request) -> Response:
    """Return all API tokens, including expired ones."""
    return json_answer(
        [
            TokenAnswer(
                key.id,
                key.name,
                key.scope,
                key.created_at,
                key.created_by,
                key.expires_at,
                key.last_used_at,
                key.last_address,
            )
            for key in access_of(request).keys.all("token")
        ]
    )


@router.post(
    "/api/tokens",
    dependencies=[ADMINS],
    openapi_extra=asked_with(TokenRequest),
    responses=answered_with(NewTokenAnswer),
)
async def add_token(request: Request) -> Response:
    """Create an API token. Only this answer contains its text."""
    refuse_form(request)
    asked = await read_struct(request, TokenRequest)
    by = caller_of(request).name
    key, secret = await access_of(request).keys.add("token", asked.name, asked.scope, asked.days, by)
    _note(request, "token_added", key.name)
    return json_answer(NewTokenAnswer(secret, key.id, key.name, key.scope, key.expires_at))


@router.delete("/api/tokens/{id}", dependencies=[ADMINS], responses=answered_with(Ended))
async def remove_token(request: Request, id: Id) -> Response:
    """Remove an API token. It is refused from now on."""
    return await _remove(request, "token", id, "token_removed")


@router.get("/api/kiosks", dependencies=[ADMINS], responses=answered_with(list[KioskAnswer]))
async def list_kiosks(request: Request) -> Response:
    """Return all wall screens, including expired ones."""
    return json_answer(
        [
            KioskAnswer(
                key.id,
                key.name,
                key.created_at,
                key.created_by,
                key.expires_at,
                key.last_used_at,
                key.last_address,
            )
            for key in access_of(request).keys.all("kiosk")
        ]
    )


@router.post(
    "/api/kiosks",
    dependencies=[ADMINS],
    openapi_extra=asked_with(KioskRequest),
    responses=answered_with(NewKioskAnswer),
)
async def add_kiosk(request: Request) -> Response:
    """Create a wall screen. Only this answer contains its link."""
    refuse_form(request)
    asked = await read_struct(request, KioskRequest)
    by = caller_of(request).name
    key, secret = await access_of(request).keys.add("kiosk", asked.name, "read", asked.days, by)
    _note(request, "kiosk_added", key.name)
    return json_answer(NewKioskAnswer(link_path(secret), key.id, key.name, key.expires_at))


@router.delete("/api/kiosks/{id}", dependencies=[ADMINS], responses=answered_with(Ended))
async def remove_kiosk(request: Request, id: Id) -> Response:
    """Remove a wall screen. It stops showing the cluster within seconds."""
    return await _remove(request, "kiosk", id, "kiosk_removed")


@router.get("/api/audit", dependencies=[ADMINS], responses=answered_with(list[AuditAnswer]))
async def read_audit(
    request: Request, days: Annotated[str | None, Query(description="how many days back, 30 by default")] = None
) -> Response:
    """Return the audit log, newest entry first, at most 1,000 entries."""
    try:
        entries = await access_of(request).audit.read(_parse_days(days), MAX_AUDIT_ROWS)
    except DatabaseError as error:
        raise TryLater(error.words, RETRY_SECONDS) from error
    return json_answer([_answer(entry) for entry in entries])


def _answer(entry: AuditEntry) -> AuditAnswer:
    sentence = SENTENCES[entry.what].format(who=entry.who, address=entry.address, subject=entry.subject)
    return AuditAnswer(
        entry.at, entry.last_at, entry.what, entry.who, entry.address, entry.subject, entry.times, sentence
    )


def _parse_days(days: str | None) -> int:
    if days is None:
        return AUDIT_DAYS
    if not (days.isascii() and days.isdecimal() and len(days) < 5 and 1 <= int(days) <= KEEP_DAYS):
        raise BadInput("days is {days}; it must be a whole number from 1 to {most}.", days=quote(days), most=KEEP_DAYS)
    return int(days)


async def _remove(request: Request, kind: KeyKind, id: str, what: Deed) -> Response:
    if not (id.isascii() and id.isdecimal() and len(id) < 16):
        raise unknown_key(kind, id)
    key = await access_of(request).keys.remove(kind, int(id))
    _note(request, what, key.name)
    return json_answer(Ended("ok"))


def _note(request: Request, what: Deed, subject: str) -> None:
    address = client_of(request, panel_of(request).config.server.trusted_proxies)
    access_of(request).audit.note(what, caller_of(request).name, address, subject)
