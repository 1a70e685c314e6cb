"""The page's types of the API are those that the panel answers with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minipanel.app import create_app
from minipanel.config import load_config

WEB = Path(__file__).resolve().parents[2] / "web"
GENERATOR = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
SCHEMA = WEB / "src" / "api" / "schema.ts"
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


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The OpenAPI document of the panel, in a file."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.replace("{path}", str(tmp_path / "data.db")), "utf-8")
    config.chmod(0o600)
    path = tmp_path / "openapi.json"
    app = create_app(load_config(config))
    path.write_text(json.dumps(app.openapi()), "utf-8")
    app.state.panel.store.close()
    return path


def node() -> str:
    """The Node that came with this Python's environment, else the machine's own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which("node", path=path) or "node"


def types_from(document: Path) -> str:
    """What openapi-typescript makes of the document."""
    target = document.with_suffix(".ts")
    command = [node(), str(GENERATOR), str(document), "--output", str(target)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr
    return target.read_text("utf-8")


def test_the_committed_types_are_those_of_the_panels_openapi_document(document: Path) -> None:
    if not GENERATOR.exists():
        assert not os.environ.get("CI"), "The packages of web/ are not installed: npm ci in web/ installs them."
        pytest.skip("the packages of web/ are not installed")
    assert types_from(document) == SCHEMA.read_text("utf-8"), (
        "web/src/api/schema.ts is stale: save the panel's /api/openapi.json and run `npm run types -- FILE` in web/."
    )
