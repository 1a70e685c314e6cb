"""install-agent.sh on a booted node, killed while it replaces the running agent."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from agent.build import build_agent, installed_tomli
from tests.cluster.nodes import Cluster, Node
from tests.cluster.panel import ROOT
from tests.rollout.killed import KILLER, killed

UNIT = "minipanel-agent.service"
OLD, NEW = "0.1.0 reports n1 to http://127.0.0.1:1", "9.9.9 reports n1 to http://127.0.0.1:2"
RUNNING = (
    f"journalctl _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID {UNIT}) --output=cat --no-pager "
    "| sed -n 's/^minipanel-agent \\(.*\\) every .*/\\1/p'"
)
RENAMES = 'mv -f "$path.new"*'


@pytest.fixture(scope="module")
def node(fresh_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A node with the files of two agents, each with its configuration."""
    node = fresh_cluster["n1"]
    built: Path = tmp_path_factory.mktemp("agent") / "minipanel-agent"
    build_agent(built, installed_tomli())
    agent = built.read_bytes()
    for name, port, version in (("old", 1, b"0.1.0"), ("new", 2, b"9.9.9")):
        node.shell(f"mkdir -p /root/{name}")
        (node.root / f"root/{name}/minipanel-agent").write_bytes(agent.replace(b'= "0.1.0"', b'= "%s"' % version))
        text = f'server_url = "http://127.0.0.1:{port}"\nnode_id = "n1"\nauth = "token"\ntoken = "x"\n'
        node.write(f"/root/{name}/config.toml", text)
        for file in (UNIT, "install-agent.sh"):
            node.put(ROOT / "deploy" / file, f"/root/{name}/{file}")
    node.write("/root/killer", KILLER)
    return node


def install(node: Node, name: str, environment: dict[str, str] | None = None) -> int:
    """Run the script and return its exit code."""
    return node.run("bash", f"/root/{name}/install-agent.sh", check=False, environment=environment).returncode


def running(node: Node) -> str:
    """Return what the running agent reports of itself, a moment after its start."""
    end = time.monotonic() + 10
    while not (said := node.shell(RUNNING).strip()) and time.monotonic() < end:
        time.sleep(0.1)
    return said


@pytest.mark.parametrize(
    ("before", "at", "by", "runs"),
    [
        (RENAMES, 2, signal.SIGKILL, OLD),
        ("systemctl stop*", 1, signal.SIGKILL, OLD),
        ("systemctl start*", 1, signal.SIGKILL, None),
        ("sleep*", 5, signal.SIGKILL, NEW),
        (RENAMES, 2, signal.SIGTERM, OLD),
        ("sleep*", 5, signal.SIGHUP, OLD),
    ],
)
def test_a_kill_leaves_one_of_both_running_and_the_next_run_the_new_one(
    node: Node, before: str, at: int, by: signal.Signals, runs: str | None
) -> None:
    assert install(node, "old") == 0
    assert install(node, "new", killed("/root/killer", at, before, by)) != 0
    assert node.run("systemctl", "is-active", UNIT, check=False).stdout == ("active\n" if runs else "inactive\n")
    if runs:
        assert running(node) == runs
    assert install(node, "new") == 0
    assert running(node) == NEW
    assert node.shell("ls -A /opt/minipanel-agent").split() == ["config.toml", "minipanel-agent"]
