"""What an archive in VictoriaMetrics costs and gives: pushing the past there, reading it, pulling it back.

    python bench/archive.py                                    all parts; more than an hour; writes results/archive.md
    python bench/archive.py --folder /var/tmp/a --part push --minutes 9    one part; run it again to continue
    python bench/archive.py --nodes 5 --days 0.2 --turn-seconds 10 --no-save

Parts: push, read, pull, cost. `--folder` keeps the database and the engine's data from one part to the next. Each part
renews its own section of the page.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from archive_cost import cost
from archive_read import read
from archived import archived, command, engine_running, filled, queue_of, size_mb, where_and_when
from cluster import RESULTS, make_config, running_nodes, running_panel, told_by
from processes import cpu_seconds, resident_mb

from minipanel.config import Config
from minipanel.database.archive_push import push_state
from minipanel.database.beside import read_beside
from minipanel.models.metrics import METRICS
from tests.victoria import Victoria

TITLE = "# The archive: what it costs and gives\n"
SETTLE_SECONDS = 15


def main() -> None:
    """Measure the parts, print, keep."""
    options = read_arguments()
    parts: dict[str, Callable[[Path, argparse.Namespace], str]] = {
        "push": push,
        "read": read,
        "pull": pull,
        "cost": cost,
    }
    with contextlib.ExitStack() as on:
        folder = options.folder or Path(
            on.enter_context(tempfile.TemporaryDirectory("", "minipanel-bench-", "/var/tmp"))
        )
        sections = {name: parts[name](folder, options) for name in options.part or parts}
    text = page({} if options.no_save else kept(), {name: text for name, text in sections.items() if text})
    print(text)
    if not options.no_save:
        (RESULTS / "archive.md").write_text(text, "utf-8")


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--days", type=float, default=30, help="days of 5-minute records that each node has")
    parser.add_argument("--part", action="append", choices=("push", "read", "pull", "cost"), help="default: all")
    parser.add_argument("--folder", type=Path, help="keeps the data for the next part")
    parser.add_argument("--minutes", type=float, default=600, help="when the push stops; run it again to continue")
    parser.add_argument("--reporting", action="store_true", help="all nodes report during the push")
    parser.add_argument("--pull-days", type=float, default=2, help="days that are pulled into an empty database")
    parser.add_argument("--years-of", type=int, default=8, help="nodes with two years in the engine")
    parser.add_argument("--years-days", type=float, default=730, help="of them")
    parser.add_argument("--turns", type=int, default=2, help="of two panels side by side, one with an archive")
    parser.add_argument("--turn-seconds", type=int, default=160, help="must cover a record's end and its two looks")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def kept() -> dict[str, str]:
    """Return the sections of the page as it is, by part."""
    path = RESULTS / "archive.md"
    sections = path.read_text("utf-8").split("\n## ")[1:] if path.exists() else []
    titles = {"Cost": "cost", "Push": "push", "Read": "read", "Round trip": "pull"}
    return {titles[each.partition(":")[0]]: f"## {each}" for each in sections}


def page(before: dict[str, str], now: dict[str, str]) -> str:
    """Return the page. A section measured now replaces the old one."""
    sections = {**before, **now}
    return "\n".join([TITLE, *(f"{sections[name].strip()}\n" for name in sorted(sections))])


def push(folder: Path, options: argparse.Namespace) -> str:
    """Push the database's records to the engine, or continue. Return the section with how far it got."""
    state_path = folder / "push.json"
    state = json.loads(state_path.read_text()) if state_path.exists() else {}
    config, records = filled(folder / "a", options.nodes, options.days)
    engine = Victoria(folder)
    end = time.monotonic() + 60 * options.minutes
    with (
        engine_running(engine),
        running_panel(config := archived(config, engine)) as panel,
        contextlib.ExitStack() as on,
    ):
        load = on.enter_context(running_nodes(config, 36_000, SETTLE_SECONDS)) if options.reporting else None
        began = time.perf_counter()
        if not state:
            on.enter_context(command(config, "push"))
        is_done = False
        while not is_done and time.monotonic() < end:
            time.sleep(min(5, options.turn_seconds))
            is_done = is_pushed(config, options.nodes)
            far = read_beside(config.database.path, push_state)
            print(f"{time.perf_counter() - began:.0f} s: {far} {queue_of(config)}", file=sys.stderr, flush=True)
        for name, value in {
            "seconds": time.perf_counter() - began,
            "panel": cpu_seconds(panel.pid),
            "engine": cpu_seconds(engine.pid),
        }.items():
            state[name] = state.get(name, 0.0) + value
        state["panel_mb"], state["engine_mb"] = resident_mb(panel.pid), resident_mb(engine.pid)
        if load is not None:
            load.send_signal(2)
            told = told_by(load, 60)
            state.setdefault("told", []).append([told["answered"], told["p50"], told["p99"], told["refused"]])
        engine.show_all()
    state_path.write_text(json.dumps(state))
    return pushed(folder, records, records if is_done else there(config), state, options)


def there(config: Config) -> int:
    """Return how many past records have been read back twice."""
    push = read_beside(config.database.path, push_state)
    return 0 if push is None else push.records


def is_pushed(config: Config, nodes: int) -> bool:
    """Return whether only records that have just finished still wait."""
    push = read_beside(config.database.path, push_state)
    queue = queue_of(config)
    return push is None and queue.until > 0 and queue.waiting <= 2 * nodes and queue.unsent == 0


def pushed(folder: Path, records: int, done: int, state: dict[str, float], options: argparse.Namespace) -> str:
    """Return the section. `done`: how many of the records the engine has."""
    seconds, sent = state["seconds"], f"{done:,} of {records:,}" if done < records else f"{records:,}"
    series = sum(1 for metric in METRICS for column in metric.columns() if column.kind != "share") + 1
    disk = size_mb(folder / "vm" / "data") + size_mb(folder / "vm" / "indexdb")
    told = [
        f"All nodes reported meanwhile: {answered} answers, p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
        f"refused {refused or 'none'}."
        for answered, p50, p99, refused in state.get("told", [])  # type: ignore[attr-defined]
    ]
    lines = [
        f"## Push: {sent} records of {options.nodes:,} nodes, {options.days:g} days",
        "",
        f"{where_and_when()}. With `minipanel archive push`; a record and its {series} series count once they have "
        "been read back twice.",
        "",
        "| | |",
        "| --- | --- |",
        f"| until all were there | {seconds / 60:.0f} minutes, {done / seconds:,.0f} records per second |",
        f"| CPU of the panel | {1e6 * state['panel'] / done:.0f} µs per record, "
        f"{100 * state['panel'] / seconds:.0f} % of a core |",
        f"| CPU of the engine | {1e6 * state['engine'] / done:.0f} µs per record |",
        f"| resident | panel {state['panel_mb']:.0f} MB, engine {state['engine_mb']:.0f} MB |",
        f"| the engine's disk | {disk:.0f} MB, {1e6 * disk / done:.1f} bytes per record |",
        f"| MiniPanel's database | {size_mb(folder / 'a' / 'data.db'):.0f} MB |",
        "",
        *told,
    ]
    return "\n".join(lines) + "\n"


def pull(folder: Path, options: argparse.Namespace) -> str:
    """Pull the last days into an empty database, twice, and compare each column of each record."""
    full, _ = filled(folder / "a", options.nodes, options.days)
    lost = folder / "pulled"
    lost.mkdir(exist_ok=True)
    for file in lost.glob("data.db*"):
        file.unlink()
    engine, took = Victoria(folder), []
    with engine_running(engine):
        config = archived(make_config(lost, options.nodes), engine)
        with running_panel(config):
            for _ in range(2):
                began = time.perf_counter()
                with command(config, "pull", "--since", str(options.pull_days)) as pulling:
                    said, trouble = pulling.communicate()
                if pulling.returncode:
                    raise RuntimeError(trouble)
                print(said, file=sys.stderr)
                took.append(time.perf_counter() - began)
            began = time.perf_counter()
            with command(config, "check") as checking:
                said, trouble = checking.communicate()
            if checking.returncode:
                raise RuntimeError(said + trouble)
            took.append(time.perf_counter() - began)
    records, differing = compared(full, config)
    lines = [
        f"## Round trip: {records:,} records of {options.nodes:,} nodes into an empty database",
        "",
        f"{where_and_when()}. `minipanel archive pull --since {options.pull_days:g}`, beside a running "
        f"panel: {took[0]:.0f} s, {records / took[0]:,.0f} records per second. Again, with all of them there: "
        f"{took[1]:.0f} s. `minipanel archive check` of them: {took[2]:.0f} s, {records / took[2]:,.0f} per second. "
        f"{differing} records differ from the database that they came from. All columns but the derived "
        "memory_percent were compared.",
    ]
    return "\n".join(lines) + "\n"


def compared(full: Config, pulled: Config) -> tuple[int, int]:
    """Return how many records were pulled, and how many of them differ from the originals."""
    names = [column.name for metric in METRICS for column in metric.columns() if column.kind != "share"]
    same = " AND ".join(f"here.{name} IS there.{name}" for name in ["samples", "seen", *names])
    with closing(sqlite3.connect(pulled.database.path)) as connection:
        connection.execute("ATTACH ? AS before", (str(full.database.path),))
        (count,) = connection.execute("SELECT count(*) FROM system_metrics").fetchone()
        (equal,) = connection.execute(
            "SELECT count(*) FROM main.system_metrics AS here JOIN before.system_metrics AS there "
            f"ON there.id = here.id WHERE {same}"
        ).fetchone()
    return count, count - equal


if __name__ == "__main__":
    main()
