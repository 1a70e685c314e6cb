"""What the agent costs a node, beside node_exporter with the same kinds of values, in the same run.

    python bench/agent.py                  24 samples, two minutes; writes bench/results/agent.md
    python bench/agent.py --samples 2      a look, written nowhere

The built agent runs twice, signing with a munged of its own and bearing a token, and posts to a receiver in another
process; node_exporter is scraped at the same ticks as Prometheus would. Loopback only, and it ends by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from processes import machine, resident_mb

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))
from tests.munged import missing_munged, process_id, running_munged  # noqa: E402

INTERVAL = 5

SAMPLES = 24
"""Fewer are not kept as a result."""

EXPORTER = "prometheus-node-exporter"
COLLECTORS = ("cpu", "meminfo", "hwmon", "thermal_zone")

SCRAPE_HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": str(INTERVAL),
}


@dataclass
class Watched:
    """A process, and the CPU time that it took for each sample."""

    name: str
    process: int
    ready_ms: float = 0
    """From its start until it waits for its first tick; 0 where that is not told."""
    last_us: float = 0
    costs_us: list[float] = field(default_factory=list)

    def begin(self) -> None:
        self.last_us = cpu_microseconds(self.process)

    def note(self) -> None:
        """Keep what was used since the last call."""
        before, self.last_us = self.last_us, cpu_microseconds(self.process)
        self.costs_us.append(self.last_us - before)

    @property
    def median_us(self) -> float:
        return statistics.median(self.costs_us)

    def row(self, exporter_us: float) -> str:
        """Return the figures as a row of a table."""
        least, most = min(self.costs_us), max(self.costs_us)
        ratio = f"{self.median_us / exporter_us:.2f}" if exporter_us else "?"
        memory = resident_mb(self.process)
        return f"| {self.name} | {self.median_us:.0f} µs | {least:.0f} to {most:.0f} µs | {ratio} | {memory:.1f} MB |"


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-") as folder, contextlib.ExitStack() as stack:
        receiver = stack.enter_context(running([sys.executable, str(ROOT / "bench" / "receiver.py")]))
        url = first_line(receiver)
        agents = start_agents(Path(folder), options.python, url, stack)
        exporter, scrape = start_exporter(stack)
        measure(agents + exporter, options.samples, scrape)
        text = report(agents, exporter, options, posts(url))
    print(text)
    if options.samples >= SAMPLES and exporter:
        (ROOT / "bench" / "results" / "agent.md").write_text(text, "utf-8")


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=SAMPLES, help=f"ticks of {INTERVAL} s to measure")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that runs the agent")
    return parser.parse_args()


def start_agents(folder: Path, python: str, url: str, stack: contextlib.ExitStack) -> list[Watched]:
    """Start the built agent with each kind of credential; munged, which signs for the first, is watched too."""
    built = folder / "minipanel-agent"
    subprocess.run(
        [sys.executable, str(ROOT / "agent" / "build.py"), str(built)], check=True, stdout=subprocess.DEVNULL
    )
    agents, signers = [], []
    if missing_munged() is None:
        munge_socket = stack.enter_context(running_munged())
        config = f'munge_socket = "{munge_socket}"\n'
        agents.append(start_agent("agent, MUNGE", folder / "munge.toml", config, [python, str(built)], url, stack))
        signers.append(Watched("munged, signing for that agent", process_id(munge_socket)))
    config = 'auth = "token"\ntoken = "x"\n'
    agents.append(start_agent("agent, token", folder / "token.toml", config, [python, str(built)], url, stack))
    return agents + signers


def start_agent(
    name: str, path: Path, config: str, program: list[str], url: str, stack: contextlib.ExitStack
) -> Watched:
    python, built = program
    spool = path.with_suffix(".spool")
    path.write_text(
        f'server_url = "{url}"\nnode_id = "node001"\ninterval = {INTERVAL}\nspool_path = "{spool}"\n{config}'
    )
    began = time.perf_counter()
    process = stack.enter_context(running([python, "-I", "-S", built, "--config", str(path)]))
    first_line(process)
    return Watched(name, process.pid, 1000 * (time.perf_counter() - began))


def start_exporter(stack: contextlib.ExitStack) -> tuple[list[Watched], http.client.HTTPConnection | None]:
    """Start node_exporter and connect to it; nothing where it is not installed."""
    program = shutil.which(EXPORTER)
    if program is None:
        return [], None
    port = free_port()
    command = [program, "--collector.disable-defaults", "--web.disable-exporter-metrics", "--log.level=error"]
    command += [f"--collector.{name}" for name in COLLECTORS] + [f"--web.listen-address=127.0.0.1:{port}"]
    process = stack.enter_context(running(command))
    time.sleep(1)
    return [Watched("node_exporter", process.pid)], http.client.HTTPConnection("127.0.0.1", port, timeout=INTERVAL)


def measure(watched: list[Watched], samples: int, scrape: http.client.HTTPConnection | None) -> None:
    """Note every process's CPU time half-way between ticks, after one tick that is not counted."""
    for number in range(samples + 1):
        sleep_until_tick()
        if scrape:
            scrape.request("GET", "/metrics", headers=SCRAPE_HEADERS)
            scrape.getresponse().read()
        time.sleep(INTERVAL / 2)
        for each in watched:
            if number == 0:
                each.begin()
            else:
                each.note()


def report(agents: list[Watched], exporter: list[Watched], options: argparse.Namespace, stored: int) -> str:
    """Return the result as a page."""
    base = exporter[0].median_us if exporter else 0
    ready = ", ".join(f"{each.ready_ms:.0f} ms ({each.name})" for each in agents if each.ready_ms)
    rows = "\n".join(each.row(base) for each in agents + exporter)
    return f"""# The agent's cost to a node

{time.strftime("%Y-%m-%d", time.gmtime())}, on {machine()}; {version(options.python)}, {exporter_version()}.
{options.samples} samples at {INTERVAL} s; medians of the CPU time that all threads of a process took per sample.

| process | CPU per sample | least to most | of node_exporter | resident |
| --- | --- | --- | --- | --- |
{rows}

node_exporter runs with its collectors {", ".join(COLLECTORS)} alone and is scraped over a kept connection, gzipped.
From start to waiting for the first tick: {ready}. The receiver counted {stored} POSTs.
This machine has no CPU temperature sensor: on a real node each package's sensor adds one read to both.
"""


def cpu_microseconds(process: int) -> float:
    """Return the CPU time of all threads of a process, those that ended included.

    By its CPU clock, whose number the kernel forms so (include/linux/posix-timers.h; clock_getcpuclockid(3)).
    """
    return time.clock_gettime_ns((~process << 3) | 2) / 1000


def posts(url: str) -> int:
    """Return how many POSTs the receiver has counted."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=INTERVAL)
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def sleep_until_tick() -> None:
    time.sleep(INTERVAL - time.time() % INTERVAL)


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program while the block runs."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def version(python: str) -> str:
    return subprocess.check_output([python, "--version"], text=True).strip()


def exporter_version() -> str:
    if shutil.which(EXPORTER) is None:
        return "no node_exporter"
    words = subprocess.check_output([EXPORTER, "--version"], text=True, stderr=subprocess.STDOUT).split()
    return f"node_exporter {words[words.index('version') + 1]}"


if __name__ == "__main__":
    main()
