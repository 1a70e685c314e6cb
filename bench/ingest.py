"""What the panel costs while N nodes report, beside Prometheus scraping as many targets in the same run.

    python bench/ingest.py                     1,000 nodes at 5 s for 60 s, MUNGE where munged is installed
    python bench/ingest.py --nodes 100 --seconds 10 --no-peer

Load comes from other processes than those measured, on loopback only, and ends by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bcrypt
from load import address, hostname
from processes import cpu_seconds, machine, resident_mb, written_mb

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT))
from tests.munged import missing_munged, running_munged  # noqa: E402

SETTLE_SECONDS = 6
"""The first round of POSTs opens connections; what is measured begins after it."""


@dataclass
class Cost:
    """What a process used while it handled `samples`."""

    name: str
    samples: int
    cpu_seconds: float
    resident_mb: float
    written_mb: float

    @property
    def microseconds(self) -> float:
        """CPU time a sample."""
        return 1e6 * self.cpu_seconds / self.samples

    def row(self) -> str:
        """Return the figures as a row of a table."""
        return f"| {self.name} | {self.microseconds:.0f} µs | {self.resident_mb:.0f} MB | {self.written_mb:.1f} MB |"


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        munge_socket = None if options.token else on.enter_context(running_munged())
        costs, told = measure_panel(Path(folder), options, munge_socket)
        if shutil.which("prometheus") and not options.no_peer:
            costs.append(measure_prometheus(Path(folder), options))
    text = report(options, costs, told)
    print(text)
    if not options.no_save:
        (ROOT / "bench" / "results" / "ingest.md").write_text(text)


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--interval", type=int, default=5)
    parser.add_argument("--token", action="store_true", default=bool(missing_munged()), help="tokens, not MUNGE")
    parser.add_argument("--no-peer", action="store_true", help="without Prometheus")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def measure_panel(folder: Path, options: argparse.Namespace, munge_socket: str | None) -> tuple[list[Cost], dict]:
    """Return the costs of the panel and of munged, and what the agents saw."""
    config = make_config(folder, options.nodes, options.interval, munge_socket)
    panel = subprocess.Popen(
        [sys.executable, "-m", "minipanel.serving", "--config", str(config.path)], stdout=subprocess.DEVNULL
    )
    munged = munged_pid(munge_socket)
    try:
        wait_for_port(config.server.port)
        load = subprocess.Popen(load_command(config, options), stdout=subprocess.PIPE, text=True)
        time.sleep(SETTLE_SECONDS)
        costs = watch([(panel.pid, "MiniPanel's panel"), (munged, "munged")], options)
        output, _ = load.communicate(timeout=options.seconds + 60)
        return costs, json.loads(output)
    finally:
        panel.terminate()
        panel.wait(timeout=30)


def watch(processes: list[tuple[int | None, str]], options: argparse.Namespace) -> list[Cost]:
    """Return what each process uses over whole intervals, until shortly before the load ends."""
    seconds = max(options.interval, options.seconds - SETTLE_SECONDS - options.interval)
    seconds -= seconds % options.interval
    running = [(pid, name) for pid, name in processes if pid is not None]
    before = [(cpu_seconds(pid), written_mb(pid)) for pid, _ in running]
    time.sleep(seconds)
    samples = options.nodes * seconds // options.interval
    return [
        Cost(name, samples, cpu_seconds(pid) - cpu, resident_mb(pid), written_mb(pid) - written)
        for (pid, name), (cpu, written) in zip(running, before, strict=True)
    ]


def load_command(config: Config, options: argparse.Namespace) -> list[str]:
    """Return the command of the agents' process."""
    command = [sys.executable, str(ROOT / "bench" / "load.py"), "--port", str(config.server.port)]
    command += ["--nodes", str(options.nodes), "--seconds", str(options.seconds), "--interval", str(options.interval)]
    if config.agents.secret:
        return [*command, "--secret", config.agents.secret]
    return [*command, "--munge-socket", str(config.agents.munge_socket)]


def make_config(folder: Path, nodes: int, interval: int, munge_socket: str | None) -> Config:
    """Write and return the configuration of a panel with N nodes of addresses of their own."""
    port = free_port()
    config = Config(
        folder / "config.toml",
        ServerConfig(port, "127.0.0.1", f"http://127.0.0.1:{port}", secrets.token_hex(32)),
        AdminConfig("bench", bcrypt.hashpw(b"benchmark", bcrypt.gensalt(4)).decode()),
        DatabaseConfig(folder / "data.db"),
        AgentsConfig("munge", None, (0,), interval, munge_socket)
        if munge_socket
        else AgentsConfig("token", secrets.token_hex(32), (0,), interval),
        tuple(NodeConfig(hostname(k), address(k), hostname(k)) for k in range(1, nodes + 1)),
    )
    config.path.write_text(render_config(config))
    return config


def measure_prometheus(folder: Path, options: argparse.Namespace) -> Cost:
    """Return the cost of Prometheus scraping as many targets, each with the five values of a sample."""
    port, own = free_port(), free_port()
    targets = ", ".join(f"'{address(k)}:{port}'" for k in range(1, options.nodes + 1))
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {options.interval}s}}\n"
        f"scrape_configs: [{{job_name: nodes, static_configs: [{{targets: [{targets}]}}]}}]\n"
    )
    server = subprocess.Popen([sys.executable, str(ROOT / "bench" / "targets.py"), str(port)])
    prometheus = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{own}",
            "--log.level=error",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(own)
        time.sleep(SETTLE_SECONDS + options.interval)
        return watch([(prometheus.pid, "Prometheus")], options)[0]
    finally:
        for process in (prometheus, server):
            process.terminate()
            process.wait(timeout=30)


def report(options: argparse.Namespace, costs: list[Cost], told: dict) -> str:
    """Return the result as a page."""
    proof = "token" if options.token else "MUNGE"
    lines = [
        f"# Ingest: {options.nodes} nodes at {options.interval} s",
        "",
        f"{machine()}; {options.seconds} s over real HTTP, credentials by {proof}, durable (synchronous = FULL).",
        "",
        "| process | CPU a sample | resident | written |",
        "| --- | --- | --- | --- |",
        *(cost.row() for cost in costs),
        "",
        f"Answers: {told['answered']}, p50 {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms, max {told['max']:.0f} ms; "
        f"refused: {told['refused'] or 'none'}; later than the next tick: {told['late']}.",
    ]
    peers = [cost for cost in costs if cost.name == "Prometheus"]
    if peers:
        ratio = costs[0].cpu_seconds / costs[0].samples / (peers[0].cpu_seconds / peers[0].samples)
        memory = costs[0].resident_mb / peers[0].resident_mb
        lines += ["", f"Panel / Prometheus in the same run: CPU a sample {ratio:.2f}, memory {memory:.2f}."]
    return "\n".join(lines) + "\n"


def munged_pid(munge_socket: str | None) -> int | None:
    """Return the process of the munged that owns this socket."""
    if munge_socket is None:
        return None
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            if b"munged" in command and str(munge_socket).encode() in command:
                return int(folder.name)
    return None


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 15) -> None:
    """Return once somebody listens. Raises TimeoutError."""
    for _ in attempts(seconds):
        with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
    raise TimeoutError(f"nobody listens on port {port}")


def attempts(seconds: float) -> Iterator[None]:
    """Yield every 50 ms for a bounded time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)


if __name__ == "__main__":
    main()
