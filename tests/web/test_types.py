"""The page's types of the API are what the panel answers and measures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
API = ROOT / "web" / "src" / "api"


def test_the_committed_types_and_metrics_are_those_of_the_panel(tmp_path: Path) -> None:
    if not (ROOT / "web" / "node_modules" / "openapi-typescript").exists():
        assert not os.environ.get("CI"), "The packages of web/ are not installed: npm ci in web/ installs them."
        pytest.skip("the packages of web/ are not installed")
    command = [sys.executable, str(ROOT / "scripts" / "page_types.py"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    for made in (tmp_path / "schema.ts", tmp_path / "metrics.ts"):
        assert made.read_text("utf-8") == (API / made.name).read_text("utf-8"), (
            f"web/src/api/{made.name} is stale: `npm --prefix web run types` makes it again."
        )
