"""GET /api/health: that the panel answers, and whether it does its work."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from minipanel.services.pulse import Pulse
from tests.panel.example import bearer, body_of, sample

pytestmark = pytest.mark.anyio


async def test_it_says_when_a_sample_was_stored_and_alerts_were_looked_for(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    client.cookies.clear()
    said = (await client.get("/api/health")).json()
    assert (said["status"], said["stored_at"], said["evaluated_at"]) == ("ok", None, None)
    now = int(app.state.panel.clock())
    posted = await client.post("/api/metrics", content=body_of(sample(timestamp=now // 5 * 5)), headers=bearer())
    assert posted.status_code == 200, posted.text
    await app.state.alerts.tick()
    said = (await client.get("/api/health")).json()
    assert now <= said["stored_at"] <= now + 60
    assert now <= said["evaluated_at"] <= now + 60
    assert (await client.get("/api/health?within=60")).status_code == 200


async def test_one_that_stores_nothing_answers_503_where_it_is_asked_so(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    now = 1000.0
    app.state.panel.pulse = pulse = Pulse(lambda: 1_700_000_000, lambda: now)
    now += 601
    pulse.note_look()
    refused = await client.get("/api/health?within=600")
    assert (refused.status_code, refused.json()) == (503, {"error": "The panel has stored no sample for 601 seconds."})
    assert (await client.get("/api/health")).status_code == 200
    pulse.note_samples(app.state.panel.directory.nodes[0], [])
    assert (await client.get("/api/health?within=600")).json()["stored_at"] == 1_700_000_000
    now += 601
    pulse.note_samples(app.state.panel.directory.nodes[0], [])
    late = await client.get("/api/health?within=600")
    assert late.json()["error"] == "The panel has not checked its alert rules for 601 seconds."


@pytest.mark.parametrize("text", ["", "0", "-1", "86401", "1e3", "x" * 9000, "\u0661"])
async def test_a_time_that_can_not_be_is_refused(client: httpx.AsyncClient, text: str) -> None:
    refused = await client.get("/api/health", params={"within": text})
    assert (refused.status_code, refused.json()["error"].startswith("within is '")) == (400, True)
