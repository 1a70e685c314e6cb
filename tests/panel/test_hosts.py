"""/etc/hosts, read as the resolver reads it: files that administrators really have, with this machine in them."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from minipanel.machine.hosts import Fault, HostsNode, parse_hosts, read_hosts, with_this_machine


@dataclass(frozen=True)
class File:
    """A hosts file; its nodes as "address hostname [aliases]", its faults as "line problem text"."""

    what: str
    text: str
    nodes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


FILES = [
    File("an empty file", ""),
    File("only blank lines and comments", "\n  \n# rack 1\n\t# rack 2\n"),
    File("spaces, tabs and both", "10.0.0.2 node001\n10.0.0.3\tnode002\n \t10.0.0.4 \t node003\t\n",
         ["10.0.0.2 node001", "10.0.0.3 node002", "10.0.0.4 node003"]),
    File("comments behind the names", "10.0.0.2 node001 # rack 1\n10.0.0.3 node002#rack 2\n",
         ["10.0.0.2 node001", "10.0.0.3 node002"]),
    File("a comment that cuts a line short", "10.0.0.2 # node001\n", [], ["1 no name 10.0.0.2"]),
    File("a line that is commented out", "#10.0.0.2 node001\n10.0.0.3 node002\n", ["10.0.0.3 node002"]),
    File("several names: the first is the hostname", "10.0.0.2 node001.cluster.test node001 n1\n",
         ["10.0.0.2 node001.cluster.test node001 n1"]),
    File("one line twice", "10.0.0.2 node001\n10.0.0.2 node001\n", ["10.0.0.2 node001"]),
    File("one line twice, the second with an alias", "10.0.0.2 node001\n10.0.0.2 node001 login\n",
         ["10.0.0.2 node001 login"]),
    File("names that differ only in their capitals", "10.0.0.2 Node001\n10.0.0.2 node001 NODE001\n",
         ["10.0.0.2 Node001"]),
    File("Windows' line ends", "127.0.0.1 localhost\r\n10.0.0.2 node001\r\n10.0.0.3 node002 # x\r\n",
         ["10.0.0.2 node001", "10.0.0.3 node002"]),
    File("no line end at the end", "10.0.0.2 node001", ["10.0.0.2 node001"]),
    File("a byte order mark before a comment", "\ufeff# hosts\n10.0.0.2 node001\n", ["10.0.0.2 node001"]),
    File("a byte order mark before a node, which the resolver then misses", "\ufeff10.0.0.2 node001\n10.0.0.3 n2\n",
         ["10.0.0.3 n2"], ["1 byte order mark 10.0.0.2"]),
    File("what RHEL installs", "127.0.0.1   localhost localhost.localdomain localhost4\n"
         "::1         localhost localhost.localdomain localhost6\n"),
    File("what Debian installs", "127.0.0.1\tlocalhost\n127.0.1.1\tmgmt\n\n::1 localhost ip6-localhost\n"
         "fe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"),
    File("what macOS installs", "255.255.255.255 broadcasthost\nfe80::1%lo0 localhost\n10.0.0.2 node001\n",
         ["10.0.0.2 node001"]),
    File("multicast, any and link-local addresses",
         "224.0.0.1 all\n239.1.1.1 media\n0.0.0.0 ads.test\n169.254.1.1 metadata\nfe80::1 router\n"),
    File("IPv6 nodes", "fd00::2 node001\n2001:DB8::0003 node002\n", ["fd00::2 node001", "2001:db8::3 node002"]),
    File("IPv4 written as IPv6", "::ffff:10.0.0.2 node001\n", ["10.0.0.2 node001"]),
    File("IPv6 and IPv4 of one node, IPv6 first", "fd00::2 node001\n10.0.0.2 node001\n", ["10.0.0.2,fd00::2 node001"]),
    File("two networks under one name", "10.0.0.2 node001\n10.1.0.2 node001 node001-ib\n",
         ["10.0.0.2,10.1.0.2 node001 node001-ib"]),
    File("two networks under two names", "10.0.0.2 node001\n10.1.0.2 node001-ib\n",
         ["10.0.0.2 node001", "10.1.0.2 node001-ib"]),
    File("one address under two names", "10.0.0.2 node001\n10.0.0.2 login\n", ["10.0.0.2 node001 login"],
         ["2 other node login"]),
    File("a second name that is an alias already", "10.0.0.2 node001 login\n10.0.0.2 login\n",
         ["10.0.0.2 node001 login"]),
    File("one address for two nodes", "10.0.0.2 node001\n10.0.0.3 node002\n10.0.0.2 node002\n",
         ["10.0.0.2 node001", "10.0.0.3 node002"], ["3 other node node002"]),
    File("a number over 255", "10.0.0.256 node001\n10.0.0.3 node002\n", ["10.0.0.3 node002"], ["1 address 10.0.0.256"]),
    File("three numbers", "10.0.2 node001\n", [], ["1 address 10.0.2"]),
    File("leading zeros, which inet_pton refuses", "010.000.000.002 node001\n", [], ["1 address 010.000.000.002"]),
    File("hostname before address", "node001 10.0.0.2\n", [], ["1 address node001"]),
    File("an address alone", "10.0.0.2\n", [], ["1 no name 10.0.0.2"]),
    File("two addresses on a line", "10.0.0.2 10.0.0.3 node001\n", [], ["1 name 10.0.0.3"]),
    File("a name that can't be one", "10.0.0.2 node_001\n10.0.0.3 node/2\n10.0.0.4 -node3\n10.0.0.5 节点\n",
         ["10.0.0.2 node_001"], ["2 name node/2", "3 name -node3", "4 name 节点"]),
    File("an alias that can't be one", "10.0.0.2 node001 n/1 n1\n", ["10.0.0.2 node001 n1"]),
    File("a space that only Unicode knows", "10.0.0.2\u00a0node001\n", [], ["1 address 10.0.0.2\u00a0node001"]),
    File("prose", "This file is managed by Ansible\n10.0.0.2 node001\n", ["10.0.0.2 node001"], ["1 address This"]),
    File("a prefix length", "10.0.0.0/24 cluster\n", [], ["1 address 10.0.0.0/24"]),
    File("a NUL", "10.0.0.2 node\x00001\n10.0.0.3 node002\n", ["10.0.0.3 node002"], ["1 name node\x00001"]),
]  # fmt: skip


def written(node: HostsNode) -> str:
    return " ".join([",".join(node.addresses), node.hostname, *node.aliases])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.what)
def test_a_hosts_file_yields_its_nodes_and_its_faults(file: File) -> None:
    hosts = parse_hosts(file.text)
    assert [written(node) for node in hosts.nodes] == file.nodes
    assert [f"{fault.line} {fault.problem} {fault.text}" for fault in hosts.faults] == file.faults


def test_there_are_at_least_twenty_files() -> None:
    assert len(FILES) >= 20


def test_bytes_that_are_not_utf8_spoil_only_their_word(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"10.0.0.2 node001 # Geb\xe4ude 3\n10.0.0.3 node002\n")
    assert [node.hostname for node in read_hosts(path).nodes] == ["node001", "node002"]


def test_a_missing_hosts_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_hosts(tmp_path / "hosts")


def test_a_node_is_reached_at_its_first_ipv4_address() -> None:
    (node,) = parse_hosts("fd00::2 node001\n10.0.0.2 node001\n10.1.0.2 node001\n").nodes
    assert node.address == "10.0.0.2"


def test_a_fault_says_whose_address_it_is() -> None:
    (fault,) = parse_hosts("10.0.0.2 node001\n10.0.0.2 login\n").faults
    assert fault == Fault(2, "other node", "login", "node001")


def test_ten_thousand_lines_are_read_in_a_second() -> None:
    text = "".join(f"10.{i >> 8}.{i & 255}.2 node{i:05} n{i}\n" for i in range(10_000))
    started = time.thread_time()  # others work on the machine, too
    assert len(parse_hosts(text).nodes) == 10_000
    assert time.thread_time() - started < 1


CLUSTER = "127.0.0.1 localhost\n10.0.0.2 node001\n10.0.0.1 mgmt\n10.0.0.3 node002\n"


def names_with_own(text: str, addresses: set[str], hostname: str = "mgmt", address: str = "10.0.0.1") -> list[str]:
    nodes = with_this_machine(parse_hosts(text).nodes, addresses, hostname, address)
    return [f"{node.address} {node.hostname}" for node in nodes]


def test_this_machine_is_recognised_by_its_address_and_comes_first() -> None:
    assert names_with_own(CLUSTER, {"10.0.0.1"}) == ["10.0.0.1 mgmt", "10.0.0.2 node001", "10.0.0.3 node002"]


def test_this_machine_keeps_the_name_it_has_in_the_file() -> None:
    assert names_with_own(CLUSTER, {"10.0.0.1"}, "localhost.localdomain")[0] == "10.0.0.1 mgmt"


def test_this_machine_is_added_where_the_file_lacks_it() -> None:
    assert names_with_own("10.0.0.2 node001\n", {"10.0.0.1"}) == ["10.0.0.1 mgmt", "10.0.0.2 node001"]


def test_this_machine_is_added_where_the_file_has_only_its_loopback() -> None:
    assert names_with_own("127.0.1.1 mgmt\n10.0.0.2 node001\n", {"10.0.0.1"})[0] == "10.0.0.1 mgmt"


def test_this_machine_on_two_networks_is_one_node_by_the_name_it_calls_itself() -> None:
    text = "10.1.0.1 mgmt-ib\n10.0.0.1 mgmt.cluster.test\n10.0.0.2 node001\n"
    assert names_with_own(text, {"10.0.0.1", "10.1.0.1"}) == ["10.0.0.1 mgmt.cluster.test", "10.0.0.2 node001"]


def test_this_machine_is_not_taken_at_an_address_that_is_not_its_own() -> None:
    assert names_with_own("10.9.9.9 mgmt\n10.0.0.1 mgmt\n10.0.0.2 node001\n", {"10.0.0.1"})[0] == "10.0.0.1 mgmt"


def test_another_machine_with_this_ones_name_is_left_out() -> None:
    assert names_with_own("10.9.9.9 mgmt\n10.0.0.2 node001\n", {"10.0.0.1"}) == ["10.0.0.1 mgmt", "10.0.0.2 node001"]


def test_many_names_of_one_address_are_read_line_by_line() -> None:
    few, many = calls_for(100), calls_for(400)
    assert many < 6 * few


def calls_for(lines: int) -> int:
    """Return how many calls it takes to read this many lines of one address with 20 names each."""
    text = "".join(f"10.0.0.1 {' '.join(f'n{line}-{name}' for name in range(21))}\n" for line in range(lines))
    calls = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        parse_hosts(text)
    finally:
        sys.setprofile(None)
    return calls
