"""A first installation: what it leaves, and that it can be run again wherever it was interrupted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.errors import CommandError
from minipanel.sections import load_config
from minipanel.setup.ask.answers import SelfMade
from minipanel.setup.change import install as installation
from minipanel.setup.change import service
from minipanel.setup.change.install import install
from minipanel.setup.change.release import current_release
from tests.setup.installing import CONFIG, DROP_IN, GID, UID, UNIT, answers, lay_release, mode, screen
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root


def test_a_first_installation_leaves_what_it_should(machine: Machine, stub: PanelStub) -> None:
    release = lay_release(machine, "0.1.0.a")
    stub.well = {"0.1.0.a"}
    config = install(answers(stub, ignored=("*-ib",)), release, machine.system, screen())
    assert config == load_config(machine.root / CONFIG[1:])
    assert config.hosts.ignore == ("*-ib",)
    assert (config.admin.username, config.server.port, len(config.nodes)) == ("chief", stub.port, 2)
    home = machine.root / "opt/minipanel"
    assert str((home / "current").readlink()) == "releases/0.1.0.a"
    assert str((home / "minipanel").readlink()) == "current/bin/minipanel"
    assert (home / "minipanel-agent").read_text() == "agent of 0.1.0.a"
    assert str((machine.root / "usr/local/bin/minipanel").readlink()) == "/opt/minipanel/minipanel"
    assert "/opt/minipanel/releases/0.1.0.a/venv/bin/python -I -m minipanel" in (home / "minipanel").read_text()
    assert machine.read(UNIT).endswith("of 0.1.0.a")
    assert not (machine.root / DROP_IN[1:]).exists()


def test_owners_and_modes_are_those_of_a_service_with_secrets(machine: Machine, stub: PanelStub) -> None:
    stub.well = {"0.1.0.a"}
    install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())
    root = machine.root
    assert mode(root / "etc/minipanel") == (0, GID, 0o750)
    assert mode(root / CONFIG[1:]) == (0, GID, 0o640)
    assert mode(root / "var/lib/minipanel") == (UID, GID, 0o750)
    assert mode(root / "opt/minipanel/releases/0.1.0.a/bin/minipanel")[2] == 0o755


def test_the_service_is_enabled_and_started_after_all_is_laid(machine: Machine, stub: PanelStub) -> None:
    stub.well = {"0.1.0.a"}
    install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())
    calls = [call for call in machine.calls if call.startswith("systemctl")]
    assert calls == [
        "systemctl daemon-reload",
        "systemctl start minipanel-check.service",
        "systemctl reset-failed minipanel-check.service",
        "systemctl daemon-reload",
        "systemctl daemon-reload",
        "systemctl enable --quiet minipanel.service",
        "systemctl stop minipanel.service",
        "systemctl reset-failed minipanel.service",
        "systemctl start --no-block minipanel.service",
    ]


def test_a_database_elsewhere_gets_a_folder_and_its_place_in_the_sandbox(machine: Machine, stub: PanelStub) -> None:
    stub.well = {"0.1.0.a"}
    given = answers(stub, database=Path("/data/minipanel/m.db"))
    install(given, lay_release(machine, "0.1.0.a"), machine.system, screen())
    assert mode(machine.root / "data/minipanel") == (UID, GID, 0o750)
    assert mode(machine.root / "data")[2] == 0o755
    assert 'ReadWritePaths="/data/minipanel"' in machine.read(DROP_IN)


def test_the_folder_of_backups_is_made_for_the_service_and_one_that_is_there_is_left_as_it_is(
    machine: Machine, stub: PanelStub
) -> None:
    stub.well = {"0.1.0.a", "0.1.0.b"}
    install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())
    machine.write(CONFIG, f'{machine.read(CONFIG)}\n[backup]\nfolder = "/backup/minipanel"\n')
    install(None, lay_release(machine, "0.1.0.b"), machine.system, screen())
    folder = machine.root / "backup/minipanel"
    assert mode(folder) == (UID, GID, 0o750)
    assert 'ReadWritePaths="-/backup/minipanel"' in machine.read(DROP_IN)
    os.chown(folder, 0, 0)
    stub.well = {"0.1.0.c"}
    install(None, lay_release(machine, "0.1.0.c"), machine.system, screen())
    assert mode(folder)[0] == 0


def test_a_self_made_certificate_is_the_services_and_its_ca_everybodys(machine: Machine, stub: PanelStub) -> None:
    given = answers(stub, tls=SelfMade(("127.0.0.1", "mgmt")))
    with pytest.raises(CommandError):  # the stub speaks no HTTPS
        install(given, lay_release(machine, "0.1.0.a"), machine.system, screen())
    folder = machine.root / "etc/minipanel"
    assert mode(folder / "ca.pem") == (0, GID, 0o644)
    assert mode(folder / "tls/ca-key.pem") == (0, GID, 0o600)
    assert mode(folder / "tls/panel-key.pem") == (0, GID, 0o640)
    config = load_config(folder / "config.toml")
    assert config.server.url.startswith("https://127.0.0.1:")
    assert config.server.tls_certificate == folder / "tls/panel.pem"


def test_a_first_installation_that_fails_keeps_the_answers_for_the_next_try(machine: Machine, stub: PanelStub) -> None:
    with pytest.raises(CommandError, match="the last line of the log"):
        install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())
    assert "systemctl stop minipanel.service" in machine.calls
    stub.well = {"0.1.0.b"}
    config = install(None, lay_release(machine, "0.1.0.b"), machine.system, screen())
    assert config.admin.username == "chief"
    assert [folder.name for folder in (machine.root / "opt/minipanel/releases").iterdir()] == ["0.1.0.b"]


def test_a_service_that_fails_again_and_again_is_not_waited_for(
    machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ANSWER_SECONDS", 60)
    machine.command("systemctl", '[ "$1" != show ] || printf "ActiveState=activating\\nNRestarts=3\\n"')
    with pytest.raises(CommandError, match="The panel did not start"):
        install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_panel_that_copies_its_database_is_waited_for_and_shows_how_far_it_is(
    machine: Machine,
    stub: PanelStub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_terminal: bool,
) -> None:
    calls = machine.root / "shown"
    machine.command(
        "systemctl",
        f"""[ "$1" = show ] || exit 0
        echo >>{calls}; turns=$(wc -l <{calls})
        if [ $turns -lt 10 ]; then
            printf 'ActiveState=activating\\nNRestarts=0\\nStatusText=Copying the database: %s %%\\n' $((turns * 10))
        elif [ $turns -lt 12 ]; then
            printf 'ActiveState=activating\\nNRestarts=0\\nStatusText=Checking the copy\\n'
        else
            printf 'ActiveState=active\\nNRestarts=0\\n'
        fi""",
    )
    monkeypatch.setattr(service, "PAUSE_SECONDS", 0.15)
    monkeypatch.setattr("minipanel.setup.screen.PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal, raising=False)
    release = lay_release(machine, "0.1.0.a")
    with pytest.raises(CommandError):  # it never answers, but the set-up waits while it works on its database
        install(answers(stub), release, machine.system, screen())
    shown = capsys.readouterr().out
    assert len(calls.read_text()) > 12
    if is_terminal:
        assert "\r  starting the panel ... copying the database 10%\033[K" in shown
        assert "\r  starting the panel ... checking the copy of the database\033[K" in shown
    else:
        assert "\n    copying the database 10%" in shown
        assert "\n  starting the panel ... " in shown


STEPS = ["lay_links", "lay_unit", "open_port", "restore_labels", "start", "wait_until_healthy", "mark_proven"]


@pytest.mark.parametrize("step", STEPS)
def test_a_set_up_cut_short_anywhere_can_be_run_again(
    machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    stub.well = {"0.1.0.a", "0.1.0.b"}
    with monkeypatch.context() as patch:
        patch.setattr(installation, step, cut)
        with pytest.raises(KeyboardInterrupt):
            install(answers(stub), lay_release(machine, "0.1.0.a"), machine.system, screen())
    release = lay_release(machine, "0.1.0.b")
    install(None, release, machine.system, screen())
    assert current_release(machine.system) == release
    assert list((machine.root / "opt/minipanel/releases").iterdir()) == [release]
