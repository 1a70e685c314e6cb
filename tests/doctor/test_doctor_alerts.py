"""The doctor and `minipanel status` on what is wrong and whether anybody is notified."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.alerts.config import AlertsConfig
from minipanel.commands.alerts_overview import AlertsOverview, look_at_alerts
from minipanel.config import Config
from minipanel.config.template import render_config
from minipanel.database import alerts as sql
from minipanel.database.store import Store
from minipanel.doctor.checks.alerts import judge_alerts, judge_node_sets
from minipanel.models.alert import Alert, Bad, Message, Silence
from minipanel.sections import load_config
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, WARNING, chinese, english
from tests.panel.commands import run, written_config

WELL = AlertsOverview(0, 0, 0, 0, 0, None, False)
NOW = int(time.time())
REFUSED = "The mail server x:25 answered 451 later."


def test_what_is_wrong_is_counted_and_what_waits_is_said_with_the_last_answer() -> None:
    found = AlertsOverview(2, 1, 0, 3, 4, REFUSED, False)
    assert list(judge_alerts(found, english)) == [
        Check("alerts", WARNING, "2 critical, 1 warning", "minipanel alerts list"),
        Check("alerts", FIX, f"4 messages not sent yet: {REFUSED}", "minipanel alerts test"),
    ]
    assert next(judge_alerts(found, chinese)).detail == "2 项严重，1 项警告"


def test_a_cluster_that_is_well_is_good_with_and_without_a_channel() -> None:
    nowhere = replace(WELL, goes_nowhere=True)
    assert list(judge_alerts(WELL, english)) == [Check("alerts", OK, "nothing is wrong, and alerts would be sent")]
    assert list(judge_alerts(nowhere, english)) == [Check("alerts", OK, "they go nowhere: set [alerts] mail")]
    seen_to = judge_alerts(replace(WELL, warning=1), english)
    assert [check.verdict for check in seen_to] == [OK]


def test_a_rule_or_channel_for_no_configured_node_is_a_warning(tmp_path: Path) -> None:
    config = written_config(tmp_path)

    def judged(nodes: str, enabled: str = "true") -> list[Check]:
        config.path.write_text(
            f"{render_config(config)}\n[alerts]\nenabled = {enabled}\n"
            f'[[alerts.rule]]\nname = "hot"\nnodes = "{nodes}"\n'
            f'[[alerts.channel]]\nname = "night"\nkind = "mail"\nto = ["a@example.org"]\nnodes = "{nodes}"\n'
        )
        return list(judge_node_sets(load_config(config.path), english))

    assert judged("Node001,gpu01") == judged("SPARE") == judged("gpu[01-16]", "false") == []
    assert judged("gpu[01-16]") == [
        Check(
            "alerts",
            WARNING,
            f"{section} has no effect: no node of gpu[01-16] is configured",
            "minipanel nodes list",
        )
        for section in ("[[alerts.rule]] hot", "[[alerts.channel]] night")
    ]
    assert next(judge_node_sets(load_config(config.path), chinese)).detail == (
        "[[alerts.rule]] hot 不起作用：gpu[01-16] 中没有已配置的节点"
    )
    said = run("doctor", "--config", config.path).stdout
    assert "[[alerts.rule]] hot has no effect" in " ".join(said.split())


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = written_config(tmp_path)
    Store(config.database.path).close()
    with closing(sqlite3.connect(config.database.path)) as connection:
        connection.execute(
            "INSERT INTO nodes (id, name, ip, hostname, enabled, created_at, updated_at) "
            "VALUES (1, 'node001', '10.0.0.2', 'node001', 1, 0, 0)"
        )
        connection.commit()
    return config


def hot(**more: object) -> Alert:
    return Alert("hot", 1, "critical", NOW - 90, NOW - 30, 300, Bad(99.0, 95.0), **more)  # type: ignore[arg-type]


def overview(config: Config, *alerts: Alert, silence: Silence | None = None) -> AlertsOverview:
    with closing(sqlite3.connect(config.database.path)) as connection:
        sql.put_alerts(connection, alerts)
        if silence is not None:
            sql.put_silence(connection, silence)
        connection.commit()
    found = look_at_alerts(replace(config, rooms={"alerts": AlertsConfig(mail=("ops@example.org",))}), NOW)
    assert found is not None
    return found


def test_only_unacknowledged_alerts_make_it_exit_with_1(config: Config) -> None:
    assert overview(config) == WELL
    assert not overview(config, hot(id=1)).is_well
    for seen_to in (hot(id=1, acked_at=NOW), hot(id=1, is_suspended=True), replace(hot(id=1), severity="info")):
        assert overview(config, seen_to).is_well
    assert overview(config, hot(id=1, closed_at=NOW)) == WELL
    silence = Silence("node001", (), NOW - 9, NOW + 3600, "fans", "alice")
    found = overview(config, hot(id=1), silence=silence)
    assert (found.critical, found.unseen, found.is_well) == (1, 0, True)


def test_status_says_it_in_a_line_each(config: Config) -> None:
    lines = run("status", "--config", config.path).stdout.splitlines()
    assert [line for line in lines if line.startswith("alerts")] == ["alerts    go nowhere: set [alerts] mail"]
    with config.path.open("a") as file:
        file.write('[alerts]\nmail = ["ops@example.org"]\n')
    assert "\nalerts" not in run("status", "--config", config.path).stdout
    overview(config, hot())
    with closing(sqlite3.connect(config.database.path)) as connection:
        sql.put_message(connection, Message("mail", "hot", (1,), "s", "b", NOW, NOW, "key"))
        sql.note_failed(connection, sql.waiting_messages(connection)[0], REFUSED, NOW + 60, NOW)
        connection.commit()
    lines = run("status", "--config", config.path).stdout.splitlines()
    assert "alerts    1 critical: minipanel alerts list" in lines
    assert f"          1 messages not sent yet: {REFUSED}" in lines
    chinese = run("status", "--config", config.path, LC_ALL="zh_CN.UTF-8").stdout
    assert "1 项严重：minipanel alerts list" in chinese
    assert "1 条消息尚未发出：邮件服务器 x:25 返回 451 later。" in chinese
    said = json.loads(run("status", "--json", "--config", config.path).stdout)["alerts"]
    assert (said["critical"], said["waiting"], said["goes_nowhere"]) == (1, 1, False)


def test_alerts_that_are_off_give_no_line(config: Config) -> None:
    with config.path.open("a") as file:
        file.write("[alerts]\nenabled = false\n")
    assert "\nalerts" not in run("status", "--config", config.path).stdout
