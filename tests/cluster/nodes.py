"""A cluster on one machine: nodes that boot a real systemd, each with its own network, sshd and munged.

    with running_cluster(("mgmt", "n1", "n2")) as cluster:
        cluster["n1"].run("hostname")

Every node is a systemd-nspawn in its own network namespace. Their bridge is in one more namespace, so this machine gets
no address and no route into the cluster. Needs root; missing_for_nodes() checks that and what else is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.image import base_image
from tests.cluster.keys import Keys
from tests.cluster.leftovers import RUN, claimed, sweep
from tests.cluster.network import ADDRESSES, Network
from tests.cluster.node import Node

TOOLS = ("systemd-nspawn", "mmdebstrap", "ip", "nsenter", "mount", "ssh-keygen")
NAMES = ("mgmt", "n1", "n2", "n3")
LAYERS_SIZE = "6g"


class Cluster:
    """The running nodes by name, in order; the first is the management node."""

    def __init__(self, nodes: Sequence[Node], network: Network, keys: Keys) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.network = network
        self.keys = keys
        self._is_touched = False

    def __getitem__(self, name: str) -> Node:
        self._is_touched = True
        return self.nodes[name]

    def __iter__(self) -> Iterator[Node]:
        self._is_touched = True
        return iter(self.nodes.values())

    def reset(self, *names: str) -> None:
        """Give these nodes (default: all) a fresh disk and boot them, all at once (2 to 3 s). Skips unused ones."""
        if not self._is_touched:
            return
        chosen = [self.nodes[name] for name in names or self.nodes]
        for node in chosen:
            node.begin_stop()
        for node in chosen:
            node.stop()
            node.wipe()
            node.start()
        for node in chosen:
            node.wait_until_ready()
            # Firewall rules belong to the network namespace and outlive the node that made them.
            node.run("nft", "flush", "ruleset")


def missing_for_nodes() -> str | None:
    """Return why this machine can't run a cluster, None if it can."""
    if os.geteuid() != 0:
        return "a cluster of nodes needs root"
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return f"a cluster of nodes needs {', '.join(lacking)}"
    tried = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, text=True, check=False)
    return f"a cluster of nodes needs namespaces: {tried.stderr.strip()}" if tried.returncode else None


@contextmanager
def running_cluster(names: Sequence[str] = NAMES) -> Iterator[Cluster]:
    """Boot these nodes and run them while the block runs. Leaves nothing, even if the block or the boot fails."""
    image = base_image()
    sweep()
    folder = RUN / str(os.getpid())
    network = Network(f"mp{os.getpid()}-", names)
    nodes: list[Node] = []
    with claimed(folder):
        try:
            _make_folder(folder)
            network.up()
            keys = Keys.make(folder / "keys", network.addresses)
            nodes += [Node(name, folder / name, image, network, keys) for name in names]
            _boot(nodes)
            yield Cluster(nodes, network, keys)
        finally:
            _take_down(folder, nodes, network)


def _boot(nodes: Sequence[Node]) -> None:
    for node in nodes:
        node.wipe()
        node.start()
    for node in nodes:
        node.wait_until_ready()


def _make_folder(folder: Path) -> None:
    """Make the folder of the nodes' disks in memory: fast, and an overlay's upper layer can't be on another overlay."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LAYERS_SIZE},mode=755", "tmpfs", folder], check=True)


def _take_down(folder: Path, nodes: Sequence[Node], network: Network) -> None:
    for node in nodes:
        node.begin_stop()
    for node in nodes:
        node.stop()
        node.unmount()
    network.down()
    subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False)
    if folder.exists():
        folder.rmdir()


__all__ = ["ADDRESSES", "NAMES", "Cluster", "Node", "missing_for_nodes", "running_cluster"]
