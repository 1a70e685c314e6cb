"""Does the panel hold? 200 agents report with MUNGE and a page is open, while all attacks of attacks.py run at once.

    python bench/siege.py                       five minutes; writes results/siege.md
    python bench/siege.py --seconds 20 --no-save

Exits with 1 if a sample is lost, an agent waits too long, memory grows, the administrator can't log in, or the panel
still holds memory or files a minute later.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster import ROOT, keep, make_config, missing_munged, running_munged, running_nodes, running_page, running_panel
from cluster import told_by as result_of
from processes import machine, resident_mb, running
from session import PASSWORD, USER, Session

from minipanel.config import Config

RESIDENT_MB = 200
P99_MS = 500
GIVEN_BACK_MB = 30
"""How much more than before may stay resident a minute later: an allocator keeps some."""

SETTLE = 10


@dataclass
class Watch:
    """The panel's memory and files, and whether the administrator can log in, during the siege."""

    config: Config
    pid: int
    resident_mb: list[float] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    _end: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def going_on(self, device: str) -> Iterator[None]:
        """Read them twice a second, and log in every 10 s, while the block runs."""
        threads = [threading.Thread(target=self._look), threading.Thread(target=self._log_in, args=(device,))]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in threads:
                thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.5):
            self.resident_mb.append(resident_mb(self.pid))

    def _log_in(self, device: str) -> None:
        while not self._end.wait(10):
            self.logins.append(log_in(self.config, device)[0])


def log_in(config: Config, device: str = "") -> tuple[str, str]:
    """Return the outcome of a login with the right password, and the device cookie that it set."""
    body = json.dumps({"username": USER, "password": PASSWORD}).encode()
    headers = {"Content-Type": "application/json", "Cookie": f"minipanel_device={device}"}
    request = urllib.request.Request(f"{config.server.url}/api/auth/login", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            cookies = answer.headers.get_all("Set-Cookie")
            return "200", next(c.split("=", 1)[1].split(";")[0] for c in cookies if c.startswith("minipanel_device"))
    except urllib.error.HTTPError as error:
        return str(error.code), ""
    except OSError as error:
        return str(error), ""


def main() -> int:
    """Lay siege and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--give-back", type=int, default=60, metavar="SECONDS", help="how long it may take afterwards")
    parser.add_argument("--no-save", action="store_true")
    options = parser.parse_args()
    missing = missing_munged()
    if missing:
        sys.exit(missing)
    with tempfile.TemporaryDirectory(prefix="minipanel-siege-", dir="/var/tmp") as folder, running_munged() as socket:
        config = make_config(Path(folder), options.agents, munge_socket=str(socket))
        text, is_well = siege(config, options.seconds, options.give_back)
    keep("" if options.no_save else "siege", text)
    return 0 if is_well else 1


def siege(config: Config, seconds: int, give_back: int) -> tuple[str, bool]:
    """Return the result as a page, and whether all held."""
    with running_panel(config) as panel:
        _, device = log_in(config)
        reporting = SETTLE + seconds + give_back
        with running_nodes(config, reporting, SETTLE) as nodes, running_page(config, reporting) as page:
            time.sleep(SETTLE + 5)
            before_mb, before_files = resident_mb(panel.pid), open_files(panel.pid)
            watch = Watch(config, panel.pid)
            with watch.going_on(device):
                attacks = attack(config, seconds)
            time.sleep(give_back - 5)
            after_mb, after_files = resident_mb(panel.pid), open_files(panel.pid)
            seen = result_of(nodes, 60)
            pages = result_of(page, 60)
    kept = stored(config.database.path)
    checks = {
        "samples answered with 200, of those sent": (seen["stored"], seen["stored"] + sum(seen["refused"].values())),
        "samples in the database": (kept, seen["stored"]),
    }
    rows = [(what, f"{is_value} of {expected}", is_value == expected) for what, (is_value, expected) in checks.items()]
    highest_mb, given_back_mb = max(watch.resident_mb), before_mb + GIVEN_BACK_MB
    rows += [
        ("agents' answers, p99", f"{seen['p99']} ms, at most {P99_MS}", seen["p99"] <= P99_MS),
        ("resident, highest", f"{highest_mb:.0f} MB, at most {RESIDENT_MB}", highest_mb <= RESIDENT_MB),
        ("administrator's logins", f"{watch.logins.count('200')} of {len(watch.logins)}", set(watch.logins) == {"200"}),
        (
            "resident a minute later",
            f"{after_mb:.0f} MB; {before_mb:.0f} before",
            after_mb <= given_back_mb,
        ),
        ("open files a minute later", f"{after_files}; {before_files} before", after_files <= before_files + 5),
        ("events that the page got", str(pages["events"]), pages["events"] > reporting / 10),
    ]
    return report(rows, attacks, seconds, len(config.nodes)), all(is_well for _, _, is_well in rows)


def attack(config: Config, seconds: int) -> dict[str, dict[str, int]]:
    """Attack for this long and return what each attack saw."""
    token = Session(config.server.port).token
    command = [sys.executable, str(ROOT / "bench" / "attacks.py"), "--port", str(config.server.port)]
    with running([*command, "--seconds", str(seconds), "--token", token], stdout=subprocess.PIPE) as attacking:
        seen: dict[str, Any] = result_of(attacking, seconds + 60)
    return seen


def open_files(pid: int) -> int:
    """Return how many files and connections a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def stored(database: Path) -> int:
    """Return how many samples the database holds."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        tables = ("filling_metrics", "pending_metrics", "system_metrics")
        sums = [connection.execute(f"SELECT coalesce(sum(samples), 0) FROM {table}").fetchone()[0] for table in tables]
    return int(sum(sums))


def report(rows: list[tuple[str, str, bool]], attacks: dict[str, dict[str, int]], seconds: int, agents: int) -> str:
    """Return the result as a page."""
    lines = [f"# A siege of {seconds} s\n", f"{agents} agents with MUNGE, one page, on {machine()}.\n"]
    lines += ["| what | measured | held |", "| --- | --- | --- |"]
    lines += [f"| {what} | {measured} | {'yes' if is_well else 'NO'} |" for what, measured, is_well in rows]
    lines += ["\n| attack | what it saw |", "| --- | --- |"]
    for name, seen in attacks.items():
        lines.append(f"| {name} | {', '.join(f'{count} {what}' for what, count in sorted(seen.items()))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
