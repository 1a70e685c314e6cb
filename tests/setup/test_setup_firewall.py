"""firewalld: the port is opened once, where it matters, and only what was opened is closed again."""

from __future__ import annotations

import pytest

from minipanel.errors import CommandError
from minipanel.setup.change.firewall import close_port, interface_of, open_port
from tests.setup.machine import Machine

ADDRESSES = """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever preferred_lft forever
3: ib0    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever
"""

# A firewalld whose state is one file per rule: "public 8080/tcp".
FIREWALL_CMD = """\
state={folder}; zone=public; action=
for word in "$@"; do
    case $word in
        --zone=*) zone=${{word#--zone=}} ;;
        --state) echo running ;;
        --get-default-zone) echo public ;;
        --get-zone-of-interface=eth0) echo internal ;;
        --get-zone-of-interface=*) echo 'no zone' >&2; exit 2 ;;
        --permanent) state=$state.permanent ;;
        --*-port=*) action=${{word%%=*}}; rule=$(echo "${{word#*=}}" | tr / -) ;;
    esac
done
mkdir -p "$state"
case $action in
    --query-port) [ -e "$state/$zone $rule" ] ;;
    --add-port) touch "$state/$zone $rule" ;;
    --remove-port) rm "$state/$zone $rule" ;;
esac
"""


class Firewall:
    """The firewalld of a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._state = machine.root / "firewalld"
        machine.command("firewall-cmd", FIREWALL_CMD.format(folder=self._state))
        machine.command("ip", f"cat <<'END'\n{ADDRESSES}END")
        (machine.root / "opt/minipanel").mkdir(parents=True, exist_ok=True)

    def fail_at(self, words: str) -> None:
        """Let it fail if it is called like this."""
        script = FIREWALL_CMD.format(folder=self._state)
        self.machine.command("firewall-cmd", f'[ "$*" != "{words}" ] || exit 1\n{script}')

    def rules(self, suffix: str = "") -> list[str]:
        """Return the ports that are open now, or with .permanent those after the next start."""
        folder = self._state.with_name(self._state.name + suffix)
        return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def firewall(machine: Machine) -> Firewall:
    return Firewall(machine)


def test_the_port_is_opened_in_the_default_zone_and_that_of_the_nodes(firewall: Firewall) -> None:
    assert open_port(8080, "10.0.0.1", firewall.machine.system) == ["internal", "public"]
    assert firewall.rules() == firewall.rules(".permanent") == ["internal 8080-tcp", "public 8080-tcp"]


def test_a_network_without_a_zone_is_in_the_default_one(firewall: Firewall) -> None:
    assert open_port(8080, "fd00::1", firewall.machine.system) == ["public"]
    assert firewall.rules() == ["public 8080-tcp"]


def test_what_was_opened_is_closed_again(firewall: Firewall) -> None:
    open_port(8080, "10.0.0.1", firewall.machine.system)
    open_port(8080, "10.0.0.1", firewall.machine.system)
    close_port(firewall.machine.system)
    assert firewall.rules() == firewall.rules(".permanent") == []


def test_a_port_that_was_open_before_stays_open(firewall: Firewall) -> None:
    firewall.machine.system.run("firewall-cmd", "--zone=public", "--add-port=8080/tcp")
    open_port(8080, "10.0.0.1", firewall.machine.system)
    close_port(firewall.machine.system)
    assert firewall.rules() == ["public 8080-tcp"]


def test_what_was_opened_before_an_interruption_is_closed_again(firewall: Firewall) -> None:
    firewall.fail_at("--permanent --zone=public --add-port=8080/tcp")
    with pytest.raises(CommandError):
        open_port(8080, "10.0.0.1", firewall.machine.system)
    assert firewall.rules() == ["public 8080-tcp"]
    close_port(firewall.machine.system)
    assert firewall.rules() == []


def test_another_port_closes_the_one_before(firewall: Firewall) -> None:
    open_port(8080, "10.0.0.1", firewall.machine.system)
    open_port(9090, "10.0.0.1", firewall.machine.system)
    assert firewall.rules() == ["internal 9090-tcp", "public 9090-tcp"]


def test_another_address_closes_the_zone_of_the_one_before(firewall: Firewall) -> None:
    open_port(8080, "10.0.0.1", firewall.machine.system)
    open_port(8080, "fd00::1", firewall.machine.system)
    assert firewall.rules() == firewall.rules(".permanent") == ["public 8080-tcp"]


def test_without_firewalld_nothing_is_done(machine: Machine) -> None:
    machine.command("firewall-cmd", "echo not running; exit 252")
    assert open_port(8080, "10.0.0.1", machine.system) == []
    close_port(machine.system)
    assert machine.calls == ["firewall-cmd --state"]


def test_the_interface_is_found_by_its_address(firewall: Firewall) -> None:
    assert interface_of("10.0.0.1", firewall.machine.system) == "eth0"
    assert interface_of("fd00::1", firewall.machine.system) == "ib0"
    assert interface_of("10.0.0.2", firewall.machine.system) is None
