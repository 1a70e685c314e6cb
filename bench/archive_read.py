"""How long the past takes that only the archive has: by HTTP from a panel whose database is empty."""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from archived import archived, engine_running, filled, where_and_when
from cluster import make_config, running_panel
from load import hostname
from processes import resident_mb
from session import Session

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.points import lines_of
from minipanel.database.full_records import hostnames, records_after
from tests.victoria import Victoria

YEARS_DAYS = 730
SEND_RECORDS = 2000
REPEAT = 7
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
            rows = asked(Session(config.server.port), options)
            memory = resident_mb(panel.pid)
        engine_mb = resident_mb(engine.pid)
    lines = [
        f"## Read: {options.years_of} nodes with {options.years_days:g} days in the engine",
        "",
        f"{where_and_when()}. By HTTP with a session; the database is empty, so all comes from the archive. Warm: the "
        f"median of {REPEAT} after the first. Resident afterwards: panel {memory:.0f} MB, engine {engine_mb:.0f} MB.",
        "",
        "| what is asked for | first | warm | bytes | records or hours |",
        "| --- | --- | --- | --- | --- |",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def send_years(folder: Path, engine: Victoria, options: argparse.Namespace) -> None:
    """Send records of two years to the engine, as the panel would have in that time."""
    config, _ = filled(folder, options.years_of, options.years_days)
    client = Engine(StorageConfig("victoriametrics", engine.url))
    with closing(sqlite3.connect(config.database.path)) as connection:
        names, last = hostnames(connection), 0
        while records := records_after(connection, last, 0, 2**32 - 1, SEND_RECORDS):
            client.write("".join(lines_of([(names[record.node_id], record) for record in records], "minipanel")))
            last = records[-1].id
    engine.show_all()


def asked(session: Session, options: argparse.Namespace) -> list[str]:
    """Return a row for each question."""
    now = int(time.time())
    raster = f"/api/metrics/raster?nodes=n[00001-{options.years_of:05}]&metric=cpu_percent"
    node = f"/api/metrics/history/{hostname(1)}?to={now}"
    questions = {
        "a node's day": f"{node}&from={now - DAY}",
        "a node's month": f"{node}&from={now - 30 * DAY}",
        "a node's year, in records": f"{node}&from={now - 365 * DAY}&step=300",
        "a node's two years, in records": f"{node}&from={now - YEARS_DAYS * DAY}&step=300",
        "a node's two years, in hours": f"/api/metrics/history/{hostname(1)}?period=2y",
        f"a raster of {options.years_of} nodes, a month": f"{raster}&period=1m",
        f"a raster of {options.years_of} nodes, a year": f"{raster}&period=1y",
    }
    return [row(what, partial(session.request, "GET", path)) for what, path in questions.items()]


def row(what: str, ask: partial[bytes]) -> str:
    """Return how long a question takes as a row of the table."""
    times = []
    answer = b""
    for _ in range(REPEAT + 1):
        began = time.perf_counter()
        answer = ask()
        times.append(1000 * (time.perf_counter() - began))
    # Behind the first line of a raster stand its cells.
    found = json.loads(answer.partition(b"\n")[0])
    columns = found.get("timestamp") or found.get("timestamps") or []
    return (
        f"| {what} | {times[0]:.0f} ms | {statistics.median(times[1:]):.0f} ms | {len(answer) / 1000:,.0f} kB | "
        f"{len(columns):,}{'' if found.get('source') is None else ', ' + found['source']} |"
    )
