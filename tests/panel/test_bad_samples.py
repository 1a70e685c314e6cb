"""Samples over HTTP: what is refused, with which status and words. Nothing of it is stored."""

import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.config import Config
from tests.panel.example import bearer, body_of, config_in, nothing_stored, running_app, sample
from tests.panel.ways import WAYS, caller_by

pytestmark = pytest.mark.anyio

SLOT = 1_700_000_000


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
async def app(config: Config) -> AsyncIterator[FastAPI]:
    async with running_app(config) as app:
        yield app


async def refusal(
    app: FastAPI, config: Config, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, str, httpx.Headers]:
    """Status, sentence and headers of the answer, which must be an error in the one shape, the same on all ways."""
    answers = []
    with nothing_stored(config):
        for way in WAYS:
            async with caller_by(way, app) as client:
                given = bearer() if headers is None else headers
                answers.append(await client.post("/api/metrics", content=body, headers=given))
    answer, *others = answers
    assert list(answer.json()) == ["error"]
    for other in others:
        assert list(other.json()) == ["error"]
        assert (other.status_code, _apart_from_time(other)) == (answer.status_code, _apart_from_time(answer))
        assert set(answer.headers.items()) == set(other.headers.items()) - {("connection", "close")}
    sentence = answer.json()["error"]
    assert sentence.endswith(".")
    assert sentence.isprintable()
    return answer.status_code, sentence, answer.headers


def _apart_from_time(answer: httpx.Response) -> str:
    return re.sub(r"\d+(\.\d)? seconds", "", answer.json()["error"])


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "The body is not JSON"),
        (b"not JSON", 400, "The body is not JSON"),
        (b'"text"', 400, 'The body is "text"; it must be one sample'),
        (b"17", 400, "The body is 17; it must be one sample"),
        (b"null", 400, "The body is null; it must be one sample"),
        (b"[]", 400, "The array is empty"),
        (b"[" * 200_000, 400, "nested too deeply"),
        (b"\xff\xfe", 400, "not UTF-8"),
        (body_of(*[sample(timestamp=SLOT - 5 * index) for index in range(1001)]), 413, "at most 1000"),
        (b" " * 1_000_001, 413, "at most 1000000 bytes"),
    ],
    ids=["empty", "no-json", "text", "number", "null", "no-samples", "nested", "no-utf8", "too-many", "too-large"],
)
async def test_a_body_without_samples(app: FastAPI, config: Config, body: bytes, status: int, words: str):
    got, sentence, _ = await refusal(app, config, body)
    assert got == status
    assert words in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"memory_total": ...},
        {"cpu_temp": ...},
        {"cpu_percent": "45"},
        {"cpu_percent": True},
        {"cpu_percent": float("nan")},
        {"cpu_percent": float("inf")},
        {"cpu_percent": 100.5},
        {"cpu_percent": -1},
        {"memory_used": -1},
        {"cpu_temp": 1000},
        {"timestamp": 1_700_000_002},
        {"timestamp": -5},
    ],
    ids=str,
)
async def test_a_field_that_is_not_acceptable_is_named_and_the_good_ones_are_not_stored(
    app: FastAPI, config: Config, changes: dict[str, Any]
):
    (field,) = changes
    status, sentence, _ = await refusal(app, config, body_of(sample(), sample(), sample(**changes)))
    assert status == 400
    assert sentence.startswith(f"[2].{field} is ")
    assert "; it must be " in sentence


async def test_more_memory_used_than_total(app: FastAPI, config: Config):
    status, sentence, _ = await refusal(app, config, body_of(sample(memory_total=1, memory_used=2)))
    assert (status, sentence) == (400, "memory_used is 2; it must be at most memory_total, which is 1.")


async def test_a_number_too_large_to_be_one(app: FastAPI, config: Config):
    body = body_of(sample()).replace(b"45.2", b"1e999")
    status, sentence, _ = await refusal(app, config, body)
    assert (status, sentence) == (400, "cpu_percent is Infinity; it must be a number from 0 to 100.")


async def test_a_sample_from_the_future_is_refused_with_how_far_ahead_it_is(app: FastAPI, config: Config):
    # From now, not from when this file was imported: minutes may pass before a test runs.
    timestamp = int(time.time()) // 5 * 5 + 3600
    status, sentence, _ = await refusal(app, config, body_of(sample(timestamp=timestamp)))
    assert status == 400
    assert re.match(rf"timestamp is {timestamp}, 3[56]\d\d", sentence)


async def test_two_nodes_in_one_array(app: FastAPI, config: Config):
    status, sentence, _ = await refusal(app, config, body_of(sample(), sample(node_id="node002")))
    assert (status, sentence[:22]) == (400, '[1].node_id is "node00')


@pytest.mark.parametrize("node_id", ["n" * 10_000, "node\x00001", "node001\n2026-01-01 ERROR", "", "\u202e100edon", 7])
async def test_a_node_id_that_is_not_a_hostname_is_never_repeated_unescaped(
    app: FastAPI, config: Config, caplog: pytest.LogCaptureFixture, node_id: object
):
    status, sentence, _ = await refusal(app, config, body_of(sample(node_id=node_id)))
    assert status == 400
    assert sentence.startswith("node_id is ")
    assert len(sentence) < 300
    assert caplog.records
    assert all(record.getMessage().isprintable() for record in caplog.records)


async def test_an_unknown_node_and_a_disabled_one(app: FastAPI, config: Config):
    unknown = await refusal(app, config, body_of(sample(node_id="node999")), bearer("node999"))
    assert unknown[:2] == (401, "The token belongs to no node in the panel's configuration.")
    disabled = await refusal(app, config, body_of(sample(node_id="node003")), bearer("node003"))
    assert disabled[:2] == (403, "Node 'node003' is disabled in the panel's configuration.")


async def test_a_bad_token_does_not_reveal_which_nodes_exist(app: FastAPI, config: Config):
    answers = {
        (await refusal(app, config, body_of(sample(node_id=node_id))))[:2]
        for node_id in ("node002", "node003", "node999")
    }
    assert answers == {(401, f"The token does not belong to 'node{number}'.") for number in ("002", "003", "999")}


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        (None, "The request has no Authorization header"),
        ("", "has no Authorization header"),
        ("MUNGE MUNGE:AwQ=:", "begins with 'MUNGE'"),
        ("Basic bWluaTptaW5p", "begins with 'Basic'"),
        ("Bearer", "malformed"),
        ("Bearer x", "malformed"),
        ("Bearer " + "x" * 20_000, "has 20007 characters"),
    ],
)
async def test_a_credential_that_is_missing_or_garbled(
    app: FastAPI, config: Config, authorization: str | None, words: str
):
    headers = {} if authorization is None else {"Authorization": authorization}
    status, sentence, answered = await refusal(app, config, body_of(sample()), headers)
    assert status == 401
    assert words in sentence
    assert answered["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "a\tb"])
async def test_a_compressed_body_is_not_read(app: FastAPI, config: Config, encoding: str):
    status, sentence, _ = await refusal(app, config, body_of(sample()), bearer() | {"Content-Encoding": encoding})
    assert status == 400
    assert "it must be plain JSON, without Content-Encoding" in sentence


async def test_a_body_that_breaks_off_is_not_an_error_of_the_panel(
    app: FastAPI, config: Config, caplog: pytest.LogCaptureFixture
):
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": b'{"node', "more_body": True}, {"type": "http.disconnect"}]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/metrics",
        "query_string": b"",
        "headers": [(b"authorization", bearer()["Authorization"].encode())],
        "client": ("10.0.0.2", 1),
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with nothing_stored(config):
        await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"]) == {"error": "The body ended too early."}
    assert not any(record.exc_info for record in caplog.records)
