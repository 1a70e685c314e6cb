"""Addresses in one spelling, and which of them are this machine's own."""

from pathlib import Path

import psutil
import pytest

from minipanel.machine.addresses import (
    LocalAddresses,
    is_loopback,
    normalise,
    parse_fib_trie,
    parse_if_inet6,
    read_local_addresses,
)

FIB_TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        +-- 10.0.0.0/30 2 0 2
           |-- 10.0.0.0
              /24 link UNICAST
           |-- 10.0.0.1
              /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
     |-- 10.0.9.9
        /32 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 link UNICAST
           /32 host LOCAL
"""
IF_INET6 = """fd000000000000000000000000000002 04 40 00 82     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("10.0.0.2", "10.0.0.2"),
        ("::ffff:10.0.0.2", "10.0.0.2"),
        ("::FFFF:0a00:0002", "10.0.0.2"),
        ("fd00:0:0::2", "fd00::2"),
        ("FE80::1%eth0", "fe80::1"),
        ("", ""),
        ("testclient", "testclient"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_an_address_has_one_spelling(given: str, normal: str):
    assert normalise(given) == normal


def test_loopback_is_a_whole_network_in_ipv4():
    loopback = ["127.0.0.1", "127.0.1.1", "127.255.255.254", "::1"]
    others = ["10.0.0.1", "0.0.0.0", "::", "fd00::1", "", "localhost", "127.0.0"]
    assert [address for address in loopback + others if is_loopback(address)] == loopback


def test_the_kernels_list_is_read_for_addresses_that_are_local():
    assert parse_fib_trie(FIB_TRIE) == {"10.0.0.1", "127.0.0.1"}
    assert parse_if_inet6(IF_INET6) == {"fd00::2", "::1"}
    assert parse_fib_trie("") == parse_if_inet6("") == set()


def test_this_machines_addresses_are_those_that_psutil_sees():
    seen = {
        normalise(address.address)
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family.name in ("AF_INET", "AF_INET6")
    }
    assert read_local_addresses(Path("/proc/net")) == seen


def test_networks_broadcasts_and_strangers_are_not_local(tmp_path: Path):
    (tmp_path / "fib_trie").write_text(FIB_TRIE)
    local = LocalAddresses(tmp_path)
    assert "10.0.0.1" in local
    assert "127.0.1.1" in local
    strangers = ["10.0.0.0", "10.0.0.255", "10.0.0.2", "10.0.9.9", "0.0.0.0", "::", "", "fd00::2"]
    assert [address for address in strangers if address in local] == []


def test_an_address_that_is_added_counts_after_a_minute(tmp_path: Path):
    now = 0.0
    (tmp_path / "if_inet6").write_text("")
    local = LocalAddresses(tmp_path, lambda: now)
    assert "fd00::2" not in local
    (tmp_path / "if_inet6").write_text(IF_INET6)
    now = 59.0
    assert "fd00::2" not in local
    now = 60.0
    assert "fd00::2" in local
