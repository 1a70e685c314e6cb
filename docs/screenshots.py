"""Makes the pictures of README and docs anew: a real panel, fed by simulated nodes, seen by a real browser.

.venv/bin/python docs/screenshots.py        writes docs/realtime.png, docs/map.png, docs/history.png and docs/phone.png
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT))

from tests.e2e.conftest import QUIET  # noqa: E402
from tests.e2e.fleet import Fleet, numbered, racks, running_fleet  # noqa: E402
from tests.e2e.month import explain_gaps, fill_month  # noqa: E402
from tests.e2e.visits import PHONE, Screen, visit  # noqa: E402

PICTURE = Screen("picture", 1200, 720)
LIMIT_BYTES = 150_000
"""What a README may ask of a reader's line."""

SILENCE_SECONDS = 20
"""A node counts as down 15 s after its last sample."""


def main() -> None:
    """Take the pictures of a cluster of 32 nodes, then that of a thousand."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        with cluster(numbered(32), minutes=20) as fleet:
            end = int(time.time()) // 300 * 300 - 300
            fill_month(fleet.database, 1, end)
            explain_gaps(fleet.database, 1, end)
            fleet.silent.add("node17")
            time.sleep(SILENCE_SECONDS)
            take(browser, fleet, "realtime", "/realtime?sort=-cpu")
            take(browser, fleet, "history", "/history/node01?period=1m")
            take(browser, fleet, "phone", "/realtime", screen=PHONE)
        with cluster(racks(25, 40), minutes=11) as fleet:
            time.sleep(SILENCE_SECONDS)
            fleet.silent.update({"r07n12", "r19n33"})
            time.sleep(SILENCE_SECONDS)
            take(browser, fleet, "map", "/realtime?view=map&by=temperature", scheme="dark")
        browser.close()


@contextlib.contextmanager
def cluster(names: list[str], minutes: float) -> Iterator[Fleet]:
    """A fleet in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="minipanel-docs-") as folder,
        running_fleet(Path(folder), names, minutes=minutes) as fleet,
    ):
        yield fleet


def take(
    browser: Browser,
    fleet: Fleet,
    name: str,
    path: str,
    *,
    seconds: float = 3,
    screen: Screen = PICTURE,
    scheme: Literal["light", "dark"] = "light",
) -> None:
    """Look at a path for so long, then keep its picture."""
    with visit(browser, fleet, path, screen=screen, scheme=scheme) as page:
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(seconds * 1000)
        keep(page, name)


def keep(page: Page, name: str) -> None:
    """Write one picture. Ends with a sentence when it is too large."""
    picture = ROOT / "docs" / f"{name}.png"
    page.screenshot(path=str(picture))
    size = picture.stat().st_size
    print(f"{picture.relative_to(ROOT)}  {size // 1000} KB")
    if size >= LIMIT_BYTES:
        raise SystemExit(f"{picture} has {size} bytes; it must stay below {LIMIT_BYTES}.")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
