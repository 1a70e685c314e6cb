"""A storm of wrong logins: a user who knows the password and has logged in before still gets in."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config
from minipanel.config.template import render_config
from tests.front.front import resident_bytes
from tests.front.served import troubled
from tests.panel.commands import log_in, running_panel, written_config
from tests.panel.example import PASSWORD, hash_of

RIGHT = {"username": "miniadmin", "password": PASSWORD}
WRONG = {"username": "miniadmin", "password": "a guess"}

STORM_SECONDS = 3.0
TRIES = 6
MORE_BYTES = 30_000_000
"""The most memory that a storm of logins may cost, including bcrypt's threads."""

Storm = Callable[[httpx.Client], httpx.Response]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A panel behind a proxy on this machine. Its password takes as long to compare as an installed panel's."""
    config = written_config(tmp_path, trusted_proxies=("127.0.0.1",))
    config = replace(config, admin=replace(config.admin, password_hash=hash_of(PASSWORD, 12)))
    config.path.write_text(render_config(config))
    return config


@contextlib.contextmanager
def storm(config: Config, threads: int, pause_seconds: float, guess: Storm) -> Iterator[Counter[int]]:
    """Let threads guess passwords while the block runs, and count the statuses they get."""
    is_over, answers = threading.Event(), Counter[int]()

    def run() -> None:
        with httpx.Client(base_url=config.server.url, timeout=90) as client:
            while not is_over.is_set():
                answers[guess(client).status_code] += 1
                is_over.wait(pause_seconds)

    storming = [threading.Thread(target=run) for _ in range(threads)]
    for thread in storming:
        thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        for thread in storming:
            thread.join()


def from_its_own_address(client: httpx.Client) -> httpx.Response:
    return client.post("/api/auth/login", json=WRONG)


def from_any_address_of_loopback(client: httpx.Client) -> httpx.Response:
    address = f"127.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=client.base_url, transport=transport, timeout=30) as other:
        return other.post("/api/auth/login", json=WRONG)


def from_any_address_at_all(client: httpx.Client) -> httpx.Response:
    forwarded = {"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"}
    return client.post("/api/auth/login", json=WRONG, headers=forwarded)


def device_cookie(config: Config) -> dict[str, str]:
    """Log in, as the administrator did before, and return the cookie that the browser has kept."""
    answer = log_in(config.server.url, PASSWORD)
    cookies = SimpleCookie("; ".join(line.partition(";")[0] for line in answer.headers.get_list("Set-Cookie")))
    return {"Cookie": f"minipanel_device={cookies['minipanel_device'].value}"}


@pytest.mark.storm
@pytest.mark.parametrize(
    ("guess", "threads", "pause_seconds"),
    [
        (from_its_own_address, 1, 0.2),
        (from_any_address_of_loopback, 8, 0.02),
        (from_any_address_at_all, 30, 0.1),
    ],
)
def test_a_browser_that_logged_in_before_gets_in_through_a_storm_of_wrong_logins(
    config: Config, guess: Storm, threads: int, pause_seconds: float
) -> None:
    with troubled(config) as panel:
        browser = device_cookie(config)
        before = resident_bytes(panel.process.pid)
        with storm(config, threads, pause_seconds, guess) as answers:
            time.sleep(1)
            statuses = []
            for _ in range(TRIES):
                answer = httpx.post(f"{config.server.url}/api/auth/login", json=RIGHT, headers=browser, timeout=20)
                statuses.append(answer.status_code)
                time.sleep(STORM_SECONDS / TRIES)
        assert statuses == [200] * TRIES
        assert answers[429] > 0, "the storm was none"
        assert set(answers) == {401, 429}
        assert resident_bytes(panel.process.pid) - before < MORE_BYTES


def test_a_session_that_was_logged_out_stays_out_over_a_stop_and_a_start(config: Config) -> None:
    with running_panel(config) as panel:
        old, kept = (
            {"Authorization": f"Bearer {log_in(config.server.url, PASSWORD).json()['token']}"} for _ in range(2)
        )
        assert httpx.post(f"{config.server.url}/api/auth/logout", headers=old).status_code == 200
        panel.stop()
    with running_panel(config):
        answer = httpx.get(f"{config.server.url}/api/auth/me", headers=old)
        assert (answer.status_code, answer.json()) == (401, {"error": "The session was logged out; log in again."})
        assert httpx.get(f"{config.server.url}/api/auth/me", headers=kept).status_code == 200
