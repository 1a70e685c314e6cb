"""[server] user_header: a trusted proxy names the user, and nobody else can. Each test is a hole of this kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.config import Config, check_config
from minipanel.errors import ConfigError
from tests.panel.example import PASSWORD, bearer, body_of, caller, config_in, running_app, sample, with_viewer

pytestmark = pytest.mark.anyio

PROXY = "10.7.7.7"
HEADER = "X-Forwarded-User"
SECRET = "a secret of the proxy, of thirty-two bytes"

TEXT = f"""\
[server]
url = "http://10.0.0.1:8080"
jwt_secret = "{"j" * 32}"
KEYS

[admin]
password_hash = "$2b$04${"a" * 53}"
"""


def proxied(config: Config, *proxies: str, secret: str | None = None) -> Config:
    server = replace(config.server, user_header=HEADER, trusted_proxies=proxies or (PROXY,), user_header_secret=secret)
    return replace(config, server=server)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return with_viewer(config_in(tmp_path))


@pytest.fixture
async def app(config: Config) -> AsyncIterator[FastAPI]:
    async with running_app(proxied(config)) as app:
        yield app


@asynccontextmanager
async def via_proxy(app: FastAPI, address: str = PROXY) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(app, address) as client:
        yield client


async def me(client: httpx.AsyncClient, *headers: tuple[str, str | bytes]) -> tuple[int, str]:
    """The status, and the user that the panel sees, or its sentence."""
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers]
    answer = await client.get("/api/auth/me", headers=raw)
    body = answer.json()
    return answer.status_code, body.get("error") or f"{body['username']} {body['role']} {body['kind']}"


async def test_a_trusted_proxy_names_the_user_of_each_request(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        assert await me(client, (HEADER, "vera")) == (200, "vera viewer proxy")
        assert await me(client, (HEADER, "miniadmin")) == (200, "miniadmin admin proxy")
        assert await me(client) == (401, "Log in first.")


async def test_it_is_off_unless_configured(config: Config) -> None:
    server = replace(config.server, trusted_proxies=(PROXY,))
    async with running_app(replace(config, server=server)) as app, via_proxy(app) as client:
        assert await me(client, (HEADER, "miniadmin")) == (401, "Log in first.")


@pytest.mark.parametrize("address", ["10.0.0.9", "127.0.0.1", "::1", "10.7.7.8", "::ffff:10.7.7.8", ""])
async def test_the_header_from_elsewhere_is_refused(app: FastAPI, address: str) -> None:
    async with via_proxy(app, address) as client:
        status, sentence = await me(client, (HEADER, "miniadmin"))
        assert status == 403
        assert sentence.startswith(f"{HEADER} is accepted from trusted_proxies only, and '")


@pytest.mark.parametrize("address", [PROXY, f"::ffff:{PROXY}"])
async def test_the_proxy_is_known_in_each_spelling_of_its_address(app: FastAPI, address: str) -> None:
    async with via_proxy(app, address) as client:
        assert (await me(client, (HEADER, "vera")))[0] == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
async def test_no_header_makes_its_sender_the_proxy(app: FastAPI, name: str) -> None:
    async with via_proxy(app, "10.0.0.9") as client:
        for value in (PROXY, f"{PROXY}, 10.0.0.9", f"10.0.0.9, {PROXY}", f"for={PROXY}"):
            assert (await me(client, (name, value), (HEADER, "miniadmin")))[0] == 403


async def test_a_client_that_claims_an_address_through_the_proxy_is_noted_by_the_one_the_proxy_saw(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with via_proxy(app) as client:
        await me(client, ("X-Forwarded-For", "1.2.3.4, 10.0.0.9"), (HEADER, "vera"))
    assert "vera logged in through the proxy, from 10.0.0.9." in caplog.text


async def test_several_headers_are_refused(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        for names in (("miniadmin", "vera"), ("vera", "vera"), ("", "miniadmin"), ("miniadmin", "")):
            status, sentence = await me(client, *((HEADER, name) for name in names))
            assert (status, sentence) == (403, f"{HEADER} came 2 times; the proxy must set it, not add to it.")
        assert (await me(client, (HEADER, "miniadmin, vera")))[0] == 403


@pytest.mark.parametrize("name", ["X_Forwarded_User", "X-Forwarded_User", "x_forwarded_user", "X-Forwarded-User "])
async def test_a_name_that_some_programs_take_for_the_header_is_another(app: FastAPI, name: str) -> None:
    async with via_proxy(app) as client:
        assert await me(client, (name, "miniadmin")) == (401, "Log in first.")
        assert await me(client, (name, "miniadmin"), (HEADER, "vera")) == (200, "vera viewer proxy")


@pytest.mark.parametrize("name", ["x-forwarded-user", "X-FORWARDED-USER"])
async def test_a_headers_name_has_no_capitals(app: FastAPI, name: str) -> None:
    async with via_proxy(app) as client:
        assert await me(client, (name, "vera")) == (200, "vera viewer proxy")
    async with via_proxy(app, "10.0.0.9") as client:
        assert (await me(client, (name, "vera")))[0] == 403


async def test_an_empty_value_names_nobody(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        assert await me(client, (HEADER, "")) == (401, "Log in first.")


@pytest.mark.parametrize(
    "name", ["nobody", "Vera", "VERA", "vera\t x", "miniadmin@example.org", "null", "(null)", "-", "miniadmin\x00", "1"]
)
async def test_a_name_without_an_account_gets_nowhere(app: FastAPI, name: str) -> None:
    async with via_proxy(app) as client:
        status, sentence = await me(client, (HEADER, name))
        assert status == 403
        assert sentence.endswith("who has no account here.")


async def test_names_are_utf_8_and_nothing_else(config: Config) -> None:
    async with running_app(proxied(with_viewer(config, "维"))) as app, via_proxy(app) as client:
        assert await me(client, (HEADER, "维".encode())) == (200, "维 viewer proxy")
        assert await me(client, (HEADER, b"vera" + b"\xff")) == (
            403,
            f"{HEADER} is not UTF-8; the proxy must send the name in it.",
        )
        assert (await me(client, (HEADER, "ve\u0301ra".encode())))[0] == 403


async def test_the_header_counts_before_an_earlier_users_cookie(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        assert await me(client) == (200, "miniadmin admin session")
        assert await me(client, (HEADER, "vera")) == (200, "vera viewer proxy")
        assert (await me(client, (HEADER, "nobody")))[0] == 403


async def test_a_cookie_does_not_excuse_a_header_from_elsewhere(app: FastAPI) -> None:
    async with via_proxy(app, "10.0.0.9") as client:
        await client.post("/api/auth/login", json={"username": "vera", "password": PASSWORD})
        assert await me(client) == (200, "vera viewer session")
        assert (await me(client, (HEADER, "miniadmin")))[0] == 403


async def test_what_the_proxy_passes_on_of_its_own_login_disturbs_nobody(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        for authorization in ("Basic dmVyYTpzZWNyZXQ=", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.AAAA"):
            assert await me(client, ("Authorization", authorization), (HEADER, "vera")) == (200, "vera viewer proxy")


async def test_the_proxy_speaks_for_no_agent(app: FastAPI) -> None:
    async with via_proxy(app, "10.0.0.9") as client:
        answer = await client.post("/api/metrics", content=body_of(sample()), headers={HEADER: "miniadmin"})
        assert answer.status_code == 401
        answer = await client.post("/api/metrics", content=body_of(sample()), headers=bearer() | {HEADER: "miniadmin"})
        assert answer.status_code == 200


async def test_the_login_takes_a_password_whatever_the_header_says(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        login = {"username": "miniadmin", "password": "wrong"}
        assert (await client.post("/api/auth/login", json=login, headers={HEADER: "miniadmin"})).status_code == 401
        login = {"username": "vera", "password": PASSWORD}
        answer = await client.post("/api/auth/login", json=login, headers={HEADER: "miniadmin"})
        assert answer.json()["username"] == "vera"


async def test_the_page_itself_and_the_sign_of_life_do_not_look_at_it(app: FastAPI) -> None:
    async with via_proxy(app, "10.0.0.9") as client:
        assert (await client.get("/api/health", headers={HEADER: "miniadmin"})).status_code == 200


async def test_a_proxy_on_this_machine_must_know_the_secret(config: Config) -> None:
    """Every user of the management node can connect from its addresses, and send what a proxy would."""
    async with running_app(proxied(config, "127.0.0.1", secret=SECRET)) as app, via_proxy(app, "127.0.0.1") as client:
        secret = ("X-MiniPanel-Proxy-Secret", SECRET)
        assert await me(client, (HEADER, "vera"), secret) == (200, "vera viewer proxy")
        refused = (403, f"{HEADER} came without the proxy's secret in X-MiniPanel-Proxy-Secret.")
        assert await me(client, (HEADER, "miniadmin")) == refused
        for guess in ("", SECRET[:-1], SECRET.upper(), f"{SECRET}x", "é".encode()):
            assert await me(client, (HEADER, "miniadmin"), (secret[0], guess)) == refused
        assert await me(client, (HEADER, "miniadmin"), secret, (secret[0], "x")) == refused
        assert await me(client, secret) == (401, "Log in first.")
    async with running_app(proxied(config, PROXY, secret=SECRET)) as app, via_proxy(app) as client:
        assert await me(client, (HEADER, "vera")) == refused


async def test_an_address_of_this_machine_that_is_not_loopback_does_not_bypass_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.access.proxy.LOCAL", {PROXY})
    async with running_app(proxied(config)) as app, via_proxy(app) as client:
        assert await me(client, (HEADER, "miniadmin")) == (
            403,
            f"{HEADER} came from this machine, where every user could send it: set user_header_secret in [server].",
        )


async def test_a_user_taken_out_is_out_at_the_next_request(app: FastAPI, config: Config) -> None:
    async with via_proxy(app) as client:
        assert (await me(client, (HEADER, "vera")))[0] == 200
        await app.state.panel.reload(replace(proxied(config), users=()))
        assert (await me(client, (HEADER, "vera")))[0] == 403


async def test_logging_out_ends_no_session_of_another(app: FastAPI) -> None:
    async with via_proxy(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        cookie = dict(client.cookies)
        assert (await client.post("/api/auth/logout", headers={HEADER: "vera"})).status_code == 200
        client.cookies.update(cookie)
        assert await me(client) == (200, "miniadmin admin session")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            'user_header = "X-User"',
            "user_header in [server] needs trusted_proxies, the addresses of the proxies that may",
        ),
        ('user_header = "X-User"\ntrusted_proxies = []', "user_header in [server] needs trusted_proxies"),
        (
            'user_header = "X-User"\ntrusted_proxies = ["10.0.0.7", "127.0.0.1"]',
            "user_header in [server] with 127.0.0.1 in trusted_proxies needs user_header_secret: otherwise every user",
        ),
        (
            'user_header = "X-User"\ntrusted_proxies = ["::1"]',
            "user_header in [server] with ::1 in trusted_proxies needs user_header_secret: otherwise every user of",
        ),
        (
            f'user_header_secret = "{"s" * 32}"',
            "user_header_secret in [server] needs user_header, which is missing",
        ),
        (
            'user_header = "X-User"\ntrusted_proxies = ["127.0.0.1"]\nuser_header_secret = "short"',
            "user_header_secret in [server] has 5 bytes; it must be text of at least 32 random bytes",
        ),
        ('user_header = ""\n', 'user_header in [server] is ""; it must be the name of a dedicated header, such as'),
        ('user_header = "X_User"', 'user_header in [server] is "X_User"; it must be the name of a dedicated header'),
        ('user_header = "X User"', 'user_header in [server] is "X User"; it must be the name of a dedicated header'),
        ('user_header = "Cookie"', 'user_header in [server] is "Cookie"; it must be the name of a dedicated header'),
        ('user_header = "HOST"', 'user_header in [server] is "HOST"; it must be the name of a dedicated header'),
        ('user_header = "X-用户"', 'user_header in [server] is "X-用户"; it must be the name of a dedicated header'),
        ("user_header = true", "user_header in [server] is true; it must be the name of a dedicated header"),
    ],
    ids=range(13),
)
def test_a_configuration_that_would_be_open_is_refused_at_the_start(keys: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_config(TEXT.replace("KEYS", keys), Path("/etc/config.toml"))
    assert sentence in str(caught.value)


def test_a_proxy_elsewhere_needs_no_secret() -> None:
    keys = 'user_header = "X-Forwarded-User"\ntrusted_proxies = ["10.0.0.7"]'
    assert check_config(TEXT.replace("KEYS", keys), Path("/etc/config.toml")).server.user_header == HEADER


@pytest.mark.parametrize(
    "keys",
    [{"user_header": None}, {"trusted_proxies": ("10.7.7.8",)}, {"trusted_proxies": ()}],
    ids=["single sign-on is off", "another proxy", "no proxy"],
)
async def test_a_proxys_session_ends_when_the_proxy_is_no_longer_trusted(
    app: FastAPI, config: Config, keys: dict[str, object]
) -> None:
    access = app.state.access
    user = access.proxied("vera", PROXY, "10.0.0.9")
    assert access.is_open(user)
    before = proxied(config)
    access.read_config(replace(before, server=replace(before.server, **keys)))  # type: ignore[arg-type]
    assert not access.is_open(user)
