"""A panel whose records go to a real engine, and what both contain in the end."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from minipanel.archive import copying
from minipanel.archive.config import STORAGE, StorageConfig
from minipanel.archive.copying import Copying
from minipanel.archive.engine import Engine
from minipanel.archive.points import record_of
from minipanel.archive.reading_back import newest_of
from minipanel.archive.trouble import EngineError
from minipanel.config import Config, NodeConfig
from minipanel.database import archive as sql
from minipanel.database.archive_push import push_state
from minipanel.database.full_records import TABLES, full_records
from minipanel.models.full_record import FullRecord
from minipanel.models.record import SLOT_SECONDS
from minipanel.models.sample import Sample
from minipanel.services.panel import Panel
from tests.panel.example import config_in

DRAIN_SECONDS = 120.0
T = TypeVar("T")

DERIVED = {"memory_percent"}
"""Computed from other columns when a record is read, so its last bit may differ."""


def look_after(monkeypatch: pytest.MonkeyPatch, first_seconds: float, second_seconds: float) -> None:
    """Have what was sent read back after these times, and try again soon after trouble."""
    monkeypatch.setattr(copying, "LOOK_SECONDS", first_seconds)
    monkeypatch.setattr(copying, "SECOND_LOOK_SECONDS", second_seconds)
    monkeypatch.setattr(copying, "AGAIN_SECONDS", 0.1)


def storage_of(url: str, **more: object) -> StorageConfig:
    return StorageConfig("victoriametrics", url, **more)  # type: ignore[arg-type]


def archived(folder: Path, url: str, nodes: int = 3, **more: object) -> Config:
    named = tuple(NodeConfig(f"n{n}", f"10.0.1.{n}", f"n{n}.example") for n in range(1, nodes + 1))
    return replace(config_in(folder), nodes=named, rooms={STORAGE.name: storage_of(url, **more)})


def samples_of(hostname: str, times: Sequence[int], dice: random.Random) -> list[Sample]:
    """Samples with values that are hard to keep exactly: hundredths, many bytes, sensors that come and go."""
    return [
        Sample(  # type: ignore[call-arg]
            node_id=hostname,
            timestamp=time,
            cpu_percent=dice.randint(0, 10_000) / 100,
            memory_total=2**45 + 4096,
            memory_used=dice.randint(0, 2**45),
            cpu_temp=None if dice.random() < 0.2 else dice.randint(-2000, 9999) / 100,
        )
        for time in times
    ]


def times_in(record: int, dice: random.Random, part: float) -> list[int]:
    """Some of the 60 times of a record's samples."""
    return [record - SLOT_SECONDS * slot for slot in range(60) if dice.random() < part]


@asynccontextmanager
async def running_panel(config: Config, clock: Callable[[], float]) -> AsyncIterator[Panel]:
    """The parts of a panel, without its port and its own archive."""
    panel = Panel(config, clock)
    await panel.start()
    try:
        yield panel
    finally:
        await panel.close()


async def copying_of(panel: Panel) -> Copying:
    storage = panel.config.of(STORAGE)
    await panel.ingest.run(panel.store.archive_on(True))
    return Copying(panel, Engine(storage), storage)


async def records_here(panel: Panel, until: int) -> list[FullRecord]:
    """All records of the database up to a time."""

    def read(connection: sqlite3.Connection) -> list[FullRecord]:
        ids = [row[0] for table in TABLES for row in connection.execute(f"SELECT id FROM {table}")]
        return [record for record in full_records(connection, ids) if record.timestamp <= until]

    return await panel.reading.do(panel.store.reader.ask, read)


async def records_there(panel: Panel, records: Sequence[FullRecord]) -> list[FullRecord]:
    """The same records from the engine, read as if the database were lost."""
    engine = Engine(panel.config.of(STORAGE))
    names = {node.id: node.hostname for node in panel.directory.nodes}
    found = await asyncio.to_thread(patiently, lambda: newest_of(records, names, engine.read))
    return [
        record_of(record.node_id, record.timestamp, *found[names[record.node_id].lower(), record.timestamp])
        for record in records
        if (names[record.node_id].lower(), record.timestamp) in found
    ]


async def assert_all_there(panel: Panel, records: Sequence[FullRecord]) -> None:
    """Wait until the engine shows all it has: for 10 s its answers may lack new series."""
    end, there = time.monotonic() + DRAIN_SECONDS, list[FullRecord]()
    while list(map(plain, there)) != list(map(plain, records)):
        assert time.monotonic() < end, (there, records)
        await asyncio.sleep(0.5)
        with suppress(KeyError, ValueError):  # a part of a record
            there = await records_there(panel, records)


def patiently(ask: Callable[[], T]) -> T:
    """Ask until the engine answers: a cluster that has just started takes some seconds to find its parts."""
    end = time.monotonic() + DRAIN_SECONDS
    while True:
        try:
            return ask()
        except EngineError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def plain(record: FullRecord) -> FullRecord:
    """A record without its derived columns."""
    return replace(record, values={name: value for name, value in record.values.items() if name not in DERIVED})


async def drained(copier: Copying) -> None:
    """Copy until the queue is empty and the whole past is there, whatever the engine answers meanwhile."""
    end = time.monotonic() + DRAIN_SECONDS
    while True:
        with suppress(EngineError):
            await copier.round()
        queue = await copier._read(lambda connection: sql.queue(connection, 5))
        push = await copier._read(push_state)
        if queue.waiting == 0 and push is None:
            return
        assert time.monotonic() < end, f"not within {DRAIN_SECONDS} s: {queue}"
        await asyncio.sleep(0.3)
