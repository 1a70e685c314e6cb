"""Choosing the nodes: the numbered list, additions and deletions, and this machine, which always stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipanel.errors import CommandError
from minipanel.machine.hosts import Fault, HostsNode
from minipanel.machine.hosts_faults import explain_faults
from minipanel.setup.ask.nodes import ask_nodes
from minipanel.setup.ask.selection import Selection
from minipanel.setup.look.network import OwnNetwork, read_own_network, source_address
from minipanel.setup.request import Request
from tests.setup.machine import Machine, TypingScreen, chinese, english

HOSTS = "127.0.0.1 localhost\n10.0.0.1 mgmt\n" + "".join(f"10.0.0.{100 + i} node{i:02}\n" for i in range(1, 21))
OWN = OwnNetwork("mgmt", frozenset({"127.0.0.1", "10.0.0.1", "192.0.2.7"}), lambda peer: "10.0.0.1")


def selection(*hostnames: str) -> Selection:
    return Selection([HostsNode(name, (f"10.0.0.{i}",)) for i, name in enumerate(hostnames, 1)], english)


def names(chosen: Selection) -> list[str]:
    return [node.hostname for node in chosen.nodes]


def test_the_list_is_numbered_and_names_this_machine() -> None:
    assert selection("mgmt", "node01").lines() == ["  1  10.0.0.1  mgmt    this machine", "  2  10.0.0.2  node01"]


def test_a_long_list_is_shown_in_part_and_whole_when_asked() -> None:
    chosen = selection("mgmt", *(f"node{i:03}" for i in range(1, 101)))
    assert len(chosen.lines()) == 36
    assert chosen.lines()[30] == "  ... 66 more ..."
    assert len(chosen.lines(is_whole=True)) == 101


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("2", ["mgmt", "b", "c", "d"]),
        ("2,4", ["mgmt", "b", "d"]),
        ("2 4", ["mgmt", "b", "d"]),
        ("3-5", ["mgmt", "a"]),
        ("2, 4-5", ["mgmt", "b"]),
        ("a", ["mgmt", "b", "c", "d"]),
        ("a,d", ["mgmt", "b", "c"]),
        ("D A", ["mgmt", "b", "c"]),
    ],
)
def test_nodes_are_deleted_by_number_or_name(text: str, left: list[str]) -> None:
    chosen = selection("mgmt", "a", "b", "c", "d")
    chosen.remove(text)
    assert names(chosen) == left


def test_nodes_are_deleted_by_node_set_and_reported_folded() -> None:
    chosen = selection("mgmt", *(f"node{i}" for i in range(1, 21)))
    assert chosen.remove("node[17-20]") == "node[17-20]"
    assert names(chosen)[-1] == "node16"


def test_a_node_is_deleted_by_its_short_name() -> None:
    chosen = selection("mgmt.cluster.test", "node1.cluster.test", "node2.cluster.test")
    chosen.remove("node1")
    assert names(chosen) == ["mgmt.cluster.test", "node2.cluster.test"]


@pytest.mark.parametrize("text", ["0", "6", "3-9", "5-3", "99999999999", "-", "x", "node[1-", "@all", "a,x", "a\x07"])
def test_what_is_not_in_the_list_deletes_nothing(text: str) -> None:
    chosen = selection("mgmt", "a", "b", "c", "d")
    with pytest.raises(CommandError):
        chosen.remove(text)
    assert len(chosen.nodes) == 5


@pytest.mark.parametrize("text", ["1", "1-2", "mgmt", "a,mgmt"])
def test_this_machine_can_not_be_deleted(text: str) -> None:
    chosen = selection("mgmt", "a")
    with pytest.raises(CommandError, match="mgmt is this machine and stays"):
        chosen.remove(text)
    assert names(chosen) == ["mgmt", "a"]


def test_what_is_deleted_is_marked_and_becomes_what_is_ignored() -> None:
    lines = [
        HostsNode("mgmt", ("10.0.0.1",)),
        HostsNode("n1", ("10.0.0.2",)),
        HostsNode("n2", ("10.0.0.3",), ("login",)),
        HostsNode("n1-ib", ("10.1.0.2",)),
        HostsNode("n2-ib", ("10.1.0.3",)),
        HostsNode("core", ("10.9.0.1",)),
    ]
    chosen = Selection(lines, english)
    assert chosen.ignored == []
    chosen.remove("4-6")
    assert chosen.ignored == ["*-ib", "core"]
    assert chosen.lines(is_whole=True)[-1] == "     10.9.0.1  core   ignored"
    assert chosen.lines()[-1] == "  3  10.0.0.3  n2"
    chosen.add("10.9.0.1", "core")
    assert chosen.ignored == ["*-ib"]
    # What was typed and then removed is in no hosts file.
    chosen.add("10.8.0.1", "typed")
    chosen.remove("typed")
    assert chosen.ignored == ["*-ib"]


def test_what_options_leave_out_is_ignored_too(machine: Machine, tmp_path: Path) -> None:
    machine.write("/etc/hosts", HOSTS)
    request = Request(only="node[01-10]", without="node[05-06]")
    chosen = ask_nodes(TypingScreen(is_guided=False), request, machine.system, OWN)
    assert chosen.ignored == ["node[05-06,11-20]"]


def test_what_was_left_out_before_is_not_proposed_again(machine: Machine) -> None:
    machine.write("/etc/hosts", HOSTS)
    screen = TypingScreen("l", "")
    chosen = ask_nodes(screen, Request(is_guided=True), machine.system, OWN, ["node[02-20]", "mgmt"])
    assert names(chosen) == ["mgmt", "node01"]
    assert chosen.ignored == ["node[02-20]"]
    assert "     10.0.0.120  node20  ignored" in screen.shown


def test_a_node_is_added_at_the_end() -> None:
    chosen = selection("mgmt")
    chosen.add("::ffff:10.0.0.9", "node9")
    chosen.add("fd00::A", "node10")
    assert [(node.hostname, node.ip) for node in chosen.nodes[1:]] == [("node9", "10.0.0.9"), ("node10", "fd00::a")]


@pytest.mark.parametrize(
    ("address", "hostname"),
    [
        ("10.0.0.256", "node9"),
        ("node9", "10.0.0.9"),
        ("224.0.0.1", "node9"),
        ("0.0.0.0", "node9"),
        ("10.0.0.9", "node/9"),
        ("10.0.0.9", "10.0.0.9"),
        ("10.0.0.2", "node9"),
        ("10.0.0.9", "A"),
    ],
)
def test_what_can_be_no_node_or_is_there_is_not_added(address: str, hostname: str) -> None:
    chosen = selection("mgmt", "a")
    with pytest.raises(CommandError):
        chosen.add(address, hostname)
    assert len(chosen.nodes) == 2


def test_keeping_only_some_nodes_keeps_this_machine() -> None:
    chosen = selection("mgmt", "a", "b", "c")
    chosen.keep_only("b")
    assert names(chosen) == ["mgmt", "b"]


def test_an_unattended_set_up_takes_all_of_the_hosts_file(machine: Machine) -> None:
    machine.write("/etc/hosts", HOSTS)
    chosen = ask_nodes(TypingScreen(is_guided=False), Request(), machine.system, OWN)
    assert names(chosen) == ["mgmt", *(f"node{i:02}" for i in range(1, 21))]


def test_options_choose_among_the_nodes_of_a_users_own_file(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text(HOSTS)
    request = Request(nodes_from=file, only="node[01-10]", without="node[05-06]")
    chosen = ask_nodes(TypingScreen(is_guided=False), request, machine.system, OWN)
    assert names(chosen) == ["mgmt", *(f"node{i:02}" for i in (1, 2, 3, 4, 7, 8, 9, 10))]


def test_a_missing_nodes_file_is_an_error(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        ask_nodes(TypingScreen(), Request(nodes_from=tmp_path / "none"), machine.system, OWN)


def test_without_a_hosts_file_the_nodes_are_typed(machine: Machine) -> None:
    screen = TypingScreen("a 10.0.0.2 node01", "")
    assert names(ask_nodes(screen, Request(), machine.system, OWN)) == ["mgmt", "node01"]


def test_the_list_is_edited_until_it_is_used(machine: Machine) -> None:
    machine.write("/etc/hosts", HOSTS)
    screen = TypingScreen(
        "d node[17-20]", "d 2", "a 10.0.0.250 login", "delete 99", "what", "l", "a 1 2 3", "use", "left"
    )
    chosen = ask_nodes(screen, Request(is_guided=True), machine.system, OWN)
    assert names(chosen) == ["mgmt", *(f"node{i:02}" for i in range(2, 17)), "login"]
    assert screen.left == ["left"]
    assert "deleted: node[17-20]" in screen.shown
    assert "'99' is not a number in the list (1 to 17)." in screen.shown
    assert screen.shown.count("Press Enter, or type a ADDRESS HOSTNAME, d NUMBERS or NODESET, or l.") == 2


def test_faulty_lines_are_reported_ten_of_many() -> None:
    faults = tuple(Fault(number, "address", "x") for number in range(1, 13))
    lines = explain_faults(faults, english)
    assert lines[0] == "Line 1 of the hosts file is skipped: 'x' is not an address."
    assert lines[10:] == ["... and 2 more such lines"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(3, "byte order mark", "10.0.0.2"), "byte order mark"),
        (Fault(3, "no name", "10.0.0.2"), "'10.0.0.2' has no name"),
        (Fault(3, "name", "a/b"), "'a/b' can't be a hostname"),
        (Fault(3, "name", "a\x1b[2J"), r"'a\x1b[2J' can't be a hostname"),
        (Fault(3, "other node", "login", "node01"), "that of node01"),
    ],
)
def test_each_fault_has_its_own_sentence(fault: Fault, words: str) -> None:
    (line,) = explain_faults((fault,), english)
    assert words in line
    (line,) = explain_faults((fault,), chinese)
    assert line.startswith("hosts 文件第 3 行被忽略：")


def test_the_address_in_the_network_of_most_nodes_is_proposed() -> None:
    routes = {"10.0.0.2": "10.0.0.1", "10.0.0.3": "10.0.0.1", "192.0.2.9": "192.0.2.7"}
    network = OwnNetwork("mgmt", frozenset({"10.0.0.1", "192.0.2.7"}), routes.get)
    assert network.address_for(["192.0.2.9", "10.0.0.2", "10.0.0.3"]) == "10.0.0.1"
    assert network.address_for(["192.0.2.9", "10.0.0.1"]) == "192.0.2.7"


def test_without_a_route_an_own_address_that_others_can_know_is_proposed() -> None:
    addresses = frozenset({"127.0.0.1", "::1", "fe80::1", "fd00::7", "192.0.2.7", "10.0.0.1"})
    assert OwnNetwork("mgmt", addresses, lambda peer: None).address_for(["10.9.9.9"]) == "10.0.0.1"
    assert OwnNetwork("mgmt", frozenset({"127.0.0.1"}), lambda peer: "127.0.0.1").address_for(["x"]) == "127.0.0.1"


def test_the_kernel_knows_the_own_address_towards_another() -> None:
    assert source_address("127.0.0.9") == "127.0.0.1"


def test_a_machine_whose_hostname_can_be_none_is_called_localhost(machine: Machine) -> None:
    machine.write("/proc/net/fib_trie", "  |-- 10.0.0.1\n     /32 host LOCAL\n")
    assert read_own_network(machine.system, "mgmt") == OwnNetwork("mgmt", frozenset({"10.0.0.1"}))
    assert read_own_network(machine.system, "(none)").hostname == "localhost"
