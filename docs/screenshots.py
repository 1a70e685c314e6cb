"""Takes the pictures of README and docs again, in both languages: the demo in a real browser.

.venv/bin/python docs/screenshots.py                 writes docs/realtime.png, docs/realtime.zh-CN.png, …; three minutes
.venv/bin/python docs/screenshots.py raster phone    only these
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT))

from minipanel.demo.stories import LEAK  # noqa: E402
from tests.e2e.conftest import QUIET  # noqa: E402
from tests.e2e.demo import Demo, running_demo  # noqa: E402
from tests.e2e.visits import PHONE, Screen, visit  # noqa: E402

DESK = Screen("picture", 1200, 720)
TALL = Screen("tall picture", 1200, 900)
LIMIT_BYTES = 300_000
"""The largest picture that a README may load over a slow connection."""

NODES = 200
ALERTS_SECONDS = 150
"""The time until the planted troubles have raised their alerts."""

LOCALES = {"en-GB": "", "zh-CN": ".zh-CN"}
"""The browser's locale, and the suffix of its pictures' names."""


@dataclass(frozen=True)
class Picture:
    """One picture: its page, screen and colours, and the seconds until the page is complete."""

    name: str
    path: str
    screen: Screen = DESK
    scheme: Literal["light", "dark"] = "light"
    seconds: float = 3


def pictures(demo: Demo) -> Iterable[Picture]:
    """Yield all pictures."""
    (leaking,) = demo.nodes.named(LEAK)
    everything = "r[01-10]n[01-20]"
    end = demo.nodes.since
    yield Picture("realtime", "/realtime?view=map&by=temperature")
    yield Picture("raster", f"/history/{everything}?from={end - 86_400}&to={end}&by=temperature", TALL)
    yield Picture("map", "/realtime?view=map&by=memory", scheme="dark")
    yield Picture("history", f"/history/{leaking}?period=1m", TALL)
    yield Picture("phone", "/realtime?view=both", PHONE)


def main() -> None:
    """Take the pictures that the command line names, by default all."""
    names = read_arguments()
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory(prefix="minipanel-docs-") as folder,
        running_demo(Path(folder), NODES) as demo,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        time.sleep(ALERTS_SECONDS)
        for picture in pictures(demo):
            if not names or picture.name in names:
                for locale, ending in LOCALES.items():
                    take(browser, demo, picture, locale, ending)
        browser.close()


def read_arguments() -> list[str]:
    """Return the names of the requested pictures; an empty list means all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    found: list[str] = parser.parse_args().names
    return found


def take(browser: Browser, demo: Demo, picture: Picture, locale: str, ending: str) -> None:
    """Open a picture's page, wait until it is complete, and take the picture."""
    look = {"screen": picture.screen, "scheme": picture.scheme, "locale": locale}
    with visit(browser, demo.fleet, picture.path, **look) as page:  # type: ignore[arg-type]
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(picture.seconds * 1000)
        keep(page, f"{picture.name}{ending}")


def keep(page: Page, name: str) -> None:
    """Write one picture. Raises SystemExit if it is too large."""
    picture = ROOT / "docs" / f"{name}.png"
    page.screenshot(path=str(picture))
    size = picture.stat().st_size
    print(f"{picture.relative_to(ROOT)}  {size // 1000} KB", flush=True)
    if size >= LIMIT_BYTES:
        raise SystemExit(f"{picture} has {size} bytes; it must stay below {LIMIT_BYTES}.")


if __name__ == "__main__":
    main()
