"""What the agent costs a node, compared with node_exporter and collectd for the same kinds of values, in the same run.

    python bench/agent.py                  24 samples, two minutes; writes bench/results/agent.md
    python bench/agent.py --samples 2      a look, written nowhere

The built agent runs with MUNGE and with a token, under several Pythons, without sensors and with those of 2 × 64 cores.
It posts to a receiver in another process. node_exporter is scraped at the same ticks, as Prometheus would.
Uses loopback only, and ends on its own.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from cluster import ROOT, keep, missing_munged, process_id, running_munged
from collectors import COLLECTD, COLLECTORS, EXPORTER, Exporter, collectd_version, exporter_version, start_collectd
from processes import cpu_seconds, machine, resident_mb, running

INTERVAL = 5

SAMPLES = 24
"""A run with fewer is not kept as a result."""

SOCKETS, CORES = 2, 64

PYTHONS = Path("~/.pyenv/versions").expanduser()
"""Where a developer's machine has other Pythons."""


@dataclass
class Watched:
    """A process, and the CPU time that it took for each sample."""

    name: str
    process: int
    has_sensors: bool = False
    ready_ms: float = 0
    """From its start until it waits for its first tick; 0 if not measured."""
    last_us: float = 0
    costs_us: list[float] = field(default_factory=list)

    def note(self, is_counted: bool) -> None:
        """Keep what was used since the last call."""
        before, self.last_us = self.last_us, 1e6 * cpu_seconds(self.process)
        if is_counted:
            self.costs_us.append(self.last_us - before)

    @property
    def median_us(self) -> float:
        """CPU time per sample."""
        return statistics.median(self.costs_us)

    def row(self, exporter_us: float) -> str:
        """Return the figures as a row of a table."""
        least, most = min(self.costs_us), max(self.costs_us)
        ratio = f"{self.median_us / exporter_us:.2f}" if exporter_us else "?"
        memory = resident_mb(self.process)
        sensors = f"{SOCKETS} × {CORES} cores" if self.has_sensors else "none"
        return (
            f"| {self.name} | {sensors} | {self.median_us:.0f} µs | {least:.0f} to {most:.0f} µs | {ratio} | "
            f"{memory:.1f} MB |"
        )


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-") as name, contextlib.ExitStack() as on:
        folder = Path(name)
        receiver = on.enter_context(running([sys.executable, str(ROOT / "bench" / "receiver.py")], subprocess.PIPE))
        url = first_line(receiver)
        roots = {False: Path("/"), True: make_sensors(folder / "node")}
        agents = Agents(folder, url, options, on)
        watched = [each for has_sensors, root in roots.items() for each in agents.start(root, has_sensors)]
        watched += [agents.run("token", roots[False], python, False) for python in options.pythons]
        steps = agents.start_steps()
        exporters = start_exporters(roots, watched, on)
        if shutil.which(COLLECTD):
            watched.append(Watched("collectd, write_http", start_collectd(folder / "collectd", url, INTERVAL, on).pid))
        measure(watched, options.samples, list(exporters.values()))
        text = report(watched, options, posts(url), told(steps))
    keep("agent" if options.samples >= SAMPLES and exporters else "", text)


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=SAMPLES, help=f"ticks of {INTERVAL} s to measure")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that runs the agent")
    parser.add_argument("--pythons", nargs="*", default=other_pythons(), help="others, each with a token")
    return parser.parse_args()


def other_pythons() -> list[str]:
    """Return pyenv's interpreters of Python 3.6, 3.9 and 3.11, as far as it has them."""
    found = [next(iter(sorted(PYTHONS.glob(f"{release}.*/bin/python"))), None) for release in ("3.6", "3.9", "3.11")]
    return [str(path) for path in found if path]


def make_sensors(root: Path) -> Path:
    """Make and return a root with this machine's /proc and CPUs, and with the sensors of two Xeons (hwmon-coretemp)."""
    (root / "sys").mkdir(parents=True)
    (root / "proc").symlink_to("/proc")
    (root / "sys" / "devices").symlink_to("/sys/devices")
    for socket in range(SOCKETS):
        chip = root / "sys" / "class" / "hwmon" / f"hwmon{socket}"
        chip.mkdir(parents=True)
        device = root / "platform" / f"coretemp.{socket}"
        device.mkdir(parents=True)
        (chip / "device").symlink_to(device)
        (chip / "name").write_text("coretemp\n")
        for number in range(CORES + 1):
            label = f"Core {number - 1}" if number else f"Package id {socket}"
            (chip / f"temp{number + 1}_label").write_text(label + "\n")
            (chip / f"temp{number + 1}_input").write_text(f"{45000 + 100 * number}\n")
    return root


class Agents:
    """Starts built agents."""

    def __init__(self, folder: Path, url: str, options: argparse.Namespace, on: contextlib.ExitStack) -> None:
        self._folder, self._url, self._on = folder, url, on
        self._python: str = options.python
        self._samples: int = options.samples
        self._built = folder / "minipanel-agent"
        command = [sys.executable, str(ROOT / "agent" / "build.py"), str(self._built)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def start(self, root: Path, has_sensors: bool) -> list[Watched]:
        """Start one that signs with its own munged, which is watched too, and one with a token."""
        watched = []
        if missing_munged() is None:
            munge_socket = self._on.enter_context(running_munged())
            watched.append(self.run("munge", root, self._python, has_sensors, f'munge_socket = "{munge_socket}"\n'))
            watched.append(Watched("munged, signing for that agent", process_id(munge_socket), has_sensors))
        return [*watched, self.run("token", root, self._python, has_sensors)]

    def start_steps(self) -> subprocess.Popen[str] | None:
        """Start one more that signs and prints at its end what its steps took. None without munged."""
        if missing_munged() is not None:
            return None
        path = self._config("munge", f'munge_socket = "{self._on.enter_context(running_munged())}"\n')
        command = [self._python, "-I", "-S", str(ROOT / "bench" / "steps.py"), str(self._built), str(path)]
        return self._on.enter_context(running([*command, str(self._samples)], subprocess.PIPE))

    def _config(self, auth: str, more: str) -> Path:
        """Write the configuration of one agent, and return its path."""
        path = Path(tempfile.mkdtemp(dir=self._folder)) / "config.toml"
        path.write_text(
            f'server_url = "{self._url}"\nnode_id = "node001"\ninterval = {INTERVAL}\nauth = "{auth}"\n'
            f'spool_path = "{path.parent / "spool"}"\n{more}'
        )
        return path

    def run(self, auth: str, root: Path, python: str, has_sensors: bool, more: str = 'token = "x"\n') -> Watched:
        """Start one agent, and wait until it waits for its first tick."""
        path = self._config(auth, more)
        command = [python, "-I", "-S", str(self._built), "--config", str(path), "--root", str(root)]
        began = time.perf_counter()
        process = self._on.enter_context(running(command, subprocess.PIPE))
        first_line(process)
        ready_ms = 1000 * (time.perf_counter() - began)
        return Watched(f"agent, {auth}, {version(python)}", process.pid, has_sensors, ready_ms)


def start_exporters(roots: dict[bool, Path], watched: list[Watched], on: contextlib.ExitStack) -> dict[bool, Exporter]:
    """Start a node_exporter for each kind of node, if it is installed, and watch it."""
    if shutil.which(EXPORTER) is None:
        return {}
    exporters = {has_sensors: Exporter(str(root), on) for has_sensors, root in roots.items()}
    watched += [Watched("node_exporter", each.process.pid, has_sensors) for has_sensors, each in exporters.items()]
    return exporters


def measure(watched: list[Watched], samples: int, exporters: list[Exporter]) -> None:
    """Read every process's CPU time half-way between ticks. The first tick is not counted."""
    for number in range(samples + 1):
        time.sleep(INTERVAL - time.time() % INTERVAL)
        for exporter in exporters:
            exporter.scrape()
        time.sleep(INTERVAL / 2)
        for each in watched:
            each.note(is_counted=number > 0)


def report(watched: list[Watched], options: argparse.Namespace, stored: int, steps: str) -> str:
    """Return the result as a page."""
    bases = {each.has_sensors: each.median_us for each in watched if each.name == "node_exporter"}
    ready = [each.ready_ms for each in watched if each.ready_ms]
    rows = "\n".join(each.row(bases.get(each.has_sensors, 0)) for each in watched)
    return f"""# The agent's cost to a node

{time.strftime("%Y-%m-%d", time.gmtime())}, on {machine()}; {exporter_version()}, {collectd_version()}.
{options.samples} samples at {INTERVAL} s; medians of the CPU time that all threads of a process took per sample.

| process | sensors | CPU per sample | least to most | of node_exporter | resident |
| --- | --- | --- | --- | --- | --- |
{rows}

node_exporter runs with only its collectors {", ".join(COLLECTORS)} and is scraped gzipped over one connection.
collectd runs with cpu, memory, thermal and write_http; it joins values into fewer, larger POSTs.
From start to waiting for the first tick: {min(ready):.0f} to {max(ready):.0f} ms. The receiver counted {stored} POSTs.
The sensors here are files. Reading a real one interrupts a core each time; the agent reads only those of the packages.
{steps}"""


def told(steps: subprocess.Popen[str] | None) -> str:
    """Return what an agent printed of its steps, as a paragraph."""
    if steps is None:
        return ""
    words = steps.communicate(timeout=2 * INTERVAL)[0].splitlines()
    if not words or not words[-1].startswith("{"):
        raise RuntimeError(f"{steps.args} printed no result")
    us: dict[str, float] = json.loads(words[-1])
    rows = {
        "falling asleep and waking up": us["wake-up"],
        "reading `/proc/stat` and `/proc/meminfo`": us["files"],
        "making JSON of them": us["sample"] - us["files"],
        "libmunge": us["libmunge"],
        "hashing the body, passing it to the thread that may hang, and back": us["credential"] - us["libmunge"],
        "sending, and reading the answer": us["exchange"],
        "all else": us["all"] - us["wake-up"] - us["sample"] - us["credential"] - us["exchange"],
        "all": us["all"],
    }
    lines = "\n".join(f"| {step} | {cost:.0f} µs |" for step, cost in rows.items())
    return f"""
Where it goes: one more agent without sensors signs and reads its CPU clock between the steps (medians; the readings
themselves cost some, too):

| step | CPU |
| --- | --- |
{lines}

Much of it is memory: after five seconds code and data have left the caches. Parsing `/proc/stat` takes 28 µs then, and
3 µs if repeated at once; libmunge, called from C, takes 118 and 45 (measured separately, on the same machine).
"""


def posts(url: str) -> int:
    """Return how many POSTs the receiver has counted."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=INTERVAL)
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a process prints. Raises RuntimeError if it ends without one."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{process.args} ended with {process.wait(5)}")
    return line


def version(python: str) -> str:
    """/usr/bin/python3 -> Python 3.13"""
    text = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.match(r"Python \d+\.\d+", text)
    return match[0] if match else text.strip()


if __name__ == "__main__":
    main()
