"""Visits of a fleet's page, logged in, with a given screen size, theme and language."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.e2e.conftest import is_expected
from tests.e2e.fleet import Fleet
from tests.e2e.trial import PASSWORD, Trial


@dataclass(frozen=True)
class Screen:
    """How the page is shown."""

    name: str
    width: int
    height: int
    is_touched: bool = False


PHONE = Screen("phone", 360, 740, is_touched=True)
TABLET = Screen("tablet", 800, 1024)
DESK = Screen("desk", 1440, 900)
WALL = Screen("wall", 3840, 2160)


@contextlib.contextmanager
def visit(
    browser: Browser,
    panel: Fleet | Trial,
    path: str,
    *,
    screen: Screen = DESK,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "en-GB",
    may_complain: bool = False,
    user: str | None = "miniadmin",
) -> Iterator[Page]:
    """Open a path of the page as this user (None: not logged in). Console complaints fail, unless they are allowed."""
    context = browser.new_context(
        locale=locale,
        timezone_id="Europe/Berlin",
        viewport={"width": screen.width, "height": screen.height},
        has_touch=screen.is_touched,
        is_mobile=screen.is_touched,
        color_scheme=scheme,
        accept_downloads=True,
    )
    complaints: list[str] = []
    try:
        if user is not None:
            credentials = {"username": user, "password": PASSWORD}
            assert context.request.post(f"{panel.url}/api/auth/login", data=credentials).ok
        page = context.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(panel.url + path)
        yield page
    finally:
        context.close()
    assert may_complain or [text for text in complaints if not is_expected(text)] == []
