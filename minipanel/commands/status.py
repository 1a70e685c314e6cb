"""`minipanel status`: what is up, and what is not and why."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from minipanel.commands.findings import DatabaseFinding, Findings, MungeFinding, PanelFinding, find_out
from minipanel.commands.folding import fold
from minipanel.commands.forecast import megabytes
from minipanel.commands.tables import plain_lines, show_table
from minipanel.config import load_config
from minipanel.exits import DONE, FAILED
from minipanel.models.node import State

_STATES: tuple[State, ...] = ("up", "down", "never", "disabled")


def show_status(config_path: Path, as_json: bool) -> int:
    """Print how things stand. Returns the exit code: 0 when all is well, 1 otherwise. Raises ConfigError."""
    findings = find_out(load_config(config_path))
    if as_json:
        print(json.dumps({"well": findings.is_well, **asdict(findings)}, indent=2, default=str))
    else:
        _show(findings)
    return DONE if findings.is_well else FAILED


def _show(findings: Findings) -> None:
    rows = [
        ("panel", _panel_line(findings.panel)),
        ("database", _database_line(findings.database)),
        ("munged", _munge_line(findings.munge)),
        ("nodes", _nodes_line(findings)),
    ]
    print("\n".join(plain_lines(rows)))
    if findings.nodes:
        print()
        titles = ("NAME", "STATE", "NEWEST SAMPLE")
        show_table(titles, [(node.name, node.state, _ago(node.last_seen, findings)) for node in findings.nodes])


def _panel_line(panel: PanelFinding) -> str:
    if panel.trouble:
        return panel.trouble
    process = f", process {panel.pid}" if panel.pid else ""
    return f"up at {panel.address}, version {panel.version}{process}"


def _database_line(database: DatabaseFinding) -> str:
    if database.trouble:
        return database.trouble
    size = f"{database.path}, {database.size_bytes / 2**20:.1f} MB"
    expected = database.forecast
    if expected is None:
        return size
    nodes = f"{expected.nodes} node{'s' if expected.nodes != 1 else ''}"
    becomes = f"{megabytes(expected.expected_bytes)} MB with {nodes} for {expected.retention_days} days"
    return f"{size}; becomes about {becomes}"


def _munge_line(munge: MungeFinding) -> str:
    return munge.trouble or ("answers" if munge.is_used else 'not used: auth is "token"')


def _nodes_line(findings: Findings) -> str:
    """3 up, 2 down (node[004-005])"""
    parts = []
    for state in _STATES:
        names = [node.name for node in findings.nodes if node.state == state]
        if names:
            parts.append(f"{len(names)} {state}" + ("" if state == "up" else f" ({fold(names)})"))
    return ", ".join(parts) or "none configured"


def _ago(last_seen: int | None, findings: Findings) -> str:
    if last_seen is None:
        return "none yet"
    moment = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(last_seen))
    return f"{moment} ({findings.timestamp - last_seen} s ago)"
