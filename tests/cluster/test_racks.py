"""A rack of 200 lines in /etc/hosts comes and goes: one roll-out installs the agent on its nodes, one removes it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cluster.nodes import Cluster
from tests.cluster.panel import CONFIG, ROOT, ClusterPanel, start_panel
from tests.setup.terminal import Terminal

REAL = ("n1", "n2", "n3")
# No route leads to them: 97 nodes that are off.
RACK = "".join(f"10.99.1.{number}\track{number:02}\n" for number in range(1, 98))
INFINIBAND = "".join(f"10.98.1.{number}\track{number:02}-ib\n" for number in range(1, 98))
SWITCHES = "".join(f"10.97.1.{number}\tswitch{number}\n" for number in range(1, 4))
IGNORE = '\n[hosts]\nignore = ["*-ib", "switch?"]   # no nodes\n'
AGENT = "ls -d /opt/minipanel-agent 2>/dev/null || true"


@pytest.fixture(scope="module")
def panel(fresh_cluster: Cluster) -> Iterator[ClusterPanel]:
    """The panel with only its own node. /etc/hosts has 200 lines more; 3 of them are running nodes."""
    started = start_panel(fresh_cluster)
    done = started.minipanel("nodes", "remove", "n[1-3]")
    assert done.returncode == 0, done.stderr
    node = started.node
    node.write(CONFIG, node.shell(f"cat {CONFIG}") + IGNORE, 0o600)
    hosts = node.shell("cat /etc/hosts")
    node.write("/etc/hosts", hosts + RACK + INFINIBAND + SWITCHES)
    yield started
    node.write("/etc/hosts", hosts)


def test_a_dry_run_shows_new_nodes_and_changes_nothing(panel: ClusterPanel) -> None:
    done = panel.minipanel("nodes", "sync", "--dry-run")
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            f"Ignored by [hosts] in {CONFIG}: 100 (rack[01-97]-ib,switch[1-3])",
            f"/etc/hosts and {CONFIG} differ:",
            "  new  100  n[1-3],rack[01-97] (10.99.1.[1-97],10.77.0.[11-13])",
            "Nothing was changed.",
        ],
    )
    assert set(panel.nodes()) == {"mgmt", *REAL}  # the three were configured once; the panel keeps their history


def test_the_nodes_that_run_get_the_agent_in_the_one_roll_out(panel: ClusterPanel) -> None:
    done = panel.minipanel("nodes", "sync", "--yes", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["is_written"], len(said["new"])) == (1, True, 100)
    assert said["rollout"]["counts"] == {"installed": 3, "unreachable": 97}
    assert panel.minipanel("nodes", "sync").returncode == 0
    assert panel.node.shell(f"cat {CONFIG}").count("# no nodes") == 1
    panel.wait_for(lambda: all(panel.nodes()[name]["state"] == "up" for name in REAL))


def test_the_archives_script_offers_to_remove_gone_nodes_and_removes_their_agents(panel: ClusterPanel) -> None:
    node = panel.node
    hosts = node.shell("cat /etc/hosts")
    node.write("/etc/hosts", hosts.replace(RACK, "").replace("10.77.0.13\tn3 n3.cluster.test\n", ""))
    node.shell("mkdir -p /opt/minipanel && ln -sfn /usr/local/bin/minipanel /opt/minipanel/minipanel")
    node.write("/root/distribute-agents.sh", _script(), 0o755)
    command = node.command(
        "setsid", "--ctty", "--wait", "/root/distribute-agents.sh", environment={"LC_ALL": "C.UTF-8"}
    )
    with Terminal(command) as terminal:
        terminal.expect(r"gone +98 +n3,rack\[01-97\]")
        terminal.expect(r"Write this to config.toml\? \[Y/n\] ")
        terminal.type()
        terminal.expect(r"The agent still runs on n3\.")
        terminal.expect(r"Remove it there first\? \[Y/n\] ")
        terminal.type()
        terminal.expect(r"removed +1 +n3")
        terminal.expect(f"Written to {CONFIG}.")
        # With fewer nodes, agents spread their reports over a shorter time, so they get another configuration.
        terminal.expect(r"installed +3 +mgmt,n\[1-2\]")
        assert terminal.end() == 0
    assert panel.cluster["n3"].shell(AGENT) == ""
    listed = json.loads(panel.minipanel("nodes", "list", "--json").stdout)
    assert [node["hostname"] for node in listed] == ["mgmt", "n1", "n2"]


def test_a_node_is_taken_out_with_its_agent(panel: ClusterPanel) -> None:
    done = panel.minipanel("nodes", "remove", "--with-agent", "n2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "removed: n2\n1 of 1 nodes succeeded.\n" in done.stdout
    assert (
        "/etc/hosts still has n2: minipanel nodes sync brings them back unless [hosts] ignore names them.\n"
        in done.stdout
    )
    assert panel.cluster["n2"].shell(AGENT) == ""


def test_an_agent_that_was_left_is_refused_as_not_configured_and_can_be_taken_away_later(panel: ClusterPanel) -> None:
    done = panel.minipanel("nodes", "remove", "n1")
    assert "It stays there; to remove it: minipanel nodes remove --with-agent n1\n" in done.stdout
    log = "journalctl -u minipanel --no-pager -o cat"
    panel.wait_for(lambda: "Node 'n1' is not configured on the panel." in panel.node.shell(log))
    assert "disabled" not in panel.node.shell(log)
    assert panel.minipanel("nodes", "remove", "--with-agent", "n1").returncode == 0
    assert panel.cluster["n1"].shell(AGENT) == ""


def _script() -> str:
    return (ROOT / "distribute-agents.sh").read_text()
