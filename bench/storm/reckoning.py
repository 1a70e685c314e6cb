"""The final check: compares every record of the database with exact arithmetic over what was measured."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from storm.values import MEMORY_KIB, cpu_percent, cpu_temp_tenths, memory_used_kib

RECORD_SECONDS = 300
SLOTS = 60
COLUMNS = (
    "timestamp, seen, samples, cpu_percent, cpu_percent_max, memory_total, memory_used, memory_used_max, "
    "memory_percent, cpu_temp, cpu_temp_max"
)


@dataclass
class Book:
    """What one node's records must contain, and what they may: ticks close to a kill, a start or a clock step."""

    name: str
    number: int
    sure: set[int]
    possible: set[int]
    excused: int = 0
    """How many of the sure ones may be missing: ticks that the agent itself logged as missed."""
    ahead: set[int] = field(default_factory=set)
    """Measured by a clock that was ahead: each is in the records, or was refused as being in the future."""
    refused: int = 0
    """How many of those may be missing: what the agent itself logged as refused for good."""


@dataclass
class Result:
    """What the check found. `faults`: a sentence for each; all is well if there are none."""

    records: int
    samples: int
    uncertain: int
    missed: int
    refused: int
    faults: list[str]


def reckon(database: Path, books: list[Book]) -> Result:
    """Compare the records with the books. The panel must have ended."""
    result = Result(0, 0, 0, 0, 0, [])
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (state,) = connection.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            result.faults.append(f"the database is damaged: {state}")
        ids = dict(connection.execute("SELECT hostname, id FROM nodes").fetchall())
        for book in books:
            _reckon_node(connection, ids[book.name], book, result)
    return result


def _reckon_node(connection: sqlite3.Connection, node_id: int, book: Book, result: Result) -> None:
    found: set[int] = set()
    for row in _records(connection, node_id):
        ticks = set(_ticks(row[0], row[1]))
        if found & ticks:
            result.faults.append(f"{book.name} {row[0]}: a sample is in both tables")
        found |= ticks
        result.records += 1
        result.faults += [f"{book.name} {row[0]}: {fault}" for fault in _faults(book.number, row, sorted(ticks))]
    lost, refused = sorted(book.sure - found), sorted(book.ahead - found)
    invented = sorted(found - book.sure - book.possible - book.ahead)
    result.samples += len(found)
    result.uncertain += len(book.possible)
    if len(lost) <= book.excused:
        result.missed += len(lost)
    else:
        result.faults.append(f"{book.name}: {len(lost)} samples are lost, as {lost[:5]} ({book.excused} excused)")
    if len(refused) <= book.refused:
        result.refused += len(refused)
    else:
        result.faults.append(
            f"{book.name}: {len(refused)} samples of a clock that was ahead are not there, as {refused[:5]}, and the "
            f"agent logged {book.refused} as refused"
        )
    if invented:
        result.faults.append(f"{book.name}: {len(invented)} samples were never measured, as {invented[:5]}")


def _records(connection: sqlite3.Connection, node_id: int) -> Iterator[tuple[float, ...]]:
    for table in ("system_metrics", "pending_metrics"):
        yield from connection.execute(f"SELECT {COLUMNS} FROM {table} WHERE node_id = ? ORDER BY id", (node_id,))


def _ticks(timestamp: float, seen: float | None) -> list[int]:
    first = int(timestamp) - RECORD_SECONDS + 5
    return [first + 5 * slot for slot in range(SLOTS) if seen is None or int(seen) >> slot & 1]


def _faults(number: int, row: tuple[float, ...], ticks: list[int]) -> list[str]:
    """Return what differs. A finished record has rounded means, an unfinished one exact means."""
    _, _, samples, *values = row
    cpus = [cpu_percent(number, tick) for tick in ticks]
    used = [memory_used_kib(number, tick) * 1024 for tick in ticks]
    temps = [cpu_temp_tenths(number, tick) / 10 for tick in ticks]
    total, count = MEMORY_KIB * 1024, len(ticks)
    mean_used = sum(used) / count
    expected = (
        ("cpu_percent", sum(cpus) / count, 0.005),
        ("cpu_percent_max", max(cpus), 0),
        ("memory_total", total, 0),
        ("memory_used", mean_used, 0.5),
        ("memory_used_max", max(used), 0),
        ("memory_percent", 100 * mean_used / total, 0.005),
        ("cpu_temp", math.fsum(temps) / count, 0.005),
        ("cpu_temp_max", max(temps), 0),
    )
    faults = [f"samples is {samples}, {count} are seen"] if samples != count else []
    for (name, value, rounding), found in zip(expected, values, strict=True):
        tolerance = (rounding if count == SLOTS else 0) + 1e-9 * max(1.0, abs(value))
        if found is None or abs(found - value) > tolerance:
            faults.append(f"{name} is {found}, it must be {value}")
    return faults
