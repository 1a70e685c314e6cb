"""`minipanel status`: what is up, and what is not and why."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from minipanel.commands.backup_overview import BackupOverview
from minipanel.commands.forecast import megabytes
from minipanel.commands.overview import DatabaseOverview, MungeOverview, Overview, PanelOverview, look_over
from minipanel.commands.tables import plain_lines, show_table
from minipanel.exits import DONE, FAILED
from minipanel.models.node import State
from minipanel.models.nodeset import fold
from minipanel.sections import load_config

_STATES: tuple[State, ...] = ("up", "down", "never", "disabled")


def show_status(config_path: Path, as_json: bool) -> int:
    """Print how things stand. Returns the exit code: 0 when all is well, 1 otherwise. Raises ConfigError."""
    overview = look_over(load_config(config_path))
    if as_json:
        parts = {name: part for name, part in asdict(overview).items() if (name, part) != ("backup", None)}
        print(json.dumps({"well": overview.is_well, **parts}, indent=2, default=str))
    else:
        _show(overview)
    return DONE if overview.is_well else FAILED


def _show(overview: Overview) -> None:
    rows = [
        ("panel", _panel_line(overview.panel)),
        ("database", _database_line(overview.database)),
        ("munged", _munge_line(overview.munge)),
        *([("backup", _backup_line(overview.backup))] if overview.backup else []),
        ("nodes", _nodes_line(overview)),
    ]
    print("\n".join(plain_lines(rows)))
    if overview.nodes:
        print()
        titles = ("NAME", "STATE", "NEWEST SAMPLE")
        show_table(titles, [(node.name, node.state, _ago(node.last_seen, overview)) for node in overview.nodes])


def _panel_line(panel: PanelOverview) -> str:
    if panel.trouble:
        return panel.trouble
    process = f", process {panel.pid}" if panel.pid else ""
    return f"up at {panel.address}, version {panel.version}{process}"


def _database_line(database: DatabaseOverview) -> str:
    if database.trouble:
        return database.trouble
    size = f"{database.path}, {database.size_bytes / 2**20:.1f} MB"
    expected = database.forecast
    if expected is None:
        return size
    nodes = f"{expected.nodes} node{'s' if expected.nodes != 1 else ''}"
    becomes = f"{megabytes(expected.expected_bytes)} MB with {nodes} for {expected.retention_days} days"
    return f"{size}; becomes about {becomes}"


def _munge_line(munge: MungeOverview) -> str:
    return munge.trouble or ("answers" if munge.is_used else 'not used: auth is "token"')


def _backup_line(backup: BackupOverview) -> str:
    if backup.last_copy is None:
        return backup.trouble or f"none yet in {backup.folder}"
    last = f"{backup.last_copy}, {_moment(backup.last_made_at or 0)}"
    return f"{backup.trouble} The last: {last}" if backup.trouble else last


def _nodes_line(overview: Overview) -> str:
    """3 up, 2 down (node[004-005])"""
    parts = []
    for state in _STATES:
        names = [node.name for node in overview.nodes if node.state == state]
        if names:
            parts.append(f"{len(names)} {state}" + ("" if state == "up" else f" ({fold(names)})"))
    return ", ".join(parts) or "none configured"


def _ago(last_seen: int | None, overview: Overview) -> str:
    if last_seen is None:
        return "none yet"
    moment = _moment(last_seen)
    age = overview.timestamp - last_seen
    return f"{moment} ({age} s ago)" if age >= 0 else f"{moment} ({-age} s ahead)"


def _moment(unix_seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(unix_seconds))
