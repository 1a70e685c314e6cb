"""How much is loaded before the cluster is visible, and what is left for later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.visits import visit

LIMIT_BYTES = 110 * 1024
"""Compressed, with headers: a slow line needs 0.6 s for this."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("size"), numbered(4), minutes=1) as fleet:
        yield fleet


def test_the_first_load_is_small_and_charts_come_when_they_are_needed(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/no/such/page") as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        sizes: dict[str, int] = {}
        names: dict[str, str] = {}
        asked_by: dict[str, str] = {}

        def ask(event: dict[str, Any]) -> None:
            if event["type"] == "Document":
                asked_by.clear()  # the page before may still send requests
            calls = event["initiator"].get("stack", {}).get("callFrames") or [{"url": ""}]
            asked_by[event["request"]["url"]] = f"{event['initiator']['type']} {calls[-1]['url']}"

        def name(event: dict[str, Any]) -> None:
            names[event["requestId"]] = event["response"]["url"]

        def weigh(event: dict[str, Any]) -> None:
            sizes[names.get(event["requestId"], "")] = event["encodedDataLength"]

        session.on("Network.requestWillBeSent", ask)
        session.on("Network.responseReceived", name)
        session.on("Network.loadingFinished", weigh)
        page.goto(f"{fleet.url}/realtime")
        expect(page.locator(".heat-map canvas")).to_be_visible()
        page.wait_for_timeout(500)
        loaded = {url: size for url, size in sizes.items() if "/api/" not in url}
        assert any(url.endswith(".js") for url in loaded)
        assert sum(loaded.values()) <= LIMIT_BYTES, loaded
        assert not [url for url in loaded if "HistoryView" in url or "NodeNow" in url]
        # Neither waits for the other: index.html names the page's script, and data are requested before it has loaded.
        scripts = [by for url, by in asked_by.items() if "/assets/page-" in url]
        assert [by.split()[0] for by in scripts] == ["parser"], asked_by
        for path in ("auth/me", "groups"):
            assert "/assets/index-" in asked_by[f"{fleet.url}/api/{path}"], asked_by
        paths = [url.partition("/api/")[2] for url in asked_by]
        assert paths.index("metrics/stream?format=columns") < paths.index("metrics/trend")


def test_a_view_that_is_asked_for_during_an_outage_comes_whole_when_the_panel_is_back(
    browser: Browser, fleet: Fleet
) -> None:
    with visit(browser, fleet, "/realtime", may_complain=True) as page:
        expect(page.locator(".heat-map canvas")).to_be_visible()
        fleet.stop_panel()
        page.get_by_role("link", name="History").click()
        expect(page.get_by_text("The panel can’t be reached. Trying again …")).to_be_visible()
        fleet.start_panel()
        expect(page.locator(".history-tools")).to_have_css("display", "flex")
        expect(page.get_by_text("The panel can’t be reached.")).to_be_hidden()
