"""The docs show what the programs print, in each language. It is produced here, for a realistic cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from minipanel.alerts.rules.all import BY_NAME
from minipanel.commands import access_audit, alerts_list, status
from minipanel.commands.alerts_seen import Seen
from minipanel.commands.node_lists import NodeList
from minipanel.commands.overview import (
    DatabaseOverview,
    MungeOverview,
    NodeOverview,
    Overview,
    PanelOverview,
)
from minipanel.commands.prometheus import scrape_config
from minipanel.commands.sync_lines import lines as sync_lines
from minipanel.config import Config, NodeConfig
from minipanel.doctor.checks.nodes import NodeFacts, judge_nodes
from minipanel.doctor.checks.service import judge_service
from minipanel.doctor.checks.versions import judge_versions
from minipanel.doctor.report import DoctorReport
from minipanel.machine.hosts import HostsNode
from minipanel.models.access import AuditEntry
from minipanel.models.alert_answers import Finding, Words
from minipanel.models.node import State
from minipanel.models.nodeset import expand
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.report import RolloutReport
from minipanel.services.forecast import Forecast
from minipanel.services.node_changes import compare as compare_nodes
from minipanel.setup.look.check import Check, Verdict, table
from minipanel.top.choice import Choice
from tests.pages import BLOCK, LANGUAGES
from tests.panel.example import config_in
from tests.screens import LOCALES, compare, in_locale, strictly
from tests.top.nodes import node
from tests.top.pictures import NOW, drawn, picture_of

CONFIG = Path("/etc/minipanel/config.toml")
DATABASE = Path("/var/lib/minipanel/data.db")


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with in_locale(request.param):
        yield request.param


def at(moment: str) -> int:
    """2026-11-24 18:50:46 -> Unix seconds, in UTC"""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("pages", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_block_without_a_language_is_a_screen(pages: list[Path]) -> None:
    """Without lines that are not sentences, such as one of /etc/sudoers."""
    for page in pages:
        text = page.read_text("utf-8")
        plain = [block for block in BLOCK.finditer(text) if block[0].startswith("```\n")]
        unmarked = [block[0] for block in plain if not text[: block.start()].endswith(" -->\n")]
        assert [block for block in unmarked if re.search(r"[a-z]+ [a-z]+ [a-z]+", block)] == [], page.name


def test_a_roll_out(language: str) -> None:
    say = strictly()
    good = [Outcome(name, Word.INSTALLED) for name in expand("node[001-061,063]")]
    silent = Outcome("node062", Word.UNREACHABLE, say("no answer to ping or on ssh's port"))
    ahead = "the clock is {seconds} s ahead of the panel's; at most {limit} s are allowed"
    clock = Outcome("node064", Word.WRONG_CLOCK, say(ahead, seconds=412, limit=60))
    compare("rollout", language, "\n".join(RolloutReport((*good, silent, clock), (), say).lines()))


def test_the_audit(language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def entry(time: str, what: Any, who: str, address: str, subject: str = "", **more: Any) -> AuditEntry:
        moment = at(f"2026-11-25 {time}")
        return AuditEntry(
            **{"at": moment, "last_at": moment, **more}, what=what, who=who, address=address, subject=subject
        )

    entries = [
        entry("04:25", "user_added", "root", access_audit.COMMAND_LINE, "vera"),
        entry("04:26", "login", "vera", "10.0.0.8"),
        entry("04:31", "login_failed", "", "10.0.0.66", at=at("2026-11-25 04:30"), times=57),
        entry("04:40", "session_ended", "miniadmin", "10.0.0.9", "vera"),
    ]
    monkeypatch.setattr(access_audit, "in_their_words", lambda job: entries)
    monkeypatch.setattr(access_audit, "load_config", lambda path: SimpleNamespace(database=SimpleNamespace(path=path)))
    access_audit.show_audit(CONFIG, 30, as_json=False)
    compare("audit", language, capsys.readouterr().out)


def said_of(rule: str, reason: str = "", **values: str) -> Words:
    """Return what a rule says about nodes."""
    words = BY_NAME[rule].words
    english, chinese = (
        words.is_so.say(language, reason=words.reasons[reason].say(language) if reason else "", **values)
        for language in (("en"), ("zh"))
    )
    return Words(english, chinese)


def test_the_list_of_alerts(language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    many = Finding(
        rule="many-down", severity="critical", nodes="cn[1201-1240]", others=0, racks=["cn12"], rack=None, rack_nodes=0,
        what=said_of("many-down", reason="no-answer"),
        since=at("2026-11-25 03:12"), times=1, alerts=list(range(812, 852)), node_ids=list(range(40)),
        is_suspended=False, acked_by=None, silenced_until=None,
    )  # fmt: skip
    memory = msgspec.structs.replace(
        many, rule="memory", severity="warning", nodes="cn0717", racks=[], alerts=[853], node_ids=[717],
        what=said_of("memory", worst="98.2"), since=at("2026-11-25 04:40"), acked_by="alice",
    )  # fmt: skip
    seen = Seen(at("2026-11-25 05:04"), [many, memory], [])
    monkeypatch.setattr(alerts_list, "load_config", lambda path: None)
    monkeypatch.setattr(alerts_list, "known_set", lambda config, nodes: None)
    monkeypatch.setattr(alerts_list, "look", lambda config, nodes: seen)
    alerts_list.list_alerts(CONFIG, None, as_json=False)
    compare("alerts", language, "$ minipanel alerts list\n" + capsys.readouterr().out)


def test_the_status(language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def overview(name: str, state: State, moment: str) -> NodeOverview:
        return NodeOverview(name, name, state, at(f"2026-11-24 {moment}"))

    nodes = (
        overview("mgmt", "up", "18:50:43"),
        overview("node001", "up", "18:50:42"),
        overview("node002", "down", "16:49:46"),
    )
    forecast = Forecast(3, 32, 118, 3 * 2**20, None)
    seen = Overview(
        at("2026-11-24 18:50:46"),
        PanelOverview("http://127.0.0.1:8080", "0.1.0", 1204, None),
        DatabaseOverview(DATABASE, 2_202_010, forecast, None),
        MungeOverview(is_used=True, trouble=None),
        nodes,
    )
    monkeypatch.setattr(status, "load_config", lambda path: None)
    monkeypatch.setattr(status, "nodes_asked_for", lambda config, node_set: nodes)
    monkeypatch.setattr(status, "look_over", lambda config: seen)
    status.show_status(CONFIG, None, as_json=False)
    compare("status", language, capsys.readouterr().out)


def test_the_doctor(language: str) -> None:
    t = strictly()
    closed = t(
        "{rule} is closed in the zone {zones}: agents and browsers can't connect", rule="8080/tcp", zones="public"
    )
    open_it = "firewall-cmd --zone=public --add-port=8080/tcp"
    answers = t("answers at {address} as version {version}", address="http://127.0.0.1:8080", version="0.1.0")
    states: list[tuple[str, State]] = [("node[001-016,020-064]", "up"), ("node[017-019]", "down")]
    since = at("2026-11-24 16:49:46")
    nodes = [NodeOverview(name, name, state, since) for names, state in states for name in expand(names)]
    running = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled"}
    versions = {
        "MiniPanel": "0.1.0",
        "Python": "3.12.11",
        "SQLite": "3.34.1",
        "system": "Rocky Linux 9.6 (Blue Onyx)",
        "kernel": "5.14.0-570.el9.x86_64",
        "glibc": "2.34",
        "systemd": "252 (252-51.el9)",
    }
    checks = [
        *judge_versions(versions, t),
        Check(t("user"), Verdict.OK, "root"),
        Check(t("configuration"), Verdict.OK, str(CONFIG)),
        *judge_service(running, t),
        Check(t("panel"), Verdict.OK, answers + t(", process {pid}", pid=1204)),
        Check("firewalld", Verdict.FIX, closed, f"{open_it} && {open_it.replace('cmd', 'cmd --permanent')}"),
        *judge_nodes(NodeFacts(nodes, is_panel_running=True), t),
    ]
    assert DoctorReport([], {}, [], []).exit_code == 0
    compare("doctor", language, "\n".join(table(checks, t)))


def test_what_differs_from_the_hosts_file(language: str, tmp_path: Path) -> None:
    t = strictly()
    own = NodeConfig("mgmt", "10.0.0.254", "mgmt")
    before = [own, *(NodeConfig(name, f"10.0.0.{int(name[4:])}", name) for name in expand("node[001-020]"))]
    config: Config = replace(config_in(tmp_path), nodes=tuple(before), path=CONFIG)
    kept = [each for each in before if each.hostname not in expand("node[017-020]")]
    listed = [HostsNode(each.hostname, ("10.0.1.5" if each.hostname == "node005" else each.ip,)) for each in kept]
    listed += [HostsNode(name, (f"10.0.1.{int(name[4:])}",)) for name in expand("node[065-128]")]
    ignored = tuple(f"{name}-ib" for name in expand("node[001-200]"))
    changes = compare_nodes(config.nodes, listed, lambda address: address == own.ip)
    shown = sync_lines(config, NodeList("/etc/hosts", tuple(listed), ignored=ignored), changes, t)
    count = len(changes.come) + len(changes.changed)
    write = "Write this to config.toml, and install the agent on new and changed nodes ({count})?"
    shown += [
        t(write, count=count) + " [Y/n]",
        t("The agent still runs on {nodes}.", nodes="node017"),
        t("Remove it there first?") + " [Y/n]",
    ]
    compare("sync", language, "\n".join(shown))


def test_the_cluster_in_a_terminal(language: str) -> None:
    without = {"cpu_percent": None, "memory_percent": None, "cpu_temp": None}
    special: dict[int, dict[str, Any]] = {
        3: {"state": "never", "timestamp": None, **without},
        17: {"state": "down", "timestamp": NOW - 250},
        35: {"cpu_temp": None},
    }
    nodes = []
    for number in range(64):
        rack, place = divmod(number, 16)
        cpu = (number * 37 + 24) % 101 * 0.98
        values = {"cpu_percent": cpu, "memory_percent": 15 + cpu * 0.6, "cpu_temp": 30 + cpu / 2}
        when = {"timestamp": NOW - number % 6}
        nodes.append(node(f"r{rack + 1:02}n{place + 1:02}", **{**values, **when, **special.get(number, {})}))
    picture = picture_of(nodes, Choice())
    lines = drawn(picture, 80, 14, {"LC_ALL": LOCALES[language]})
    compare("top", language, "\n".join(line.rstrip() for line in lines))


def test_the_configuration_of_prometheus(language: str, tmp_path: Path) -> None:
    t = strictly()
    config = config_in(tmp_path)
    config = replace(config, server=replace(config.server, url="http://10.0.0.1:8080"))
    compare("prometheus", language, scrape_config(config, Path("/etc/prometheus/minipanel.token"), t))
