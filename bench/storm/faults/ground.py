"""Faults of what panel and agents need: network, MUNGE, the panel's disk and database."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storm.cluster import Cluster

LOCK_SECONDS = 30


def cut_network(_cluster: Cluster, chance: random.Random) -> None:
    """the network down, and up again"""
    _set_network("down")
    time.sleep(chance.uniform(4, 14))
    _set_network("up")


def _set_network(state: str) -> None:
    # The storm has its own network namespace, so this affects nothing else.
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def pause_panel_munged(cluster: Cluster, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the panel's munged"""
    cluster.panel_munged.pause(chance.uniform(4, 14))


def pause_nodes_munged(cluster: Cluster, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the nodes' munged"""
    cluster.nodes_munged.pause(chance.uniform(4, 14))


def kill_munged(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of a munged, the panel's or the nodes', and a start some seconds later"""
    munged = chance.choice((cluster.panel_munged, cluster.nodes_munged))
    munged.kill()
    time.sleep(chance.uniform(2, 10))
    munged.start()


def fill_panel_disk(cluster: Cluster, chance: random.Random) -> None:
    """the panel's disk full to the last byte, and free again"""
    cluster.disk.fill()
    time.sleep(chance.uniform(4, 12))
    cluster.disk.free()


def slow_panel_disk(cluster: Cluster, chance: random.Random) -> None:
    """each commit takes 0.7 s longer"""
    cluster.controls.commit_seconds = 0.7
    time.sleep(chance.uniform(6, 12))
    cluster.controls.commit_seconds = 0.0


def lock_database(cluster: Cluster, _chance: random.Random) -> None:
    """another program holds the database's lock for 30 s"""
    with contextlib.closing(sqlite3.connect(cluster.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(LOCK_SECONDS)
        other.execute("ROLLBACK")


ALL = (
    cut_network,
    pause_panel_munged,
    pause_nodes_munged,
    kill_munged,
    fill_panel_disk,
    slow_panel_disk,
    lock_database,
)
