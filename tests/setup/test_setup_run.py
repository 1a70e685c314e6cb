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
from minipanel.setup.change.release import current_release, own_release
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from tests.setup.installing import CONFIG, lay_release, screen
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root

NETWORK = OwnNetwork("mgmt", frozenset({"127.0.0.1", "10.0.0.1"}), lambda peer: "10.0.0.1")


@pytest.fixture
def whole(machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing must be fixed, and the release that install.sh has laid."""
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.write("/etc/hosts", "10.0.0.1 mgmt\n10.0.0.2 node1\n")
    monkeypatch.setattr("minipanel.setup.look.machine.closed_folder", lambda path: None)
    monkeypatch.setattr("minipanel.setup.look.machine.hidden_place", lambda *paths: None)
    monkeypatch.setattr("minipanel.setup.ask.questions.port_holder", lambda *_: None)
    monkeypatch.setattr("minipanel.setup.look.ports.port_holder", lambda *_: None)
    release = lay_release(machine, "0.1.0.a")
    monkeypatch.setattr(run, "own_release", lambda system: own_release(system, str(release / "venv")))
    stub.well = {"0.1.0.a"}
    return release


def set_up(machine: Machine, stub: PanelStub, bring: object, **asked: object) -> tuple[int, str]:
    """Run a whole set-up unattended. Returns exit code and what was shown."""
    request = Request(auth="token", port=str(stub.port), **asked)  # type: ignore[arg-type]
    shown = screen()
    code = run.set_up(request, machine.system, shown, NETWORK, bring)  # type: ignore[arg-type]
    return code, "\n".join(shown.shown)


def test_the_last_screen_tells_all_that_a_person_needs(machine: Machine, stub: PanelStub, whole: Path) -> None:
    rolled_out: list[Path] = []
    code, shown = set_up(machine, stub, lambda config: rolled_out.append(config) or 0)
    assert code == 0
    assert rolled_out == [machine.root / CONFIG[1:]]
    last = shown[shown.index("MiniPanel runs.") :]
    assert f"http://10.0.0.1:{stub.port}" in last
    assert "miniadmin" in last
    assert "minipanel setup --uninstall" in last
    (password,) = [line.split()[1] for line in last.splitlines() if line.startswith("  password")]
    assert len(password) == 8
    assert password not in shown[: shown.index("MiniPanel runs.")]


def test_nodes_that_do_not_report_are_told_and_the_panel_stays(machine: Machine, stub: PanelStub, whole: Path) -> None:
    code, shown = set_up(machine, stub, lambda config: 1)
    assert code == 1
    assert "minipanel rollout --only-failed" in shown
    assert current_release(machine.system) == whole


def test_a_roll_out_that_can_not_even_begin_is_told(machine: Machine, stub: PanelStub, whole: Path) -> None:
    def fail(config: Path) -> int:
        raise CommandError("ssh is not installed.")

    code, shown = set_up(machine, stub, fail)
    assert code == 1
    assert "ssh is not installed." in shown


def test_without_a_roll_out_the_next_step_is_told(machine: Machine, stub: PanelStub, whole: Path) -> None:
    code, shown = set_up(machine, stub, None, roll_out=False)
    assert code == 0
    assert "No node has reported yet. To bring the agents onto the nodes: minipanel rollout" in shown


def test_on_an_installed_cluster_it_tells_what_is_known_of_the_agents(
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
    assert "1 of 2 nodes have reported. To bring all of them this version's agent: minipanel rollout" in shown
    assert "not on the nodes yet" not in shown


def test_a_second_set_up_asks_nothing_that_is_answered(machine: Machine, stub: PanelStub, whole: Path) -> None:
    set_up(machine, stub, None, roll_out=False)
    before = machine.read(CONFIG)
    code, shown = set_up(machine, stub, None, roll_out=False, admin="other")
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


def test_anybody_but_root_is_told_so(machine: Machine, stub: PanelStub, whole: Path) -> None:
    shown = screen()
    system = replace(machine.system, user_id=1000)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run.set_up(Request(port=str(stub.port)), system, shown, NETWORK, lambda config: 0)
    assert "  must be fixed  user     the set-up must be run as root" in shown.shown


def test_a_random_password_is_not_lost_when_the_panel_does_not_start(
    machine: Machine, stub: PanelStub, whole: Path
) -> None:
    stub.well = set()
    shown = screen()
    request = Request(auth="token", port=str(stub.port), roll_out=False)
    with pytest.raises(CommandError):
        run.set_up(request, machine.system, shown, NETWORK, lambda config: 0)
    assert shown.shown[-1].startswith("The password of miniadmin is ")


def test_a_password_that_no_file_holds_is_not_shown(machine: Machine, stub: PanelStub, whole: Path) -> None:
    machine.command("useradd", "echo 'useradd: /etc/passwd is locked' >&2; exit 1")
    shown = screen()
    request = Request(auth="token", port=str(stub.port), roll_out=False)
    with pytest.raises(CommandError, match="locked"):
        run.set_up(request, machine.system, shown, NETWORK, lambda config: 0)
    assert "The password of" not in "\n".join(shown.shown)
    assert not (machine.root / CONFIG[1:]).exists()


def test_a_set_up_from_elsewhere_is_sent_to_install_sh(machine: Machine, stub: PanelStub) -> None:
    with pytest.raises(CommandError, match=r"started by install\.sh"):
        run.set_up(Request(), machine.system, screen(), NETWORK, lambda config: 0)
