"""Passwords compared, tokens signed, checked and ended."""

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.access.access import Access
from minipanel.access.sessions import Session
from minipanel.config import Config
from minipanel.database.store import Job
from minipanel.errors import NotAuthenticated
from minipanel.models.caller import Caller
from tests.panel.example import PASSWORD, Opened, changed_password, config_in

NOW = 1_700_000_000.5


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


async def nobody(job: Job) -> Any:
    raise AssertionError("nothing is to be written")


@pytest.fixture
def sessions(opened: Opened, config: Config, clock: Clock) -> Access:
    return opened(config, clock)


def reload(access: Access, config: Config) -> None:
    asyncio.run(access.reload(config))


def checked(access: Access, token: str) -> Caller:
    return access.sessions.check(token)


def log_out(access: Access, token: str) -> None:
    asyncio.run(access.sessions.end(access.sessions.check(token).id))


def log_in(sessions: Access, username: str = "miniadmin", password: str = PASSWORD, at: str = "10.0.0.9") -> Session:
    return asyncio.run(sessions.log_in(username, password, at))


def refused(sessions: Access, token: str | None) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        sessions.sessions.check(token)
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}
    return caught.value.sentence


def signed(config: Config, **changes: object) -> str:
    """A token with the right key and a test's own claims; `...` removes one."""
    claims = {"sub": "miniadmin", "iat": int(NOW), "exp": int(NOW) + 60, "jti": "x", "acc": "y"} | changes
    kept = {name: value for name, value in claims.items() if value is not ...}
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    payload = base64.urlsafe_b64encode(json.dumps(kept).encode()).rstrip(b"=")
    key = config.server.jwt_secret.encode()
    signature = jwt.get_algorithm_by_name("HS256").sign(header + b"." + payload, key)
    return (header + b"." + payload + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_the_right_password_opens_a_session_of_twelve_hours(sessions: Access):
    session = log_in(sessions)
    assert (session.username, session.expires_at) == ("miniadmin", int(NOW) + 12 * 3600)
    assert checked(sessions, session.token).name == session.username


def test_each_session_has_its_own_token(sessions: Access):
    assert log_in(sessions).token != log_in(sessions).token


def test_a_session_ends_when_its_time_is_over(sessions: Access, clock: Clock):
    session = log_in(sessions)
    clock.now = session.expires_at - 0.5
    assert checked(sessions, session.token).name == session.username
    clock.now = float(session.expires_at)
    assert refused(sessions, session.token) == "The session has expired; log in again."


def test_session_hours_may_be_a_fraction(opened: Opened, config: Config, clock: Clock):
    sessions = opened(replace(config, server=replace(config.server, session_hours=1.5)), clock)
    assert log_in(sessions).expires_at == int(NOW) + 5400


def test_a_session_that_logged_out_is_over_and_the_others_are_not(sessions: Access):
    one, other = log_in(sessions), log_in(sessions)
    log_out(sessions, one.token)
    assert refused(sessions, one.token) == "The session was logged out; log in again."
    assert checked(sessions, other.token).name == other.username
    with pytest.raises(NotAuthenticated):
        log_out(sessions, one.token)


def test_a_changed_password_ends_old_sessions_for_good(sessions: Access, config: Config):
    session = log_in(sessions)
    reload(sessions, changed_password(config, "a new one"))
    assert refused(sessions, session.token) == "The account was changed since; log in again."
    with pytest.raises(NotAuthenticated):
        log_in(sessions)
    assert checked(sessions, log_in(sessions, password="a new one").token)


def test_hashing_the_same_password_again_ends_old_sessions_too(sessions: Access, config: Config):
    session = log_in(sessions)
    reload(sessions, changed_password(config, PASSWORD))
    assert refused(sessions, session.token) == "The account was changed since; log in again."


def test_a_reload_that_changes_nothing_of_the_account_keeps_sessions(sessions: Access, config: Config):
    session = log_in(sessions)
    reload(sessions, replace(config, nodes=(), admin=replace(config.admin)))
    assert checked(sessions, session.token).name == session.username


def test_a_changed_username_or_secret_ends_old_sessions(sessions: Access, config: Config):
    session = log_in(sessions)
    reload(sessions, replace(config, admin=replace(config.admin, username="other")))
    assert refused(sessions, session.token) == "The account was changed since; log in again."
    reload(sessions, replace(config, server=replace(config.server, jwt_secret="another secret, of thirty-two bytes")))
    assert refused(sessions, session.token) == "The session is not one of this panel's; log in again."


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_one_is_asked_to_log_in(sessions: Access, token: str | None):
    assert refused(sessions, token) == "Log in first."


def test_only_the_one_algorithm_is_taken(sessions: Access, config: Config):
    good = log_in(sessions).token
    claims = jwt.decode(good, options={"verify_signature": False})
    secret = config.server.jwt_secret
    assert checked(sessions, jwt.encode(claims, secret, "HS256"))
    long_secret = "a secret of the length that the longer algorithms of this family would want to have"
    forged = [jwt.encode(claims, None, "none"), jwt.encode(claims, long_secret, "HS256")]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        forged += [jwt.encode(claims, secret, algorithm) for algorithm in ("HS384", "HS512")]
    for token in forged:
        assert refused(sessions, token) == "The session is not one of this panel's; log in again."


def test_a_token_that_was_changed_in_any_part_is_refused(sessions: Access):
    parts = log_in(sessions).token.split(".")
    for index, part in enumerate(parts):
        for position in (0, len(part) // 2):
            letter = "A" if part[position] != "A" else "B"
            changed = [*parts[:index], part[:position] + letter + part[position + 1 :], *parts[index + 1 :]]
            assert "not one of this panel's" in refused(sessions, ".".join(changed))


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": ...},
        {"exp": ...},
        {"jti": ...},
        {"acc": ...},
        {"exp": "2099-01-01"},
        {"exp": None},
        {"exp": 1e400},
        {"sub": 7},
        {"jti": ["x"]},
    ],
)
def test_a_token_of_the_right_key_with_other_claims_is_refused(
    sessions: Access, config: Config, changes: dict[str, object]
):
    assert "not one of this panel's" in refused(sessions, signed(config, **changes))
    assert "The account was changed" in refused(sessions, signed(config))


@pytest.mark.parametrize("token", ["x" * 100_000, "a.b.c", "...", "\ud800.a.b", "é", " ", "e30.e30.e30", "\x00"])
def test_garbage_is_not_a_session(sessions: Access, token: str):
    assert "not one of this panel's" in refused(sessions, token)


@settings(deadline=None, max_examples=200)
@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,43}"))
def test_no_text_but_a_token_is_a_session(text: str):
    sessions = Access(config_in(Path("/nowhere"), "$2b$04$" + "a" * 53), nobody)
    with pytest.raises(NotAuthenticated):
        sessions.bearer(text, "")
    sessions.logins.close()
