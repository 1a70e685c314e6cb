"""The cluster's network: one namespace per node, and one for the bridge."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

ADDRESSES = "10.77.0"
FIRST_HOST = 10


class Network:
    """Namespaces named prefix + node. The nodes' addresses are 10.77.0.10 and so on, in the order of the names."""

    def __init__(self, prefix: str, names: Sequence[str]) -> None:
        self.prefix = prefix
        self.addresses = {name: f"{ADDRESSES}.{FIRST_HOST + number}" for number, name in enumerate(names)}

    def namespace(self, name: str) -> str:
        """Return the path of a node's network namespace."""
        return f"/run/netns/{self.prefix}{name}"

    def up(self) -> None:
        """Make the bridge and every node's link to it."""
        self._ip("netns", "add", self._switch)
        self._ip("-n", self._switch, "link", "set", "lo", "up")
        self._ip("-n", self._switch, "link", "add", "br0", "type", "bridge")
        self._ip("-n", self._switch, "link", "set", "br0", "up")
        for name, address in self.addresses.items():
            self._plug_in(name, address)

    def down(self) -> None:
        """Remove all namespaces that there are; the links go with them."""
        for namespace in (self._switch, *(f"{self.prefix}{name}" for name in self.addresses)):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)

    def cut(self, name: str) -> None:
        """Pull a node's cable: packets are lost, and nothing reports it."""
        self._ip("-n", self._switch, "link", "set", f"v-{name}", "down")

    def mend(self, name: str) -> None:
        """Plug a node's cable in again."""
        self._ip("-n", self._switch, "link", "set", f"v-{name}", "up")

    @property
    def _switch(self) -> str:
        return f"{self.prefix}switch"

    def _plug_in(self, name: str, address: str) -> None:
        namespace = f"{self.prefix}{name}"
        self._ip("netns", "add", namespace)
        self._ip("-n", namespace, "link", "set", "lo", "up")
        ends = ("link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", namespace)
        self._ip("-n", self._switch, *ends)
        self._ip("-n", self._switch, "link", "set", f"v-{name}", "master", "br0", "up")
        self._ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")
        self._ip("-n", namespace, "link", "set", "eth0", "up")

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)
