"""Other collectors for the same kinds of values as the agent's: node_exporter and collectd."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import subprocess
from pathlib import Path

from processes import free_port, running, wait_for_port

EXPORTER = "prometheus-node-exporter"
COLLECTORS = ("cpu", "meminfo", "hwmon", "thermal_zone")

COLLECTD = "/usr/sbin/collectd"

SCRAPE_HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": "5",
}


class Exporter:
    """A node_exporter that reads below a root folder, and the connection to scrape it."""

    def __init__(self, root: str, on: contextlib.ExitStack) -> None:
        port = free_port()
        command = [EXPORTER, "--collector.disable-defaults", "--web.disable-exporter-metrics", "--log.level=error"]
        command += [f"--collector.{name}" for name in COLLECTORS] + [f"--web.listen-address=127.0.0.1:{port}"]
        command += [f"--path.sysfs={root}/sys".replace("//", "/")]
        self.process = on.enter_context(running(command))
        wait_for_port(port)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)

    def scrape(self) -> int:
        """Read all values, as Prometheus would; return the answer's bytes."""
        self._connection.request("GET", "/metrics", headers=SCRAPE_HEADERS)
        return len(self._connection.getresponse().read())


def start_collectd(folder: Path, url: str, interval: int, on: contextlib.ExitStack) -> subprocess.Popen[str]:
    """Start collectd with cpu, memory and thermal; it posts JSON to `url`. Raises RuntimeError with its message."""
    folder.mkdir()
    config = folder / "collectd.conf"
    config.write_text(
        f'Hostname "node001"\nFQDNLookup false\nInterval {interval}\nBaseDir "{folder}"\n'
        f'PIDFile "{folder}/collectd.pid"\nTypesDB "/usr/share/collectd/types.db"\n'
        "LoadPlugin cpu\nLoadPlugin memory\nLoadPlugin thermal\nLoadPlugin write_http\n"
        "<Plugin cpu>\n  ReportByCpu false\n  ReportByState false\n  ValuesPercentage true\n</Plugin>\n"
        f'<Plugin write_http>\n  <Node "panel">\n    URL "{url}/"\n    Format "JSON"\n  </Node>\n</Plugin>\n'
    )
    command = [COLLECTD, "-C", str(config)]
    check = subprocess.run([*command, "-t"], stderr=subprocess.PIPE, text=True, check=False)
    if check.returncode:
        raise RuntimeError(f"collectd can't start: {check.stderr}")
    return on.enter_context(running([*command, "-f"]))


def exporter_version() -> str:
    """Return the name and version of node_exporter, or that it isn't installed."""
    if shutil.which(EXPORTER) is None:
        return "no node_exporter"
    words = subprocess.check_output([EXPORTER, "--version"], text=True, stderr=subprocess.STDOUT).split()
    return f"node_exporter {words[words.index('version') + 1]}"


def collectd_version() -> str:
    """Return the name and version of collectd, or that it isn't installed."""
    if shutil.which(COLLECTD) is None:
        return "no collectd"
    text = subprocess.run([COLLECTD, "-h"], capture_output=True, text=True, check=False).stdout
    return next((line.split(",")[0] for line in text.splitlines() if line.startswith("collectd ")), "collectd")
