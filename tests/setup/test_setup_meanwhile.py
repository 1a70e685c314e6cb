"""Others at work while a set-up changes the machine: an administrator, and an attacker who controls the panel."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from minipanel.config import UserConfig
from minipanel.edits import add_user
from minipanel.sections import load_config
from minipanel.setup.change import configuration
from minipanel.setup.change import install as installation
from minipanel.setup.change.account import Account
from tests.setup.installing import CONFIG, mode, set_up
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root


def nobody(_: Path) -> int:
    raise AssertionError("no agent had to be told")


@pytest.mark.parametrize("is_link", [False, True])
def test_an_account_that_is_added_meanwhile_is_not_lost(
    machine: Machine, stub: PanelStub, settled: Path, monkeypatch: pytest.MonkeyPatch, is_link: bool
) -> None:
    path = machine.root / CONFIG[1:]
    if is_link:
        elsewhere = machine.write("/srv/config.toml")
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
    anna = UserConfig("anna", load_config(path).admin.password_hash, "viewer")
    adding = Thread(target=add_user, args=(path, anna))

    def add_meanwhile(*_: object) -> None:
        adding.start()
        adding.join(0.3)  # it need not wait if nothing holds it back

    monkeypatch.setattr(installation, "rehearse", add_meanwhile)
    set_up(machine, stub, nobody, admin="bob")
    adding.join(20)
    config = load_config(path)
    assert (config.admin.username, config.users) == ("bob", (anna,))


def test_a_link_that_takes_the_place_of_a_new_folder_is_given_to_nobody(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = machine.root / "etc"
    victim.mkdir()
    before = mode(victim)
    make = Path.mkdir

    def swapped(path: Path, *given: object, **named: object) -> None:
        make(path, *given, **named)  # type: ignore[arg-type]
        if path.name == "sub":
            path.rmdir()
            path.symlink_to(victim)

    monkeypatch.setattr(Path, "mkdir", swapped)
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        configuration.make_folders(Path("/var/lib/minipanel/sub/m.db"), Account(4242, 4243), machine.system)
    assert mode(victim) == before


def test_no_link_of_the_panels_user_leads_root_elsewhere_when_a_database_moves(
    machine: Machine, stub: PanelStub, stored: Path
) -> None:
    victim = machine.write("/etc/victim", "untouched")
    planted = machine.root / "data/minipanel/rollout-failed.json"
    planted.parent.mkdir(parents=True)
    planted.symlink_to(victim)
    set_up(machine, stub, nobody, database="/data/minipanel/m.db")
    assert victim.read_text() == "untouched"
    assert planted.read_text() == '["node1"]'
    assert not planted.is_symlink()
