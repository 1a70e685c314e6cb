"""Findings, alerts and silences over HTTP: what people see, and what an admin does with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from threading import get_ident
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from minipanel.alerts.channel_config import ChannelConfig
from minipanel.alerts.config import AlertsConfig, SmtpConfig
from minipanel.app import create_app
from minipanel.database import alerts as sql
from minipanel.models.alert import Silence
from minipanel.models.nodeset import expand
from minipanel.models.sample import Sample
from minipanel.services.panel import Panel
from tests.alerts.hooks import hook
from tests.alerts.smtp import postbox
from tests.panel.example import PASSWORD, caller, config_in, with_viewer

pytestmark = pytest.mark.anyio

START = 1_790_000_000


class Time:
    """The panel's clock."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return float(self.now)


@asynccontextmanager
async def panel(folder: Path, time: Time, **rooms: Any) -> AsyncIterator[FastAPI]:
    config = replace(with_viewer(config_in(folder)), rooms=rooms)
    app = create_app(config, folder, lambda config: Panel(config, time, lambda: time.now - START + 1000.0))
    async with app.router.lifespan_context(app):
        yield app


async def pass_seconds(app: FastAPI, time: Time, seconds: int, **values: float) -> None:
    for _ in range(seconds // 5):
        time.now += 5
        for node in app.state.panel.directory.nodes:
            whole = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": 300, "cpu_temp": 50.0} | values
            if node.enabled:
                app.state.panel.live.take(node, [Sample(node.hostname, time.now, **whole)])  # type: ignore[arg-type]
        app.state.panel.live.look()
        await app.state.alerts.tick()


@pytest.fixture
async def time() -> Time:
    return Time()


@pytest.fixture
async def app(tmp_path: Path, time: Time) -> AsyncIterator[FastAPI]:
    async with panel(tmp_path, time) as app:
        await pass_seconds(app, time, 60)
        yield app


@asynccontextmanager
async def logged_in(app: FastAPI, name: str = "miniadmin") -> AsyncIterator[httpx.AsyncClient]:
    async with caller(app) as client:
        answer = await client.post("/api/auth/login", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200
        yield client


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(app) as client:
        yield client


async def findings(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/alerts/findings")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_cluster_that_is_well_has_no_findings_and_never_had(admin: httpx.AsyncClient) -> None:
    said = await findings(admin)
    assert (said["findings"], said["was_ever"]) == ([], False)


async def test_hot_nodes_are_one_finding_in_both_languages(app: FastAPI, admin: httpx.AsyncClient, time: Time) -> None:
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    said = await findings(admin)
    (finding,) = said["findings"]
    assert said["was_ever"]
    assert (finding["rule"], finding["severity"], finding["node_ids"]) == ("hot", "critical", [1, 2])
    assert finding["nodes"] == "node001,node002.cluster.example"
    assert finding["what"] == {"en": "hot: 99 °C, limit 95 °C", "zh": "过热：99 °C，限值 95 °C"}
    assert START + 60 < finding["since"] <= START + 70
    one = (await admin.get(f"/api/alerts/{finding['alerts'][1]}")).json()
    assert (one["hostname"], one["state"], one["what"]["en"]) == (
        "node002.cluster.example",
        "open",
        "hot: 99 °C, limit 95 °C",
    )
    for wrong in ("999", "x", "9" * 40):
        assert (await admin.get(f"/api/alerts/{wrong}")).status_code == 404


async def test_open_alerts_are_scraped_by_rule_node_and_severity(
    app: FastAPI, admin: httpx.AsyncClient, time: Time
) -> None:
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    said = (await admin.get("/metrics")).text.splitlines()
    assert [line for line in said if line.startswith("minipanel_alert_open{")] == [
        'minipanel_alert_open{rule="hot",node="node001",severity="critical"} 1',
        'minipanel_alert_open{rule="hot",node="node002.cluster.example",severity="critical"} 1',
    ]


async def test_an_admin_acknowledges_what_a_viewer_only_sees(
    app: FastAPI, admin: httpx.AsyncClient, time: Time
) -> None:
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    ids = (await findings(admin))["findings"][0]["alerts"]
    async with logged_in(app, "vera") as viewer:
        assert (await findings(viewer))["findings"]
        refused = await viewer.post("/api/alerts/ack", json={"ids": ids})
        assert refused.status_code == 403
    every = [*ids, *range(1_000_000, 1_099_998)]  # as many as the document allows
    assert (await admin.post("/api/alerts/ack", json={"ids": every, "note": "fan"})).json() == {"acked": 2}
    (finding,) = (await findings(admin))["findings"]
    assert finding["acked_by"] == "miniadmin"
    alerts = (await admin.get("/api/alerts?state=open&nodes=node001&rule=hot")).json()["alerts"]
    assert [(each["hostname"], each["acked_by"], each["note"]) for each in alerts] == [("node001", "miniadmin", "fan")]


async def test_what_is_over_is_found_by_time_node_and_state(app: FastAPI, admin: httpx.AsyncClient, time: Time) -> None:
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    await pass_seconds(app, time, 400)
    assert (await findings(admin))["findings"] == []
    alerts = (await admin.get("/api/alerts?state=closed")).json()
    assert [each["state"] for each in alerts["alerts"]] == ["closed", "closed"]
    assert alerts["alerts"][0]["what"]["en"] == "hot: 99 °C, limit 95 °C"
    assert (await admin.get("/api/alerts?state=open")).json()["alerts"] == []
    assert (await admin.get(f"/api/alerts?to={START}")).json()["alerts"] == []
    assert (await admin.get("/api/alerts?nodes=node003")).json()["alerts"] == []


async def test_a_silence_is_seen_and_ends(app: FastAPI, admin: httpx.AsyncClient, time: Time) -> None:
    asked = {"nodes": "node001", "until": time.now + 3600, "why": "new fans"}
    silence = (await admin.post("/api/silences", json=asked)).json()
    assert (silence["nodes"], silence["who"], silence["from"]) == ("node001", "miniadmin", time.now)
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    quiet = {each["nodes"]: each["silenced_until"] for each in (await findings(admin))["findings"]}
    assert quiet == {"node001": silence["until"], "node002.cluster.example": None}
    assert (await admin.delete(f"/api/silences/{silence['id']}")).status_code == 200
    assert (await admin.get("/api/silences")).json() == []
    assert (await admin.delete(f"/api/silences/{silence['id']}")).status_code == 404
    assert len((await findings(admin))["findings"]) == 1


async def test_reading_the_past_does_not_delay_samples(
    app: FastAPI, admin: httpx.AsyncClient, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pass_seconds(app, time, 120, cpu_temp=99.0)

    async def writer(_: object) -> None:
        raise AssertionError("the one writer is asked")

    monkeypatch.setattr(app.state.panel.ingest, "run", writer)
    found = (await admin.get("/api/alerts?from=0")).json()["alerts"]
    assert (await admin.get(f"/api/alerts/{found[0]['id']}")).json() == found[0]


async def test_no_node_set_blocks_the_event_loop(
    app: FastAPI, admin: httpx.AsyncClient, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()

    def noted(text: str) -> list[str]:
        threads.add(get_ident())
        return expand(text)

    for module in ("alerts.silences", "alerts.desk", "models.group"):
        monkeypatch.setattr(f"minipanel.{module}.expand", noted)
    assert (await admin.get("/api/alerts?nodes=node[00001-99999]")).status_code == 200
    silence = {"nodes": "node001", "until": time.now + 999, "why": "x"}
    assert (await admin.post("/api/silences", json=silence)).status_code == 200
    assert threads
    assert get_ident() not in threads


async def test_a_silence_of_another_release_that_can_not_be_read_silences_nothing(
    app: FastAPI, admin: httpx.AsyncClient, time: Time
) -> None:
    alerts = app.state.alerts
    odd = Silence("node001!node002", (), time.now, time.now + 999, "x", "y")
    await app.state.panel.ingest.run(lambda connection: sql.put_silence(connection, odd))
    await alerts.reload(app.state.panel.config)
    assert len((await admin.get("/api/silences")).json()) == 1
    await pass_seconds(app, time, 120, cpu_temp=99.0)
    assert [each["silenced_until"] for each in (await findings(admin))["findings"]] == [None]


async def test_no_rule_judges_a_node_that_never_reported(tmp_path: Path, time: Time) -> None:
    async with panel(tmp_path, time) as app, logged_in(app) as admin:
        app.state.panel.live.look()
        await app.state.alerts.tick()
        for hostname in ("node001", "node003"):  # enabled, and disabled
            rules = (await admin.get(f"/api/alerts/explain/{hostname}")).json()["rules"]
            assert {rule["rule"]: rule["state"] for rule in rules if rule["state"] != "unknown"} == {}


async def test_why_a_rule_is_open_and_why_not(app: FastAPI, admin: httpx.AsyncClient, time: Time) -> None:
    await pass_seconds(app, time, 30, cpu_temp=99.0)

    async def hot() -> dict[str, Any]:
        rules = (await admin.get("/api/alerts/explain/node001")).json()["rules"]
        return next(dict(rule) for rule in rules if rule["rule"] == "hot")

    assert (await hot())["state"] == "pending"
    assert ((await hot())["seconds"], (await hot())["needed_seconds"]) == (25, 60)
    await pass_seconds(app, time, 60, cpu_temp=99.0)
    assert (await hot())["state"] == "open"
    await pass_seconds(app, time, 10, cpu_temp=93.0)
    await pass_seconds(app, time, 600)
    assert (await hot())["state"] == "good"


async def test_a_test_message_reaches_the_mail_server_or_says_why_not(tmp_path: Path, time: Time) -> None:
    with postbox() as box:
        rooms = {"alerts": AlertsConfig(mail=("ops@example.org",)), "alerts.smtp": SmtpConfig(port=box.port)}
        async with panel(tmp_path, time, **rooms) as app, logged_in(app) as admin:
            assert (await admin.post("/api/alerts/test", json={"channel": "mail"})).status_code == 200
            assert "Test message from MiniPanel, sent by miniadmin" in box.mails[0]["Subject"]
            box.answers = ["550 no such user"]
            refused = await admin.post("/api/alerts/test", json={"channel": "mail"})
            assert refused.status_code == 400
            assert "550 no such user" in refused.json()["error"]


async def test_each_channel_is_tried_by_name_and_returns_the_other_sides_answer(tmp_path: Path, time: Time) -> None:
    with postbox() as box, hook() as far:
        far.body = b"queued"
        channels = (
            ChannelConfig("night", "mail", ("night@example.org",)),
            ChannelConfig("tickets", "webhook", url=far.url),
            ChannelConfig("sms", "exec", command=("/bin/cat",)),
            ChannelConfig("wx", "wecom", url=far.url),
        )
        rooms = {"alerts": AlertsConfig(name="c1", channel=channels), "alerts.smtp": SmtpConfig(port=box.port)}
        async with panel(tmp_path, time, **rooms) as app, logged_in(app) as admin:

            async def tried(name: str) -> httpx.Response:
                return await admin.post("/api/alerts/test", json={"channel": name})

            assert (await tried("night")).json() == {"status": "ok", "said": "250 taken"}
            assert (await tried("tickets")).json() == {"status": "ok", "said": "200 OK: queued"}
            assert far.got[0].json["rule"] == "test"
            assert far.got[0].json["cluster"] == "c1"
            assert (await tried("sms")).json()["said"].startswith('{"version": 1, "key": "test-')
            refused = await tried("wx")
            assert refused.status_code == 400
            assert refused.json()["error"].endswith("does not answer as such a robot does: 200 OK: queued")
            unknown = await tried("pager")
            assert unknown.json()["error"] == "channel is 'pager'; it must be one of night, tickets, sms, wx."
            far.answer = lambda _: (200, b'{"errcode":0,"errmsg":"ok"}')
            answers = [await tried("wx") for _ in range(20)]
            assert [each.status_code for each in answers] == [200] * 19 + [400]
            assert "has reached its limit of messages for this minute" in answers[-1].json()["error"]


async def test_everybody_sees_where_alerts_go_and_admins_see_what_the_other_side_answered(
    tmp_path: Path, time: Time
) -> None:
    with hook() as far:
        far.status, far.body = 500, b"internal: db7.corp"
        channels = (ChannelConfig("h", "webhook", url=far.url, severity="critical", nodes=("node001", "node002")),)
        alerts = AlertsConfig(mail=("a@b",), channel=channels, heartbeat=far.url)
        async with panel(tmp_path, time, alerts=alerts, **{"alerts.smtp": SmtpConfig(port=1)}) as app:
            await pass_seconds(app, time, 60)
            await pass_seconds(app, time, 120, cpu_temp=99.0)
            await app.state.alerts.outbox.send_due()
            await app.state.alerts.heartbeat.beat()
            async with logged_in(app) as admin, logged_in(app, "vera") as viewer:
                for client, sees in ((admin, True), (viewer, False)):
                    answer = (await client.get("/api/alerts/channels")).json()
                    waiting = (await client.get("/api/messages")).json()
                    assert [(each["name"], each["kind"], each["waiting"]) for each in answer["channels"]] == [
                        ("mail", "mail", 1),
                        ("h", "webhook", 1),
                    ]
                    assert answer["channels"][1] | {"try_at": 0, "error": ""} == {
                        "name": "h",
                        "kind": "webhook",
                        "severity": "critical",
                        "nodes": "node[001-002]",
                        "waiting": 1,
                        "tries": 1,
                        "try_at": 0,
                        "error": "",
                    }
                    assert answer["heartbeat"]["failing_since"] == time.now
                    assert [each["error"] is not None for each in waiting] == [sees] * 2
                    assert ("db7.corp" in str(answer) and "db7.corp" in str(waiting)) == sees
                    assert "s3cret" not in str(answer) + str(waiting)
                assert "db7.corp" not in str((await viewer.get("/api/alerts")).json())


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("GET", "/api/alerts?state=x", None, "state is 'x'; it must be open or closed."),
        ("GET", "/api/alerts?rule=warm", None, "rule is 'warm'; it must be one of panel, many-down, "),
        ("GET", "/api/alerts?nodes=a[", None, "nodes is 'a['; it must be a node set"),
        ("GET", "/api/alerts?from=-1", None, "from is '-1'; it must be a time in Unix seconds."),
        ("GET", "/api/alerts?from=9&to=8", None, "from is 9 and to is 8; from must be before to."),
        ("POST", "/api/alerts/ack", {"ids": []}, "ids is empty"),
        ("POST", "/api/alerts/ack", {"ids": [1], "note": "x" * 201}, "note has 201 characters"),
        ("POST", "/api/alerts/ack", {"ids": "all"}, "The body must be a JSON object with ids, note"),
        ("POST", "/api/silences", {"nodes": "node9", "until": START + 999, "why": "x"}, "none of them is configured"),
        ("POST", "/api/silences", {"nodes": "node001", "until": START - 9, "why": "x"}, "until is 1789999991; it must"),
        ("POST", "/api/silences", {"nodes": "node001", "until": START + 999, "why": "  "}, "why has 0 characters"),
        (
            "POST",
            "/api/silences",
            {"nodes": "node001", "until": START + 999, "why": "x", "rules": ["warm"]},
            "rules has 'warm'; it must be some of panel, many-down",
        ),
        ("POST", "/api/alerts/test", {"channel": "pager"}, "channel is 'pager'; none is set in [alerts]."),
    ],
)
async def test_bad_input_is_one_sentence(
    admin: httpx.AsyncClient, method: str, path: str, body: object, sentence: str
) -> None:
    answer = await admin.request(method, path, json=body)
    assert (answer.status_code, sentence in answer.json()["error"]) == (400, True), answer.json()
