"""One script installs the panel and every node's agent, upgrades, and removes the panel again, on real nodes."""

from __future__ import annotations

import time

import pytest

import minipanel
from tests.cluster.installation import CONTENT, PASSWORD_FILE, Installation
from tests.cluster.nodes import NAMES, Cluster

CONFIG = "/etc/minipanel/config.toml"
SPOILED = "print('spoiled'); raise SystemExit(2)"
NEWER, BROKEN = "0.9.1", "0.9.2"

CHANNEL = """
[[alerts.channel]]
name = "page"
kind = "exec"
command = ["/usr/local/bin/page"]
"""
PAGE = """\
#!/bin/sh
id -un
grep -o '"rule": "[a-z]*"' | cut -d'"' -f4
for folder in /tmp /etc /usr/local/bin; do
    if touch "$folder/mark" 2>/dev/null; then echo "$folder:yes"; else echo "$folder:no"; fi
done
sleep 600 &
"""


@pytest.fixture(scope="module")
def installation(fresh_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The panel and all agents, installed by one unattended run on nodes that had nothing."""
    made = Installation(fresh_cluster, tmp_path_factory.mktemp("archive"))
    done = made.install("--password-file", PASSWORD_FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    made.panel.log_in()
    return made


def all_are_up(installation: Installation) -> bool:
    nodes = [node for node in installation.panel.nodes().values() if node["enabled"]]
    return [node["state"] for node in nodes] == ["up"] * len(NAMES)


def last_hour(installation: Installation) -> set[int]:
    """Return the times of the samples of a node's last hour, which no database has."""
    return set(installation.panel.ask(f"/api/metrics/realtime/{NAMES[0]}")["recent"]["timestamp"])


def test_every_node_is_on_the_page_with_its_own_values(installation: Installation) -> None:
    installation.panel.wait_for(lambda: all_are_up(installation))
    newest = {node["hostname"]: node for node in installation.panel.ask("/api/metrics/realtime")["nodes"]}
    assert set(newest) == set(NAMES)
    assert all(node["memory_used"] > 0 and time.time() - node["timestamp"] < 15 for node in newest.values())


def test_the_archive_needs_no_way_out(installation: Installation) -> None:
    assert "default" not in installation.node.shell("ip route")


def test_the_units_are_active_and_enabled(installation: Installation) -> None:
    for unit in ("minipanel", "minipanel-agent"):
        states = installation.node.shell(f"systemctl is-active {unit}; systemctl is-enabled {unit}")
        assert states.split() == ["active", "enabled"]


def test_the_panel_runs_as_its_own_user_in_its_sandbox(installation: Installation) -> None:
    pid = installation.node.shell("systemctl show minipanel --property=MainPID --value").strip()
    assert installation.node.shell(f"ps -o user= -p {pid}").strip() == "minipanel"
    status = installation.node.shell(f"cat /proc/{pid}/status")
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000000000" in status
    # In the service's view of the file system, only its data can be written.
    inside = f"nsenter -t {pid} --mount setpriv --reuid minipanel --clear-groups"
    writable = installation.node.shell(
        f"for d in /etc /opt/minipanel /usr /var/lib/minipanel; do {inside} test -w $d && echo $d; done; true"
    )
    assert writable.split() == ["/var/lib/minipanel"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (CONFIG, "640 root minipanel"),
        ("/etc/minipanel", "750 root minipanel"),
        ("/var/lib/minipanel", "750 minipanel minipanel"),
        ("/var/lib/minipanel/data.db", "640 minipanel minipanel"),
        ("/opt/minipanel", "755 root root"),
        ("/etc/systemd/system/minipanel.service", "644 root root"),
    ],
)
def test_modes_and_owners_are_right(installation: Installation, path: str, expected: str) -> None:
    assert installation.node.shell(f"stat -c '%a %U %G' {path}").strip() == expected


def test_the_commands_work_for_root_by_their_name(installation: Installation) -> None:
    installation.panel.wait_for(lambda: all_are_up(installation))
    assert "4 up" in installation.node.shell("minipanel status")
    assert installation.node.shell("minipanel --version").strip() == f"minipanel {minipanel.__version__}"
    # No stray file can pass for a part of the panel.
    assert "4 up" in installation.node.shell(
        "cd /tmp && touch typer.py && PYTHONPATH=/tmp minipanel status; rm /tmp/typer.py"
    )


def test_a_panel_that_was_restarted_answers_at_once_and_has_its_last_hour(installation: Installation) -> None:
    installation.panel.wait_for(lambda: len(last_hour(installation)) > 0)
    before = last_hour(installation)
    for _ in range(5):
        shown = installation.node.shell("systemctl restart minipanel; minipanel status || true")
        assert shown.startswith("panel     up at http://127.0.0.1:8080, version"), shown
    assert before <= last_hour(installation)
    # A reload ends only once the configuration was read.
    wait = "for turn in $(seq 100); do systemctl is-active --quiet minipanel && break; sleep 0.1; done"
    shown = installation.node.shell(f"systemctl reload minipanel; {wait}; systemctl is-active minipanel")
    assert shown.strip() == "active"


def test_a_reload_takes_in_a_new_node(installation: Installation) -> None:
    installation.node.shell("minipanel nodes add n9 10.77.0.99")
    installation.panel.wait_for(lambda: "n9" in installation.panel.nodes(), 10)
    installation.node.shell("minipanel nodes remove n9; systemctl reload minipanel")
    assert installation.node.shell(f"stat -c '%a %U %G' {CONFIG}").strip() == "640 root minipanel"


def test_a_program_gets_alerts_within_the_sandbox_and_leaves_nothing_behind(installation: Installation) -> None:
    def channels() -> list[str]:
        return [each["name"] for each in installation.panel.ask("/api/alerts/channels")["channels"]]

    node = installation.node
    node.write("/usr/local/bin/page", PAGE, 0o755)
    node.shell(f"cp {CONFIG} /root/before.toml; printf '%s' '{CHANNEL}' >> {CONFIG}; systemctl reload minipanel")
    installation.panel.wait_for(lambda: channels() == ["page"], 10)
    said = installation.panel.ask("/api/alerts/test", {"channel": "page"})["said"]
    assert said.split() == ["minipanel", "test", "/tmp:yes", "/etc:no", "/usr/local/bin:no"]
    assert node.shell("pgrep -x -u minipanel sleep || true") == ""
    # An invalid channel: the reload reports it, and the previous one stays.
    node.shell(f"echo '{CHANNEL.replace('exec', 'sms')}' >> {CONFIG}; systemctl reload minipanel || true")
    installation.panel.wait_for(lambda: 'is "sms"; it must be' in node.shell("journalctl -u minipanel -n 20"), 10)
    assert channels() == ["page"]
    node.shell(f"cat /root/before.toml > {CONFIG}; systemctl reload minipanel")
    installation.panel.wait_for(lambda: channels() == [], 10)


def test_all_of_it_survives_a_reboot(installation: Installation) -> None:
    installation.node.reboot()
    installation.panel.wait_for(lambda: installation.health() != "")
    installation.panel.wait_for(lambda: all_are_up(installation))


def test_an_upgrade_keeps_configuration_sessions_and_history(installation: Installation) -> None:
    config = installation.node.shell(f"cat {CONFIG}")
    installation.panel.wait_for(lambda: len(last_hour(installation)) > 0)
    before = last_hour(installation)
    done = installation.install("--no-rollout", content=installation.put_version(NEWER))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "configuration, account and data stay as they are" in done.stdout
    assert installation.health() == NEWER
    assert before <= last_hour(installation)
    assert installation.node.shell(f"cat {CONFIG}") == config
    assert len(installation.node.shell("ls /opt/minipanel/releases").split()) == 2, "the one before is kept"
    installation.panel.wait_for(lambda: all_are_up(installation))  # with the session from before


def test_a_failed_upgrade_leaves_the_old_one_running(installation: Installation) -> None:
    before = installation.node.shell("readlink /opt/minipanel/current; cat /etc/systemd/system/minipanel.service")
    content = installation.put_version(BROKEN, {"minipanel/serving/__main__.py": SPOILED})
    done = installation.install("--no-rollout", content=content)
    assert done.returncode == 1
    assert "spoiled" in done.stdout + done.stderr
    assert installation.health() == NEWER
    after = installation.node.shell("readlink /opt/minipanel/current; cat /etc/systemd/system/minipanel.service")
    assert after == before
    assert len(installation.node.shell("ls /opt/minipanel/releases").split()) == 2
    installation.panel.wait_for(lambda: all_are_up(installation))


def test_uninstalling_keeps_what_another_installation_takes_up_again(installation: Installation) -> None:
    nodes = installation.panel.nodes()
    done = installation.node.run(f"{CONTENT}/install.sh", "--uninstall")
    assert "The panel is uninstalled." in done.stdout
    assert installation.health() == ""
    assert [trace for trace in installation.traces() if "agent" not in trace and "lib/minipanel/" not in trace] == [
        "/etc/minipanel",
        "/var/lib/minipanel",
        installation.node.shell("getent passwd minipanel").strip(),
    ]
    assert installation.install("--no-rollout").returncode == 0
    installation.panel.log_in()
    installation.panel.wait_for(lambda: all_are_up(installation))
    assert {node["id"] for node in installation.panel.nodes().values()} == {node["id"] for node in nodes.values()}


def test_a_purge_leaves_nothing_behind(installation: Installation) -> None:
    installation.node.shell("minipanel rollout --remove", seconds=90)
    installation.node.shell("minipanel setup --uninstall --purge --yes")
    assert installation.traces() == []
