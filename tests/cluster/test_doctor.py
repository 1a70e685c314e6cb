"""`minipanel doctor` on real nodes: each bad state gets its line with a remedy, and a good cluster none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.cluster.faults import clock_off, munged_stopped, other_munge_key
from tests.cluster.installation import PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster

CONFIG = "/etc/minipanel/config.toml"
DATABASE = "/var/lib/minipanel/data.db"

# The nodes share this machine's clock, which is not synchronised.
SYNCHRONISED = "#!/bin/sh\necho NTPSynchronized=yes\n"

Found = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def installation(fresh_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The panel and all agents, with a synchronised clock."""
    made = Installation(fresh_cluster, tmp_path_factory.mktemp("archive"))
    done = made.install("--password-file", PASSWORD_FILE, "--tls", "self-made")
    assert done.returncode == 0, done.stdout + done.stderr
    made.node.write("/usr/local/bin/timedatectl", SYNCHRONISED, 0o755)
    # Debian fixed the hole in its munge itself, but a small installation has no changelog that says so.
    made.node.write("/usr/local/bin/rpm", "#!/bin/sh\necho CVE-2026-25506\n", 0o755)
    return made


def look(installation: Installation, *words: str) -> Found:
    """Return the checks by the names of their looks. The command must end within half a minute, whatever it meets."""
    started = time.monotonic()
    done = installation.node.run("minipanel", "doctor", "--json", *words, check=False)
    assert time.monotonic() - started < 30
    report = json.loads(done.stdout)
    assert report["good"] == (done.returncode == 0)
    found: Found = {}
    for check in report["checks"]:
        found.setdefault(check["look"], []).append(check)
    return found


def bad(found: Found) -> list[tuple[str, str, str]]:
    """Return verdict, look and detail of each line that is not good.

    Without alerts: they open and end at their own times, so those of one test may last into the next.
    """
    return [(check["verdict"], name, check["detail"]) for name, checks in found.items() for check in checks
            if check["verdict"] != "ok" and name != "alerts"]  # fmt: skip


def only_bad(found: Found) -> str:
    """Return the name of the only look with a line that is not good, or all names if there are more."""
    return ",".join(name for _, name, _ in bad(found))


def wait_for(look_again: Callable[[], Found], is_so: Callable[[Found], bool], seconds: float = 40) -> Found:
    deadline = time.monotonic() + seconds
    while not is_so(found := look_again()):
        assert time.monotonic() < deadline, bad(found)
        time.sleep(0.5)
    return found


def test_a_good_cluster_is_good(installation: Installation) -> None:
    found = wait_for(lambda: look(installation), lambda found: not bad(found))
    shown = installation.node.run("minipanel", "doctor")
    assert shown.stdout.endswith("All is well.\n")
    assert found["nodes"][0]["detail"] == "4 of 4 are up"
    assert found["certificate"][0]["detail"].startswith("good for 10.77.0.10 until 20")
    assert found["rights"][0]["detail"] == "the user minipanel can read and write what it needs"


def test_no_secret_is_sent_with_a_question(installation: Installation) -> None:
    config = installation.node.shell(f"cat {CONFIG}")
    keys = ("jwt_secret", "secret", "password_hash")
    secrets = [line.split('"')[1] for line in config.splitlines() if line.startswith(keys)]
    assert len(secrets) == 3
    shown = installation.node.shell("minipanel doctor; minipanel doctor --json")
    assert [secret for secret in secrets if secret in shown] == []


def test_a_user_who_is_not_root_sees_what_could_not_be_checked(installation: Installation) -> None:
    done = installation.node.run("runuser", "-u", "nobody", "--", "minipanel", "doctor", check=False)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "not root, so some checks see less" in done.stdout
    assert f"{CONFIG} can't be read with these rights" in done.stdout
    assert f"{DATABASE} can't be read with these rights" in done.stdout
    assert "→ sudo minipanel doctor" in done.stdout


def test_a_stopped_panel_comes_with_the_way_to_start_it(stopped: Installation) -> None:
    found = look(stopped)
    assert ("fix", "service", "it is stopped") in bad(found)
    assert found["service"][0]["remedy"] == "systemctl start minipanel"
    assert "can't be reached: Connection refused" in found["panel"][0]["detail"]
    assert found["nodes"][0]["detail"] == "not known while no panel runs"


@pytest.fixture
def stopped(installation: Installation) -> Iterator[Installation]:
    """The panel stopped for one test, and up again after it."""
    installation.node.shell("systemctl stop minipanel")
    yield installation
    installation.node.shell("systemctl reset-failed minipanel; systemctl start minipanel")


def test_a_port_taken_by_another_program_is_reported_with_that_program(stopped: Installation) -> None:
    stopped.node.shell("systemd-run --quiet --unit=stranger python3 -m http.server 8080; sleep 0.5")
    try:
        found = look(stopped)
    finally:
        stopped.node.shell("systemctl stop stranger")
    assert found["panel"][0]["detail"].startswith("port 8080 is taken by python3, process ")
    assert found["panel"][0]["remedy"].endswith("minipanel setup --port PORT")


def test_a_database_that_is_missing_is_reported(stopped: Installation) -> None:
    stopped.node.shell(f"mkdir /root/aside; mv {DATABASE}* /root/aside/")
    try:
        found = look(stopped)
    finally:
        stopped.node.shell("mv /root/aside/* /var/lib/minipanel/; rmdir /root/aside")
    assert ("fix", "database") in [(verdict, name) for verdict, name, _ in bad(found)]
    assert found["database"][0]["detail"].startswith(f"There is no database {DATABASE} yet")


def test_a_database_of_a_newer_version_is_reported(stopped: Installation) -> None:
    python = f"import sqlite3; c = sqlite3.connect('{DATABASE}'); print(*c.execute('PRAGMA user_version').fetchone());"
    before = stopped.node.run("python3", "-c", f"{python} c.execute('PRAGMA user_version = 9999')").stdout.strip()
    try:
        found = look(stopped)
    finally:
        stopped.node.run("python3", "-c", f"{python} c.execute('PRAGMA user_version = {before}')")
    assert "has schema version 9999" in found["database"][0]["detail"]
    assert found["database"][0]["remedy"].startswith("install the newer MiniPanel")


def test_a_database_on_a_read_only_disk_is_reported(installation: Installation) -> None:
    folder = "/var/lib/minipanel"
    installation.node.shell(f"mount --bind {folder} {folder}; mount -o remount,ro,bind {folder}")
    try:
        found = look(installation)
    finally:
        installation.node.shell(f"umount --lazy {folder}")
    assert found["database"][0]["detail"] == f"{DATABASE} can't be written: it, or its disk, is read-only."
    assert found["database"][0]["remedy"].startswith("findmnt -T /var/lib/minipanel")
    assert {check["remedy"] for check in found["rights"]} == {f"findmnt -T {folder}", f"findmnt -T {DATABASE}"}


HOLD = """\
import sqlite3, time
connection = sqlite3.connect("/var/lib/minipanel/data.db", isolation_level=None, timeout=20)
connection.execute("BEGIN IMMEDIATE")
time.sleep(60)
"""


def test_a_program_that_holds_the_database_locked_is_named(installation: Installation) -> None:
    installation.node.write("/root/hold.py", HOLD)
    installation.node.shell("systemd-run --quiet --unit=holder python3 /root/hold.py")
    try:
        found = wait_for(lambda: look(installation), lambda found: len(found["database"]) > 1)
    finally:
        installation.node.shell("systemctl stop holder")
    assert found["database"][1]["detail"].startswith("python3 (process ")
    assert found["database"][1]["remedy"].startswith("end that program: kill ")


def test_munged_that_is_stopped_comes_with_the_way_to_start_it(installation: Installation) -> None:
    with munged_stopped(installation.node):
        found = look(installation)
    assert found["munge"] == [
        {
            "look": "munge",
            "verdict": "fix",
            "what": "MUNGE",
            "detail": "munged is not running",
            "remedy": "systemctl enable --now munge",
        }
    ]


def test_munged_and_systemctl_that_hang_are_lines_with_a_remedy(installation: Installation) -> None:
    installation.node.write("/usr/local/bin/systemctl", "#!/bin/sh\nexec sleep 60\n", 0o755)
    installation.node.shell("kill -STOP $(pidof munged)")
    try:
        found = look(installation)
    finally:
        installation.node.shell("kill -CONT $(pidof munged); rm /usr/local/bin/systemctl")
    assert "systemctl gave no answer within" in found["service"][0]["detail"]
    assert found["munge"][0]["verdict"] != "ok"
    assert found["munge"][0]["remedy"]
    assert found["database"][0]["verdict"] == "ok"
    assert installation.node.run("pgrep", "-f", "sleep 60", check=False).stdout == ""


def test_a_broken_configuration_is_reported_and_the_rest_looked_at(installation: Installation) -> None:
    wait_for(lambda: look(installation), lambda found: found["nodes"][0]["detail"] == "4 of 4 are up")
    installation.node.shell(f"cp -p {CONFIG} /root/kept; printf '[weather]\\nsunny = true\\n' >>{CONFIG}")
    try:
        # An earlier test's fault may still be ending.
        found = wait_for(lambda: look(installation), lambda found: only_bad(found) == "configuration")
    finally:
        installation.node.shell(f"cp -p /root/kept {CONFIG}")
    assert 'unknown key "weather"' in found["configuration"][0]["detail"]
    assert found["nodes"][0]["detail"] == "4 of 4 are up"


def test_a_key_that_the_service_can_not_read_comes_with_the_commands(installation: Installation) -> None:
    key = "/etc/minipanel/tls/panel-key.pem"
    # An earlier test may have stopped the panel for a while.
    wait_for(lambda: look(installation), lambda found: found["nodes"][0]["detail"] == "4 of 4 are up")
    installation.node.shell(f"chmod 600 {key}")
    try:
        found = look(installation)
    finally:
        installation.node.shell(f"chmod 640 {key}")
    assert bad(found) == [("fix", "rights", f"the user minipanel can't read {key}")]
    assert found["rights"][0]["remedy"].startswith(f"chgrp minipanel {key} && chmod 640 {key}")


SIGN = """\
cd /etc/minipanel/tls
cp -p panel.pem /root/panel.pem
openssl req -new -key panel-key.pem -subj /CN=panel -addext subjectAltName={name} -out /tmp/panel.csr
openssl x509 -req -in /tmp/panel.csr -CA ../ca.pem -CAkey ca-key.pem -set_serial 7 {time} -copy_extensions copy \
  -out panel.pem 2>&1
"""

PAST = "-not_before 20240101000000Z -not_after 20240201000000Z"


@pytest.mark.parametrize(
    ("name", "time", "verdict", "detail"),
    [
        ("IP:10.77.0.10", "-days 10", "warning", "/etc/minipanel/tls/panel.pem, or its CA, expires in 9 days, on 20"),
        ("IP:10.77.0.10", PAST, "fix", "The certificate /etc/minipanel/tls/panel.pem has expired."),
        (
            "IP:10.9.9.9",
            "-days 90",
            "fix",
            "The certificate /etc/minipanel/tls/panel.pem does not name 10.77.0.10",
        ),
    ],
    ids=["about to end", "ended", "of another name"],
)
def test_a_certificate_that_agents_will_refuse_is_reported_in_advance(
    installation: Installation, name: str, time: str, verdict: str, detail: str
) -> None:
    installation.node.shell(SIGN.format(name=name, time=time))
    try:
        found = look(installation)
    finally:
        installation.node.shell("cp -p /root/panel.pem /etc/minipanel/tls/panel.pem")
    (check,) = found["certificate"]
    assert (check["verdict"], check["detail"][: len(detail)]) == (verdict, detail)
    assert check["remedy"] == "minipanel setup --tls self-made"


def refused(found: Found) -> dict[str, dict[str, str]]:
    """Return the checks of nodes that the panel refuses, by the nodes."""
    return {check["detail"].split(":")[0]: check for check in found["nodes"] if check["verdict"] == "fix"}


def test_a_node_with_another_munge_key_and_one_with_another_clock_come_with_their_remedies(
    installation: Installation,
) -> None:
    cluster = installation.panel.cluster
    with other_munge_key(cluster["n1"]), clock_off(cluster["n2"], 600):
        found = wait_for(lambda: look(installation), lambda found: len(refused(found)) > 1)
    key, clock = refused(found)["n1"], refused(found)["n2"]
    assert "another key than the panel's" in key["detail"]
    assert key["remedy"].startswith("copy /etc/munge/munge.key from here to n1")
    assert "ahead of the panel's clock" in clock["detail"]
    assert clock["remedy"] == "set the clock on n2: chronyc makestep"


def test_a_node_that_is_down_is_reported_with_the_time_since_when(installation: Installation) -> None:
    node = installation.panel.cluster["n3"]
    node.shell("systemctl stop minipanel-agent")
    try:
        found = wait_for(lambda: look(installation), lambda found: bool(down(found)))
    finally:
        node.shell("systemctl start minipanel-agent")
    (check,) = down(found)
    assert check["detail"].startswith("n3: down since 20")
    assert check["remedy"] == "minipanel rollout --dry-run n3"


def down(found: Found) -> list[dict[str, str]]:
    return [check for check in found["nodes"] if ": down since" in check["detail"]]
