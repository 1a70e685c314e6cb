"""firewalld, Debian's own, on a real node: the panel's port is opened, moves with the panel, and is closed again."""

from __future__ import annotations

import json

import pytest

from tests.cluster.installation import PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster


@pytest.fixture(scope="module")
def installation(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The management node behind firewalld, and the panel installed there."""
    cluster.reset("mgmt")
    made = Installation(cluster, tmp_path_factory.mktemp("archive"))
    made.node.shell("systemctl start firewalld")
    assert reaches(made) is False
    done = made.install("--no-rollout", "--password-file", PASSWORD_FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "firewalld  running; the panel's port will be opened" in done.stdout
    return made


def reaches(installation: Installation, port: int = 8080) -> bool:
    """Return whether another node can reach this port."""
    knock = f"import socket; socket.create_connection(('{installation.node.address}', {port}), 5)"
    done = installation.panel.cluster["n1"].run("python3", "-c", knock, check=False)
    return done.returncode == 0


def open_ports(installation: Installation) -> list[list[str]]:
    """Return the ports that are open in the default zone: now, and after a restart."""
    ask = "firewall-cmd --list-ports; firewall-cmd --permanent --list-ports"
    return [line.split() for line in installation.node.shell(ask).splitlines()]


def firewall_checks(installation: Installation) -> list[tuple[str, str]]:
    """Return what the doctor says about firewalld, once that has answered within the doctor's 5 s."""
    for _ in range(10):
        report = json.loads(installation.node.run("minipanel", "doctor", "--json", check=False).stdout)
        checks = [check for check in report["checks"] if check["look"] == "firewall"]
        if all(check["verdict"] != "warning" for check in checks):
            break
    return [(check["verdict"], check["remedy"]) for check in checks]


def test_the_set_up_opens_the_panels_port_for_good(installation: Installation) -> None:
    assert open_ports(installation) == [["8080/tcp"], ["8080/tcp"]]
    assert reaches(installation)
    assert firewall_checks(installation) == [("ok", "")]
    installation.node.shell("systemctl restart firewalld")
    assert reaches(installation)


def test_a_port_that_was_closed_is_found_and_opened_by_what_the_doctor_says(installation: Installation) -> None:
    installation.node.shell("firewall-cmd --remove-port=8080/tcp")
    assert not reaches(installation)
    ((verdict, remedy),) = firewall_checks(installation)
    assert verdict == "fix"
    installation.node.shell(remedy)
    assert reaches(installation)
    assert firewall_checks(installation) == [("ok", "")]


def test_another_port_is_opened_and_the_old_one_closed(installation: Installation) -> None:
    installation.node.shell("minipanel setup --yes --port 8081 --no-rollout", seconds=150)
    assert open_ports(installation) == [["8081/tcp"], ["8081/tcp"]]
    assert (reaches(installation, 8081), reaches(installation, 8080)) == (True, False)
    assert firewall_checks(installation) == [("ok", "")]


def test_uninstalling_closes_what_the_set_up_opened_and_nothing_else(installation: Installation) -> None:
    installation.node.shell("firewall-cmd --add-port=9999/tcp; firewall-cmd --permanent --add-port=9999/tcp")
    installation.node.shell("minipanel setup --uninstall --purge --yes")
    assert open_ports(installation) == [["9999/tcp"], ["9999/tcp"]]
