"""A set-up on an installed panel: requested changes are made and listed; impossible ones are refused while it runs."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.access.password import is_password
from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.sections import load_config
from minipanel.setup import places, run
from minipanel.setup.change import install as installation
from minipanel.setup.request import Request
from tests.setup.authority import make_pair
from tests.setup.installing import CONFIG, DROP_IN, NETWORK, mode, set_up
from tests.setup.machine import Machine, TypingScreen, needs_root
from tests.setup.panel_stub import PanelStub, running_stub
from tests.setup.test_setup_firewall import Firewall

pytestmark = needs_root


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stub does not speak HTTPS, so the panel's answer is taken for granted."""
    monkeypatch.setattr(installation, "wait_until_healthy", lambda *_: None)


def config(machine: Machine) -> Config:
    return load_config(machine.root / CONFIG[1:])


def everything(machine: Machine) -> dict[str, tuple[bytes, tuple[int, int, int]]]:
    """Return all files of configuration, units and data, with owners and modes."""
    folders = [machine.root / name for name in ("etc", "var/lib", "data", "run/systemd")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {str(file): (file.read_bytes(), mode(file)) for file in files}


def nobody(_: Path) -> int:
    raise AssertionError("no agent had to be told")


def test_what_is_asked_is_changed_and_named(machine: Machine, stub: PanelStub, settled: Path) -> None:
    code, shown = set_up(machine, stub, nobody, admin="bob", retention_days="9")
    assert code == 0
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "account chief → bob" in lines
    assert "days that records are kept 32 → 9" in lines
    assert "Records older than 9 days will be deleted." in shown
    assert "Changing settings" in lines
    assert "Installation" not in lines
    assert lines[lines.index("Changed:") + 1 :][:2] == ["account chief → bob", "days that records are kept 32 → 9"]
    assert (config(machine).admin.username, config(machine).database.retention_days) == ("bob", 9)
    assert "systemctl start --no-block minipanel.service" in machine.calls


def test_comments_and_all_that_is_not_asked_stay(machine: Machine, stub: PanelStub, settled: Path) -> None:
    machine.write(CONFIG, machine.read(CONFIG).replace("[database]", "# the fast disk\n[database]"))
    before = machine.read(CONFIG)
    set_up(machine, stub, nobody, retention_days="9")
    assert machine.read(CONFIG) == before.replace("retention_days = 32", "retention_days = 9")
    assert mode(machine.root / CONFIG[1:])[2] == 0o640


def test_agents_get_a_changed_address(machine: Machine, stub: PanelStub, settled: Path) -> None:
    told: list[str] = []
    code, shown = set_up(machine, stub, lambda path: told.append(load_config(path).server.url) or 0, address="mgmt")
    assert (code, told) == (0, [f"http://mgmt:{stub.port}"])
    assert f"agents report to  http://10.0.0.1:{stub.port}  →  http://mgmt:{stub.port}" in shown


def test_an_address_of_no_machine_here_may_be_right_and_is_said(
    machine: Machine, stub: PanelStub, settled: Path
) -> None:
    shown = set_up(machine, stub, lambda _: 0, address="192.0.2.1")[1]
    assert "192.0.2.1 is not an address of this machine" in shown
    assert "not an address of this machine" not in set_up(machine, stub, lambda _: 0, address="10.0.0.1")[1]


def test_without_a_roll_out_it_shows_what_to_run(machine: Machine, stub: PanelStub, settled: Path) -> None:
    shown = set_up(machine, stub, nobody, roll_out=False, auth="token", address="mgmt")[1]
    assert "The agents keep their samples until a roll-out brings them the change: minipanel rollout" in shown


def test_a_password_is_set_once(machine: Machine, stub: PanelStub, settled: Path, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("another one\n")
    shown = set_up(machine, stub, nobody, password_file=file)[1]
    assert "password" in shown
    assert "another one;" in shown
    assert is_password("another one", config(machine).admin.password_hash)
    before = machine.read(CONFIG)
    assert "stay as they are" in set_up(machine, stub, lambda _: 0, password_file=file)[1]
    assert machine.read(CONFIG) == before


def test_another_port_follows_in_url_and_unit(machine: Machine, stub: PanelStub, settled: Path) -> None:
    with running_stub(machine) as other:
        other.well = stub.well
        set_up(machine, other, lambda _: 0)
        assert config(machine).server.port == other.port
        assert config(machine).server.url == f"http://10.0.0.1:{other.port}"


def test_a_url_of_a_proxy_stays_and_that_is_said(machine: Machine, stub: PanelStub, settled: Path) -> None:
    url = "https://monitor.example.org/panel"
    machine.write(CONFIG, machine.read(CONFIG).replace(f'url = "http://10.0.0.1:{stub.port}"', f'url = "{url}"'))
    with running_stub(machine) as other:
        other.well = stub.well
        shown = set_up(machine, other, nobody)[1]
    assert config(machine).server.url == url
    assert f"Agents keep reporting to {url}, which is not the panel's own port." in shown


def test_tokens_get_a_secret_if_there_is_none(machine: Machine, stub: PanelStub, settled: Path) -> None:
    text = machine.read(CONFIG).replace('auth = "token"', 'auth = "munge"')
    machine.write(CONFIG, "\n".join(line for line in text.splitlines() if not line.startswith("secret")))
    shown = set_up(machine, stub, lambda _: 0, auth="token")[1]
    assert "agents authenticate with  MUNGE  →  one token each" in shown
    assert config(machine).agents.auth == "token"
    assert len(config(machine).agents.secret or "") >= 32


REFUSED = [
    ({"port": "0"}, "is not a port"),
    ({"admin": " x"}, "1 to 64"),
    ({"address": "10.0.0.999"}, "neither an address"),
    ({"address": "10.0.0.2"}, "10.0.0.2 is the node node1, not this machine"),
    ({"address": "NODE1"}, "NODE1 is the node node1, not this machine"),
    ({"mail": "ops@example.org,ops"}, "'ops' is not a mail address such as ops@example"),
    ({"retention_days": "0"}, "is not a number of days from 1 to 3650"),
    ({"database": "/home/me/m.db"}, "can't see /home/me"),
    ({"database": "/var/lib/minipanel/other.db"}, "already exists"),
    ({"only": "mgmt"}, "--only selects other nodes .* minipanel nodes sync"),
    ({"without": "node1"}, "--without selects other nodes"),
    ({"tls": "own"}, "--tls own needs --tls-certificate FILE and --tls-key FILE"),
    ({"tls": "no", "tls_ca": Path("/etc/hosts")}, "--tls-ca is for --tls own, not for --tls no"),
]


@pytest.mark.parametrize(("asked", "words"), REFUSED, ids=[words[:12] for _, words in REFUSED])
def test_impossible_settings_are_refused_before_anything_is_touched(
    machine: Machine, stub: PanelStub, settled: Path, asked: dict[str, object], words: str
) -> None:
    machine.write("/var/lib/minipanel/other.db", "of somebody else")
    before = everything(machine)
    with pytest.raises(CommandError, match=words):
        set_up(machine, stub, nobody, **asked)
    assert everything(machine) == before
    assert not any("stop" in call for call in machine.calls)


def test_the_same_nodes_may_be_named_again(machine: Machine, stub: PanelStub, settled: Path) -> None:
    assert set_up(machine, stub, lambda _: 0, only="node1", retention_days="9")[0] == 0


def test_settings_that_the_service_could_not_use_are_refused_while_the_panel_runs(
    machine: Machine, stub: PanelStub, settled: Path
) -> None:
    said = f"{machine.root}/etc/minipanel.new/config.toml: tls_key in [server] can't be read: Permission denied."
    fail = f'echo "{said}" >"{machine.root}/run/minipanel-check"; exit 1'
    machine.command("systemctl", f'case $* in "start minipanel-check.service") {fail} ;; esac')
    before = everything(machine)
    with pytest.raises(
        CommandError, match=r"could not start with this configuration: .*/etc/minipanel/config\.toml: tls_key"
    ):
        set_up(machine, stub, nobody, database="/data/minipanel/m.db")
    assert everything(machine) == before
    assert not (machine.root / "data").exists()
    assert not (machine.root / "etc/minipanel.new").exists()
    assert not any(call.startswith("systemctl stop") for call in machine.calls)


def test_the_trial_has_the_units_sandbox_and_the_administrators_changes_of_it(
    machine: Machine, stub: PanelStub, settled: Path
) -> None:
    machine.write(f"{DROP_IN.rpartition('/')[0]}/override.conf", "[Service]\nProtectHome=no\n")
    unit = f"{machine.root}/run/systemd/system/minipanel-check.service"
    keep = f'cat "{unit}" "{unit}.d"/* >"{machine.root}/kept"'
    machine.command("systemctl", f'case $* in "start minipanel-check.service") {keep} ;; esac')
    set_up(machine, stub, nobody, database="/data/minipanel/m.db")
    kept = machine.read("/kept")
    assert kept.startswith("[Service]\n# of 0.1.0.a")
    assert "ProtectHome=no" in kept
    assert 'ReadWritePaths="/data/minipanel"' in kept
    assert "minipanel.serving.check --config" in kept
    assert " --bind" not in kept  # the running panel has the port


def test_a_panel_that_does_not_answer_is_replaced_by_the_previous_one(
    machine: Machine, stub: PanelStub, settled: Path
) -> None:
    before = everything(machine)
    with pytest.raises(CommandError, match="The panel did not start"):
        set_up(machine, stub, nobody, port="9", address="mgmt", tls="self-made", database="/data/minipanel/m.db")
    assert everything(machine) == before
    assert "systemctl start --no-block minipanel.service" in machine.calls
    assert not (machine.root / "data").exists()


@pytest.mark.parametrize(
    "step", ["lay_links", "lay_unit", "open_port", "restore_labels", "start", "wait_until_healthy"]
)
def test_ctrl_c_at_each_step_leaves_the_previous_state(
    machine: Machine, stub: PanelStub, settled: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    before = everything(machine)
    with monkeypatch.context() as patch:
        patch.setattr(installation, step, cut)
        with pytest.raises(KeyboardInterrupt):
            set_up(machine, stub, nobody, admin="bob", tls="self-made")
    assert everything(machine) == before
    assert set_up(machine, stub, nobody, admin="bob")[0] == 0
    assert config(machine).admin.username == "bob"


def test_an_own_certificate_is_tried_as_agents_will(
    machine: Machine, stub: PanelStub, settled: Path, https: None, tmp_path: Path
) -> None:
    def ask(name: str, **kinds: str) -> Callable[[], str]:
        pair = make_pair(tmp_path / name, **{"names": "IP:10.0.0.1", **kinds})
        files = {"tls_certificate": pair.certificate, "tls_key": pair.key, "tls_ca": pair.ca}
        return lambda: set_up(machine, stub, lambda _: 0, tls="own", **files)[1]

    before = everything(machine)
    for name, kinds, words in (
        ("elsewhere", {"names": "IP:10.0.0.9"}, "does not name 10.0.0.1"),
        ("no-key-usage", {"key_usage": ""}, "key usage"),
        ("expired", {"end": "20210101000000Z"}, "has expired"),
        ("future", {"start": "20491231000000Z"}, "is not valid yet"),
    ):
        with pytest.raises(CommandError, match=words):
            ask(name, **kinds)()
    assert everything(machine) == before
    good = ask("good")
    assert "HTTPS" in good()
    folder = machine.root / "etc/minipanel"
    assert (folder / "ca.pem").read_bytes() == (tmp_path / "good/ca.pem").read_bytes()
    assert config(machine).server.url == f"https://10.0.0.1:{stub.port}"
    assert "stay as they are" in good()
    with pytest.raises(CommandError, match="does not name mgmt"):
        set_up(machine, stub, nobody, address="mgmt")
    assert "own, " in ask("renewed")()
    set_up(machine, stub, lambda _: 0, tls="no")
    assert config(machine).server.tls_key is None
    assert config(machine).server.url == f"http://10.0.0.1:{stub.port}"


def test_a_certificate_made_here_follows_the_address_by_the_same_ca(
    machine: Machine, stub: PanelStub, settled: Path, https: None
) -> None:
    set_up(machine, stub, lambda _: 0, tls="self-made")
    folder = machine.root / "etc/minipanel"
    files = {name: (folder / name).read_bytes() for name in ("ca.pem", "tls/panel.pem")}
    assert "stay as they are" in set_up(machine, stub, lambda _: 0, tls="self-made")[1]
    assert "self-made, a new certificate" in set_up(machine, stub, lambda _: 0, address="panel.cluster")[1]
    assert (folder / "ca.pem").read_bytes() == files["ca.pem"]
    assert (folder / "tls/panel.pem").read_bytes() != files["tls/panel.pem"]


def test_a_database_moves_with_its_data_and_the_old_one_is_named(
    machine: Machine, stub: PanelStub, stored: Path
) -> None:
    Path(f"{stored}.pid").touch()
    shown = set_up(machine, stub, nobody, database="/data/minipanel/m.db")[1]
    new = machine.root / "data/minipanel/m.db"
    assert mode(new)[2] == 0o640
    with closing(sqlite3.connect(new)) as connection:
        assert connection.execute("SELECT what FROM told").fetchall() == [("before",)]
    assert (new.parent / "rollout-failed.json").read_text() == '["node1"]'
    assert "when all is well, delete it: rm /var/lib/minipanel/data.db" in shown
    assert sorted(file.name for file in stored.parent.iterdir()) == ["data.db", "rollout-failed.json"]
    stop = machine.calls.index("systemctl stop minipanel.service")
    assert stop > machine.calls.index("systemctl start minipanel-check.service")


def test_a_database_that_can_not_be_copied_stays_where_it_is(machine: Machine, stub: PanelStub, stored: Path) -> None:
    stored.write_bytes(b"no database" * 1000)
    before = everything(machine)
    with pytest.raises(CommandError, match="is not a SQLite database"):
        set_up(machine, stub, nobody, database="/data/minipanel/m.db")
    assert everything(machine) == before


def test_a_person_sees_what_is_set_and_changes_one_thing(machine: Machine, stub: PanelStub, settled: Path) -> None:
    before = config(machine)
    # Account, password, database, days, port, address, how agents authenticate, HTTPS, mail; then: yes, change it.
    screen = TypingScreen("y", "bob", "", "", "", "", "", "", "", "", "y")
    request = Request(is_guided=True)
    assert run.set_up(request, machine.system, screen, NETWORK, nobody) == 0
    assert screen.left == []
    assert "Name of the account [chief]: " in screen.shown
    assert config(machine).admin.username == "bob"
    assert config(machine).server == before.server


def test_a_person_who_wants_no_more_than_the_options_is_asked_no_more(
    machine: Machine, stub: PanelStub, settled: Path
) -> None:
    screen = TypingScreen("", "")
    request = Request(is_guided=True, admin="bob")
    assert run.set_up(request, machine.system, screen, NETWORK, nobody) == 0
    assert config(machine).admin.username == "bob"


def test_what_the_panel_stored_at_the_new_place_comes_back_with_the_old_one(
    machine: Machine, stub: PanelStub, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = machine.root / "data/minipanel/m.db"

    def store_and_fail(*_: object) -> None:
        with closing(sqlite3.connect(new)) as connection, connection:
            connection.execute("INSERT INTO told VALUES ('meanwhile')")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(installation, "wait_until_healthy", store_and_fail)
        with pytest.raises(KeyboardInterrupt):
            set_up(machine, stub, nobody, database="/data/minipanel/m.db")
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("SELECT what FROM told").fetchall() == [("before",), ("meanwhile",)]
    assert not new.parent.exists()
    assert str(config(machine).database.path) == "/var/lib/minipanel/data.db"


def test_two_set_ups_do_not_meet(machine: Machine, stub: PanelStub, settled: Path) -> None:
    with (machine.root / "opt/minipanel/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another set-up is running"):
            set_up(machine, stub, nobody, admin="bob")
    assert config(machine).admin.username == "chief"


def test_a_port_that_is_taken_back_is_so_in_the_firewall_too(machine: Machine, stub: PanelStub, settled: Path) -> None:
    firewall = Firewall(machine)
    set_up(machine, stub, nobody, retention_days="31")
    before = firewall.rules(), firewall.rules(".permanent"), machine.read(places.OPENED_PORT)
    assert before[0] == [f"internal {stub.port}-tcp", f"public {stub.port}-tcp"]
    with pytest.raises(CommandError, match="The panel did not start"):
        set_up(machine, stub, nobody, port="9")
    assert (firewall.rules(), firewall.rules(".permanent"), machine.read(places.OPENED_PORT)) == before
