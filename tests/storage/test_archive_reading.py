"""The past read half from the database and half from the engine equals that of a database that kept everything."""

from __future__ import annotations

import csv
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from operator import add
from typing import Any

import msgspec
import pytest

from minipanel.archive import hour_questions, old_columns, visit
from minipanel.archive.config import STORAGE
from minipanel.archive.engine import Engine
from minipanel.archive.older import ArchiveOlder, OldPast
from minipanel.archive.points import lines_of
from minipanel.config import Config
from minipanel.database import hours as hours_sql
from minipanel.database.evidence import put_agent_starts
from minipanel.errors import TryLater
from minipanel.models.compact import COMPACT_COLUMNS
from minipanel.models.full_record import FullRecord
from minipanel.models.gap import AgentStart
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS
from minipanel.models.metrics import METRICS
from minipanel.models.record import RECORD_SECONDS
from minipanel.services.history import Span, read_span
from minipanel.services.panel import Panel
from minipanel.services.reading import Past
from minipanel.services.retention import STEADY_LOOKS
from tests.storage.example import archived, records_here, running_panel, samples_of, times_in
from tests.victoria import Victoria, running_victoria

CUT = int(time.time()) // DAY_SECONDS * DAY_SECONDS - 10 * DAY_SECONDS
"""From here on the database without the old past has records and hours."""

BEGIN, NOW = CUT - DAY_SECONDS + 7200, CUT + DAY_SECONDS // 2
NODES = 3

SPANS = {
    "half": (BEGIN - 3600, NOW),
    "old": (BEGIN + 600, CUT - 7200),
    "edge": (CUT - 900, CUT + 900),
    "new": (CUT + 7200, NOW),
}
SOURCES = {"half": "both", "old": "archive", "edge": "both", "new": "database"}


@dataclass
class Pasts:
    """The answers of a database that had everything, by request. Now it lacks what the engine has."""

    config: Config
    full: dict[tuple[str, int, str], Any]
    victoria: Victoria


def span_of(name: str, step: int) -> Span:
    start, end = SPANS[name]
    return read_span(None, str(start), str(end), None, NOW, str(step))


async def answers(panel: Panel) -> dict[tuple[str, int, str], Any]:
    """By the name of the span, the step, and the request."""
    nodes = panel.directory.nodes
    found: dict[tuple[str, int, str], Any] = {}
    for name, step in [(name, step) for name in SPANS for step in (RECORD_SECONDS, HOUR_SECONDS)]:
        span = span_of(name, step)
        asked = {
            "one": json.loads(await panel.history.one(nodes[0], span)),
            "compact": json.loads(await panel.history.one(nodes[0], compact(span))),
            "set": json.loads(b"".join([piece async for piece in panel.history.set_of(nodes, span)])),
            "csv": columns_of(b"".join([piece async for piece in panel.history.csv(nodes, span)]).decode()),
            "spread": await panel.spread.of(nodes, span),
            "gaps": await panel.gaps.one(nodes[1], span),
            "cluster": await panel.cluster.of(nodes, span, 1000),
        }
        for metric in METRICS:
            for columns, kind in ((1000, metric.name), (10, f"{metric.name} wide")):
                head, _, cells = (await panel.raster.of(nodes, metric, span, columns, 1000)).partition(b"\n")
                asked[kind] = {**json.loads(head), "cells": list(cells)}
        found |= {(name, step, what): msgspec.to_builtins(answer) for what, answer in asked.items()}
    return found


def compact(span: Span) -> Span:
    return msgspec.structs.replace(span, columns=COMPACT_COLUMNS, is_compact=True)


def columns_of(text: str) -> dict[str, list[Any]]:
    head, *rows = csv.reader(text.splitlines())
    columns = zip(*rows, strict=True)
    return {name: list(map(number, column)) for name, column in zip(head, columns, strict=True)}


def number(text: str) -> float | str | None:
    return float(text) if text[-1:].isdecimal() else text or None


def assert_alike(one: Any, other: Any, share: float, least: float) -> None:
    """Numbers must differ by no more than this share, or by `least`."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name, value in one.items():
            # It is computed again from the other columns, and may be rounded the other way.
            assert_alike(value, other[name], share, max(least, 0.011 if "memory_percent" in name else 0))
    elif isinstance(one, list):
        assert len(one) == len(other)
        for each, another in zip(one, other, strict=True):
            assert_alike(each, another, share, least)
    elif isinstance(one, int | float) and other is not None:
        assert one == pytest.approx(other, rel=share, abs=least)
    else:
        assert one == other


async def fill(panel: Panel) -> None:
    """A day and a half of records, some complete, with outages, and sensors that come and go."""
    dice = random.Random(5)
    for node in panel.directory.nodes:
        for record in range(BEGIN, NOW + 1, RECORD_SECONDS):
            if node.id == 2 and (BEGIN + 3600 < record <= BEGIN + 10_000 or CUT - 4000 < record <= CUT + 4000):
                continue
            times = times_in(record, dice, 1 if dice.random() < 0.2 else 0.06)
            await panel.ingest.submit(node, samples_of(node.hostname, times, dice))
    await panel.retention.seal()
    await panel.hours.make()
    starts = [(2, AgentStart("a", BEGIN, BEGIN)), (2, AgentStart("b", BEGIN + 9000, BEGIN + 9000))]
    await panel.ingest.run(lambda connection: put_agent_starts(connection, starts))


def fewer(record: FullRecord) -> FullRecord:
    """A record as it was before its newest sample came."""
    seen = (1 << 60) - 1 if record.seen is None else record.seen
    return replace(record, samples=record.samples - 1, seen=seen & (seen - 1))


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def pasts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pasts]:
    folder = tmp_path_factory.mktemp("reading")
    with running_victoria(folder, "-inmemoryDataFlushInterval=1s") as victoria:
        config = archived(folder, victoria.url, NODES)
        async with running_panel(config, lambda: NOW) as panel:
            await fill(panel)
            full = await answers(panel)
            names = {node.id: node.hostname for node in panel.directory.nodes}
            records = await records_here(panel, NOW)
            lines = "".join(lines_of([(names[record.node_id], record) for record in records], "minipanel"))
            # Each has an earlier version before it, which must not be read.
            earlier = "".join(lines_of([(names[r.node_id], fewer(r)) for r in records if r.samples > 1], "minipanel"))
            engine = Engine(config.of(STORAGE))
            engine.write(earlier)
            engine.write(lines)
            victoria.show_all()
            await panel.ingest.run(panel.store.forget(CUT + 1, 0, 100_000))
            await panel.ingest.run(lambda connection: hours_sql.forget_hours(connection, CUT + 1, 100))
        yield Pasts(config, full, victoria)


@asynccontextmanager
async def with_archive(config: Config) -> AsyncIterator[Panel]:
    async with running_panel(config, lambda: NOW) as panel:
        panel.reading.older = ArchiveOlder(panel, config.of(STORAGE))
        yield panel


@pytest.mark.anyio
async def test_an_answer_half_from_the_engine_is_that_of_a_database_that_kept_all(pasts: Pasts) -> None:
    async with with_archive(pasts.config) as panel:
        found = await answers(panel)
    assert any(gap["reason"] == "node_away" for gap in found["old", RECORD_SECONDS, "gaps"]["gaps"])
    assert len(found["half", RECORD_SECONDS, "one"]["timestamp"]) > 300
    for key, answer in found.items():
        name, step, what = key
        source = answer.pop("source", None)
        if (name, step, what) == ("edge", HOUR_SECONDS, "spread"):
            assert source == "archive", "the one whole hour in it is the last old one"
        else:
            assert source == (None if what == "csv" else SOURCES[name]), key
        is_of_records = step == RECORD_SECONDS or source == "database"
        # For hours the engine uses the mean of an incomplete record in hundredths. A cell is a 250th of a range.
        least = 0 if is_of_records else 1 if what == "compact" or "cells" in answer else 0.011
        assert_alike(answer, pasts.full[key], 1e-12 if is_of_records else 3e-4, least)


@pytest.mark.anyio
async def test_hours_of_very_many_nodes_are_there_at_the_same_times(
    pasts: Pasts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hour_questions, "EXACT_DAYS", 0)
    async with with_archive(pasts.config) as panel:
        found = await answers(panel)
    for kind in (kind for metric in METRICS for kind in (metric.name, f"{metric.name} wide")):
        cells = [past["half", HOUR_SECONDS, kind]["cells"] for past in (found, pasts.full)]
        assert list(map(bool, cells[0])) == list(map(bool, cells[1]))
    highest = [past["half", HOUR_SECONDS, "one"]["cpu_percent_max"] for past in (found, pasts.full)]
    assert highest[0] == highest[1]


@pytest.mark.anyio
@pytest.mark.parametrize("days", [730, 1])
async def test_what_the_engine_counts_equals_the_totals_of_its_hours(
    pasts: Pasts, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setattr(hour_questions, "EXACT_DAYS", 0)
    monkeypatch.setattr(hour_questions, "NODES_AT_ONCE", 2)
    monkeypatch.setattr(old_columns, "TIMES_AT_ONCE", 5)
    storage = replace(pasts.config.of(STORAGE), retention_days=days)

    async def asked() -> list[Any]:
        async with running_panel(pasts.config, lambda: NOW) as panel:
            panel.reading.older = ArchiveOlder(panel, storage)
            nodes, span = panel.directory.nodes, span_of("half", HOUR_SECONDS)
            found = [await panel.cluster.of(nodes, span, columns) for columns in (1000, 10)]
            return [msgspec.to_builtins(answer) for answer in (*found, await panel.spread.of(nodes, span))]

    counted = await asked()
    monkeypatch.setattr(OldPast, "sums_of_days", Past.sums_of_days)
    monkeypatch.setattr(OldPast, "hour_columns", Past.hour_columns)
    for one, other in zip(counted, await asked(), strict=True):
        assert one["source"] == "both"
        assert_alike(one, other, 1e-12, 0.011)
    if days == 730:
        past, full = counted[0], pasts.full["half", HOUR_SECONDS, "cluster"]
        assert list(map(add, past["busy"], past["idle"])) == list(map(add, full["busy"], full["idle"]))
        assert [past[name] for name in ("down", "unknown")] == [full[name] for name in ("down", "unknown")]


@pytest.mark.anyio
async def test_without_the_engine_there_is_what_is_here_and_a_sentence(
    pasts: Pasts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(visit, "KNOCK_SECONDS", 0)
    start, end = SPANS["half"]
    pasts.victoria.stop()
    async with with_archive(pasts.config) as panel:
        node = panel.directory.nodes[0]
        records = json.loads(await panel.history.one(node, span_of("half", RECORD_SECONDS)))
        assert records["timestamp"][0] == CUT + RECORD_SECONDS
        assert records["source"] == "database"
        assert records["unread"] == {"until": CUT, "why": f"{pasts.victoria.url} can't be asked: Connection refused."}
        gaps = await panel.gaps.one(panel.directory.nodes[1], span_of("half", RECORD_SECONDS))
        assert all(gap.from_ >= CUT for gap in gaps.gaps)
        assert gaps.unread == records["unread"]
        # Unless records are requested, hours are enough.
        usual = json.loads(await panel.history.one(node, read_span(None, str(start), str(end), None, NOW)))
        assert (usual["step"], usual["unread"]["until"]) == (HOUR_SECONDS, CUT)
        assert usual["timestamp"][0] == CUT + HOUR_SECONDS
        with pytest.raises(TryLater, match=f"Times up to {CUT} can't be read from the archive now"):
            await anext(panel.history.csv([node], span_of("half", RECORD_SECONDS)))
        assert "unread" not in json.loads(await panel.history.one(node, span_of("new", RECORD_SECONDS)))

        pasts.victoria.start()
        again = json.loads(await panel.history.one(node, span_of("half", RECORD_SECONDS)))
        assert (again["source"], again.get("unread")) == ("both", None)
        assert again["timestamp"] == pasts.full["half", RECORD_SECONDS, "one"]["timestamp"]


@pytest.mark.anyio
async def test_what_explains_gaps_is_kept_as_long_as_the_archive(pasts: Pasts) -> None:
    async with running_panel(pasts.config, lambda: NOW + 500 * DAY_SECONDS) as panel:
        panel.ingest.meet(NOW + 500 * DAY_SECONDS)
        for days, count in ((730, 2), (0, 1)):
            panel.hours.evidence_days = days
            for _ in range(STEADY_LOOKS):
                await panel.hours.forget()
            found = await panel.reading.do(panel.reading.reader.evidence, [2])
            assert len(found[2].agent_starts) == count
