"""History as CSV: the same bytes as ever, made beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from minipanel.database.store import Store
from minipanel.models.node import Node
from minipanel.models.record import VALUE_COLUMNS, record_id
from minipanel.models.sample import Sample
from minipanel.services.history import History, Span, csv_rows
from minipanel.services.reading import Reading
from tests.e2e.month import DAY, fill_month, put_records, record

T = 1_700_000_100
NODES = [Node(number, f"n{number}", "10.0.0.1", f"n{number}", True) for number in (1, 2, 3)]
MONTH = Span("1m", T - 30 * DAY, T, VALUE_COLUMNS)
HELD_SECONDS = 0.02

pytestmark = pytest.mark.anyio


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    store = Store(tmp_path / "data.db")
    reading = Reading(store.reader)
    yield History(reading, 5, lambda: T)
    await reading.close()
    store.close()


async def test_its_bytes_are_those_of_the_numbers_in_the_json(history: History, tmp_path: Path) -> None:
    fill_month(tmp_path / "data.db", 1, T)
    with contextlib.closing(Store(tmp_path / "data.db")) as store:
        # No sensor, and means with endless decimals.
        for cpu in (10.0, 20.0, 0.01):
            late = Sample("n2", T - int(cpu) // 5 * 5, cpu, 3_000_000_001, 1_000_000_000 + int(cpu), None)
            store.run([store.write_samples(2, [late], 0)])
    text = b"".join([piece async for piece in history.csv(NODES, MONTH)])
    assert text == b"".join([await as_before(history, node) for node in NODES])


async def as_before(history: History, node: Node) -> bytes:
    """The CSV of a node, each number read and written by Python."""
    found, columns = json.loads(await history.one(node, MONTH)), ("timestamp", *VALUE_COLUMNS)
    arrays = [found[name] for name in columns]
    rows = (",".join("" if cell is None else str(cell) for cell in row) for row in zip(*arrays, strict=True))
    head = ",".join(("hostname", *columns)) + "\r\n" if node == NODES[0] else ""
    return (head + "".join(f"{node.hostname},{row}\r\n" for row in rows)).encode()


def test_an_empty_cell_means_null() -> None:
    assert csv_rows("n1", [b"[300,600]", b"[1.5,null]", b"[null,2]"]) == b"n1,300,1.5,\r\nn1,600,,2\r\n"
    assert csv_rows("n1", [b"[]", b"[]"]) == b""


async def test_a_month_as_csv_does_not_block_the_event_loop(history: History, tmp_path: Path) -> None:
    month = [(t, record(0, t)) for t in range(T - 30 * DAY + 300, T + 1, 300)]
    with contextlib.closing(sqlite3.connect(tmp_path / "data.db")) as connection:
        for node in NODES:
            put_records(connection, [row | {"id": record_id(node.id, at), "node_id": node.id} for at, row in month])
        connection.commit()
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        before = time.thread_time()  # only the loop's own work, whatever else the machine does
        while True:
            await asyncio.sleep(0)
            longest, before = max(longest, time.thread_time() - before), time.thread_time()

    watcher = asyncio.create_task(watch())
    rows = 0
    async for piece in history.csv(NODES, MONTH):
        rows += piece.count(b"\r\n")
    watcher.cancel()
    assert rows == 1 + 3 * len(month)
    assert longest < HELD_SECONDS
