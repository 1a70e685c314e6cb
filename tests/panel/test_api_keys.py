"""API tokens and wall screens: made once, distinguished without a look-up, listed, used, expired, removed."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.access import keys as module
from minipanel.access.access import Access
from minipanel.access.keys import DAY_SECONDS, digest_of, is_whole, new_secret
from minipanel.config import Config
from minipanel.errors import BadInput, DatabaseError, NotAuthenticated, TryLater
from minipanel.models.access import KeyKind
from tests.panel.example import Opened, caller, config_in, running_app

pytestmark = pytest.mark.anyio

NOW = 1_700_000_000
MISTYPED = "The secret of the API token is mistyped or incomplete: its checksum does not match."


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


def refused(access: Access, secret: str, kind: KeyKind = "token") -> str:
    with pytest.raises(NotAuthenticated) as caught:
        access.keys.check(kind, secret, "10.0.0.9")
    return caught.value.sentence


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_secret_has_256_random_bits_and_a_checksum() -> None:
    secrets = {new_secret("token") for _ in range(200)}
    assert len(secrets) == 200
    assert all(re.fullmatch(r"mpt_[0-9A-Za-z]{49}", secret) and is_whole(secret) for secret in secrets)
    assert new_secret("kiosk").startswith("mpk_")
    assert 62**43 > 2**256
    assert 62**6 > 2**32


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 52), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. é"))
def test_a_single_mistyped_character_is_always_noticed(place: int, sign: str) -> None:
    secret = SECRET
    changed = secret[:place] + sign + secret[place + 1 :]
    assert is_whole(changed) == (changed == secret)


SECRET = new_secret("token")


@pytest.mark.parametrize(
    "text",
    ["", "mpt_", "mpt", SECRET[:-1], f"{SECRET}a", SECRET.upper(), SECRET.replace("mpt_", "mpk_"), f"{SECRET}\n", "é"],
    ids=range(9),
)
def test_an_incomplete_secret_is_not_a_key(text: str) -> None:
    assert not is_whole(text)


async def test_a_mistyped_token_is_noticed_without_a_look_up(
    opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = opened(config)
    _, secret = await access.keys.add("token", "grafana", "metrics", 1, "miniadmin")

    def never(text: str) -> bytes:
        raise AssertionError("it was looked up")

    monkeypatch.setattr(module, "digest_of", never)
    swapped = secret[:20] + secret[21] + secret[20] + secret[22:]
    for mistyped in (secret[:-1], swapped if swapped != secret else secret[:-2], f"{secret}x", "mpt_hunter2"):
        assert refused(access, mistyped) == MISTYPED


async def test_a_token_is_good_until_its_day_and_then_says_so(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    key, secret = await access.keys.add("token", "grafana", "metrics", 365, "miniadmin")
    assert key.expires_at == NOW + 365 * DAY_SECONDS
    clock.now = key.expires_at - 1
    who = access.keys.check("token", secret, "10.0.0.9")
    assert (who.kind, who.name, who.role, who.scopes) == ("token", "grafana", None, {"metrics"})
    clock.now = key.expires_at
    assert refused(access, secret) == "The API token 'grafana' expired on 2024-11-13; create a new one."
    assert [one.name for one in access.keys.all("token")] == ["grafana"]


async def test_a_removed_token_and_anothers_are_not_known(opened: Opened, config: Config) -> None:
    access = opened(config)
    key, secret = await access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
    await access.keys.remove("token", key.id)
    unknown = "This panel does not know this API token; it was removed, or belongs to another panel."
    assert refused(access, secret) == unknown
    assert refused(access, SECRET) == unknown


async def test_the_database_holds_a_digest_and_never_the_secret(config: Config) -> None:
    async with running_app(config) as app:
        _, secret = await app.state.access.keys.add("token", "grafana", "read", 1, "miniadmin")
        _, link = await app.state.access.keys.add("kiosk", "hall", "read", 1, "miniadmin")
    for file in config.database.path.parent.iterdir():
        if file.is_file():
            content = file.read_bytes()
            assert secret.encode() not in content
            assert link.encode() not in content
    with closing(sqlite3.connect(config.database.path)) as database:
        digests = [digest for (digest,) in database.execute("SELECT digest FROM access_keys ORDER BY id")]
    assert digests == [hashlib.sha256(text.encode()).digest() for text in (secret, link)]
    assert digest_of(secret) == digests[0]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"scope": "write"}, "The scope is 'write'; it must be metrics or read."),
        ({"scope": ""}, "The scope is ''; it must be metrics or read."),
        ({"days": 0}, "The number of days is 0; it must be 1 to 3650."),
        ({"days": 3651}, "The number of days is 3651; it must be 1 to 3650."),
        ({"days": -1}, "The number of days is -1; it must be 1 to 3650."),
        ({"days": 10**200}, "The number of days is 10000000000000000000…; it must be 1 to 3650."),
        ({"days": 1.5}, None),
        ({"days": "7"}, None),
        ({"days": None}, None),
        ({"name": 7}, None),
        ({"more": 7}, None),
        ({"name": ""}, "The name is ''; it must be 1 to 64 printable characters without spaces around them."),
        ({"name": " x"}, "The name is ' x'; it must be 1 to 64 printable characters without spaces around them."),
        ({"name": "a\nb"}, "The name is 'a\\nb'; it must be 1 to 64 printable characters without spaces around them."),
        ({"name": "grafana"}, "There is already an API token 'grafana'; remove it, or choose another name."),
    ],
    ids=range(15),
)
async def test_a_token_that_can_not_be_is_one_sentence_and_nothing_changes(
    app: FastAPI, client: httpx.AsyncClient, asked: dict[str, Any], sentence: str | None
) -> None:
    await app.state.access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
    answer = await client.post("/api/tokens", json={"name": "new", "scope": "read"} | asked)
    assert answer.status_code == 400
    shape = "The body must be a JSON object with name, scope, days, and nothing else."
    assert answer.json() == {"error": sentence or shape}
    assert [key["name"] for key in (await client.get("/api/tokens")).json()] == ["grafana"]


async def test_the_number_of_keys_is_limited(opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEYS", 2)
    access = opened(config)
    for name in ("a", "b"):
        await access.keys.add("token", name, "read", 1, "miniadmin")
    with pytest.raises(BadInput, match="There are already 2 API tokens; remove one first"):
        await access.keys.add("token", "c", "read", 1, "miniadmin")
    await access.keys.add("kiosk", "a", "read", 1, "miniadmin")


async def test_an_admin_makes_lists_and_removes_tokens(app: FastAPI, client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/tokens", json={"name": "scripts", "scope": "read", "days": 7})).json()
    assert made["expires_at"] - int(app.state.panel.clock()) in range(7 * DAY_SECONDS - 5, 7 * DAY_SECONDS + 1)
    async with caller(app, "10.0.0.8") as script:
        answer = await script.get("/api/nodes", headers=bearer(made["token"]))
        assert answer.status_code == 200
        me = (await script.get("/api/auth/me", headers=bearer(made["token"]))).json()
        assert me == {"username": "scripts", "role": None, "kind": "token", "expires_at": made["expires_at"]}
        (listed,) = (await client.get("/api/tokens")).json()
        assert (listed["name"], listed["scope"], listed["created_by"]) == ("scripts", "read", "miniadmin")
        assert listed["last_address"] == "10.0.0.8"
        assert listed["last_used_at"] - listed["created_at"] in (0, 1, 2)
        assert made["token"] not in json.dumps(listed)
        assert (await client.delete(f"/api/tokens/{made['id']}")).json() == {"status": "ok"}
        assert (await script.get("/api/nodes", headers=bearer(made["token"]))).status_code == 401
    answer = await client.delete(f"/api/tokens/{made['id']}")
    assert (answer.status_code, answer.json()) == (404, {"error": f"There is no API token with the id {made['id']}."})


@pytest.mark.parametrize(
    ("id", "named"),
    [("x", "x"), ("-1", "-1"), ("9" * 5000, "9" * 60 + "…"), ("%00", "\\x00"), ("²", "²"), ("7", "7")],
)
async def test_an_unknown_id_is_not_found_and_named(client: httpx.AsyncClient, id: str, named: str) -> None:
    answer = await client.delete(f"/api/tokens/{id}")
    assert (answer.status_code, answer.json()) == (404, {"error": f"There is no API token with the id {named}."})


async def test_an_id_with_a_slash_is_no_address(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/api/tokens/1%2f2")).status_code == 404


async def test_tokens_outlive_a_restart_and_their_last_use_too(config: Config) -> None:
    async with running_app(config) as app:
        _, secret = await app.state.access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
        app.state.access.keys.check("token", secret, "10.0.0.9")
    async with running_app(config) as app:
        (key,) = app.state.access.keys.all("token")
        assert (key.last_used_at is not None, key.last_address) == (True, "10.0.0.9")
        assert app.state.access.keys.check("token", secret, "10.0.0.9").name == "grafana"


async def test_uses_are_written_once_a_minute(opened: Opened, config: Config) -> None:
    clock = Clock()
    access = opened(config, clock)
    _, secret = await access.keys.add("token", "grafana", "metrics", 1, "miniadmin")
    writings = 0
    run = access.keys._run

    async def counted(job: Any) -> Any:
        nonlocal writings
        writings += 1
        return await run(job)

    access.keys._run = counted
    for second in range(0, 120, 5):
        clock.now = NOW + second
        access.keys.check("token", secret, "10.0.0.9")
        await access.keys.flush()
    assert writings == 2


async def test_what_can_not_be_written_is_neither_made_nor_removed(opened: Opened, config: Config) -> None:
    access = opened(config)
    key, secret = await access.keys.add("token", "grafana", "metrics", 1, "miniadmin")

    async def full(job: Any) -> Any:
        raise DatabaseError("The database can't grow.")

    access.keys._run = full
    with pytest.raises(TryLater):
        await access.keys.add("token", "other", "metrics", 1, "miniadmin")
    with pytest.raises(TryLater):
        await access.keys.remove("token", key.id)
    assert [one.name for one in access.keys.all("token")] == ["grafana"]
    assert access.keys.check("token", secret, "10.0.0.9")


async def test_a_wall_screen_needs_no_password_and_sees_the_realtime_view_alone(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    made = (await client.post("/api/kiosks", json={"name": "hall"})).json()
    path, _, secret = made["path"].partition("#")
    assert path == "/kiosk"
    async with caller(app, "10.0.0.8") as screen:
        opened = await screen.post("/api/auth/kiosk", json={"secret": secret})
        assert opened.json() == {"name": "hall", "expires_at": made["expires_at"]}
        cookie = opened.headers["Set-Cookie"]
        assert all(part in cookie for part in ("minipanel_kiosk=mpk_", "HttpOnly", "SameSite=strict", "Path=/api"))
        me = (await screen.get("/api/auth/me")).json()
        assert (me["username"], me["role"], me["kind"]) == ("hall", None, "kiosk")
        assert (await screen.get("/api/metrics/realtime")).status_code == 200
        for path in ("/api/metrics/history/node001?period=1d", "/api/metrics/realtime/node001", "/metrics"):
            answer = await screen.get(path)
            assert answer.status_code in (401, 403), path
        assert (await screen.get("/api/tokens")).json() == {
            "error": "A wall screen sees the realtime view and nothing else."
        }
        assert (await client.delete(f"/api/kiosks/{made['id']}")).status_code == 200
        answer = await screen.get("/api/metrics/realtime")
        assert answer.status_code == 401
        assert answer.json()["error"].startswith("This panel does not know this wall screen; it was removed")


async def test_the_link_of_a_wall_screen_can_not_be_opened_for_a_browser_by_another_site(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    secret = (await client.post("/api/kiosks", json={"name": "hall"})).json()["path"].partition("#")[2]
    async with caller(app, "10.0.0.8") as screen:
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
            answer = await screen.post("/api/auth/kiosk", json={"secret": secret}, headers=headers)
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
        form = {"Content-Type": "text/plain"}
        answer = await screen.post("/api/auth/kiosk", content=json.dumps({"secret": secret}), headers=form)
        assert answer.status_code == 400


async def test_no_log_contains_a_secret(
    app: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    token = (await client.post("/api/tokens", json={"name": "scripts", "scope": "read"})).json()["token"]
    link = (await client.post("/api/kiosks", json={"name": "hall"})).json()["path"].partition("#")[2]
    async with caller(app, "10.0.0.8") as other:
        await other.post("/api/auth/kiosk", json={"secret": link})
        await other.post("/api/auth/kiosk", json={"secret": f"{link}x"})
        await other.get("/api/nodes", headers=bearer(token))
        await other.get("/api/nodes", headers=bearer(f"{token}x"))
        await other.post("/api/metrics", headers=bearer(token), json={})
    assert token not in caplog.text
    assert link not in caplog.text
    assert "miniadmin created the API token scripts, from 10.0.0.2." in caplog.text
