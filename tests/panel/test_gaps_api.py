"""Gaps as the API serves them: found in what was stored, explained by what agents and the panel reported."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.panel.example import PASSWORD, bearer, body_of, caller, config_in, running_app, sample

LONG = "node002.cluster.example"
FIRST_BOOT, SECOND_BOOT = "11111111-aaaa", "22222222-bbbb"


@pytest.fixture
def now() -> int:
    return int(time.time()) // 5 * 5


@pytest.fixture(autouse=True)
def no_time_between_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept starts of one agent as fast as a test reports them: by their timestamps they are minutes apart."""
    monkeypatch.setattr("minipanel.services.evidence.START_SECONDS", 0)


async def send(client: httpx.AsyncClient, timestamps: list[int], **headers: str) -> None:
    named = {f"X-MiniPanel-{name.capitalize()}": value for name, value in headers.items()}
    for start in range(0, len(timestamps), 1000):
        body = body_of(*(sample(timestamp=timestamp) for timestamp in timestamps[start : start + 1000]))
        answer = await client.post("/api/metrics", content=body, headers=bearer() | named)
        assert answer.status_code == 200, answer.text


async def gaps(client: httpx.AsyncClient, node: str = "node001", span: str = "period=1d") -> list[dict[str, object]]:
    answer = await client.get(f"/api/metrics/gaps/{node}?{span}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["gaps"]
    return found


@pytest.mark.anyio
async def test_a_reboot_shows_as_the_nodes_absence(client: httpx.AsyncClient, app: FastAPI, now: int) -> None:
    await send(client, list(range(now - 3600, now - 1800, 5)), boot=FIRST_BOOT, started=str(now - 90_000))
    await send(client, list(range(now - 1200, now, 5)), boot=SECOND_BOOT, started=f"{now - 1204}.25")
    await app.state.panel.evidence.beat()
    assert await gaps(client) == [{"from": now - 1805, "to": now - 1205, "reason": "node_away"}]


@pytest.mark.anyio
async def test_a_gap_that_is_filled_later_is_none(client: httpx.AsyncClient, now: int) -> None:
    await send(client, [now - 1200, now - 900, now - 5])
    assert [gap["reason"] for gap in await gaps(client)] == ["unknown", "unknown"]
    await send(client, list(range(now - 1200, now, 5)))
    assert await gaps(client) == []


@pytest.mark.anyio
async def test_a_reason_does_not_depend_on_the_span_that_is_asked_for(
    client: httpx.AsyncClient, app: FastAPI, now: int
) -> None:
    await send(client, list(range(now - 7200, now - 3600, 5)), boot=FIRST_BOOT, started=str(now - 90_000))
    await send(client, [now - 5], boot=FIRST_BOOT, started=str(now - 8))
    await app.state.panel.evidence.beat()
    inside = f"from={now - 3000}&to={now - 2900}"
    assert await gaps(client, span=inside) == [{"from": now - 3000, "to": now - 2900, "reason": "agent_stopped"}]
    assert await gaps(client, span=f"from={now - 5000}&to={now - 4000}") == []
    assert await gaps(client, span=f"from={now - 9000}&to={now - 7300}") == []


@pytest.mark.anyio
async def test_before_the_first_sample_nothing_is_missed(client: httpx.AsyncClient, now: int) -> None:
    assert await gaps(client) == []
    await send(client, [now - 5])
    assert await gaps(client) == []
    assert await gaps(client, "node003") == []


@pytest.mark.anyio
async def test_a_node_that_is_silent_for_a_minute_may_still_be_on_its_way(client: httpx.AsyncClient, now: int) -> None:
    await send(client, [now - 60])
    assert await gaps(client, span=f"from={now - 500}&to={now + 500}") == []


@pytest.mark.anyio
async def test_an_open_gap_ends_now(client: httpx.AsyncClient, now: int) -> None:
    await send(client, [now - 600])
    (gap,) = await gaps(client)
    assert gap["from"] == now - 600
    assert now <= int(str(gap["to"])) <= now + 10
    assert gap["reason"] == "unknown"


@pytest.mark.anyio
async def test_the_gaps_of_a_set_come_with_each_nodes_own_reasons(
    client: httpx.AsyncClient, app: FastAPI, now: int
) -> None:
    await send(client, list(range(now - 3600, now - 1800, 5)), boot=FIRST_BOOT, started=str(now - 90_000))
    await send(client, list(range(now - 1200, now, 5)), boot=SECOND_BOOT, started=f"{now - 1204}.25")
    await app.state.panel.evidence.beat()
    span = f"from={now - 7200}&to={now}"
    answer = await client.get(f"/api/metrics/gaps?nodes=node001,{LONG}&{span}")
    assert answer.status_code == 200
    assert answer.json() == {
        "from": now - 7200,
        "to": now,
        "nodes": [
            {"node_id": 1, "hostname": "node001", "gaps": await gaps(client, span=span)},
            {"node_id": 2, "hostname": LONG, "gaps": []},
        ],
    }
    assert [gap["reason"] for gap in answer.json()["nodes"][0]["gaps"]] == ["node_away"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "status", "part"),
    [
        ("period=1d", 400, "nodes is missing"),
        ("nodes=node[1-&period=1d", 400, "it must be a node set"),
        ("nodes=node001", 400, "period or from is missing"),
        ("nodes=node[001-009]&period=1d", 404, "There is no node 'node004' and 5 more."),
    ],
)
async def test_gaps_of_a_set_that_cannot_be_answered_get_a_sentence(
    client: httpx.AsyncClient, query: str, status: int, part: str
) -> None:
    answer = await client.get(f"/api/metrics/gaps?{query}")
    assert answer.status_code == status
    assert part in answer.json()["error"]


@pytest.mark.anyio
async def test_samples_refused_for_their_time_explain_a_gap(tmp_path: Path) -> None:
    async with running_app(config_in(tmp_path)) as app:
        panel, moment = app.state.panel, int(time.time()) // 300 * 300
        for part in (panel, panel.evidence, panel.gaps, panel.ingest):
            name = "clock" if part is panel else "_clock"
            setattr(part, name, lambda: moment)
        async with caller(app) as client:
            await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
            begin = moment
            await send(client, [moment], sent=f"{moment}.5")
            for _ in range(10):  # its clock is ten minutes ahead for ten minutes
                moment += 60
                body = body_of(sample(timestamp=moment + 600))
                headers = bearer() | {"X-MiniPanel-Sent": f"{moment + 600}.0"}
                answer = await client.post("/api/metrics", content=body, headers=headers)
                assert answer.status_code == 400, "one node alone is ahead: it is that one's clock"
            moment += 60
            await send(client, [moment], sent=f"{moment}.5")
            await panel.evidence.beat()
            span = f"from={begin - 300}&to={moment}"
            assert await gaps(client, span=span) == [{"from": begin, "to": moment - 5, "reason": "clock_refused"}]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("node001?period=2y", 400, "period is '2y'"),
        ("node001", 400, "period or from is missing"),
        ("node001?from=200&to=100", 400, "from must be before to"),
        ("nobody?period=1d", 404, "There is no node 'nobody'."),
    ],
)
async def test_a_question_that_cannot_be_answered_gets_a_sentence(
    client: httpx.AsyncClient, path: str, status: int, part: str
) -> None:
    answer = await client.get(f"/api/metrics/gaps/{path}")
    assert answer.status_code == status
    assert part in answer.json()["error"]


@pytest.mark.anyio
async def test_the_panels_own_absence_explains_a_gap(tmp_path: Path, now: int) -> None:
    config = config_in(tmp_path)
    async with running_app(config) as app, caller(app) as client:
        await send(client, list(range(now - 7200, now - 3600, 5)))
    with closing(sqlite3.connect(config.database.path)) as database, database:
        database.execute("UPDATE panel_runs SET started_at = ?, last_alive_at = ?", (now - 9000, now - 3590))
    async with running_app(config) as app, caller(app) as client:
        await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
        await send(client, [now - 5])
        assert await gaps(client) == [{"from": now - 3605, "to": now - 10, "reason": "panel_away"}]
