"""Settings changed on a running cluster, one command each: afterwards the agents report, or nothing has changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cluster.installation import PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster
from tests.setup.authority import Pair, make_pair

CONFIG = "/etc/minipanel/config.toml"
ADDRESS = "10.77.0.10"
SECONDS = 60

# Ctrl-C while systemctl works: the set-up gets it, at this call and at each one like it on the way back.
INTERRUPTING = """\
#!/bin/sh
if [ "$*" = "$(cat /root/cut-at 2>/dev/null)" ]; then kill -s INT $PPID; sleep 0.5; fi
exec /usr/bin/systemctl "$@"
"""


@pytest.fixture(scope="module")
def installation(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The panel and the agents of two nodes."""
    cluster.reset("mgmt", "n1")
    made = Installation(cluster, tmp_path_factory.mktemp("archive"))
    done = made.install("--only", "n1", "--password-file", PASSWORD_FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def change(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    return installation.node.run("minipanel", "setup", "--yes", *words, check=False, seconds=SECONDS)


def changed(installation: Installation, *words: str) -> str:
    """Change what the words say. If agents are concerned, it succeeds only once each node's first sample has arrived.

    Returns what was shown, in one line.
    """
    done = change(installation, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def url(installation: Installation) -> str:
    return installation.node.shell(f"grep ^url {CONFIG}").split('"')[1]


def state(installation: Installation) -> str:
    """Return what must stay if a change is refused or undone."""
    return installation.node.shell(
        "sha256sum /etc/minipanel/config.toml /etc/systemd/system/minipanel.service; "
        "ls -lRn --time-style=+ /etc/minipanel /opt/minipanel/releases | sha256sum; "
        "ls /etc/systemd/system/minipanel.service.d /data /etc/minipanel.new /run/minipanel-check 2>&1 || true; "
        "systemctl is-active minipanel"
    )


def started(installation: Installation) -> str:
    return installation.node.shell("systemctl show minipanel --property=MainPID")


def test_without_a_change_the_panel_keeps_running_until_a_file_is_edited(installation: Installation) -> None:
    before = started(installation)
    for _ in range(2):
        assert "nothing has changed: the panel keeps running" in changed(installation, "--no-rollout")
        assert started(installation) == before
    installation.node.shell(f"echo '# by hand' >>{CONFIG}")
    assert "starting the panel" in changed(installation, "--no-rollout")
    assert started(installation) != before


def test_port_and_address_follow_in_the_agents(installation: Installation) -> None:
    shown = changed(installation, "--port", "8081", "--address", "mgmt")
    assert f"http://{ADDRESS}:8080 → http://mgmt:8081" in shown
    assert url(installation) == "http://mgmt:8081"


@pytest.fixture(scope="module")
def pairs(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """Certificates on the management node, by what is wrong with them."""
    folder = tmp_path_factory.mktemp("pairs")
    names = f"IP:{ADDRESS}"
    made = {
        "good": make_pair(folder / "good", names),
        "other name": make_pair(folder / "other", "DNS:mgmt"),
        "key usage": make_pair(folder / "usage", names, key_usage=""),
        "expired": make_pair(folder / "expired", names, end="20210101000000Z"),
    }
    installation.node.put(folder, "/root/pairs")
    here = Path("/root/pairs")
    return {
        what: Pair(*(here / file.relative_to(folder) for file in (pair.certificate, pair.key, pair.ca)))
        for what, pair in made.items()
    }


def test_a_certificate_that_agents_would_refuse_changes_nothing(
    installation: Installation, pairs: dict[str, Pair]
) -> None:
    before = state(installation), started(installation)
    for what, words in (("other name", f"does not name {ADDRESS}"), ("key usage", "key usage"), ("expired", "expired")):
        done = change(installation, "--address", ADDRESS, *pairs[what].options)
        assert done.returncode == 1
        assert words in done.stderr
    assert (state(installation), started(installation)) == before


def test_https_with_an_own_ca_and_back_to_http_and_tokens(installation: Installation, pairs: dict[str, Pair]) -> None:
    assert "HTTPS" in changed(installation, "--address", ADDRESS, *pairs["good"].options)
    assert url(installation) == f"https://{ADDRESS}:8081"
    shown = changed(installation, "--tls", "no", "--port", "8080", "--auth", "token")
    assert "MUNGE → one token each" in shown
    assert url(installation) == f"http://{ADDRESS}:8080"
    assert 'auth = "token"' in installation.node.shell("cat /opt/minipanel-agent/config.toml")


def test_a_key_that_the_service_can_not_read_stops_nothing(installation: Installation, pairs: dict[str, Pair]) -> None:
    good = pairs["good"]
    kept = installation.node.shell(f"cat {CONFIG}")
    before = started(installation)
    tls = f'tls_certificate = "{good.certificate}"\\ntls_key = "{good.key}"'
    installation.node.shell(f"sed -i 's#^session_hours#{tls}\\n&#' {CONFIG}")
    done = change(installation, "--no-rollout")
    assert done.returncode == 1
    assert "could not start with this configuration" in done.stderr
    assert "which can't be read: Permission denied" in done.stderr
    assert started(installation) == before
    (installation.node.root / CONFIG[1:]).write_text(kept)


def test_back_to_munge(installation: Installation) -> None:
    assert "one token each → MUNGE" in changed(installation, "--auth", "munge")


CUTS = {
    "trial": "start minipanel-check.service",
    "copy": "stop minipanel.service",
    "service": "daemon-reload",
    "start": "start --no-block minipanel.service",
}


@pytest.mark.parametrize("step", CUTS)
def test_ctrl_c_leaves_the_previous_state(installation: Installation, step: str) -> None:
    before = state(installation)
    installation.node.write("/usr/local/sbin/systemctl", INTERRUPTING, 0o755)
    installation.node.write("/root/cut-at", CUTS[step])
    try:
        done = change(installation, "--port", "8090", "--database", "/data/minipanel/m.db", "--tls", "self-made")
    finally:
        installation.node.shell("rm /root/cut-at /usr/local/sbin/systemctl")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert state(installation) == before
    assert installation.health() != ""


def test_a_database_moves_with_its_data(installation: Installation) -> None:
    count = (
        "python3 -c \"import sqlite3; print(sqlite3.connect('{}').execute('SELECT count(*) FROM nodes').fetchone())\""
    )
    shown = changed(installation, "--database", "/data/minipanel/m.db", "--retention-days", "40")
    assert "when all is well, delete it: rm /var/lib/minipanel/data.db" in shown
    assert "Roll-out" not in shown
    assert installation.node.shell(count.format("/data/minipanel/m.db")).strip() == "(2,)"
    assert installation.node.shell("cd /var/lib/minipanel; ls data.db*").split() == ["data.db"]
    assert installation.node.shell("stat -c '%a %U' /data/minipanel/m.db").split() == ["640", "minipanel"]
    # The agents try again a while after the panel was away, so their nodes may be shown as down until then.
    installation.panel.wait_for(lambda: installation.node.run("minipanel", "status", check=False).returncode == 0)


def test_an_interrupted_first_set_up_asks_again(installation: Installation) -> None:
    installation.node.shell("minipanel setup --uninstall --purge --yes")
    installation.node.write("/usr/local/sbin/systemctl", INTERRUPTING, 0o755)
    installation.node.write("/root/cut-at", CUTS["start"])
    assert installation.install("--only", "n1", "--no-rollout").returncode != 0
    installation.node.shell("rm /root/cut-at /usr/local/sbin/systemctl")
    done = installation.install("--only", "n2", "--no-rollout", "--port", "8082", "--admin", "bob")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shown only here" in done.stdout
    assert installation.node.shell("minipanel nodes list | grep -c n2").strip() == "1"
    assert url(installation).endswith(":8082")
