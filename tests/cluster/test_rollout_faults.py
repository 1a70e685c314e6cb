"""The roll-out meets nodes in trouble: each gets its own outcome and sentence, and harms no other node."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from tests.cluster import faults
from tests.cluster.nodes import Cluster, Node
from tests.cluster.panel import CONFIG, ClusterPanel, start_panel
from tests.setup.terminal import Terminal

LEFT = "ls -d /opt/minipanel-agent /opt/.minipanel* /etc/systemd/system/minipanel-agent.service 2>/dev/null || true"


@pytest.fixture(scope="module")
def panel(fresh_cluster: Cluster) -> ClusterPanel:
    """The panel, with no agent installed yet."""
    return start_panel(fresh_cluster)


@pytest.fixture
def node(panel: ClusterPanel) -> Node:
    """A node without an agent."""
    panel.roll_out("n1", "--remove")
    return panel.cluster["n1"]


def test_a_node_that_answers_ping_but_has_no_sshd_is_recognised(panel: ClusterPanel, node: Node) -> None:
    with faults.no_sshd(node):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "ssh_failed"
    assert sentence.startswith("answers ping, but ssh fails: ")
    assert sentence.endswith("Connection refused")


def test_a_refused_ssh_key_is_reported(panel: ClusterPanel, node: Node) -> None:
    with faults.ssh_key_refused(node):
        outcomes = panel.roll_out("n1")
    outcome, sentence = outcomes["n1"]
    assert outcome == "login_refused"
    assert sentence.startswith("root's ssh key is not accepted; run ssh-copy-id root@NODE, or")


def test_a_changed_host_key_is_reported(panel: ClusterPanel, node: Node) -> None:
    assert panel.roll_out("n1", "--dry-run") == {"n1": ("would_install", "")}
    with faults.host_key_changed(node):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "host_key_changed"
    assert "known_hosts" in sentence


def test_a_python_below_root_is_named(panel: ClusterPanel, node: Node) -> None:
    with faults.no_python(node):
        python = node.shell("ls /root/kept/python3.*[0-9]").split()[0]
        link = f"/usr/local/bin/{python.rpartition('/')[2]}"
        node.shell(f"ln -s {python} {link}")
        outcome = panel.roll_out("n1", "--dry-run")["n1"]
        node.shell(f"rm {link}")
    sentence = f"{python} is in a home folder, which the agent can't see; install the package python3"
    assert outcome == ("no_python", sentence)


def test_a_node_without_python_is_reported(panel: ClusterPanel, node: Node) -> None:
    with faults.no_python(node):
        outcomes = panel.roll_out("n1")
    assert outcomes == {"n1": ("no_python", "no Python 3.6 or newer found; install the package python3")}


def test_a_stopped_munged_is_reported(panel: ClusterPanel, node: Node) -> None:
    with faults.munged_stopped(node):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "no_munge"
    assert sentence.startswith('no munge credential: munge: Error: Failed to access "/run/munge/munge.socket.2"')


def test_another_munge_key_is_reported(panel: ClusterPanel, node: Node) -> None:
    with faults.other_munge_key(node):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "munge_refused"
    assert sentence.endswith("the node's munge key is not the panel's")


@pytest.mark.parametrize(("seconds", "way"), [(600, "ahead of"), (-600, "behind")])
def test_a_clock_off_by_ten_minutes_is_reported(panel: ClusterPanel, node: Node, seconds: int, way: str) -> None:
    with faults.clock_off(node, seconds):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "wrong_clock"
    words = sentence.split()
    assert 595 < int(words[3]) < 605
    assert sentence.endswith(f"s {way} the panel's; at most 60 s are allowed")


def test_too_little_space_is_reported_before_anything_is_copied(panel: ClusterPanel, node: Node) -> None:
    with faults.small_disk(node, "/opt", "size=256k"):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "no_space"
    assert re.fullmatch(r"/opt has 256 KiB free; [34]\d\d are needed", sentence)


def test_960_kib_are_enough_for_a_change_of_configuration(panel: ClusterPanel, node: Node) -> None:
    with faults.small_disk(node, "/opt", "size=2m"):
        assert panel.roll_out("n1")["n1"] == ("installed", "")
        node.shell("head -c $(($(stat -fc '%a * %S' /opt) - 960 * 1024)) /dev/zero >/opt/other")
        node.shell("echo >>/opt/minipanel-agent/config.toml")  # in the block that it has
        assert node.shell("df -Pk /opt | awk 'NR == 2 { print $4 }'").strip() == "960"
        assert panel.roll_out("n1")["n1"] == ("installed", "")
        panel.roll_out("n1", "--remove")


def test_a_dry_run_finds_a_disk_that_is_read_only(panel: ClusterPanel, node: Node) -> None:
    expected = ("not_writable", "/opt can't be written: Read-only file system")
    with faults.small_disk(node, "/opt", "ro"):
        assert panel.roll_out("n1", "--dry-run") == panel.roll_out("n1") == {"n1": expected}
    assert panel.roll_out("n1", "--dry-run") == {"n1": ("would_install", "")}
    assert node.shell("ls -A /opt /var/lib /etc/systemd/system | grep minipanel || true") == ""


def test_a_disk_that_gets_full_on_the_way_is_reported_and_cleaned(panel: ClusterPanel, node: Node) -> None:
    with faults.small_disk(node, "/opt", "size=8m,nr_inodes=5"):
        outcome, sentence = panel.roll_out("n1")["n1"]
        assert node.shell("ls -A /opt") == ""
    assert outcome == "no_space"
    assert "No space left on device" in sentence


def test_a_firewall_in_front_of_the_panel_is_reported(panel: ClusterPanel, node: Node) -> None:
    with faults.firewalled(node, 8080):
        outcome, sentence = panel.roll_out("n1")["n1"]
    assert outcome == "panel_unreachable"
    assert sentence == (
        "the node can't reach the panel at http://10.77.0.10:8080: no answer within 4 s; check the firewall"
    )
    assert node.shell(LEFT) == ""


def test_an_agent_that_does_not_stay_up_is_taken_back(panel: ClusterPanel, node: Node) -> None:
    node.shell("mkdir -p /etc/systemd/system/minipanel-agent.service.d")
    node.write("/etc/systemd/system/minipanel-agent.service.d/broken.conf", "[Service]\nExecStartPre=/bin/false\n")
    outcome, sentence = panel.roll_out("n1")["n1"]
    node.shell("rm -r /etc/systemd/system/minipanel-agent.service.d")
    assert outcome == "not_active"
    assert sentence == "The agent did not stay up: see journalctl -u minipanel-agent.service"
    assert node.shell(LEFT) == ""


def test_an_upgrade_that_does_not_stay_up_leaves_the_old_agent_running(panel: ClusterPanel, node: Node) -> None:
    assert panel.roll_out("n1")["n1"] == ("installed", "")
    before = node.shell("cat /opt/minipanel-agent/config.toml")
    node.write("/opt/bad/config.toml", "nonsense = 1\n")
    node.shell("cp /opt/minipanel-agent/minipanel-agent /etc/systemd/system/minipanel-agent.service /opt/bad/")
    node.put(panel.node.root / "opt/checkout/deploy/install-agent.sh", "/opt/bad/install-agent.sh")
    failed = node.run("/opt/bad/install-agent.sh", check=False)
    assert failed.returncode == 3
    assert "nonsense is no key of this file" in failed.stderr
    assert node.shell("cat /opt/minipanel-agent/config.toml") == before
    assert node.shell("systemctl is-active minipanel-agent") == "active\n"
    assert "/opt/.minipanel" not in node.shell(LEFT)


def test_a_node_that_hangs_costs_only_its_timeout(panel: ClusterPanel, node: Node) -> None:
    panel.roll_out("n2", "--remove")
    with faults.ssh_hangs(node):
        began_at = time.monotonic()
        outcomes = panel.roll_out("n[1-2]", "--timeout", "3")
    assert time.monotonic() - began_at < 12
    assert outcomes["n1"] == ("timed_out", "ssh connected, and then got no answer for 3 s")
    assert outcomes["n2"] == ("installed", "")


def test_a_node_without_power_and_one_that_the_panel_does_not_trust_are_reported(
    panel: ClusterPanel, node: Node
) -> None:
    config = panel.node.shell(f"cat {CONFIG}")
    # The panel accepts n1 only from another address; ssh finds it through the hosts file.
    panel.configure(config.replace("10.77.0.11", "10.77.0.111"))
    try:
        with faults.powered_off(panel.cluster["n3"]):
            outcomes = panel.roll_out("--hosts", "/etc/hosts", "n[1,3]")
    finally:
        panel.configure(config)
    assert outcomes["n3"] == ("unreachable", "no answer to ping or on ssh's port")
    outcome, sentence = outcomes["n1"]
    assert outcome == "no_sample"
    assert "came from 10.77.0.11. If that is the way to this node" in sentence


def test_failed_nodes_are_remembered_and_a_noexec_tmp_does_not_matter(panel: ClusterPanel, node: Node) -> None:
    panel.node.shell("rm -f /var/lib/minipanel/rollout-failed.json")
    with faults.munged_stopped(node):
        assert panel.roll_out("n[1-2]", "--force", "--dry-run")["n1"][0] == "no_munge"
        assert panel.minipanel("rollout", "--only-failed").stdout == "There are no nodes to work on.\n"
        assert panel.roll_out("n1")["n1"][0] == "no_munge"
    with faults.noexec_tmp(node):
        assert panel.roll_out("--only-failed") == {"n1": ("installed", "")}
    assert panel.minipanel("rollout", "--only-failed").stdout == "There are no nodes to work on.\n"


@pytest.mark.parametrize("signal", ["INT", "TERM"])
def test_an_interrupted_roll_out_reports_and_leaves_nothing_behind(
    panel: ClusterPanel, node: Node, signal: str
) -> None:
    with faults.ssh_hangs(node):
        command = panel.node.command("minipanel", "rollout", "n1", "--json")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        panel.wait_for(lambda: _runs_ssh(panel.node), seconds=10)
        rollout = panel.node.shell("pgrep -f 'minipanel rollout'").split()[0]
        panel.node.shell(f"kill -{signal} {rollout}")
        stdout, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert json.loads(stdout)["nodes"] == [
        {"hostname": "n1", "outcome": "interrupted", "sentence": "not done; run the roll-out again"}
    ]
    assert not _runs_ssh(panel.node)
    assert node.shell(LEFT) == ""
    assert panel.node.shell("ls -d /tmp/minipanel-rollout-* 2>/dev/null || true") == ""


def test_an_installation_on_the_panels_own_node_that_is_interrupted_is_undone(panel: ClusterPanel) -> None:
    panel.roll_out("mgmt", "--remove")
    hangs = "/etc/systemd/system/minipanel-agent.service.d/hangs.conf"
    panel.node.shell(f"mkdir -p {hangs.rpartition('/')[0]}; printf '[Service]\nExecStartPre=/bin/sleep 60\n' >{hangs}")
    # In its own session inside the node, Ctrl-C reaches the roll-out and not the program that entered the node.
    with Terminal(panel.node.command("setsid", "--ctty", "--wait", "minipanel", "rollout", "mgmt")) as terminal:
        panel.wait_for(lambda: panel.node.run("pgrep", "-x", "sleep", check=False).returncode == 0)
        terminal.press("\x03")
        assert terminal.end() == 1
    panel.node.shell(f"rm -r {hangs.rpartition('/')[0]}")
    assert panel.node.shell(LEFT) == ""


def test_what_a_killed_roll_out_left_goes_with_the_next_and_by_removing(panel: ClusterPanel, node: Node) -> None:
    left = "mkdir /opt/.minipanel-agent.abcdef; echo token >/opt/.minipanel-agent.abcdef/config.toml"
    node.shell(left)
    assert panel.roll_out("n1", "--remove")["n1"] == ("removed", "")
    assert node.shell(LEFT) == ""
    node.shell(left)
    assert panel.roll_out("n1")["n1"] == ("installed", "")
    assert "/opt/.minipanel-agent." not in node.shell(LEFT)


def test_a_copy_that_breaks_off_leaves_nothing_behind(panel: ClusterPanel, node: Node) -> None:
    script = (
        "from minipanel.rollout.kit import install_command, install_input; import sys, subprocess\n"
        "files = {'minipanel-agent': b'x' * 100_000, 'install-agent.sh': b'exit 0'}\n"
        "half = install_input(files)[:50_000]\n"
        "done = subprocess.run(['ssh', 'n1', install_command(files)], input=half, capture_output=True)\n"
        "print(done.returncode, done.stderr.decode())\n"
    )
    path = "/opt/checkout:/opt/checkout/agent:/opt/checkout/site"
    done = panel.node.run("python3", "-c", script, environment={"PYTHONPATH": path})
    assert done.stdout.startswith("1 ")
    assert node.shell(LEFT) == ""


def _runs_ssh(node: Node) -> bool:
    return node.run("pgrep", "-x", "ssh", check=False).returncode == 0
