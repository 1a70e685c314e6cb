"""Debian's Chromium, driven by Playwright as a person would use it. Its complaints fail the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
ARTEFACTS = Path(os.environ.get("MINIPANEL_ARTEFACTS", ROOT / "var" / "artefacts"))

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("MINIPANEL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "chromium is missing; scripts/test installs it"
    # Passwords are compared at a low priority, so beside other tests a login took longer than the usual 5 s.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """The browser's complaints. A test that causes some clears them."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """An English page of 1440 x 900, with no console errors, no failed requests and no requests to other hosts."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None)
    yield page
    context.close()
    assert [text for text in complaints if not is_expected(text)] == []


def is_expected(complaint: str) -> bool:
    """Return whether Chromium only reports that the panel required a login, or that a data URL was read."""
    return "401 (Unauthorized)" in complaint or complaint.startswith("data:")


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture for people to look at; it is not committed."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"))
