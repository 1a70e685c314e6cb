"""A whole set-up, from the first look to the last screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.database.store import Store
from minipanel.errors import CommandError
from minipanel.models.sample import Sample
from minipanel.sections import load_config
from minipanel.setup import run
from minipanel.setup.change.release import current_release
from minipanel.setup.request import Request
from tests.setup.installing import CONFIG, NETWORK, screen, set_up
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root


def test_the_last_screen_shows_all_that_a_person_needs(machine: Machine, stub: PanelStub, whole: Path) -> None:
    rolled_out: list[Path] = []
    code, shown = set_up(machine, stub, lambda config: rolled_out.append(config) or 0)
    assert code == 0
    assert rolled_out == [machine.root / CONFIG[1:]]
    last = shown[shown.index("MiniPanel is running.") :]
    assert f"http://10.0.0.1:{stub.port}" in last
    assert "miniadmin" in last
    assert "minipanel setup --uninstall" in last
    (password,) = [line.split()[1] for line in last.splitlines() if line.startswith("  password")]
    assert len(password) == 8
    assert password not in shown[: shown.index("MiniPanel is running.")]


def test_nodes_that_do_not_report_are_reported_and_the_panel_stays(
    machine: Machine, stub: PanelStub, whole: Path
) -> None:
    code, shown = set_up(machine, stub, lambda config: 1)
    assert code == 1
    assert "minipanel rollout --only-failed" in shown
    assert current_release(machine.system) == whole


def test_a_roll_out_that_can_not_even_start_is_reported(machine: Machine, stub: PanelStub, whole: Path) -> None:
    def fail(config: Path) -> int:
        raise CommandError("ssh is not installed.")

    code, shown = set_up(machine, stub, fail)
    assert code == 1
    assert "ssh is not installed." in shown


def test_without_a_roll_out_the_next_step_is_shown(machine: Machine, stub: PanelStub, whole: Path) -> None:
    code, shown = set_up(machine, stub, None, roll_out=False)
    assert code == 0
    assert "No node has reported yet. To install the agents on the nodes: minipanel rollout" in shown


def test_on_an_installed_cluster_it_shows_what_is_known_of_the_agents(
    machine: Machine, stub: PanelStub, whole: Path
) -> None:
    set_up(machine, stub, None, roll_out=False)
    config = load_config(machine.root / CONFIG[1:])
    store = Store(machine.root / "var/lib/minipanel/data.db")
    (nodes,) = store.run([store.follow(config.accounts, config.nodes, 1_700_000_000)])
    (node1,) = [node.id for node in nodes if node.hostname == "node1"]
    store.run([store.write_samples(node1, [Sample("node1", 1_700_000_100, 50, 8000, 4000, None)], 0)])
    store.close()
    shown = set_up(machine, stub, None, roll_out=False)[1]
    assert "1 of 2 nodes have reported. To install this version's agent on all of them: minipanel rollout" in shown
    assert "not on the nodes yet" not in shown


def test_a_second_set_up_asks_nothing_that_is_answered(machine: Machine, stub: PanelStub, whole: Path) -> None:
    set_up(machine, stub, None, roll_out=False)
    before = machine.read(CONFIG)
    code, shown = set_up(machine, stub, None, roll_out=False)
    assert code == 0
    assert "configuration, account and data stay as they are" in shown
    assert machine.read(CONFIG) == before


def test_what_must_be_fixed_ends_it_before_anything_is_changed(machine: Machine, stub: PanelStub, whole: Path) -> None:
    (machine.root / "run/systemd/system").rmdir()
    with pytest.raises(CommandError, match="Nothing was changed"):
        set_up(machine, stub, None)
    assert current_release(machine.system) is None
    assert not (machine.root / "etc/minipanel").exists()
    assert "useradd" not in " ".join(machine.calls)


def test_anybody_but_root_is_refused(machine: Machine, stub: PanelStub, whole: Path) -> None:
    shown = screen()
    system = replace(machine.system, user_id=1000)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run.set_up(Request(port=str(stub.port)), system, shown, NETWORK, lambda config: 0)
    assert "  must be fixed  user     the set-up must be run as root" in shown.shown


def test_a_first_set_up_that_was_cut_short_goes_on_and_honours_its_options(
    machine: Machine, stub: PanelStub, whole: Path
) -> None:
    stub.well = set()
    with pytest.raises(CommandError):
        set_up(machine, stub, None, roll_out=False, admin="chief", database="/data/minipanel/m.db", retention_days="9")
    stub.well = {"0.1.0.a"}
    code, shown = set_up(machine, stub, None, roll_out=False, only="node1", admin="other")
    config = load_config(machine.root / CONFIG[1:])
    assert code == 0
    assert "(shown only here)" in shown
    assert config.admin.username == "other"
    # The earlier answers are proposed again, and nobody is there to change them.
    assert (str(config.database.path), config.database.retention_days) == ("/data/minipanel/m.db", 9)
    assert [node.hostname for node in config.nodes] == ["mgmt", "node1"]
    assert not (machine.root / "etc/minipanel/unfinished").exists()


def test_a_set_up_from_elsewhere_is_sent_to_install_sh(machine: Machine, stub: PanelStub) -> None:
    with pytest.raises(CommandError, match=r"Start the set-up with install\.sh"):
        run.set_up(Request(), machine.system, screen(), NETWORK, lambda config: 0)
