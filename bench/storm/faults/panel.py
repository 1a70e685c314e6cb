"""Faults of the panel's process and its clock."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storm.cluster import Cluster


def kill(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of the panel, and a start some seconds later"""
    cluster.kill_panel()
    time.sleep(chance.uniform(0, 8))
    cluster.start_panel()


def kill_again_and_again(cluster: Cluster, chance: random.Random) -> None:
    """kill -9 of the panel four times, each soon after its start"""
    for _ in range(4):
        time.sleep(chance.uniform(0, 1.5))
        cluster.kill_panel()
        cluster.start_panel()


def end(cluster: Cluster, chance: random.Random) -> None:
    """SIGTERM to the panel, which ends within 5 s, and a start some seconds later"""
    begin = time.monotonic()
    cluster.panel.send_signal(signal.SIGTERM)
    code = cluster.panel.wait(timeout=20)
    took = time.monotonic() - begin
    if code != 0 or took > 5:
        cluster.complaints.append(f"the panel ended with {code} after {took:.1f} s")
    time.sleep(chance.uniform(0, 8))
    cluster.start_panel()


def pause(cluster: Cluster, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the panel"""
    cluster.panel.send_signal(signal.SIGSTOP)
    time.sleep(chance.uniform(4, 14))
    cluster.panel.send_signal(signal.SIGCONT)


def set_clock_ahead(cluster: Cluster, chance: random.Random) -> None:
    """the panel's clock, and its munged's, 2 or 10 minutes ahead"""
    _set_clock(cluster, chance, 1)


def set_clock_back(cluster: Cluster, chance: random.Random) -> None:
    """the panel's clock, and its munged's, 2 or 10 minutes behind"""
    _set_clock(cluster, chance, -1)


def _set_clock(cluster: Cluster, chance: random.Random, sign: int) -> None:
    # Two minutes: MUNGE accepts it, but it is more than the minute by which a sample may be ahead. Ten: MUNGE refuses.
    with cluster.right_time:
        cluster.controls.panel_clock_offset = sign * chance.choice((120.0, 600.0))
        time.sleep(chance.uniform(10, 20))
        cluster.controls.panel_clock_offset = 0.0


ALL = (kill, kill_again_and_again, end, pause, set_clock_ahead, set_clock_back)
