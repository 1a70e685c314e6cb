"""What an archive costs the panel while all nodes report: turns with and without it."""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from archived import archived, queue_of, where_and_when
from cluster import make_config, missing_munged, running_munged, running_nodes, running_page, running_panel, told_by
from processes import cpu_seconds, resident_mb
from session import Session

from minipanel.models.record import RECORD_SECONDS
from tests.victoria import running_victoria

INTERVAL = 5
SETTLE_SECONDS = 15
BEFORE_END_SECONDS = 10
"""Counting begins this long before a record ends, so that it covers the sending and both read-backs."""


@dataclass
class Turn:
    """What the panel used in one turn."""

    has_archive: bool
    cpu_seconds: float
    seconds: float
    samples: int
    resident_mb: float
    commit_ms: float
    slow_commits: int
    commits: int
    p50: float
    p99: float

    @property
    def microseconds(self) -> float:
        """CPU time per sample."""
        return 1e6 * self.cpu_seconds / self.samples


def cost(folder: Path, options: argparse.Namespace) -> str:
    """Take turns, and return the section about all turns so far."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "turns.json"
    turns = [Turn(**each) for each in json.loads(path.read_text())] if path.exists() else []
    for _ in range(options.turns):
        turns += turn(len(turns) % 4 == 0, options)
        path.write_text(json.dumps([asdict(each) for each in turns]))
    return section(turns, options)


def turn(is_archive_first: bool, options: argparse.Namespace) -> list[Turn]:
    """Return what two panels use side by side, one with an archive, while all nodes report to each.

    Covers the end of one record and what follows it.
    """
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        munge = None if missing_munged() else on.enter_context(running_munged())
        sides = [
            Side(Path(folder), has_archive, munge, on, options)
            for has_archive in (is_archive_first, not is_archive_first)
        ]
        wait = 0.0 if options.turn_seconds < RECORD_SECONDS / 4 else until_end() - SETTLE_SECONDS - INTERVAL
        time.sleep(max(0.0, wait))
        for side in sides:
            side.report()
        time.sleep(SETTLE_SECONDS + INTERVAL)
        for side in sides:
            side.begin()
        time.sleep(options.turn_seconds)
        return [side.end() for side in sides]


class Side:
    """One panel with its nodes."""

    def __init__(
        self,
        folder: Path,
        has_archive: bool,
        munge: str | None,
        on: contextlib.ExitStack,
        options: argparse.Namespace,
    ) -> None:
        self._has_archive, self._on, self._options = has_archive, on, options
        own = folder / str(has_archive)
        own.mkdir()
        self._config = make_config(own, options.nodes, INTERVAL, munge)
        if has_archive:
            self._config = archived(self._config, on.enter_context(running_victoria(own)))
        self._panel = on.enter_context(running_panel(self._config))
        on.enter_context(running_page(self._config, 2 * options.turn_seconds + 2 * RECORD_SECONDS))

    def report(self) -> None:
        """Let the nodes report from now on."""
        seconds = self._options.turn_seconds + SETTLE_SECONDS + 2 * INTERVAL
        self._load = self._on.enter_context(running_nodes(self._config, seconds, SETTLE_SECONDS))

    def begin(self) -> None:
        """Count from now on."""
        self._commits = Commits(self._config.server.port)
        self._cpu, self._began = cpu_seconds(self._panel.pid), time.monotonic()

    def end(self) -> Turn:
        """Return what was counted."""
        took, used = time.monotonic() - self._began, cpu_seconds(self._panel.pid) - self._cpu
        memory = resident_mb(self._panel.pid)
        mean, slow, count = self._commits.since()
        if self._has_archive:
            print(f"the queue: {queue_of(self._config)}", file=sys.stderr, flush=True)
        told = told_by(self._load, 120)
        samples = round(self._options.nodes * took / INTERVAL)
        return Turn(self._has_archive, used, took, samples, memory, mean, slow, count, told["p50"], told["p99"])


def until_end() -> float:
    """Return the seconds until counting must begin."""
    left = RECORD_SECONDS - (time.time() + BEFORE_END_SECONDS) % RECORD_SECONDS
    return left if left > SETTLE_SECONDS + INTERVAL else left + RECORD_SECONDS


class Commits:
    """The panel's own counts of its commits, from now on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._before = self._read()

    def since(self) -> tuple[float, int, int]:
        """Return their mean duration in ms, how many took over 100 ms, and how many there were."""
        now = self._read()
        seconds, slow, count = (after - before for after, before in zip(now, self._before, strict=True))
        return 1000 * seconds / max(1, count), int(slow), int(count)

    def _read(self) -> tuple[float, float, float]:
        # A new connection each time: the panel closes one that was silent for this long.
        lines = Session(self._port).request("GET", "/metrics").decode().splitlines()
        found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("minipanel_commit_duration_seconds"))
        name = "minipanel_commit_duration_seconds"
        count = float(found[f"{name}_count"])
        return float(found[f"{name}_sum"]), count - float(found[f'{name}_bucket{{le="0.1"}}']), count


def section(turns: list[Turn], options: argparse.Namespace) -> str:
    """Return the section of the page."""
    lines = [
        f"## Cost: {options.nodes:,} nodes at {INTERVAL} s, with an archive and without",
        "",
        f"{where_and_when()}. Two panels side by side, each with its nodes and one page open, for "
        f"{options.turn_seconds} s in which a record of every node ends; with an archive it is sent and read back "
        f"twice. A record covers {RECORD_SECONDS} s, so the archive costs this once in {RECORD_SECONDS} s.",
        "",
        "| archive | CPU per sample | resident | a commit takes | over 100 ms | answers p50 | p99 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(row(each) for each in turns),
        "",
    ]
    without, with_it = ([each for each in turns if each.has_archive is kind] for kind in (False, True))
    if without and with_it:
        lines.append(difference(without, with_it))
    return "\n".join(lines) + "\n"


def row(turn: Turn) -> str:
    """Return a turn as a row of the table."""
    return (
        f"| {'on' if turn.has_archive else 'off'} | {turn.microseconds:.1f} µs | {turn.resident_mb:.1f} MB | "
        f"{turn.commit_ms:.1f} ms | {turn.slow_commits} of {turn.commits} | {turn.p50:.0f} ms | {turn.p99:.0f} ms |"
    )


def difference(without: list[Turn], with_it: list[Turn]) -> str:
    """Return how the means of the turns differ."""
    off, on = (statistics.mean(each.microseconds for each in turns) for turns in (without, with_it))
    memory = statistics.mean(each.resident_mb for each in with_it) - statistics.mean(
        each.resident_mb for each in without
    )
    commit_off, commit_on = (statistics.mean(each.commit_ms for each in turns) for turns in (without, with_it))
    share = min(1.0, with_it[0].seconds / RECORD_SECONDS)
    return (
        f"Means: CPU per sample {off:.1f} and {on:.1f} µs, {100 * (on - off) / off * share:+.1f} % averaged over a "
        f"record's {RECORD_SECONDS} s; memory {memory:+.1f} MB; a commit {commit_off:.1f} and {commit_on:.1f} ms."
    )
