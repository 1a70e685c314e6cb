"""`minipanel nodes remove`: removes the node from config.toml and, if wanted, its agent from the node."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from minipanel.commands.nodes_remove import remove_node_set
from minipanel.config import Config, load_config
from minipanel.errors import CommandError
from tests.panel.commands import at_terminal, command, run, running_panel, written_config
from tests.panel.example import bearer, sample
from tests.panel.faked_rollout import FakeRollOut, said_at


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


@pytest.fixture
def reporting(config: Config) -> Iterator[Config]:
    """A panel that has just heard from node001."""
    with running_panel(config):
        url = f"{config.server.url}/api/metrics"
        httpx.post(url, json=sample(), headers=bearer()).raise_for_status()
        yield config


def hostnames(config: Config) -> list[str]:
    return [node.hostname for node in load_config(config.path).nodes]


def test_an_agent_that_still_runs_is_reported_with_the_command_that_removes_it(reporting: Config) -> None:
    done = run("nodes", "remove", "node[001,003]", "--config", reporting.path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "The agent still runs on node001.",
        "It stays there; to remove it: minipanel nodes remove --with-agent node001",
    ]
    assert lines[2].startswith(f"Removed node[001,003] from {reporting.path}; the history stays. The running panel (")
    assert hostnames(reporting) == ["node002.cluster.example"]


def test_in_chinese_too(reporting: Config) -> None:
    done = run("nodes", "remove", "node001", "--config", reporting.path, LANG="zh_CN.UTF-8")
    lines = done.stdout.splitlines()
    assert lines[0] == "node001 上的 Agent 仍在运行。"
    assert lines[1] == "Agent 仍留在节点上；要移除，请运行：minipanel nodes remove --with-agent node001"
    assert lines[2].startswith(f"已从 {reporting.path} 移除 node001；历史数据保留。已通知运行中的面板（进程 ")


def test_at_a_terminal_it_is_offered(reporting: Config) -> None:
    process, terminal = at_terminal(command("nodes", "remove", "node001", "--config", reporting.path))
    os.write(terminal, b"n\n")
    assert process.wait(20) == 0
    shown = said_at(terminal)
    assert "Remove it there first? [Y/n]" in shown
    assert "to remove it: minipanel nodes remove --with-agent node001" in shown
    assert "node001" not in hostnames(reporting)


def test_if_no_agent_reported_nothing_is_said_about_one(config: Config) -> None:
    done = run("nodes", "remove", "node001", "--config", config.path)
    assert done.stdout.startswith("Removed node001 from ")


def test_the_agent_goes_while_the_node_is_configured_disabled_ones_too(config: Config) -> None:
    roll_out = FakeRollOut()
    assert remove_node_set(config.path, "long,node003", True, roll_out) == 0
    assert roll_out.calls == [(["node002.cluster.example", "node003"], True)]
    assert len(roll_out.configured[0]) == 3
    assert hostnames(config) == ["node001"]


def test_a_node_that_still_reports_as_its_agent_could_not_be_taken_away_stays(
    reporting: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    # A node that is off, with an agent that does not report, is removed anyway.
    roll_out = FakeRollOut(fails_on=["node001", "node003"])
    assert remove_node_set(reporting.path, "node[001,003]", True, roll_out) == 1
    assert hostnames(reporting) == ["node001", "node002.cluster.example"]
    shown = capsys.readouterr().out
    assert "Still configured, because the agent could not be removed: node001\n" in shown
    assert shown.endswith("To remove them anyway: minipanel nodes remove node001\n")


def test_the_agent_of_a_node_that_was_taken_out_before_can_still_be_taken_away(reporting: Config) -> None:
    assert run("nodes", "remove", "node001", "--config", reporting.path).returncode == 0
    roll_out = FakeRollOut()
    assert remove_node_set(reporting.path, "node001", True, roll_out) == 0
    assert roll_out.calls == [(["node001"], True)]
    assert roll_out.addresses == [{"node001": "10.0.0.2"}]
    with pytest.raises(CommandError, match="has no node named 'node009'; nothing was removed"):
        remove_node_set(reporting.path, "node[001,009]", True, roll_out)
    assert len(roll_out.calls) == 1


def test_a_node_that_the_hosts_file_still_has_would_come_back(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("10.0.0.2 node001\n10.0.0.3 node002-ib\n")
    assert remove_node_set(config.path, "node001,long", False, FakeRollOut(), hosts) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"{hosts} still has node001: minipanel nodes sync brings them back unless [hosts] ignore names them."
    )


def test_interrupting_the_removal_of_agents_leaves_the_configuration_unchanged(config: Config) -> None:
    roll_out = FakeRollOut(fails_on=["node001"], is_interrupted=True)
    with pytest.raises(CommandError, match="Interrupted; config"):
        remove_node_set(config.path, "node[001,003]", True, roll_out)
    assert len(hostnames(config)) == 3
