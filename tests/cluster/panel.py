"""A panel on the management node, run from this checkout, for tests that don't install it."""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bcrypt

from agent.build import build_agent, installed_tomli
from tests.cache import cache_folder, locked, part_of
from tests.cluster.nodes import Cluster, Node

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = "/opt/checkout"
SITE = f"{HOME}/site"
USERNAME, PASSWORD = "miniadmin", "correct horse"
CONFIG = "/etc/minipanel/config.toml"

UNIT = f"""\
[Service]
ExecStart=/usr/local/bin/minipanel serve
ExecReload=/bin/kill -HUP $MAINPID
Environment=MINIPANEL_CONFIG={CONFIG}
[Install]
WantedBy=multi-user.target
"""

ASK = """\
import json, sys, urllib.request
path, token, body = json.loads(sys.stdin.read())
request = urllib.request.Request("http://127.0.0.1:8080" + path, body and body.encode())
request.add_header("Content-Type", "application/json")
request.add_header("Authorization", "Bearer " + token)
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


class ClusterPanel:
    """The panel on mgmt: its command line and its API."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.node = cluster["mgmt"]
        self._token = ""

    def minipanel(self, *words: str, seconds: float = 90, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a minipanel command on mgmt, whatever its exit code."""
        return self.node.run("minipanel", *words, check=False, seconds=seconds, environment=environment)

    def roll_out(self, *words: str, seconds: float = 90) -> dict[str, tuple[str, str]]:
        """Run `minipanel rollout --json`; return outcome and sentence by hostname."""
        done = self.minipanel("rollout", "--json", *words, seconds=seconds)
        if not done.stdout:
            raise RuntimeError(f"minipanel rollout printed nothing: {done.stderr}")
        report = json.loads(done.stdout)
        assert report["success"] == (done.returncode == 0)
        return {node["hostname"]: (node["outcome"], node["sentence"]) for node in report["nodes"]}

    def ask(self, path: str, body: object = None) -> Any:
        """Return a route's answer, logged in."""
        text = None if body is None else json.dumps(body)
        question = json.dumps([path, self._token, text])
        return json.loads(self.node.run("python3", "-c", ASK, stdin=question).stdout)

    def log_in(self) -> None:
        """Open a session for ask()."""
        self._token = self.ask("/api/auth/login", {"username": USERNAME, "password": PASSWORD})["token"]

    def nodes(self) -> dict[str, dict[str, Any]]:
        """Return GET /api/nodes by hostname."""
        return {node["hostname"]: node for node in self.ask("/api/nodes")}

    def configure(self, text: str) -> None:
        """Give the running panel another config.toml."""
        self.node.write(CONFIG, text, 0o600)
        self.node.shell("systemctl reload minipanel")

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 30) -> None:
        """Return once the condition holds. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds} s; the nodes are {self.nodes()}")
            time.sleep(0.3)


def start_panel(cluster: Cluster) -> ClusterPanel:
    """Put the panel on mgmt and start it, with all nodes of the cluster configured and no agent installed."""
    node = cluster["mgmt"]
    _put_libraries(node)
    for name in ("minipanel", "agent", "deploy"):
        node.put(ROOT / name, f"{HOME}/{name}")
    with tempfile.TemporaryDirectory() as folder:
        build_agent(Path(folder) / "minipanel-agent", installed_tomli())
        node.put(Path(folder) / "minipanel-agent", f"{HOME}/dist/minipanel-agent")
    path = f"{HOME}:{HOME}/agent:{SITE}"
    node.write("/usr/local/bin/minipanel", f'#!/bin/sh\nPYTHONPATH={path} exec python3 -m minipanel "$@"\n', 0o755)
    node.write(CONFIG, config_text(cluster), 0o600)
    node.write("/etc/systemd/system/minipanel.service", UNIT)
    node.shell("mkdir -p /var/lib/minipanel; systemctl daemon-reload; systemctl enable --now --quiet minipanel")
    panel = ClusterPanel(cluster)
    _wait_until_it_answers(panel)
    return panel


def config_text(cluster: Cluster, agents: str = 'auth = "munge"') -> str:
    """Return a config.toml with all nodes of the cluster. agents: the lines of [agents]."""
    password_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    nodes = "".join(f'[[nodes]]\nip = "{node.address}"\nhostname = "{node.name}"\n' for node in cluster)
    return (
        f'[server]\nurl = "http://{cluster["mgmt"].address}:8080"\njwt_secret = "{secrets.token_hex(32)}"\n'
        f'[admin]\nusername = "{USERNAME}"\npassword_hash = "{password_hash}"\n[agents]\n{agents}\n{nodes}'
    )


def _wait_until_it_answers(panel: ClusterPanel) -> None:
    for _ in range(100):
        try:
            panel.log_in()
        except RuntimeError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the panel did not start: " + panel.node.shell("journalctl -u minipanel --no-pager | tail -20"))


def _put_libraries(node: Node) -> None:
    """Copy the panel's libraries for the node's Python to a node, and compile them there. Made once per lock file."""
    version = (node.root / "usr/bin/python3").readlink().name.removeprefix("python")
    lock = ROOT / "requirements.lock"
    folder = cache_folder() / f"site-{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}-compiled"
    with locked(cache_folder() / "site.lock"):
        if not folder.exists():
            _install(lock, version, node, folder)
    node.put(folder, SITE)


def _install(lock: Path, version: str, node: Node, folder: Path) -> None:
    with part_of(folder) as part:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-compile", "--target", str(part / "site"), "--python-version", version]
        command += ["--only-binary=:all:", "--require-hashes", "-r", str(lock)]
        subprocess.run(command, check=True, timeout=300)
        node.put(part / "site", SITE)
        node.run("python3", "-m", "compileall", "-q", SITE, check=False)  # some packages hold files for other Pythons
        node.get(SITE, part / "compiled")
        (part / "compiled").rename(folder)
