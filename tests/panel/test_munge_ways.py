"""Samples over HTTP with credentials of a real munged, on both ways."""

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest
from minipanel_agent.munge import encode, payload_of

from tests.munged import missing_munged, process_id, running_munged
from tests.panel.example import body_of, config_in, running_app, sample
from tests.panel.ways import WAYS, Way, caller_by

pytestmark = pytest.mark.skipif(missing_munged() is not None, reason=str(missing_munged()))


@pytest.mark.parametrize("way", WAYS)
def test_a_credential_lets_one_post_in_and_without_munged_none(tmp_path: Path, way: Way):
    async def story() -> list[httpx.Response]:
        with running_munged() as path:
            config = config_in(tmp_path, auth="munge", munge_socket=path, allowed_uids=(os.geteuid(),))
            good, lost = ({"Authorization": f"MUNGE {encode(payload_of(body), path)}"} for _ in range(2))
            async with running_app(config) as app, caller_by(way, app) as agent:
                answers = [await agent.post("/api/metrics", content=body, headers=good) for _ in range(2)]
                os.kill(process_id(path), signal.SIGTERM)
                while Path(path).exists():  # noqa: ASYNC110, ASYNC240 - munged removes it
                    await asyncio.sleep(0.01)
                return [*answers, await agent.post("/api/metrics", content=body, headers=lost)]

    body = body_of(sample())
    stored, again, away = asyncio.run(story())
    assert (stored.status_code, stored.json()) == (200, {"status": "ok", "stored": 1, "ignored": 0})
    assert (again.status_code, again.headers["WWW-Authenticate"]) == (401, "MUNGE")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert away.json()["error"].startswith("The panel gets no answer from munged: ")


@pytest.mark.parametrize("way", WAYS)
def test_a_node_that_claims_anothers_origin_stores_nothing_for_it(tmp_path: Path, way: Way):
    async def story() -> list[httpx.Response]:
        key = os.urandom(128)
        with running_munged(key=key) as panels, running_munged(key=key, options=["--origin=10.0.0.3"]) as liars:
            config = config_in(tmp_path, auth="munge", munge_socket=panels, allowed_uids=(os.geteuid(),))
            async with running_app(config) as app, caller_by(way, app) as agent:
                answers = []
                for body in (body_of(sample(node_id="node002")), body_of(sample())):
                    headers = {"Authorization": f"MUNGE {encode(payload_of(body), liars)}"}
                    answers.append(await agent.post("/api/metrics", content=body, headers=headers))
                return answers

    for_another, for_itself = asyncio.run(story())
    assert for_another.status_code == 403
    assert for_another.json()["error"].startswith("'node002' may report from 10.0.0.3, but")
    assert (for_itself.status_code, for_itself.json()["stored"]) == (200, 1)
