"""Log in, log out and who is logged in, by HTTP."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.config import Config
from tests.panel.doors import PASSWORD, caller, changed_password, config_in, running_app

pytestmark = pytest.mark.anyio

RIGHT = {"username": "miniadmin", "password": PASSWORD}
WRONG = {"error": "The username or the password is wrong."}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
async def app(config: Config) -> AsyncIterator[FastAPI]:
    async with running_app(config) as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(app, "10.0.0.9") as client:
        yield client


async def test_a_login_answers_with_a_token_and_sets_it_as_a_cookie(client: httpx.AsyncClient):
    answer = await client.post("/api/auth/login", json=RIGHT)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at", "username"}
    assert answer.json()["username"] == "miniadmin"
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["minipanel_session"]
    assert cookie.value == answer.json()["token"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "strict", "/", "")
    assert 12 * 3600 - 5 <= int(cookie["max-age"]) <= 12 * 3600


async def test_the_cookie_is_secure_under_tls(app: FastAPI):
    async with caller(app, scheme="https") as client:
        answer = await client.post("/api/auth/login", json=RIGHT)
        assert "; Secure" in answer.headers["Set-Cookie"]


async def test_the_cookie_is_enough_to_be_known(client: httpx.AsyncClient):
    assert (await client.get("/api/auth/me")).status_code == 401
    login = (await client.post("/api/auth/login", json=RIGHT)).json()
    answer = await client.get("/api/auth/me")
    assert answer.status_code == 200
    assert answer.json() == {"username": "miniadmin", "expires_at": login["expires_at"]}
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_token_as_a_header_is_enough_to_be_known(app: FastAPI, client: httpx.AsyncClient):
    token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    async with caller(app) as other:
        for scheme in ("Bearer", "bearer"):
            answer = await other.get("/api/auth/me", headers={"Authorization": f"{scheme} {token}"})
            assert answer.status_code == 200


async def test_a_logout_ends_the_session_and_takes_the_cookie_back(app: FastAPI, client: httpx.AsyncClient):
    token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    answer = await client.post("/api/auth/logout")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "minipanel_session" not in client.cookies
    async with caller(app) as thief:
        answer = await thief.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (401, {"error": "The session was logged out; log in again."})


async def test_nobody_can_log_out_who_is_not_logged_in(client: httpx.AsyncClient):
    answer = await client.post("/api/auth/logout")
    assert (answer.status_code, answer.json()) == (401, {"error": "Log in first."})


@pytest.mark.parametrize(
    "login",
    [
        {"username": "miniadmin", "password": "wrong"},
        {"username": "root", "password": PASSWORD},
        {"username": "", "password": ""},
        {"username": "miniadmin", "password": "x" * 100_000},
        {"username": "miniadmin", "password": "\u0007" * 100_000},
    ],
)
async def test_a_wrong_login_does_not_say_what_was_wrong(client: httpx.AsyncClient, login: dict[str, str]):
    answer = await client.post("/api/auth/login", json=login)
    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"miniadmin"',
        b"{}",
        b'{"username": "miniadmin"}',
        b'{"username": "miniadmin", "password": 12345}',
        b'{"username": "miniadmin", "password": null}',
        b'{"username": ["miniadmin"], "password": "x"}',
        b'{"username": "\\ud800", "password": "x"}',
        b'{"username": "\xff", "password": "x"}',
        b"[" * 100_000,
        b"username=miniadmin&password=x",
    ],
)
async def test_a_login_that_is_none_gets_a_sentence_that_repeats_nothing_of_it(client: httpx.AsyncClient, body: bytes):
    answer = await client.post("/api/auth/login", content=body)
    assert answer.status_code == 400
    assert answer.json() == {"error": "The body must be a JSON object with username and password, both text."}


async def test_a_login_of_more_than_a_megabyte_is_not_read(client: httpx.AsyncClient):
    answer = await client.post("/api/auth/login", content=b'{"username": "' + b"x" * 1_000_000)
    assert answer.status_code == 413
    assert answer.json() == {"error": "The body is too large; at most 1000000 bytes are allowed."}


async def test_after_five_failures_an_address_has_to_wait_and_is_told_how_long(app: FastAPI, client: httpx.AsyncClient):
    for _ in range(5):
        assert (await client.post("/api/auth/login", json=RIGHT | {"password": "x"})).status_code == 401
    answer = await client.post("/api/auth/login", json=RIGHT)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] in ("1", "2")
    assert answer.json()["error"].startswith("Too many failed logins from this address; try again in ")
    async with caller(app, "10.0.0.8") as other:
        assert (await other.post("/api/auth/login", json=RIGHT)).status_code == 200


async def test_no_header_makes_another_address(client: httpx.AsyncClient):
    for index in range(6):
        headers = {"X-Forwarded-For": f"10.9.9.{index}", "Forwarded": f"for=10.9.9.{index}"}
        answer = await client.post("/api/auth/login", json=RIGHT | {"password": "x"}, headers=headers)
    assert answer.status_code == 429


async def test_a_changed_password_ends_the_sessions_of_the_old_one(
    app: FastAPI, client: httpx.AsyncClient, config: Config
):
    await client.post("/api/auth/login", json=RIGHT)
    await app.state.panel.reload(changed_password(config, "a new one"))
    answer = await client.get("/api/auth/me")
    assert (answer.status_code, answer.json()) == (401, {"error": "The account was changed since; log in again."})


async def test_the_log_tells_of_failed_logins_and_never_of_what_was_typed(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    await client.post("/api/auth/login", json={"username": "hunter2\nroot", "password": "hunter3"})
    assert [record.message for record in caplog.records if record.name.startswith("minipanel")] == [
        "A login from 10.0.0.9 failed."
    ]
    assert "hunter" not in caplog.text


async def test_agents_tokens_are_no_sessions_and_sessions_no_tokens(client: httpx.AsyncClient, config: Config):
    token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    answer = await client.post("/api/metrics", content=json.dumps({}), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_a_session_outlives_a_restart_of_the_panel(config: Config):
    async with running_app(config) as app, caller(app) as client:
        token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    header = {"Authorization": f"Bearer {token}"}
    async with running_app(replace(config)) as app, caller(app) as client:
        assert (await client.get("/api/auth/me", headers=header)).status_code == 200
