"""How long the page waits for history, while a whole cluster reports; beside Prometheus and VictoriaMetrics.

    python bench/history.py                          1,000 nodes, 30 days; writes results/history.md
    python bench/history.py --nodes 20 --days 1 --peer-nodes 2 --repeat 1 --settle 1 --no-save

The records are generated in the order of time, as they'd have come. The peers get the same five values, of some of the
nodes, and are idle otherwise; the panel stores samples of all nodes meanwhile. Where a row says "nobody reports", the
panel is idle, too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cluster import keep, make_config, running_nodes, running_panel, told_by
from load import hostname
from month import VALUES, read_month, write_month
from peers import PEERS, Peer
from processes import cpu_seconds, machine, read_mb, resident_mb, written_mb
from session import Session
from wire import Wire

from minipanel.config import Config
from minipanel.database.store import Store
from minipanel.models.record import VALUE_COLUMNS
from minipanel.services.retention import STEP_RECORDS, TOGETHER_SECONDS

PERIODS = {"1d": 86_400, "7d": 7 * 86_400, "1m": 30 * 86_400}
SET_OF_NODES = 8
COLD_MONTHS = 9
"""Each needs a node that was not read before, and restarted peers."""

PAUSE_SECONDS = 0.15
"""Between questions: a viewer asks now and then, and the times must show what the reporting does to them."""

Questions = dict[str, tuple[list[int], int]]
"""Questions by name: which nodes, and how many seconds."""

ONE_NODE: Questions = {f"one node, {name}": ([1], seconds) for name, seconds in PERIODS.items()}

Times = dict[str, dict[str, float]]
"""Medians in milliseconds, by question and by who was asked."""


class Page:
    """Asks the panel, as the page would."""

    name = "MiniPanel"
    form = "json"

    def __init__(self, wire: Wire, zipped: Wire) -> None:
        self._wire = wire
        self._zipped = zipped

    def ask_drawn(self) -> int:
        """Ask for a month as the page does; return the answer's bytes."""
        path = f"/api/metrics/history/{hostname(1)}?period=1m&format=compact"
        return self._zipped.get(path)

    def ask(self, nodes: list[int], seconds: int, fields: str = ",".join(VALUES)) -> int:
        """Ask for records, by default for the same five values as the peers; return the answer's bytes."""
        rest = f"from={int(time.time()) - seconds}&fields={fields}"
        if self.form == "compact":
            rest += "&format=compact"
        if len(nodes) == 1:
            return self._wire.get(f"/api/metrics/history/{hostname(nodes[0])}?{rest}")
        names = ",".join(map(hostname, nodes))
        return self._wire.get(f"/api/metrics/history?nodes={names}&{rest}")


class Drawn(Page):
    """Asks for the precision that is drawn, as the panel's page does: 0.1%, MiB and 0.1 °C."""

    form = "compact"


def main() -> None:
    """Fill, measure, print, keep."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        config = make_config(Path(folder), options.nodes)
        records = write_month(config, options.days)
        facts = [disk(config, records)]
        peers = list(filled(Path(folder), config, options, on))
        times, load = measure(config, peers, options)
        facts += [
            load,
            where_it_goes(config, options),
            beside_waiting(config, options),
            *(disk_of(peer, options) for peer in peers),
        ]
        facts.append(forgetting(config, options))
    keep("" if options.no_save else "history", report(options, times, facts))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--peer-nodes", type=int, default=100, help="how many nodes' records the peers get")
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--settle", type=int, default=10, help="seconds in which the nodes connect")
    parser.add_argument("--no-save", action="store_true", help="only print")
    options = parser.parse_args()
    if options.nodes <= 2 * SET_OF_NODES or not 1 <= options.peer_nodes <= options.nodes:
        parser.error(f"more than {2 * SET_OF_NODES} nodes are needed, and no more for the peers than there are")
    return options


def filled(folder: Path, config: Config, options: argparse.Namespace, on: contextlib.ExitStack) -> Iterator[Peer]:
    """Yield each installed peer, filled and running."""
    for kind in PEERS:
        if kind.is_installed():
            peer = kind(folder)
            on.callback(peer.stop)
            peer.fill((node, read_month(config, node)) for node in range(1, options.peer_nodes + 1))
            yield peer


def measure(config: Config, peers: list[Peer], options: argparse.Namespace) -> tuple[Times, str]:
    """Return the times of all questions, while nobody reports and while all nodes do, and what the nodes saw."""
    with running_panel(config) as panel, contextlib.ExitStack() as on:
        session = Session(config.server.port)
        port, headers = config.server.port, {"Authorization": f"Bearer {session.token}"}
        wires = Wire(port, headers), Wire(port, headers | {"Accept-Encoding": "gzip"})
        page, as_drawn = Page(*wires), Drawn(*wires)
        idle = warm(page, peers, options, "warm, nobody reports", ONE_NODE)
        idle |= warm(as_drawn, peers, options, "as drawn, warm, nobody reports", ONE_NODE)
        load = on.enter_context(running_nodes(config, 600))
        time.sleep(options.settle)
        cpu, written, began = cpu_seconds(panel.pid), written_mb(panel.pid), time.monotonic()
        times = warm(page, peers, options, "warm", ONE_NODE | set_of(options))
        times |= warm(as_drawn, peers, options, "as drawn, warm", ONE_NODE | set_of(options))
        times |= idle | all_columns(page, options) | drawn(page, panel.pid, options)
        times |= cold(config, page, peers, options)
        seconds = time.monotonic() - began
        told = (
            f"Meanwhile, for {seconds:.0f} s, {options.nodes} nodes reported (tokens). The panel with all this took "
            f"{100 * (cpu_seconds(panel.pid) - cpu) / seconds:.0f} % of one core, {resident_mb(panel.pid):.0f} MB "
            f"resident, and wrote {written_mb(panel.pid) - written:.0f} MB"
        )
        load.send_signal(2)
        agents = told_by(load, 30)
        told += f"; answers to the agents: p50 {agents['p50']} ms, p99 {agents['p99']} ms, max {agents['max']:.0f} ms."
        return times, told


def set_of(options: argparse.Namespace) -> Questions:
    """Return the question for several nodes."""
    wanted = list(range(1, min(SET_OF_NODES, options.peer_nodes) + 1))
    return {f"{len(wanted)} nodes, 7d": (wanted, PERIODS["7d"])}


def warm(page: Page, peers: list[Peer], options: argparse.Namespace, how: str, questions: Questions) -> Times:
    """Ask each question repeatedly, panel and peers in turn."""
    times: Times = {}
    for name, (nodes, seconds) in questions.items():
        taken: dict[str, list[float]] = {who.name: [] for who in (page, *peers)}
        turn: list[Page | Peer] = [page, *peers]
        for _ in range(options.repeat):
            time.sleep(PAUSE_SECONDS)
            # The first one asked meets a machine that slept, so each is first equally often.
            turn.append(turn.pop(0))
            for who in turn:
                taken[who.name].append(stopwatch(who, nodes, seconds))
        times[f"{name}, {how}"] = {who: statistics.median(each[1:] or each) for who, each in taken.items()}
    return times


def all_columns(page: Page, options: argparse.Namespace) -> Times:
    """Ask for a month of all columns."""
    taken = [stopwatch(page, [1], PERIODS["1m"], ",".join(VALUE_COLUMNS)) for _ in range(options.repeat)]
    return {"one node, 1m, all ten columns, warm": {page.name: statistics.median(taken)}}


def drawn(page: Page, pid: int, options: argparse.Namespace) -> Times:
    """Ask for a month as the page does: in the compact form, compressed."""
    taken, size, cpu, idle = [], 0, cpu_seconds(pid), time.monotonic()
    for _ in range(options.repeat):
        time.sleep(PAUSE_SECONDS)
        start = time.perf_counter()
        size = page.ask_drawn()
        taken.append(1000 * (time.perf_counter() - start))
    cpu, seconds = cpu_seconds(pid) - cpu, time.monotonic() - idle
    # What the agents cost meanwhile.
    reporting = cpu_seconds(pid)
    time.sleep(seconds)
    each = 1000 * max(0.0, cpu - (cpu_seconds(pid) - reporting)) / options.repeat
    question = f"one node, 1m, as the page asks ({size / 1000:.0f} kB, {each:.0f} ms of CPU), warm"
    return {question: {page.name: statistics.median(taken)}}


def cold(config: Config, page: Page, peers: list[Peer], options: argparse.Namespace) -> Times:
    """Ask for months of nodes not read before, with the files' pages dropped from memory."""
    taken: dict[str, list[float]] = {}
    for number in range(min(COLD_MONTHS, options.repeat)):
        node = options.nodes - SET_OF_NODES - number
        drop_pages(config.database.path.parent)
        taken.setdefault(page.name, []).append(stopwatch(page, [node], PERIODS["1m"]))
        for peer in peers:
            # A mapped file stays in memory, so the process is restarted.
            peer.stop()
            drop_pages(peer.folder)
            peer.start()
            drop_pages(peer.folder)
            other = max(1, options.peer_nodes - number)
            taken.setdefault(peer.name, []).append(stopwatch(peer, [other], PERIODS["1m"]))
    return {"one node, 1m, cold": {who: statistics.median(each) for who, each in taken.items()}}


def stopwatch(who: Page | Peer, nodes: list[int], seconds: int, *rest: str) -> float:
    """Return how long an answer takes, in milliseconds."""
    began = time.perf_counter()
    who.ask(nodes, seconds, *rest)
    return 1000 * (time.perf_counter() - began)


def drop_pages(folder: Path) -> None:
    """Drop a folder's files from the kernel's cache, so that they are read from the disk again."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def where_it_goes(config: Config, options: argparse.Namespace) -> str:
    """Return SQLite's part of a month's time, warm and cold: this process reads the same without HTTP."""
    store = Store(config.database.path)
    taken: dict[str, list[float]] = {"warm": [], "cold": []}
    read = []
    for number in range(min(COLD_MONTHS, options.repeat)):
        drop_pages(config.database.path.parent)
        before = read_mb(os.getpid())
        for kind in ("cold", "warm"):
            began = time.perf_counter()
            now = int(time.time())
            store.reader.history(number + 1, now - PERIODS["1m"], now, VALUES, now)
            taken[kind].append(1000 * (time.perf_counter() - began))
        read.append(read_mb(os.getpid()) - before)
    store.close()
    warm, cold, megabytes = (statistics.median(each) for each in (taken["warm"], taken["cold"], read))
    return (
        f"Where it goes: SQLite alone, by one thread, takes {warm:.1f} ms to build the arrays of a month, and "
        f"{cold:.1f} cold, when it reads {megabytes:.2f} MB in pages of 4 kB, each where it was free when its records "
        "came. The panel reads a month by a thread for each core; the rest is HTTP."
    )


def beside_waiting(config: Config, options: argparse.Namespace) -> str:
    """Return what a month takes whose last hour waits to move into the history, and one that is all there."""
    node = options.nodes // 2
    with contextlib.closing(sqlite3.connect(config.database.path, isolation_level=None)) as connection:
        names = ", ".join(row[1] for row in connection.execute("PRAGMA table_info(system_metrics)"))
        (last,) = connection.execute("SELECT max(timestamp) FROM system_metrics").fetchone()
        newest = f"FROM system_metrics WHERE id BETWEEN {node} << 32 | {last - 3599} AND {node} << 32 | {last}"
        connection.execute(f"INSERT INTO pending_metrics ({names}) SELECT {names} {newest} ORDER BY id")
        connection.execute(f"DELETE {newest}")
    store = Store(config.database.path)
    taken: dict[int, list[float]] = {node: [], node - 1: []}
    for _ in range(options.repeat):
        for each, times in taken.items():
            began, now = time.thread_time(), int(time.time())
            store.reader.history(each, now - PERIODS["1m"], now, VALUES, now)
            times.append(1000 * (time.thread_time() - began))
    store.close()
    waiting, moved = map(statistics.median, taken.values())
    return (
        f"A month whose last hour waits to move into the history takes {waiting:.2f} ms of CPU in SQLite, one that "
        f"stands there whole {moved:.2f} ms."
    )


def disk(config: Config, records: int) -> str:
    """Return what the records take in the file."""
    size_bytes = config.database.path.stat().st_size
    month = 1000 * 30 * 288 * size_bytes / records / 1e9
    return (
        f"Disk: {records} records are {size_bytes / 1e6:.0f} MB, {size_bytes / records:.0f} bytes a record with the "
        f"index and the last week as drawn: {month:.2f} GB for 1,000 nodes and 30 days."
    )


def disk_of(peer: Peer, options: argparse.Namespace) -> str:
    """Return what the peer's files take."""
    size = int(subprocess.check_output(["du", "-sb", str(peer.folder)], text=True).split()[0])
    return (
        f"{peer.name}: {size / 1e6:.0f} MB for {options.peer_nodes} nodes ({size / options.peer_nodes / 1e6:.2f} MB "
        f"a node, five values of each record and no maxima), {peer.resident_mb:.0f} MB resident."
    )


def forgetting(config: Config, options: argparse.Namespace) -> str:
    """Return what retention costs at this size when it deletes the oldest records in its own steps."""
    store = Store(config.database.path)
    # The first two hours of the month: they are deleted together.
    before = int(time.time()) - round(options.days * 86_400) + TOGETHER_SECONDS
    written, cpu = written_mb(os.getpid()), time.process_time()
    steps, gone, node = [], 0, 0
    while node is not None:
        began = time.perf_counter()
        (step,) = store.run([store.forget(before, node, STEP_RECORDS)])
        steps.append(1000 * (time.perf_counter() - began))
        gone, node = gone + step.records, step.next_node
    store.close()
    written, cpu = written_mb(os.getpid()) - written, time.process_time() - cpu
    day = options.nodes * 288
    return (
        f"Retention deletes {STEP_RECORDS} records a step: median {statistics.median(steps):.0f} ms, longest "
        f"{max(steps):.0f} ms (samples wait so long), {1e6 * cpu / gone:.0f} µs of CPU and "
        f"{1e6 * written / gone:.0f} bytes written a record. A day's {day} records of {options.nodes} nodes: "
        f"{day * cpu / gone:.0f} s of CPU and "
        f"{day * written / gone / 1000:.1f} GB written, spread over the day."
    )


def report(options: argparse.Namespace, times: Times, facts: list[str]) -> str:
    """Return the result as a page."""
    names = list(next(iter(times.values())))
    rows = [f"| {question} | {' | '.join(cells(taken, names))} |" for question, taken in times.items()]
    lines = [
        f"# History: {options.nodes} nodes, {options.days:g} days",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}; medians of {options.repeat} (cold: of "
        f"{min(COLD_MONTHS, options.repeat)}), by HTTP over a kept connection, with a session, from the first byte "
        "sent to the last one received; in brackets "
        "MiniPanel's time as a part of the peer's. As drawn: in the precision that its page draws and asks for "
        "(`format=compact`), not compressed.",
        "",
        f"| what is asked for | {' | '.join(names)} |",
        f"| --- |{' --- |' * len(names)}",
        *rows,
        "",
        *(f"- {fact}" for fact in facts),
        "",
        f"Scaled down: the peers hold {options.peer_nodes} of the nodes and take in nothing at any time; compare with "
        "them the rows in which nobody reports to the panel either. In all other rows it takes in the samples of "
        f"{options.nodes} nodes. The peers are asked for raw samples by an instant query with a range, the quickest "
        "way that was found; VictoriaMetrics without its cache of answers. Cold: the pages of files were dropped; the "
        "peers, which map theirs, were restarted.",
    ]
    return "\n".join(lines) + "\n"


def cells(taken: dict[str, float], names: list[str]) -> Iterator[str]:
    """Yield a cell for the panel and each peer."""
    own = taken[names[0]]
    for name in names:
        if name not in taken:
            yield ""
        else:
            yield f"{taken[name]:.1f} ms" + ("" if name == names[0] else f" ({own / taken[name]:.2f})")


if __name__ == "__main__":
    main()
