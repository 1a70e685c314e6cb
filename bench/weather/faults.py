"""The storm's faults, each with its end: after it all is as before."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weather.cluster import Cluster

Fault = Callable[["Cluster", random.Random], None]


def kill_panel(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of the panel, and a start some seconds later"""
    cluster.panel.kill()
    cluster.panel.wait()
    time.sleep(chance.uniform(0, 8))
    cluster.start_panel()


def kill_panel_again_and_again(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of the panel four times, each soon after its start"""
    for _ in range(4):
        time.sleep(chance.uniform(0, 1.5))
        cluster.panel.kill()
        cluster.panel.wait()
        cluster.start_panel()


def end_panel(cluster: Cluster, chance: random.Random) -> None:
    """SIGTERM to the panel, which ends within 5 s, and a start some seconds later"""
    begin = time.monotonic()
    cluster.panel.send_signal(signal.SIGTERM)
    code = cluster.panel.wait(timeout=20)
    took = time.monotonic() - begin
    if code != 0 or took > 5:
        cluster.complaints.append(f"the panel ended with {code} after {took:.1f} s")
    time.sleep(chance.uniform(0, 8))
    cluster.start_panel()


def pause_panel(cluster: Cluster, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the panel"""
    cluster.panel.send_signal(signal.SIGSTOP)
    time.sleep(chance.uniform(4, 14))
    cluster.panel.send_signal(signal.SIGCONT)


def cut_network(_cluster: Cluster, chance: random.Random) -> None:
    """the network down, and up again"""
    _set_network("down")
    time.sleep(chance.uniform(4, 14))
    _set_network("up")


def _set_network(state: str) -> None:
    # The storm has a network namespace of its own: this is nobody else's.
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def fill_disk(cluster: Cluster, chance: random.Random) -> None:
    """the panel's disk full to the last byte, and free again"""
    ballast = cluster.disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    time.sleep(chance.uniform(4, 12))
    ballast.unlink()


def slow_disk(cluster: Cluster, chance: random.Random) -> None:
    """each commit takes 0.7 s longer"""
    cluster.controls.commit_seconds = 0.7
    time.sleep(chance.uniform(6, 12))
    cluster.controls.commit_seconds = 0.0


def lock_database(cluster: Cluster, chance: random.Random) -> None:
    """another program holds the database's lock"""
    with contextlib.closing(sqlite3.connect(cluster.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(chance.uniform(5, 30))
        other.execute("ROLLBACK")


def panel_clock_ahead(cluster: Cluster, chance: random.Random) -> None:
    """the panel's clock 10 minutes ahead"""
    _set_panel_clock(cluster, chance, 600.0)


def panel_clock_behind(cluster: Cluster, chance: random.Random) -> None:
    """the panel's clock 10 minutes behind"""
    _set_panel_clock(cluster, chance, -600.0)


def _set_panel_clock(cluster: Cluster, chance: random.Random, offset: float) -> None:
    cluster.controls.panel_clock_offset = offset
    time.sleep(chance.uniform(10, 20))
    cluster.controls.panel_clock_offset = 0.0


def node_clocks_ahead(cluster: Cluster, chance: random.Random) -> None:
    """the clocks of some nodes 10 minutes ahead"""
    _set_node_clocks(cluster, chance, 600.0)


def node_clocks_behind(cluster: Cluster, chance: random.Random) -> None:
    """the clocks of some nodes 10 minutes behind"""
    _set_node_clocks(cluster, chance, -600.0)


def _set_node_clocks(cluster: Cluster, chance: random.Random, offset: float) -> None:
    cluster.controls.node_clock_offset = offset
    time.sleep(chance.uniform(10, 20))
    cluster.controls.node_clock_offset = 0.0


def kill_agent(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of an agent while the panel is away, and a start of both"""
    node = chance.choice(cluster.nodes)
    cluster.panel.kill()
    cluster.panel.wait()
    time.sleep(chance.uniform(5, 12))
    node.kill()
    time.sleep(chance.uniform(0, 6))
    node.start()
    time.sleep(chance.uniform(0, 6))
    cluster.start_panel()


def end_agent(cluster: Cluster, chance: random.Random) -> None:
    """SIGTERM to an agent, and a start"""
    node = chance.choice(cluster.nodes)
    node.end()
    time.sleep(chance.uniform(0, 8))
    node.start()


def pause_agents(cluster: Cluster, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of an agent, and of all simulated ones"""
    cluster.simulated.send_signal(signal.SIGSTOP)
    chance.choice(cluster.nodes).pause(chance.uniform(4, 14))
    cluster.simulated.send_signal(signal.SIGCONT)


ALL: tuple[Fault, ...] = (
    kill_panel,
    kill_panel_again_and_again,
    end_panel,
    pause_panel,
    cut_network,
    fill_disk,
    slow_disk,
    lock_database,
    panel_clock_ahead,
    panel_clock_behind,
    node_clocks_ahead,
    node_clocks_behind,
    kill_agent,
    end_agent,
    pause_agents,
)
SHORT: tuple[Fault, ...] = (kill_panel, cut_network, fill_disk)
"""For half a minute."""
