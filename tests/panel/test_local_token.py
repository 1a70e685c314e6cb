"""The token that this machine's commands sign with config.toml's secret: it may only read, and soon expires."""

from __future__ import annotations

import time

import httpx
import pytest
from fastapi import FastAPI

from minipanel.services.local_token import LIFE_SECONDS, MAX_NAME_BYTES, acts_for, good_until, is_local, local_token

SECRET = "a secret for sessions, of 32 bytes and more"
NOW = 1_700_000_000.5


def test_a_token_is_good_for_its_life_and_not_a_second_longer() -> None:
    token = local_token(SECRET, NOW)
    end = int(NOW) + LIFE_SECONDS
    assert good_until(token, SECRET, NOW) == end
    assert good_until(token, SECRET, end - 0.1) == end
    assert good_until(token, SECRET, end) is None


@pytest.mark.parametrize(
    "token",
    [
        local_token("another secret of 32 bytes and more", NOW),
        local_token(SECRET, NOW + 3600),
        local_token(SECRET, NOW)[:-1] + "g",
        local_token(SECRET, NOW).replace("mpl_17", "mpl_18"),
        local_token(SECRET, NOW).upper(),
        local_token(SECRET, NOW) + "\n",
        "mpl_" + "9" * 10_000 + "_" + "0" * 64,
        "mpl__",
        "mpl_1700000060_",
        local_token(SECRET, NOW).replace("mpl_1700000060", "mpl_1700000060_626f62"),
        local_token(SECRET, NOW, "bob").replace("626f62", "616263"),
        local_token(SECRET, NOW, "bob").replace("626f62_", ""),
        "mpl_١٧٠٠٠٠٠٠٦٠_" + "0" * 64,
    ],
    ids=[
        "other-secret",
        "later",
        "one-digit",
        "other-time",
        "upper",
        "line",
        "long",
        "empty",
        "unsigned",
        "named",
        "other-name",
        "nameless",
        "arabic",
    ],
)
def test_a_token_that_was_not_signed_so_is_none(token: str) -> None:
    assert good_until(token, SECRET, NOW) is None


@pytest.mark.parametrize("who", ["alice", "用户", "a_b", "x" * MAX_NAME_BYTES])
def test_one_that_names_a_user_says_who(who: str) -> None:
    token = local_token(SECRET, NOW, who)
    assert (good_until(token, SECRET, NOW), acts_for(token)) == (int(NOW) + LIFE_SECONDS, who)


def test_a_long_name_is_cut_and_a_missing_name_means_nobody() -> None:
    assert acts_for(local_token(SECRET, NOW, "名" * 40)) == "名" * 21 + "�"
    assert acts_for(local_token(SECRET, NOW)) == ""


def test_a_session_is_not_taken_for_one() -> None:
    assert not is_local("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtaW5pYWRtaW4ifQ.c2lnbmF0dXJl")


def asked_with(client: httpx.AsyncClient, token: str) -> None:
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {token}"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/api/nodes", "/api/metrics/realtime", "/api/metrics/history/node001?period=1d"])
async def test_it_opens_what_is_read(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    asked_with(client, local_token(SECRET, time.time()))
    assert (await client.get(path)).status_code == 200


@pytest.mark.anyio
async def test_it_changes_nothing(app: FastAPI, client: httpx.AsyncClient) -> None:
    asked_with(client, local_token(SECRET, time.time()))
    answer = await client.post("/api/auth/logout")
    assert (answer.status_code, answer.json()) == (403, {"error": "This token may only read."})


@pytest.mark.anyio
async def test_one_whose_time_is_over_is_refused(app: FastAPI, client: httpx.AsyncClient) -> None:
    asked_with(client, local_token(SECRET, time.time() - LIFE_SECONDS))
    answer = await client.get("/api/nodes")
    assert answer.status_code == 401
    assert answer.json() == {"error": "The token of this machine is not one of this panel's, or has expired."}


@pytest.mark.anyio
async def test_one_that_names_somebody_acts_where_commands_may_and_their_name_is_kept(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    asked_with(client, local_token(SECRET, time.time(), "al\x1b[31mice"))
    silence = {"nodes": "node001", "until": int(time.time()) + 3600, "why": "new fans"}
    kept = await client.post("/api/silences", json=silence)
    assert (kept.status_code, kept.json()["who"]) == (200, "al\\x1b[31mice")
    assert (await client.get("/api/silences")).json()[0]["id"] == kept.json()["id"]
    assert (await client.post("/api/auth/logout")).json() == {"error": "This token may only read."}
    refused = await client.post("/api/tokens", json={"name": "x", "scope": "read"})
    assert refused.status_code == 403
