"""A real Prometheus that scrapes a panel, for tests and measurements, and what it stored."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minipanel.commands.prometheus import scrape_config
from minipanel.config import Config
from tests.ports import free_port

START_SECONDS = 30

MISSING = "Prometheus is missing; Debian has it in the package prometheus."


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression gives now. Raises ValueError with Prometheus' message."""
        return list(self._ask("/api/v1/query", {"query": expression})["result"])

    def query_range(self, expression: str, seconds: int) -> list[dict[str, Any]]:
        """Return the series that an expression gives for each of the last `seconds`. Raises ValueError."""
        now = time.time()
        span = {"start": f"{now - seconds:.3f}", "end": f"{now:.3f}", "step": "1"}
        return list(self._ask("/api/v1/query_range", {"query": expression, **span})["result"])

    def samples(self, selector: str, seconds: int) -> dict[tuple[str, ...], dict[float, float]]:
        """Return what was stored in the last `seconds`: values by time, for each node, or name and state."""
        found = {}
        for series in self.query(f"{selector}[{seconds}s]"):
            own = series["metric"]
            name = tuple(own[key] for key in ("node", "state", "reason") if key in own)
            found[name] = {float(at): float(value) for at, value in series["values"]}
        return found

    def _ask(self, path: str, parameters: dict[str, str]) -> Any:
        address = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(f"{parameters}: {error.read().decode()}") from None


@contextlib.contextmanager
def running_prometheus(config: Config, token: str, folder: Path, interval_seconds: int) -> Iterator[Prometheus]:
    """Let Prometheus scrape the panel of a configuration while the block runs.

    Its configuration is what `minipanel prometheus` prints, except that the caller sets the scrape interval.
    """
    program = shutil.which("prometheus")
    if program is None:
        raise FileNotFoundError(MISSING)
    token_file = folder / "minipanel.token"
    token_file.write_text(token)
    printed = scrape_config(config, token_file)
    usual = f"scrape_interval: {config.agents.interval}s"
    assert usual in printed
    (folder / "minipanel.yml").write_text(printed.replace(usual, f"scrape_interval: {interval_seconds}s"))
    (folder / "prometheus.yml").write_text("scrape_config_files: [minipanel.yml]\n")
    port, log = free_port(), folder / "prometheus.log"
    command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        prometheus = Prometheus(port, log, process)
        _wait(prometheus)
        yield prometheus
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(prometheus: Prometheus) -> None:
    """Return once it has successfully scraped the panel."""
    end = time.monotonic() + START_SECONDS
    while True:
        # Until it is ready, it answers 503.
        with contextlib.suppress(OSError, ValueError):
            if any(series["value"][1] == "1" for series in prometheus.query('up{job="minipanel"}')):
                return
        if prometheus.process.poll() is not None or time.monotonic() > end:
            raise TimeoutError(f"Prometheus has not scraped the panel: {prometheus.log.read_text()}")
        time.sleep(0.1)
