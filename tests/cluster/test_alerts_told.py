"""Each way in which a node falls silent, reported by mail with its reason; and an end, though the panel was killed.

The wrong clock is that of the agent, munged and sshd: see clock_off. All waiting is in real time, except the five
minutes between two messages of a rule: a stored message is made older while the panel is dead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.alerts.smtp import Postbox, postbox_within
from tests.cluster.faults import agent_stopped, clock_off, other_munge_key, powered_off
from tests.cluster.nodes import Cluster
from tests.cluster.panel import CONFIG, ClusterPanel, start_panel

ALL = ("mgmt", "n1", "n2", "n3")
TOLD = """
[alerts]
mail = ["ops@example.org"]
language = "{language}"
[[alerts.rule]]
name = "node-down"
for = "1m"
hold = "10s"
[[alerts.rule]]
name = "clock"
for = "10s"
hold = "10s"
"""
# A minute until it opens, half a minute for others to join, and time for a busy machine.
MESSAGE_SECONDS = 150

LATER = """\
import sqlite3
with sqlite3.connect("/var/lib/minipanel/data.db") as database:
    database.execute("UPDATE messages SET made_at = made_at - 300")
"""


@dataclass
class Told:
    """A cluster whose trouble is reported by mail, and the faults of its nodes."""

    panel: ClusterPanel
    box: Postbox
    config: str
    faults: ExitStack

    def mail(self, number: int) -> tuple[str, list[str]]:
        """Return subject and lines of a mail (from 1) once it has come, without times: see timeless."""
        self.panel.wait_for(lambda: len(self.box.mails) >= number, MESSAGE_SECONDS)
        mail = self.box.mails[number - 1]
        return timeless(str(mail["Subject"]).strip()), [timeless(line) for line in mail.get_content().splitlines()]

    def listed(self, **environment: str) -> set[tuple[str, ...]]:
        """Return what `minipanel alerts list` shows: severity, nodes, what is wrong, and the line of details."""
        done = self.panel.minipanel("alerts", "list", **environment)
        assert (done.returncode, done.stderr) == (1, "")
        lines = timeless(done.stdout).splitlines()
        found = {(*lines[i].split(), *(line.strip() for line in lines[i + 1 : i + 3])) for i in range(0, len(lines), 3)}
        assert len(lines) == 3 * len(found)
        return found

    def doctor(self) -> list[tuple[str, str, str]]:
        """Return verdict, detail and remedy of what `minipanel doctor` says of alerts."""
        checks = json.loads(self.panel.minipanel("doctor", "--json").stdout)["checks"]
        return [(check["verdict"], check["detail"], check["remedy"]) for check in checks if check["look"] == "alerts"]

    def rules_open(self) -> set[str]:
        """Return the rules with open alerts."""
        return {finding["rule"] for finding in self.panel.ask("/api/alerts/findings")["findings"]}


def timeless(text: str) -> str:
    """Write times of day as HH:MM, durations as SPAN, ids as N, and a clock as it was set: a sample takes time."""
    text = re.sub(r"\b(\d{4}-\d\d-\d\d )?\d\d:\d\d\b", "HH:MM", text)
    text = re.sub(r"\d+ (?:min|s|分钟|秒)(?: \d+ (?:s|秒))?(?=$|[)（）])", "SPAN", text, flags=re.MULTILINE)
    text = re.sub(r"\b(id|编号) \d+$", r"\1 N", text, flags=re.MULTILINE)
    return re.sub(r"\b411(\.\d)?\b", "412", re.sub(r"\b40\.\d\b", "41", text))


@pytest.fixture(scope="module")
def told(fresh_cluster: Cluster) -> Iterator[Told]:
    with postbox_within(fresh_cluster.network.namespace("mgmt")) as box, ExitStack() as faults:
        panel = start_panel(fresh_cluster)
        config = panel.node.shell(f"cat {CONFIG}")
        panel.configure(config + TOLD.format(language="en"))
        assert panel.roll_out() == dict.fromkeys(ALL, ("installed", ""))
        panel.wait_for(lambda: all(node["state"] == "up" for node in panel.nodes().values()))
        yield Told(panel, box, config, faults)


def test_a_node_off_an_agent_stopped_a_clock_moved_and_a_key_changed_are_one_mail_with_each_reason(told: Told) -> None:
    cluster = told.panel.cluster
    for fault in (
        powered_off(cluster["n1"]),
        agent_stopped(cluster["mgmt"]),
        clock_off(cluster["n2"], 412, "minipanel-agent"),
        other_munge_key(cluster["n3"]),
    ):
        told.faults.enter_context(fault)
    subject, lines = told.mail(1)
    assert subject == f"[mgmt] {lines[0]}"
    said = [
        "CRITICAL mgmt down: the node answers, but its agent sends nothing, since HH:MM",
        "CRITICAL n1 down: no answer, since HH:MM",
        "CRITICAL n2 down: the panel refuses its samples because its clock is 412 s ahead, since HH:MM",
        "CRITICAL n3 down: the panel refuses its samples, since HH:MM",
    ]
    assert sorted(lines[:4]) == said
    assert lines[4:] == ["minipanel rollout --dry-run mgmt,n[1-3]", "http://10.77.0.10:8080/alerts"]
    journal = told.panel.node.shell("journalctl --unit minipanel --priority crit --output cat")
    assert sorted(timeless(journal).splitlines()) == said


def test_the_same_is_listed_in_both_languages_and_counted_by_status_and_doctor(told: Told) -> None:
    english = {
        "mgmt": "down: the node answers, but its agent sends nothing",
        "n1": "down: no answer",
        "n2": "down: the panel refuses its samples because its clock is 412 s ahead",
        "n3": "down: the panel refuses its samples",
    }
    chinese = {
        "mgmt": "离线：节点有响应，但 Agent 未上报",
        "n1": "离线：节点无响应",
        "n2": "离线：时钟快了 412 秒，样本被面板拒绝",
        "n3": "离线：样本被面板拒绝",
    }
    assert told.listed() == {
        ("critical", node, what, "node-down, since HH:MM (SPAN); id N") for node, what in english.items()
    }
    assert told.listed(LC_ALL="zh_CN.UTF-8") == {
        ("严重", node, what, "node-down，自 HH:MM 起（已 SPAN）；编号 N") for node, what in chinese.items()
    }
    for locale, line in (
        ("C.UTF-8", "alerts    4 critical: minipanel alerts list"),
        ("zh_CN.UTF-8", "告警    4 项严重：minipanel alerts list"),
    ):
        status = told.panel.minipanel("status", LC_ALL=locale)
        assert status.returncode == 1
        assert line in status.stdout.splitlines()
    assert told.doctor() == [("warning", "4 critical", "minipanel alerts list")]
    assert len(told.box.mails) == 1


def test_a_wrong_clock_is_reported_in_chinese_and_ends_wait_for_five_minutes(told: Told) -> None:
    told.faults.close()
    told.faults.enter_context(clock_off(told.panel.cluster["n2"], 41, "minipanel-agent"))
    told.panel.configure(told.config + TOLD.format(language="zh"))
    assert told.mail(2) == (
        "[mgmt] 警告 n2 时钟偏差 41 秒，自 HH:MM 起",
        [
            "警告 n2 时钟偏差 41 秒，自 HH:MM 起",
            "请检查该节点的时间同步：chronyc tracking",
            "http://10.77.0.10:8080/alerts",
        ],
    )
    told.panel.wait_for(lambda: "node-down" not in told.rules_open())
    assert told.listed() == {
        ("warning", "n2", "clock 41 s off", "clock, since HH:MM (SPAN); id N"),
        ("info", "n1", "rebooted", "rebooted, since HH:MM (SPAN); id N"),
    }
    assert len(told.box.mails) == 2


def test_a_killed_panel_reports_the_ends_once_and_repeats_nothing(told: Told) -> None:
    node = told.panel.node
    node.shell("systemctl kill --signal KILL minipanel; while systemctl is-active minipanel; do sleep 0.1; done")
    told.faults.close()
    node.run("python3", "-c", LATER)
    node.shell("systemctl reset-failed minipanel; systemctl start minipanel")
    up, again = "恢复 mgmt,n[2-3] 已重新在线，历时 SPAN（3 个节点）", "恢复 n1 已重新在线，节点曾重启，历时 SPAN"
    assert told.mail(3) == (f"[mgmt] {up}", [up, again, "http://10.77.0.10:8080/alerts"])
    right = "恢复 n2 时钟已恢复正常，历时 SPAN"
    assert told.mail(4) == (f"[mgmt] {right}", [right, "http://10.77.0.10:8080/alerts"])
    told.panel.wait_for(lambda: told.rules_open() <= {"rebooted"})
    told.panel.wait_for(lambda: all(node["state"] == "up" for node in told.panel.nodes().values()))
    status = told.panel.minipanel("status")
    assert status.returncode == 0, status.stdout
    assert [(verdict, remedy) for verdict, _, remedy in told.doctor()] == [("ok", "")]
    assert json.loads(told.panel.minipanel("alerts", "list", "--json").stdout)["messages"] == []
    assert len(told.box.mails) == 4
