"""Faults of the archive's engine, which happen beside all others."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from storm.middleman import DROP, HANG, PASS, REFUSE

if TYPE_CHECKING:
    from storm.archive import Archive

EngineFault = Callable[["Archive", random.Random], None]


def kill(archive: Archive, chance: random.Random) -> None:
    """kill -9 of the engine, and a start some seconds later"""
    archive.engine.kill()
    time.sleep(chance.uniform(0, 10))
    archive.start()


def kill_again_and_again(archive: Archive, chance: random.Random) -> None:
    """kill -9 of the engine four times, each soon after its start"""
    for _ in range(4):
        time.sleep(chance.uniform(0, 4))
        archive.engine.kill()
        archive.start()


def freeze(archive: Archive, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the engine"""
    archive.engine.signal(signal.SIGSTOP)
    time.sleep(chance.uniform(4, 40))
    archive.engine.signal(signal.SIGCONT)


def fill_disk(archive: Archive, chance: random.Random) -> None:
    """the engine's disk full to the last byte, and free again; a start where that ended it"""
    archive.disk.fill()
    time.sleep(chance.uniform(10, 30))
    archive.disk.free()
    archive.start()


def refuse(archive: Archive, chance: random.Random) -> None:
    """the engine refuses all with 503"""
    _be(archive, REFUSE, chance.uniform(5, 30))


def hang(archive: Archive, chance: random.Random) -> None:
    """the engine takes connections and does not answer"""
    _be(archive, HANG, chance.uniform(5, 40))


def drop(archive: Archive, chance: random.Random) -> None:
    """the engine answers 204 to what is written and drops it"""
    _be(archive, DROP, chance.uniform(10, 40))


def _be(archive: Archive, mode: str, seconds: float) -> None:
    archive.middleman.mode = mode
    time.sleep(seconds)
    archive.middleman.mode = PASS


ALL: tuple[EngineFault, ...] = (kill, kill_again_and_again, freeze, fill_disk, refuse, hang, drop)
SHORT: tuple[EngineFault, ...] = (kill, drop)
