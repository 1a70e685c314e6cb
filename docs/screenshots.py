"""Makes the pictures of the README anew: a real panel, fed by simulated nodes, seen by a real browser.

.venv/bin/python docs/screenshots.py        writes docs/realtime.png and docs/history.png
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import ingest  # noqa: E402

from minipanel.services.tokens import agent_token  # noqa: E402
from tests.e2e.conftest import QUIET  # noqa: E402
from tests.e2e.month import fill_month  # noqa: E402

NODES = 24
GB = 1024**3


def main() -> None:
    """Start, feed, look, stop."""
    with tempfile.TemporaryDirectory(prefix="minipanel-docs-") as folder:
        config = ingest.make_config(Path(folder), NODES, 5, None)
        panel = subprocess.Popen([sys.executable, "-m", "minipanel.serving", "--config", str(config.path)])
        try:
            ingest.wait_for_port(config.server.port)
            fill_month(config.database.path, 1, int(time.time()) // 300 * 300 - 300)
            feed(config.server.url, str(config.agents.secret))
            take(config.server.url)
        finally:
            panel.terminate()
            panel.wait(timeout=30)


def feed(url: str, secret: str) -> None:
    """Send the last twenty minutes of every node but one, which is down."""
    newest = int(time.time()) // 5 * 5
    for number in range(1, NODES + 1):
        name = ingest.hostname(number)
        end = newest - 120 if number == 17 else newest
        samples = [sample(name, number, end - 5 * k) for k in range(240)]
        request = urllib.request.Request(
            f"{url}/api/metrics",
            json.dumps(samples).encode(),
            {"Authorization": f"Bearer {agent_token(secret, name)}", "X-MiniPanel-Sent": f"{time.time():.3f}"},
        )
        urllib.request.urlopen(request).read()


def sample(name: str, number: int, timestamp: int) -> dict[str, object]:
    """Return a sample as a busy node would send it."""
    wave = math.sin(timestamp / 90 + number) * math.sin(number * 1.7)
    cpu = max(0.5, min(99.5, 52 + 46 * wave))
    return {
        "node_id": name,
        "timestamp": timestamp,
        "cpu_percent": round(cpu, 2),
        "memory_total": 256 * GB,
        "memory_used": int(GB * (20 + 9 * (number % 20) + 12 * abs(wave))),
        "cpu_temp": None if number == 9 else round(36 + cpu * 0.42, 1),
    }


def take(url: str) -> None:
    """Log in and keep the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        page.goto(url)
        page.get_by_label("Username").fill("bench")
        page.get_by_label("Password").fill("benchmark")
        page.keyboard.press("Enter")
        page.get_by_text(ingest.hostname(1), exact=True).wait_for()
        keep(page, "realtime")
        page.goto(f"{url}/history/{ingest.hostname(1)}?period=7d")
        page.locator("canvas").nth(2).wait_for()
        keep(page, "history")
        browser.close()


def keep(page: Page, name: str) -> None:
    """Write one picture."""
    page.wait_for_timeout(1500)
    page.screenshot(path=str(ROOT / "docs" / f"{name}.png"))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
