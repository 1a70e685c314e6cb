"""A panel, and a cluster of simulated nodes that report to it, in processes of their own."""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bcrypt
from load import address, hostname
from processes import free_port, running, wait_for_port
from session import PASSWORD, USER, Session

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
sys.path.append(str(ROOT))
from tests.munged import missing_munged, process_id, running_munged  # noqa: E402

__all__ = ["missing_munged", "process_id", "running_munged"]


def make_config(folder: Path, nodes: int, interval: int = 5, munge_socket: str | None = None) -> Config:
    """Write and return the configuration of a panel with N nodes, each with its own address. No socket: tokens."""
    port = free_port()
    config = Config(
        folder / "config.toml",
        ServerConfig("127.0.0.1", port, f"http://127.0.0.1:{port}", secrets.token_hex(32)),
        AdminConfig(USER, bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()),
        DatabaseConfig(folder / "data.db"),
        AgentsConfig("munge", munge_socket=munge_socket, interval=interval)
        if munge_socket
        else AgentsConfig("token", secrets.token_hex(32), interval=interval),
        tuple(NodeConfig(hostname(k), address(k), hostname(k)) for k in range(1, nodes + 1)),
    )
    config.path.write_text(render_config(config))
    return config


@contextlib.contextmanager
def running_panel(config: Config) -> Iterator[subprocess.Popen[str]]:
    """Run the panel while the block runs."""
    with running([sys.executable, "-m", "minipanel.serving", "--config", str(config.path)]) as panel:
        wait_for_port(config.server.port)
        yield panel


@contextlib.contextmanager
def running_nodes(config: Config, seconds: int, settle: int = 0, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Run the agents of all nodes for this long, at most while the block runs.

    They print what they saw after the first `settle` seconds. `more`: options of load.py.
    """
    command = [sys.executable, str(ROOT / "bench" / "load.py"), "--port", str(config.server.port)]
    command += ["--nodes", str(len(config.nodes)), "--seconds", str(seconds), "--settle", str(settle)]
    command += ["--interval", str(config.agents.interval)]
    if config.agents.secret:
        command += ["--secret", config.agents.secret]
    else:
        command += ["--munge-socket", str(config.agents.munge_socket)]
    with running([*command, *more], stdout=subprocess.PIPE) as load:
        yield load


@contextlib.contextmanager
def running_page(config: Config, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Let one page follow the panel's stream for this long, at most while the block runs."""
    command = [sys.executable, str(ROOT / "bench" / "viewers.py"), "--port", str(config.server.port)]
    command += ["--token", Session(config.server.port).token, "--pages", "1"]
    with running([*command, "--seconds", str(seconds), "--settle", "0"], stdout=subprocess.PIPE) as page:
        yield page


def told_by(load: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    """Return what the agents saw, as they print it at their end."""
    output, _ = load.communicate(timeout=seconds)
    told: dict[str, Any] = json.loads(output)
    return told


def keep(name: str, text: str) -> None:
    """Print a result; with a name, also write it to results/<name>.md."""
    print(text)
    if name:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(text, "utf-8")
