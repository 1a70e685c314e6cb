"""Addresses that requests come from: their normal form, and whether they are this machine's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path

REFRESH_SECONDS = 60.0


def normalise(address: str) -> str:
    """Return an address in the form in which config.toml's are kept.

    ::ffff:10.0.0.2 -> 10.0.0.2, fe80::1%eth0 -> fe80::1. Any other text is returned unchanged.
    """
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or parsed)


@lru_cache(maxsize=20_000)
def is_loopback(address: str) -> bool:
    """Return whether an address is a loopback address, in 127.0.0.0/8 or ::1. False for any other text."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class LocalAddresses:
    """The addresses of this machine: `"10.0.0.1" in local`.

    They are read from the kernel's list. Binding a socket proves nothing: with net.ipv4.ip_nonlocal_bind set, as on
    management nodes that share a floating address, any address can be bound. `proc_net`: the folder /proc/net.
    """

    def __init__(self, proc_net: Path = Path("/proc/net"), clock: Callable[[], float] = time.monotonic) -> None:
        self._proc_net = proc_net
        self._clock = clock
        self._addresses: frozenset[str] = frozenset()
        self._read_at: float | None = None

    def __contains__(self, address: str) -> bool:
        return is_loopback(address) or address in self._known()

    def _known(self) -> frozenset[str]:
        """Return the addresses, read at most a minute ago, because they may change."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= REFRESH_SECONDS:
            self._addresses = read_local_addresses(self._proc_net)
            self._read_at = now
        return self._addresses


def read_local_addresses(proc_net: Path) -> frozenset[str]:
    """Return this machine's IPv4 and IPv6 addresses, in the form of `normalise`."""
    return frozenset(parse_fib_trie(_read(proc_net / "fib_trie")) | parse_if_inet6(_read(proc_net / "if_inet6")))


def parse_fib_trie(text: str) -> set[str]:
    """Return the local IPv4 addresses. The lines below an address say what it is:

    |-- 10.0.0.1
       /32 host LOCAL
    """
    addresses, address = set(), ""
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["|--"] and len(words) == 2:
            address = words[1]
        elif words == ["/32", "host", "LOCAL"]:
            addresses.add(address)
    return addresses


def parse_if_inet6(text: str) -> set[str]:
    """Return the local IPv6 addresses: the first word of each line, 32 hexadecimal digits."""
    return {str(IPv6Address(int(line.split()[0], 16))) for line in text.splitlines() if line.strip()}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:  # a kernel without IPv6
        return ""
