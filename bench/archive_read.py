"""How long it takes to read what only the archive has, over HTTP from a panel whose database is empty."""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import time
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from archived import archived, engine_running, filled, size_mb, where_and_when
from cluster import make_config, running_panel
from load import hostname
from processes import cpu_seconds, resident_mb
from raster import longest, watched
from session import Session

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.points import lines_of
from minipanel.config import Config
from minipanel.database.full_records import hostnames, past_records
from tests.victoria import Victoria

YEARS_DAYS = 730
SEND_RECORDS = 2000
DISTINCT = 8
"""Nodes with their own past. Each other node has the last year of one of these."""

COPIED_DAYS = 366
REPEAT, WATCHED = 7, 3
DAY = 86_400


def read(folder: Path, options: argparse.Namespace) -> str:
    """Return the section: a node's month and two years, and the whole cluster's past."""
    engine = Victoria(folder, f"-storageDataPath={folder}/vm-years")
    with engine_running(engine):
        is_new = not (folder / "years-sent").exists()
        if is_new:
            send_years(folder / "years", engine, options)
            (folder / "years-sent").touch()
        empty = folder / "empty"
        empty.mkdir(exist_ok=True)
        for file in empty.glob("data.db*"):
            file.unlink()
        config = archived(make_config(empty, options.years_of), engine, YEARS_DAYS + 1)
        with running_panel(config) as panel:
            time.sleep(2)
            rows = asked(config, options, [panel.pid, engine.pid])
            memory = resident_mb(panel.pid)
        engine_mb = resident_mb(engine.pid)
    others = f", the others of {options.years_of:,} the last year of one of these" * (options.years_of > DISTINCT)
    whose = f"{min(DISTINCT, options.years_of)} nodes have {options.years_days:g} days{others}"
    lines = [
        f"## Read: {options.years_of:,} nodes in the engine",
        "",
        f"{where_and_when()}. {whose}. Over HTTP with a session; the database is empty, so all comes from the archive. "
        f"Warm: the median of {REPEAT} after the first. Held: the slowest answer of /api/health during "
        f"{WATCHED} more requests. Resident afterwards: panel {memory:.0f} MB, engine {engine_mb:.0f} MB. "
        f"The engine's disk: {size_mb(folder / 'vm-years'):,.0f} MB.",
        "",
        "| request | first | warm | CPU of the panel, of the engine | held | bytes | columns |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def send_years(folder: Path, engine: Victoria, options: argparse.Namespace) -> None:
    """Send two years of records to the engine, as the panel would have over that time."""
    distinct = min(DISTINCT, options.years_of)
    config, _ = filled(folder, distinct, options.years_days)
    client = Engine(StorageConfig("victoriametrics", engine.url))
    with closing(sqlite3.connect(config.database.path)) as connection:
        names, last = hostnames(connection), 0
        while records := past_records(connection, last + 1, 0, 2**32 - 1, SEND_RECORDS):
            client.write("".join(lines_of([(names[record.node_id], record) for record in records], "minipanel")))
            last = records[-1].id
    engine.show_all()
    for place in range(distinct):
        copy_year(engine, hostname(place + 1), range(distinct + place + 1, options.years_of + 1, distinct))
    engine.show_all()


def copy_year(engine: Victoria, name: str, others: range) -> None:
    """Give these nodes the last year of one, in the engine's own format."""
    wanted = {"match[]": f'{{node="{name}"}}', "start": int(time.time()) - COPIED_DAYS * DAY}
    with urllib.request.urlopen(f"{engine.url}/api/v1/export/native?{urlencode(wanted)}") as answer:
        points = answer.read()
    for other in others:
        url = f"{engine.url}/api/v1/import/native?{urlencode({'extra_label': f'node={hostname(other)}'})}"
        with urllib.request.urlopen(url, points):
            pass


def asked(config: Config, options: argparse.Namespace, pids: Sequence[int]) -> list[str]:
    """Return a row for each question. `pids`: the processes whose CPU is shown."""
    session, now = Session(config.server.port), int(time.time())
    nodes = f"nodes=n[00001-{options.years_of:05}]"
    raster, of_all = f"/api/metrics/raster?{nodes}&metric=cpu_percent", f"{options.years_of:,} nodes"
    node = f"/api/metrics/history/{hostname(1)}?to={now}"
    questions = {
        "a node's day": f"{node}&from={now - DAY}",
        "a node's month": f"{node}&from={now - 30 * DAY}",
        "a node's year, in records": f"{node}&from={now - 365 * DAY}&step=300",
        "a node's two years, in records": f"{node}&from={now - YEARS_DAYS * DAY}&step=300",
        "a node's two years, in hours": f"/api/metrics/history/{hostname(1)}?period=2y",
        f"a raster of {of_all}, a month": f"{raster}&period=1m",
        f"a raster of {of_all}, a year": f"{raster}&period=1y",
        f"the cluster's past, {of_all}, a year": "/api/metrics/cluster?columns=1000&period=1y",
        f"lines of {of_all}, a year": f"/api/metrics/spread?{nodes}&period=1y",
    }
    return [row(what, session, path, config.server.port, pids) for what, path in questions.items()]


def row(what: str, session: Session, path: str, port: int, pids: Sequence[int]) -> str:
    """Return how long a question takes as a row of the table."""
    times, cpu, answer = [], [], b""
    for _ in range(REPEAT + 1):
        began, before = time.perf_counter(), list(map(cpu_seconds, pids))
        answer = session.request("GET", path)
        times.append(time.perf_counter() - began)
        cpu.append([1000 * (cpu_seconds(pid) - used) for pid, used in zip(pids, before, strict=True)])
    with watched(port, pids[0]) as waits:
        for _ in range(WATCHED):
            session.request("GET", path)
    # A raster is a line of JSON, then its cells.
    found = json.loads(answer.partition(b"\n")[0])
    columns = found.get("columns") or len(found.get("timestamp") or found.get("timestamps") or [])
    if "unread" in found:
        raise RuntimeError(f"{what}: {found['unread']}")
    used = " + ".join(f"{statistics.median(of_each):.0f}" for of_each in zip(*cpu[1:], strict=True))
    return (
        f"| {what} | {1000 * times[0]:,.0f} ms | {1000 * statistics.median(times[1:]):,.0f} ms | {used} ms | "
        f"{1000 * longest(waits)[0]:.0f} ms | {len(answer) / 1000:,.0f} kB | {columns:,}, {found['source']} |"
    )
