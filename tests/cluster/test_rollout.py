"""The roll-out to real nodes: installed over ssh, started by systemd, received by the panel."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.cluster import faults
from tests.cluster.nodes import Cluster
from tests.cluster.panel import CONFIG, ClusterPanel, start_panel

ALL = ("mgmt", "n1", "n2", "n3")
TRACES = (
    "ls -d /opt/minipanel-agent /opt/.minipanel* /var/lib/minipanel-agent /etc/systemd/system/minipanel-agent* 2>&1"
)


@pytest.fixture(scope="module")
def panel(fresh_cluster: Cluster) -> ClusterPanel:
    """The panel, with the agent rolled out to every node."""
    started = start_panel(fresh_cluster)
    outcomes = started.roll_out()
    assert outcomes == dict.fromkeys(ALL, ("installed", ""))
    return started


def test_every_node_is_up_with_its_own_samples(panel: ClusterPanel) -> None:
    panel.wait_for(lambda: all(node["state"] == "up" for node in panel.nodes().values()))
    newest = {node["hostname"]: node for node in panel.ask("/api/metrics/realtime")["nodes"]}
    assert set(newest) == set(ALL)
    assert all(node["memory_total"] > 2**28 for node in newest.values())
    assert all(time.time() - node["timestamp"] < 15 for node in newest.values())


def test_the_unit_is_active_and_enabled_and_its_configuration_roots_alone(panel: ClusterPanel) -> None:
    for node in panel.cluster:
        assert node.shell("systemctl is-active minipanel-agent; systemctl is-enabled minipanel-agent").split() == [
            "active",
            "enabled",
        ]
        assert node.shell("stat -c '%a %U' /opt/minipanel-agent/config.toml /opt/minipanel-agent").split() == [
            "600",
            "root",
            "755",
            "root",
        ]


def test_nodes_meet_the_panel_at_different_moments(panel: ClusterPanel) -> None:
    config = panel.cluster["n1"].shell("cat /opt/minipanel-agent/config.toml")
    assert 'node_id = "n1"' in config
    assert "spread_seconds = 0.008" in config


def test_an_up_to_date_node_is_passed_over_unless_forced(panel: ClusterPanel) -> None:
    assert panel.roll_out() == dict.fromkeys(ALL, ("up_to_date", ""))
    before = _main_pid(panel, "n1")
    assert panel.roll_out("n1", "--force") == {"n1": ("installed", "")}
    assert _main_pid(panel, "n1") != before


def test_an_agent_that_was_changed_or_stopped_is_put_right(panel: ClusterPanel) -> None:
    panel.cluster["n1"].shell("echo '# mine' >> /opt/minipanel-agent/config.toml")
    panel.cluster["n2"].shell("systemctl stop minipanel-agent")
    outcomes = panel.roll_out("n[1-3]")
    assert [outcomes[name][0] for name in ("n1", "n2", "n3")] == ["installed", "installed", "up_to_date"]


def test_the_agent_is_back_after_a_reboot(panel: ClusterPanel) -> None:
    panel.cluster["n2"].reboot()
    booted_at = time.time()
    panel.wait_for(lambda: panel.nodes()["n2"]["last_seen"] > booted_at)


def test_a_dry_run_changes_nothing(panel: ClusterPanel) -> None:
    before = _main_pid(panel, "n1")
    assert panel.roll_out("n1", "--dry-run", "--force") == {"n1": ("would_install", "")}
    assert panel.roll_out("n1", "--dry-run", "--remove") == {"n1": ("would_remove", "")}
    assert _main_pid(panel, "n1") == before


def test_an_agent_is_removed_without_a_trace(panel: ClusterPanel) -> None:
    assert panel.roll_out("n3", "--remove") == {"n3": ("removed", "")}
    left = panel.cluster["n3"].run("sh", "-c", TRACES, check=False).stdout
    assert "No such file" in left
    assert [line for line in left.splitlines() if "cannot access" not in line] == []
    assert panel.cluster["n3"].run("systemctl", "cat", "minipanel-agent", check=False).returncode == 1
    assert panel.roll_out("n3", "--remove") == {"n3": ("absent", "")}
    assert panel.roll_out("n3") == {"n3": ("installed", "")}


def test_where_root_may_not_log_in_another_user_brings_and_removes_the_agent_by_sudo(panel: ClusterPanel) -> None:
    config = panel.node.shell(f"cat {CONFIG}")
    node = panel.cluster["n3"]
    with faults.no_root_login(node, "admin"):
        outcome, sentence = panel.roll_out("n3", "--force")["n3"]
        assert outcome == "login_refused"
        assert "(PermitRootLogin no), set user and sudo in [rollout] of config.toml" in sentence
        options = ("--force", "--dry-run", "--user", "admin", "--sudo")
        assert panel.roll_out("n3", *options) == {"n3": ("would_install", "")}
        panel.configure(f'{config}\n[rollout]\nuser = "admin"\nsudo = true\n')
        try:
            assert panel.roll_out("n3", "--remove") == {"n3": ("removed", "")}
            left = node.run("sh", "-c", TRACES, check=False).stdout
            assert [line for line in left.splitlines() if "cannot access" not in line] == []
            assert panel.roll_out("mgmt,n3", "--force") == dict.fromkeys(("mgmt", "n3"), ("installed", ""))
            node.shell("rm /etc/sudoers.d/admin")
            outcome, sentence = panel.roll_out("n3")["n3"]
            node.shell("touch /etc/sudoers.d/admin")
        finally:
            panel.configure(config)
    assert outcome == "sudo_refused"
    assert sentence.startswith("sudo asks admin for a password; put admin ALL=(root) NOPASSWD: ALL into /etc/sudoers.d")
    assert node.shell("stat -c '%a %U' /opt/minipanel-agent/config.toml").split() == ["600", "root"]
    assert panel.roll_out("n3") == {"n3": ("up_to_date", "")}


def test_the_report_is_folded_and_speaks_the_readers_language(panel: ClusterPanel) -> None:
    english = panel.minipanel("rollout")
    assert english.stdout.splitlines() == ["up to date: mgmt,n[1-3]", "4 of 4 nodes succeeded."]
    assert "n1: up to date (" in english.stderr
    chinese = panel.minipanel("rollout", "n[1-2]", LANG="zh_CN.UTF-8")
    assert chinese.stdout.splitlines() == ["已是最新：n[1-2]", "共 2 个节点，2 个成功。"]


def test_drift_between_the_panel_and_the_hosts_file_is_reported(panel: ClusterPanel) -> None:
    hosts = panel.node.shell("cat /etc/hosts")
    panel.node.write("/etc/hosts", hosts.replace("10.77.0.13\tn3 n3.cluster.test", "10.77.0.99\tn9"))
    try:
        notes = panel.minipanel("rollout", "n1").stdout
    finally:
        panel.node.write("/etc/hosts", hosts)
    assert "In /etc/hosts, but not a node of the panel: n9." in notes
    assert "A node of the panel, but not in /etc/hosts: n3." in notes


def test_with_https_and_tokens_a_node_gets_the_authority_and_its_own_token(panel: ClusterPanel, tmp_path: Path) -> None:
    _make_certificate(tmp_path, panel.node.address)
    for name in ("key.pem", "ca.pem"):
        panel.node.put(tmp_path / name, f"/etc/minipanel/{name}")
    config = panel.node.shell(f"cat {CONFIG}")
    tls = 'tls_certificate = "ca.pem"\ntls_key = "key.pem"\n[admin]'
    secure = config.replace("http://", "https://").replace("[admin]", tls)
    panel.node.write(CONFIG, secure.replace('auth = "munge"', f'auth = "token"\nsecret = "{"s" * 40}"'), 0o600)
    panel.node.shell("systemctl restart minipanel")
    panel.wait_for(lambda: panel.minipanel("rollout", "n1", "--dry-run").returncode == 0)
    assert panel.roll_out("n1") == {"n1": ("installed", "")}
    agent = panel.cluster["n1"].shell("cat /opt/minipanel-agent/config.toml")
    assert 'server_url = "https://10.77.0.10:8080"' in agent
    assert 'auth = "token"' in agent
    assert panel.cluster["n1"].shell("cat /opt/minipanel-agent/ca.pem") == (tmp_path / "ca.pem").read_text()


def _make_certificate(folder: Path, address: str) -> None:
    """Make a self-signed certificate for this address."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem"), "-subj", "/CN=minipanel"]
    subprocess.run([*command, "-addext", f"subjectAltName=IP:{address}"], check=True, capture_output=True)


def _main_pid(panel: ClusterPanel, name: str) -> str:
    return panel.cluster[name].shell("systemctl show --property=MainPID --value minipanel-agent").strip()
