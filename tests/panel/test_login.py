"""Log-in, log-out and the logged-in user, over HTTP."""

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.config import Config
from tests.panel.example import PASSWORD, caller, changed_password, config_in, running_app

pytestmark = pytest.mark.anyio

RIGHT = {"username": "miniadmin", "password": PASSWORD}
JSON = {"Content-Type": "application/json"}
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
    cookies = [SimpleCookie(text) for text in answer.headers.get_list("Set-Cookie")]
    cookie = cookies[0]["minipanel_session"]
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
    known = {"username": "miniadmin", "role": "admin", "kind": "session"}
    assert answer.json() == known | {"expires_at": login["expires_at"]}
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


async def test_only_a_logged_in_user_can_log_out(client: httpx.AsyncClient):
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
    answer = await client.post("/api/auth/login", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json() == {"error": "The body must be a JSON object with username and password, both text."}


async def test_a_login_of_more_than_a_megabyte_is_not_read(client: httpx.AsyncClient):
    answer = await client.post("/api/auth/login", content=b'{"username": "' + b"x" * 1_000_000, headers=JSON)
    assert answer.status_code == 413
    assert answer.json() == {"error": "The body is too large; at most 1000000 bytes are allowed."}


async def test_after_five_failures_an_address_must_wait_and_learns_how_long(app: FastAPI, client: httpx.AsyncClient):
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


async def test_the_log_has_failed_logins_but_never_what_was_typed(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    await client.post("/api/auth/login", json={"username": "hunter2\nroot", "password": "hunter3"})
    assert [record.message for record in caplog.records if record.name.startswith("minipanel")] == [
        "A login from 10.0.0.9 failed."
    ]
    assert "hunter" not in caplog.text


async def test_agents_tokens_are_not_sessions_and_sessions_are_not_tokens(client: httpx.AsyncClient, config: Config):
    token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    answer = await client.post("/api/metrics", content=json.dumps({}), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_a_session_outlives_a_restart_of_the_panel(config: Config):
    async with running_app(config) as app, caller(app) as client:
        token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
    header = {"Authorization": f"Bearer {token}"}
    async with running_app(replace(config)) as app, caller(app) as client:
        assert (await client.get("/api/auth/me", headers=header)).status_code == 200


async def test_a_session_that_was_logged_out_stays_out_after_a_restart(config: Config):
    async with running_app(config) as app, caller(app) as client:
        token = (await client.post("/api/auth/login", json=RIGHT)).json()["token"]
        await client.post("/api/auth/logout")
    async with running_app(replace(config)) as app, caller(app) as client:
        answer = await client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (401, {"error": "The session was logged out; log in again."})


async def test_a_browser_that_logged_in_before_gets_in_while_its_address_has_to_wait(client: httpx.AsyncClient):
    cookies = [
        SimpleCookie(text) for text in (await client.post("/api/auth/login", json=RIGHT)).headers.get_list("Set-Cookie")
    ]
    device = cookies[1]["minipanel_device"]
    assert (device["httponly"], device["samesite"], device["path"]) == (True, "strict", "/api/auth/login")
    client.cookies.clear()
    for _ in range(6):
        stranger = await client.post("/api/auth/login", json=RIGHT | {"password": "x"})
    assert stranger.status_code == 429
    known = {"Cookie": f"minipanel_device={device.value}"}
    assert (await client.post("/api/auth/login", json=RIGHT, headers=known)).status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_a_login_that_a_form_could_send_is_refused(client: httpx.AsyncClient, media_type: str):
    answer = await client.post("/api/auth/login", content=json.dumps(RIGHT), headers={"Content-Type": media_type})
    assert answer.status_code == 400
    assert answer.json() == {"error": f"The Content-Type is '{media_type}'; it must be application/json."}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9090"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_login_from_another_sites_page_is_refused(client: httpx.AsyncClient, headers: dict[str, str]):
    answer = await client.post("/api/auth/login", json=RIGHT, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("The login was sent by ")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"},
        {"Host": "10.0.0.1:8080", "Origin": "http://10.0.0.1:8080"},
        {"Host": "[fd00::1]"},
        {"Host": "LOCALHOST:1234"},
        {"Host": "head.cluster:8080", "Origin": "http://head.cluster:8080"},
        {"Host": socket.gethostname()},
        {"Host": "127.0.0.1:8080", "Origin": "https://monitor.example"},
        {"Host": "monitor.example", "Origin": "https://monitor.example"},
    ],
)
async def test_a_login_from_the_panels_own_page_is_taken(config: Config, headers: dict[str, str]):
    server = replace(config.server, url="http://head.cluster:8080", hosts=("monitor.example",))
    async with running_app(replace(config, server=server)) as app, caller(app) as client:
        assert (await client.post("/api/auth/login", json=RIGHT, headers=headers)).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "\x1b[2J", "[::1", ""])
async def test_a_name_that_the_panel_is_not_known_by_is_refused_at_login(client: httpx.AsyncClient, host: str):
    answer = await client.post("/api/auth/login", json=RIGHT, headers={"Host": host})
    assert answer.status_code == 403
    assert "\x1b" not in answer.text
    assert answer.json()["error"].startswith("This panel is not known as ")
    if host == "evil.example":
        assert 'add the line hosts = ["evil.example"] to [server] in its config.toml.' in answer.json()["error"]


@pytest.mark.parametrize(
    "path", ["/api/nodes/", "/api/auth/login/", "/api/metrics/realtime/", "//evil.example/..", "/assets"]
)
async def test_no_answer_sends_a_browser_to_the_host_that_it_named(client: httpx.AsyncClient, path: str):
    answer = await client.get(path, headers={"Host": "evil.example"})
    assert "Location" not in answer.headers
    assert "evil" not in str(answer.headers)


async def test_behind_a_trusted_proxy_the_clients_own_address_counts(config: Config):
    server = replace(config.server, trusted_proxies=("127.0.0.1", "10.0.0.7"))
    async with running_app(replace(config, server=server)) as app, caller(app, "127.0.0.1") as proxy:
        for index in range(6):
            # The client's claim comes first; only what the proxies saw counts.
            headers = {"X-Forwarded-For": f"1.2.3.{index}, 10.0.0.9, 10.0.0.7"}
            answer = await proxy.post("/api/auth/login", json=RIGHT | {"password": "x"}, headers=headers)
        assert answer.status_code == 429
        headers = {"X-Forwarded-For": "10.0.0.8", "X-Forwarded-Proto": "https"}
        answer = await proxy.post("/api/auth/login", json=RIGHT, headers=headers)
        assert answer.status_code == 200
        assert all("; Secure" in cookie for cookie in answer.headers.get_list("Set-Cookie"))
