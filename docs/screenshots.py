"""Makes the pictures of README and docs again, in both languages: the demo, seen by a real browser.

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
"""What a README may ask of a reader's line."""

NODES = 200
ALERTS_SECONDS = 150
"""The time until the planted troubles have raised their alerts."""

LOCALES = {"en-GB": "", "zh-CN": ".zh-CN"}
"""The reader's language, and what the names of its pictures end with."""


@dataclass(frozen=True)
class Picture:
    """What is looked at, for how long until it is whole, and with what."""

    name: str
    path: str
    screen: Screen = DESK
    scheme: Literal["light", "dark"] = "light"
    seconds: float = 3


def pictures(demo: Demo) -> Iterable[Picture]:
    """Yield all of them."""
    (leaking,) = demo.nodes.named(LEAK)
    everything = "r[01-10]n[01-20]"
    end = demo.nodes.since
    yield Picture("realtime", "/realtime?view=map&by=temperature")
    yield Picture("raster", f"/history/{everything}?from={end - 86_400}&to={end}&by=temperature", TALL)
    yield Picture("map", "/realtime?view=map&by=memory", scheme="dark")
    yield Picture("history", f"/history/{leaking}?period=1m", TALL)
    yield Picture("phone", "/realtime?view=both", PHONE)


def main() -> None:
    """Take the pictures."""
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
    """Return the names of the pictures that are asked for; none for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    found: list[str] = parser.parse_args().names
    return found


def take(browser: Browser, demo: Demo, picture: Picture, locale: str, ending: str) -> None:
    """Look at a path for so long, then keep its picture."""
    look = {"screen": picture.screen, "scheme": picture.scheme, "locale": locale}
    with visit(browser, demo.fleet, picture.path, **look) as page:  # type: ignore[arg-type]
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(picture.seconds * 1000)
        keep(page, f"{picture.name}{ending}")


def keep(page: Page, name: str) -> None:
    """Write one picture. Ends with a sentence when it is too large."""
    picture = ROOT / "docs" / f"{name}.png"
    page.screenshot(path=str(picture))
    size = picture.stat().st_size
    print(f"{picture.relative_to(ROOT)}  {size // 1000} KB", flush=True)
    if size >= LIMIT_BYTES:
        raise SystemExit(f"{picture} has {size} bytes; it must stay below {LIMIT_BYTES}.")


if __name__ == "__main__":
    main()
