"""The test cluster itself: what the other tests take for granted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster

# Another file may have left a unit that failed, and then systemd is not "running" but "degraded".
pytestmark = pytest.mark.usefixtures("fresh_cluster")


def test_every_node_has_its_own_name_and_a_running_systemd(cluster: Cluster) -> None:
    for node in cluster:
        assert node.shell("hostname").strip() == node.name
        assert node.run("systemctl", "is-system-running").stdout.strip() == "running"


def test_nodes_reach_each_other_by_ssh_with_the_key_alone(cluster: Cluster) -> None:
    for name in ("n1", "n2", "n3"):
        login = ["ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", name, "hostname"]
        assert cluster["mgmt"].run(*login).stdout.strip() == name


def test_nodes_trust_each_others_munge_credentials(cluster: Cluster) -> None:
    credential = cluster["n1"].run("munge", "-n").stdout
    assert "STATUS:          Success (0)" in cluster["mgmt"].run("unmunge", stdin=credential).stdout


def test_this_machine_has_no_way_into_the_cluster() -> None:
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout
    assert "10.77.0" not in routes


def test_a_disk_survives_a_reboot_and_is_new_after_a_reset(cluster: Cluster) -> None:
    node = cluster["n3"]
    node.shell("echo kept > /etc/kept")
    node.reboot()
    assert node.shell("cat /etc/kept") == "kept\n"
    cluster.reset("n3")
    assert node.run("test", "-e", "/etc/kept", check=False).returncode == 1


def test_a_node_without_power_does_not_answer(cluster: Cluster) -> None:
    cluster["n3"].power_off()
    try:
        ping = cluster["mgmt"].run("ping", "-c1", "-W1", "n3", check=False)
        assert ping.returncode == 1
    finally:
        cluster["n3"].power_on()


def test_a_node_gets_a_copied_folder_with_its_modes(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho it runs\n")
    (tmp_path / "tool").chmod(0o750)
    cluster["n1"].put(tmp_path, "/opt/copied")
    assert cluster["n1"].shell("/opt/copied/tool; stat -c %a /opt/copied/tool") == "it runs\n750\n"


def test_a_node_that_was_killed_boots_again(cluster: Cluster) -> None:
    cluster["n3"].kill()
    cluster["n3"].power_on()
    assert cluster["n3"].run("systemctl", "is-system-running").stdout.strip() == "running"
