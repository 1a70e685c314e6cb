"""Writes what the page knows of the panel: the list of metrics (metrics.ts) and the types of the API (schema.ts)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from minipanel.app import create_app  # noqa: E402
from minipanel.config import load_config  # noqa: E402
from minipanel.models.metrics import METRICS, Metric  # noqa: E402

API = ROOT / "web" / "src" / "api"
GENERATOR = ROOT / "web" / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
HEAD = "/** What is measured. Made from minipanel/models/metrics.py by `npm run types`: change it there. */\n\n"
CONFIG = """
[server]
port = 8080
host = "127.0.0.1"
url = "http://127.0.0.1:8080"
jwt_secret = "0123456789abcdef0123456789abcdef"

[admin]
username = "miniadmin"
password_hash = "$2b$04$abcdefghijklmnopqrstuuhyF8S8Qx9hyJ0vJ7M3RkK1uPS5nTn2W"

[database]
path = "{path}"

[agents]
auth = "token"
secret = "fedcba9876543210fedcba9876543210"
"""


def write_types(folder: Path) -> None:
    """Write both files into the folder."""
    (folder / "metrics.ts").write_text(metrics(), "utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        document = Path(scratch) / "openapi.json"
        document.write_text(openapi(Path(scratch)), "utf-8")
        command = [node(), str(GENERATOR), str(document), "--output", str(folder / "schema.ts")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def metrics() -> str:
    """Return the list of metrics as TypeScript."""
    return f"{HEAD}export const METRICS = [\n{''.join(map(metric, METRICS))}] as const\n"


def metric(about: Metric) -> str:
    """Return one metric as TypeScript."""
    columns = {"mean": about.name, "max": about.max if about.has_max else None, "share": about.share}
    members = {
        "name": about.name,
        "unit": about.unit,
        "low": about.low,
        "high": None if about.of_total else about.high,
        "digits": about.digits,
        "nullable": about.null is not None,
        "ofTotal": about.of_total,
        "columns": {name: column for name, column in columns.items() if column is not None},
    }
    lines = "".join(f"    {name}: {literal(value)},\n" for name, value in members.items())
    return f"  {{\n{lines}  }},\n"


def literal(value: object) -> str:
    """Return a value as TypeScript: {"mean": "cpu_temp"} -> { mean: 'cpu_temp' }"""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name}: {literal(each)}' for name, each in value.items())} }}"
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def openapi(folder: Path) -> str:
    """Return the panel's OpenAPI document. folder: for its configuration and database."""
    config = folder / "config.toml"
    config.write_text(CONFIG.replace("{path}", str(folder / "data.db")), "utf-8")
    config.chmod(0o600)
    app = create_app(load_config(config))
    app.state.panel.store.close()
    return json.dumps(app.openapi())


def node() -> str:
    """Return the Node of this Python's environment, otherwise the machine's own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which("node", path=path) or "node"


if __name__ == "__main__":
    write_types(Path(sys.argv[1]) if len(sys.argv) > 1 else API)
