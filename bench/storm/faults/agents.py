"""Faults of agents and their nodes."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storm.cluster import Cluster
    from storm.nodes import Node

DELIVER_SECONDS = 240
EMPTY_SECONDS = 20


def kill(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of an agent while the panel is away, and a start of both"""
    node = chance.choice(cluster.nodes)
    cluster.kill_panel()
    time.sleep(chance.uniform(5, 12))
    node.kill()
    time.sleep(chance.uniform(0, 6))
    node.start()
    time.sleep(chance.uniform(0, 6))
    cluster.start_panel()


def end(cluster: Cluster, chance: random.Random) -> None:
    """SIGTERM to an agent, and a start"""
    node = chance.choice(cluster.nodes)
    node.end()
    time.sleep(chance.uniform(0, 8))
    node.start()


def suspend(cluster: Cluster, chance: random.Random) -> None:
    """a node suspended and resumed, and SIGSTOP and SIGCONT of all simulated ones"""
    cluster.simulated.send_signal(signal.SIGSTOP)
    chance.choice(cluster.nodes).suspend(chance.uniform(4, 14))
    cluster.simulated.send_signal(signal.SIGCONT)


def set_clocks_ahead(cluster: Cluster, chance: random.Random) -> None:
    """the clock of a node, and of some simulated ones, stepped 2 or 10 minutes ahead and back"""
    _step_clocks(cluster, chance, 1)


def set_clocks_back(cluster: Cluster, chance: random.Random) -> None:
    """the clock of a node, and of some simulated ones, stepped 2 or 10 minutes back and ahead again"""
    _step_clocks(cluster, chance, -1)


def _step_clocks(cluster: Cluster, chance: random.Random, sign: int) -> None:
    # Two minutes ahead, the panel refuses samples for good. Ten, MUNGE refuses first, and the agent keeps them.
    # The seconds move the node's ticks between those of the others.
    offset = sign * chance.choice((120.0, 600.0)) + chance.uniform(0, 5)
    node = chance.choice(cluster.nodes)
    cluster.controls.node_clock_offset = offset
    node.set_clock(offset)
    time.sleep(chance.uniform(12, 25))
    cluster.controls.node_clock_offset = 0.0
    node.set_clock(0.0)
    # The agent logs how many were refused when the next sample is stored, or when its spool is empty. A kill before
    # would lose that number.
    time.sleep(6)
    _wait_until_empty(node)


def _wait_until_empty(node: Node) -> None:
    """Return once the spool is empty. It may keep samples for longer if the panel's clock was just set back."""
    end = time.monotonic() + EMPTY_SECONDS
    while node.waiting and time.monotonic() < end:
        time.sleep(0.5)


def fill_spool_disk(cluster: Cluster, chance: random.Random) -> None:
    """the disk of an agent's spool full while the panel is away: free again before it is back, or after"""
    node = chance.choice(cluster.nodes)
    # Even on a full disk, an existing file may grow to the end of its last page.
    _wait_until_empty(node)
    was_empty = not node.waiting
    delivered, refused = node.count("The spool is delivered"), node.count("No space left on device")
    node.disk.fill()
    cluster.kill_panel()
    time.sleep(chance.uniform(16, 30))
    if chance.random() < 0.5:
        node.disk.free()
        time.sleep(chance.uniform(0, 8))
        cluster.start_panel()
    else:
        cluster.start_panel()
        time.sleep(chance.uniform(0, 8))
        node.disk.free()
    if was_empty and node.count("No space left on device") == refused:
        cluster.complaints.append(f"{node.name} did not log that the disk of its spool is full")
    # A kill before would lose what waits in memory.
    _wait_for_delivery(cluster, node, delivered)


def _wait_for_delivery(cluster: Cluster, node: Node, delivered: int) -> None:
    end = time.monotonic() + DELIVER_SECONDS
    while node.count("The spool is delivered") == delivered:
        if time.monotonic() > end:
            cluster.complaints.append(f"{node.name} did not deliver its spool within {DELIVER_SECONDS} s")
            return
        time.sleep(0.5)


ALL = (kill, end, suspend, set_clocks_ahead, set_clocks_back, fill_spool_disk)
