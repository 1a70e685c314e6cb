"""The page as a person uses it, in a real browser, with the real panel and this machine's real agent."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import keep_screenshot
from tests.e2e.month import fill_month
from tests.e2e.trial import PASSWORD, Trial, running_trial, wait_for_sample


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("page")
    with running_trial(folder, "--auth", "token") as trial, trial.client() as client:
        node = wait_for_sample(client)
        stored = fill_month(folder / "data.db", int(str(node["id"])), int(time.time()) // 300 * 300 - 300)
        assert stored > 8000
        yield trial


LOST = ("net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_FAILED")
"""How Chromium reports a server that goes away."""


def log_in(page: Page, trial: Trial, path: str = "/") -> None:
    page.goto(trial.url + path)
    page.get_by_label("Username").fill("miniadmin")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def hostname() -> str:
    return Path("/proc/sys/kernel/hostname").read_text().strip()


def test_a_wrong_password_is_reported_and_the_right_one_logs_in(page: Page, trial: Trial) -> None:
    page.goto(trial.url)
    page.get_by_label("Username").fill("miniadmin")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The username or the password is wrong.")).to_be_visible()
    keep_screenshot(page, "login-wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/realtime"))


def test_this_machines_values_change_by_themselves(page: Page, trial: Trial) -> None:
    log_in(page, trial)
    row = page.get_by_role("row").filter(has_text=hostname())
    expect(row).to_contain_text("GB")
    seen = {row.inner_text()}
    newest = []
    with page.expect_response(lambda response: "/api/metrics/stream" in response.url, timeout=20_000):
        page.reload()
    end = time.monotonic() + 30
    while time.monotonic() < end and len(newest) < 3:
        memory = row.locator(".cpu_percent").inner_text() + row.locator(".memory_used").inner_text()
        if memory not in seen:
            seen.add(memory)
            newest.append(memory)
        page.wait_for_timeout(250)
    assert len(newest) == 3, "the row did not change twice in 30 s"
    keep_screenshot(page, "realtime")


def test_a_node_opens_with_its_last_hour(page: Page, trial: Trial) -> None:
    log_in(page, trial)
    page.get_by_role("link", name=hostname(), exact=True).click()
    expect(page).to_have_url(re.compile(f"/realtime/{hostname()}"))
    expect(page.get_by_role("heading", name="CPU temperature")).to_be_visible()
    # A machine without a sensor has no chart of its temperature, unless records of the last hour still have one.
    charts = page.locator("canvas")
    expect(charts.nth(1)).to_be_visible()
    if page.get_by_text("no sensor").count() == 0:
        expect(charts).to_have_count(3)
    keep_screenshot(page, "node")


def test_history_shows_a_month_and_switches_period_and_language(page: Page, trial: Trial) -> None:
    log_in(page, trial, f"/history/{hostname()}?period=1m")
    expect(page).to_have_url(re.compile(r"/history/.*period=1m"))
    expect(page.locator("canvas")).to_have_count(3)
    records = page.get_by_text(re.compile(r"[\d,]+ of 8,640 records"))
    expect(records).to_be_visible()
    assert int(re.sub(r"\D", "", records.inner_text().split(" of ")[0])) > 8000
    keep_screenshot(page, "history-month")
    page.get_by_role("link", name="7 days").click()
    expect(page).to_have_url(re.compile("period=7d"))
    expect(page.get_by_text("of 2,016 records")).to_be_visible()
    page.get_by_role("link", name="1 day").click()
    expect(page.get_by_text("of 288 records")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="7 天")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    keep_screenshot(page, "history-day-zh")


def test_a_page_in_chinese_greets_a_chinese_browser(browser: object, trial: Trial) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 800})  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(trial.url)
    expect(page.get_by_label("账号")).to_be_visible()
    keep_screenshot(page, "login-zh-phone")
    context.close()


def test_logging_out_shuts_the_page(page: Page, trial: Trial) -> None:
    log_in(page, trial)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{trial.url}/history")
    expect(page.get_by_label("Password")).to_be_visible()


def test_the_page_says_when_data_stop_and_recovers(page: Page, complaints: list[str], tmp_path: Path) -> None:
    with running_trial(tmp_path, "--auth", "token") as trial, trial.client() as client:
        wait_for_sample(client)
        log_in(page, trial)
        expect(page.get_by_role("row").filter(has_text=hostname())).to_contain_text("GB")
        port = int(trial.url.rsplit(":", 1)[1])
    expect(page.get_by_text("No data from the panel")).to_be_visible(timeout=15_000)
    keep_screenshot(page, "no-data")
    with running_trial(tmp_path, port=port):
        expect(page.get_by_text("No data from the panel")).to_be_hidden(timeout=30_000)
        # While the panel was away, the browser reported each try to reach it.
        complaints[:] = [text for text in complaints if not text.endswith(LOST)]


def test_the_past_of_a_node_says_so_too(page: Page, complaints: list[str], tmp_path: Path) -> None:
    state = page.locator(".history-head .state-mark")
    with running_trial(tmp_path, "--auth", "token") as trial, trial.client() as client:
        wait_for_sample(client)
        log_in(page, trial, f"/history/{hostname()}")
        expect(state).to_have_text("up")
        expect(state).not_to_have_class(re.compile("is-old"))
    expect(page.get_by_text("No data from the panel")).to_be_visible(timeout=15_000)
    expect(state).to_have_class(re.compile("is-old"))
    keep_screenshot(page, "no-data-history")
    complaints[:] = [text for text in complaints if not text.endswith(LOST)]
