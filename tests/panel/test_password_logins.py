"""Comparing passwords: in a time that reveals nothing, and not too many at once."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest

from minipanel.access.access import Access
from minipanel.access.sessions import Session
from minipanel.config import Config, UserConfig
from minipanel.errors import NotAuthenticated, TooManyTries
from tests.panel.example import PASSWORD, Opened, changed_password, config_in, hash_of, with_viewer

NOW = 1_700_000_000.5
WRONG = "The username or the password is wrong."


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture
def sessions(opened: Opened, config: Config, clock: Clock) -> Access:
    return opened(config, clock)


def reload(access: Access, config: Config) -> None:
    asyncio.run(access.reload(config))


def log_in(sessions: Access, username: str = "miniadmin", password: str = PASSWORD, at: str = "10.0.0.9") -> Session:
    return asyncio.run(sessions.log_in(username, password, at))


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("miniadmin", "wrong"),
        ("miniadmin", ""),
        ("", PASSWORD),
        ("", ""),
        ("root", PASSWORD),
        ("miniadmin\x00", PASSWORD),
        ("miniadmin", PASSWORD + "\x00"),
        ("MINIADMIN", PASSWORD),
        ("miniadmin", "x" * 100_000),
        ("m" * 100_000, PASSWORD),
        ("\ud800", "\ud800"),
        ("管理员", "密码"),
    ],
)
def test_whatever_part_is_wrong_the_words_are_the_same(sessions: Access, username: str, password: str):
    with pytest.raises(NotAuthenticated) as caught:
        log_in(sessions, username, password)
    assert caught.value.sentence == WRONG


def test_whatever_part_is_wrong_the_time_is_the_same(opened: Opened, tmp_path: Path):
    sessions = opened(config_in(tmp_path, hash_of(PASSWORD, cost=8)))

    def fastest(username: str, password: str) -> float:
        """CPU seconds of this process, the shortest of several runs: the machine may be busy."""
        durations = []
        for turn in range(6):
            start = time.process_time()
            with pytest.raises(NotAuthenticated):
                log_in(sessions, username, password, f"10.0.{turn}.{len(username) % 256}")
            durations.append(time.process_time() - start)
        return min(durations)

    wrong_password = fastest("miniadmin", "wrong")
    for others in (fastest("nobody", PASSWORD), fastest("", ""), fastest("root", "x" * 100_000)):
        assert wrong_password / 2 < others < wrong_password * 2


def test_a_password_longer_than_bcrypt_reads_never_matches(opened: Opened, tmp_path: Path):
    longest = "é" * 36
    sessions = opened(config_in(tmp_path, hash_of(longest)))
    assert log_in(sessions, password=longest).username == "miniadmin"
    with pytest.raises(NotAuthenticated, match=WRONG):
        log_in(sessions, password=longest + "x")


def test_five_wrong_passwords_and_the_sixth_has_to_wait_even_with_the_right_one(sessions: Access):
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries) as caught:
        log_in(sessions)
    assert caught.value.sentence == "Too many failed logins from this address; try again in 2 seconds."
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "2"})
    assert log_in(sessions, at="10.0.0.8").username == "miniadmin"


def test_a_login_that_succeeded_clears_the_count(sessions: Access):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(NotAuthenticated):
                log_in(sessions, password="wrong")
        assert log_in(sessions).username == "miniadmin"


def test_a_hundred_tries_at_once_are_not_looked_at_any_more_than_five(sessions: Access):
    async def flood() -> list[object]:
        tries = [sessions.log_in("miniadmin", "wrong", "10.0.0.9") for _ in range(100)]
        return await asyncio.gather(*tries, return_exceptions=True)

    kinds = [type(error) for error in asyncio.run(flood())]
    assert (kinds.count(NotAuthenticated), kinds.count(TooManyTries)) == (5, 95)


def test_a_flood_from_many_addresses_gets_two_at_once_and_a_short_queue(
    opened: Opened, config: Config, monkeypatch: pytest.MonkeyPatch
):
    running, most, gate = 0, 0, threading.Lock()
    real = bcrypt.checkpw

    def counted(password: bytes, password_hash: bytes) -> bool:
        nonlocal running, most
        with gate:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        matches = real(password, password_hash)
        with gate:
            running -= 1
        return matches

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    sessions = opened(config)

    async def flood() -> list[object]:
        tries = [sessions.log_in("miniadmin", "wrong", f"10.0.1.{index}") for index in range(60)]
        return await asyncio.gather(*tries, return_exceptions=True)

    results = asyncio.run(flood())
    sentences = [str(error) for error in results]
    assert most == 2
    assert (sentences.count(WRONG), sentences.count("Too many logins at once; try again in 5 seconds.")) == (18, 42)
    turned_away = f"10.0.1.{len(sentences) - 1}"
    assert sentences[-1].startswith("Too many logins at once")
    for _ in range(5):  # as many as are free: attempts that were not checked did not count
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong", at=turned_away)
    assert log_in(sessions).username == "miniadmin"


def test_the_panel_goes_on_while_a_password_is_compared(opened: Opened, tmp_path: Path):
    sessions = opened(config_in(tmp_path, hash_of(PASSWORD, cost=11)))

    async def ticks_during_a_login() -> int:
        task = asyncio.create_task(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9"))
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.002)
            ticks += 1
        await task
        return ticks

    assert asyncio.run(ticks_during_a_login()) >= 5


def test_a_password_changed_while_it_is_compared_opens_no_session(opened: Opened, tmp_path: Path):
    config = config_in(tmp_path, hash_of(PASSWORD, cost=9))
    sessions = opened(config)

    async def change_meanwhile() -> None:
        task = asyncio.create_task(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9"))
        await asyncio.sleep(0)
        await sessions.reload(changed_password(config, "a new one"))
        await task

    with pytest.raises(NotAuthenticated, match=WRONG):
        asyncio.run(change_meanwhile())


def test_a_browser_that_logged_in_before_has_its_own_counter(sessions: Access):
    device = sessions.logins.new_device("miniadmin")
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries):
        log_in(sessions)
    assert asyncio.run(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9", device)).username == "miniadmin"
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            asyncio.run(sessions.log_in("miniadmin", "wrong", "10.0.0.9", device))
    with pytest.raises(TooManyTries):
        asyncio.run(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9", device))


@pytest.mark.parametrize("change", [lambda _: "", lambda _: "x" * 5000, lambda text: text[:-1] + "x", str.upper])
def test_a_device_cookie_that_this_panel_did_not_make_is_none(sessions: Access, change: Callable[[str], str]):
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries):
        asyncio.run(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9", change(sessions.logins.new_device("miniadmin"))))


def test_one_place_never_fills_the_queue(opened: Opened, config: Config):
    sessions = opened(replace(config, admin=replace(config.admin, password_hash=hash_of(PASSWORD, cost=9))))

    async def flood() -> tuple[list[object], Session]:
        wrong = [sessions.log_in("miniadmin", "wrong", "10.0.1.1") for _ in range(20)]
        flood = asyncio.gather(*wrong, return_exceptions=True)
        await asyncio.sleep(0)
        right = await sessions.log_in("miniadmin", PASSWORD, "10.0.0.9")
        return await flood, right

    refusals, session = asyncio.run(flood())
    assert [str(error) for error in refusals].count(WRONG) == 5
    assert session.username == "miniadmin"


def test_the_time_reveals_neither_who_exists_nor_whose_hash_is_cheap(opened: Opened, tmp_path: Path):
    config = config_in(tmp_path, hash_of(PASSWORD, cost=9))
    cheap, cheaper = (UserConfig(name, hash_of(PASSWORD, cost)) for name, cost in (("vera", 8), ("wim", 4)))
    sessions = opened(replace(config, users=(cheap, cheaper)))

    def fastest(username: str, password: str = "wrong") -> float:
        durations = []
        for turn in range(5):
            start = time.process_time()
            with pytest.raises(NotAuthenticated):
                log_in(sessions, username, password, f"10.{turn}.{len(durations)}.{len(username)}")
            durations.append(time.process_time() - start)
        return min(durations)

    known = fastest("miniadmin")
    for username in ("vera", "wim", "nobody", ""):
        assert known / 1.4 < fastest(username) < known * 1.4, username


def test_a_device_cookie_of_one_user_is_none_for_another(opened: Opened, config: Config):
    sessions = opened(with_viewer(config))
    device = sessions.logins.new_device("vera")
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries):
        asyncio.run(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9", device))
    assert asyncio.run(sessions.log_in("vera", PASSWORD, "10.0.0.9", device)).username == "vera"
