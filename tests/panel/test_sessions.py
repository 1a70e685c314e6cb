"""Passwords compared, tokens signed, checked and ended."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import bcrypt
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.config import Config
from minipanel.errors import NotAuthenticated, TooManyTries
from minipanel.services.sessions import Session, Sessions
from tests.panel.example import PASSWORD, changed_password, config_in, hash_of

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


async def forget(name: str, expires_at: int) -> None:
    """Nothing outlives these tests."""


@pytest.fixture
def sessions(config: Config, clock: Clock) -> Iterator[Sessions]:
    made = Sessions(config, forget, clock)
    yield made
    made.close()


def log_in(sessions: Sessions, username: str = "miniadmin", password: str = PASSWORD, at: str = "10.0.0.9") -> Session:
    return asyncio.run(sessions.log_in(username, password, at))


def refused(sessions: Sessions, token: str | None) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        sessions.check(token)
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}
    return caught.value.sentence


def signed(config: Config, **changes: object) -> str:
    """A token with the right key, and claims as a test wants them; `...` takes one out."""
    claims = {"sub": "miniadmin", "iat": int(NOW), "exp": int(NOW) + 60, "jti": "x", "pwd": "y"} | changes
    kept = {name: value for name, value in claims.items() if value is not ...}
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    payload = base64.urlsafe_b64encode(json.dumps(kept).encode()).rstrip(b"=")
    key = config.server.jwt_secret.encode()
    signature = jwt.get_algorithm_by_name("HS256").sign(header + b"." + payload, key)
    return (header + b"." + payload + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_the_right_password_opens_a_session_of_twelve_hours(sessions: Sessions):
    session = log_in(sessions)
    assert (session.username, session.expires_at) == ("miniadmin", int(NOW) + 12 * 3600)
    assert sessions.check(session.token) == session


def test_each_session_has_a_token_of_its_own(sessions: Sessions):
    assert log_in(sessions).token != log_in(sessions).token


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
def test_whatever_part_is_wrong_the_words_are_the_same(sessions: Sessions, username: str, password: str):
    with pytest.raises(NotAuthenticated) as caught:
        log_in(sessions, username, password)
    assert caught.value.sentence == WRONG


def test_whatever_part_is_wrong_the_time_is_the_same(tmp_path: Path):
    sessions = Sessions(config_in(tmp_path, hash_of(PASSWORD, cost=8)), forget)

    def fastest(username: str, password: str) -> float:
        """Seconds of this process alone, the shortest of several: the machine may be busy with others."""
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
    sessions.close()


def test_a_password_longer_than_bcrypt_reads_never_matches(tmp_path: Path):
    longest = "é" * 36
    sessions = Sessions(config_in(tmp_path, hash_of(longest)), forget)
    assert log_in(sessions, password=longest).username == "miniadmin"
    with pytest.raises(NotAuthenticated, match=WRONG):
        log_in(sessions, password=longest + "x")
    sessions.close()


def test_five_wrong_passwords_and_the_sixth_has_to_wait_even_with_the_right_one(sessions: Sessions):
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries) as caught:
        log_in(sessions)
    assert caught.value.sentence == "Too many failed logins from this address; try again in 2 seconds."
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "2"})
    assert log_in(sessions, at="10.0.0.8").username == "miniadmin"


def test_a_login_that_succeeded_clears_the_count(sessions: Sessions):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(NotAuthenticated):
                log_in(sessions, password="wrong")
        assert log_in(sessions).username == "miniadmin"


def test_a_hundred_tries_at_once_are_not_looked_at_any_more_than_five(sessions: Sessions):
    async def flood() -> list[object]:
        tries = [sessions.log_in("miniadmin", "wrong", "10.0.0.9") for _ in range(100)]
        return await asyncio.gather(*tries, return_exceptions=True)

    kinds = [type(error) for error in asyncio.run(flood())]
    assert (kinds.count(NotAuthenticated), kinds.count(TooManyTries)) == (5, 95)


def test_a_flood_from_many_addresses_gets_two_at_once_and_a_short_queue(
    config: Config, monkeypatch: pytest.MonkeyPatch
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
    sessions = Sessions(config, forget)

    async def flood() -> list[object]:
        tries = [sessions.log_in("miniadmin", "wrong", f"10.0.1.{index}") for index in range(60)]
        return await asyncio.gather(*tries, return_exceptions=True)

    results = asyncio.run(flood())
    sentences = [str(error) for error in results]
    assert most == 2
    assert (sentences.count(WRONG), sentences.count("Too many logins at once; try again in 5 seconds.")) == (18, 42)
    turned_away = f"10.0.1.{len(sentences) - 1}"
    assert sentences[-1].startswith("Too many logins at once")
    for _ in range(5):  # as many as are free: what was not looked at did not count
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong", at=turned_away)
    assert log_in(sessions).username == "miniadmin"
    sessions.close()


def test_the_panel_goes_on_while_a_password_is_compared(tmp_path: Path):
    sessions = Sessions(config_in(tmp_path, hash_of(PASSWORD, cost=11)), forget)

    async def ticks_during_a_login() -> int:
        task = asyncio.create_task(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9"))
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.002)
            ticks += 1
        await task
        return ticks

    assert asyncio.run(ticks_during_a_login()) >= 5
    sessions.close()


def test_a_session_ends_when_its_time_is_over(sessions: Sessions, clock: Clock):
    session = log_in(sessions)
    clock.now = session.expires_at - 0.5
    assert sessions.check(session.token) == session
    clock.now = float(session.expires_at)
    assert refused(sessions, session.token) == "The session has expired; log in again."


def test_session_hours_may_be_a_fraction(config: Config, clock: Clock):
    sessions = Sessions(replace(config, server=replace(config.server, session_hours=1.5)), forget, clock)
    assert log_in(sessions).expires_at == int(NOW) + 5400
    sessions.close()


def test_a_session_that_logged_out_is_over_and_the_others_are_not(sessions: Sessions):
    one, other = log_in(sessions), log_in(sessions)
    asyncio.run(sessions.log_out(one.token))
    assert refused(sessions, one.token) == "The session was logged out; log in again."
    assert sessions.check(other.token) == other
    with pytest.raises(NotAuthenticated):
        asyncio.run(sessions.log_out(one.token))


def test_what_logged_out_is_forgotten_once_it_would_have_expired(sessions: Sessions, clock: Clock):
    asyncio.run(sessions.log_out(log_in(sessions).token))
    clock.now += 13 * 3600
    asyncio.run(sessions.log_out(log_in(sessions).token))
    assert len(sessions._logged_out) == 1


def test_a_changed_password_ends_old_sessions_for_good(sessions: Sessions, config: Config):
    session = log_in(sessions)
    sessions.reload(changed_password(config, "a new one"))
    assert refused(sessions, session.token) == "The account was changed since; log in again."
    with pytest.raises(NotAuthenticated):
        log_in(sessions)
    assert sessions.check(log_in(sessions, password="a new one").token)


def test_the_same_password_hashed_anew_ends_old_sessions_too(sessions: Sessions, config: Config):
    session = log_in(sessions)
    sessions.reload(changed_password(config, PASSWORD))
    assert refused(sessions, session.token) == "The account was changed since; log in again."


def test_a_reload_that_changes_nothing_of_the_account_keeps_sessions(sessions: Sessions, config: Config):
    session = log_in(sessions)
    sessions.reload(replace(config, nodes=(), admin=replace(config.admin)))
    assert sessions.check(session.token) == session


def test_a_changed_username_or_secret_ends_old_sessions(sessions: Sessions, config: Config):
    session = log_in(sessions)
    sessions.reload(replace(config, admin=replace(config.admin, username="other")))
    assert refused(sessions, session.token) == "The account was changed since; log in again."
    sessions.reload(replace(config, server=replace(config.server, jwt_secret="another secret, of thirty-two bytes")))
    assert refused(sessions, session.token) == "The session is not one of this panel's; log in again."


def test_a_password_changed_while_it_is_compared_opens_no_session(tmp_path: Path):
    config = config_in(tmp_path, hash_of(PASSWORD, cost=9))
    sessions = Sessions(config, forget)

    async def change_meanwhile() -> None:
        task = asyncio.create_task(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9"))
        await asyncio.sleep(0)
        sessions.reload(changed_password(config, "a new one"))
        await task

    with pytest.raises(NotAuthenticated, match=WRONG):
        asyncio.run(change_meanwhile())
    sessions.close()


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_one_is_asked_to_log_in(sessions: Sessions, token: str | None):
    assert refused(sessions, token) == "Log in first."


def test_only_the_one_algorithm_is_taken(sessions: Sessions, config: Config):
    good = log_in(sessions).token
    claims = jwt.decode(good, options={"verify_signature": False})
    secret = config.server.jwt_secret
    assert sessions.check(jwt.encode(claims, secret, "HS256"))
    long_secret = "a secret of the length that the longer algorithms of this family would want to have"
    forged = [jwt.encode(claims, None, "none"), jwt.encode(claims, long_secret, "HS256")]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        forged += [jwt.encode(claims, secret, algorithm) for algorithm in ("HS384", "HS512")]
    for token in forged:
        assert refused(sessions, token) == "The session is not one of this panel's; log in again."


def test_a_token_that_was_changed_in_any_part_is_refused(sessions: Sessions):
    parts = log_in(sessions).token.split(".")
    for index, part in enumerate(parts):
        for position in (0, len(part) // 2):
            letter = "A" if part[position] != "A" else "B"
            changed = [*parts[:index], part[:position] + letter + part[position + 1 :], *parts[index + 1 :]]
            assert "not one of this panel's" in refused(sessions, ".".join(changed))


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": ...},
        {"exp": ...},
        {"jti": ...},
        {"pwd": ...},
        {"exp": "2099-01-01"},
        {"exp": None},
        {"exp": 1e400},
        {"sub": 7},
        {"jti": ["x"]},
    ],
)
def test_a_token_of_the_right_key_with_other_claims_is_refused(
    sessions: Sessions, config: Config, changes: dict[str, object]
):
    assert "not one of this panel's" in refused(sessions, signed(config, **changes))
    assert "The account was changed" in refused(sessions, signed(config))


@pytest.mark.parametrize("token", ["x" * 100_000, "a.b.c", "...", "\ud800.a.b", "é", " ", "e30.e30.e30", "\x00"])
def test_garbage_is_no_session(sessions: Sessions, token: str):
    assert "not one of this panel's" in refused(sessions, token)


@settings(deadline=None, max_examples=200)
@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,43}"))
def test_no_text_but_a_token_is_a_session(text: str):
    sessions = Sessions(config_in(Path("/nowhere"), "$2b$04$" + "a" * 53), forget)
    with pytest.raises(NotAuthenticated):
        sessions.check(text)
    sessions.close()


def test_a_browser_that_logged_in_before_has_a_counter_of_its_own(sessions: Sessions):
    device = sessions.new_device()
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
def test_a_device_cookie_that_this_panel_did_not_make_is_none(sessions: Sessions, change: Callable[[str], str]):
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            log_in(sessions, password="wrong")
    with pytest.raises(TooManyTries):
        asyncio.run(sessions.log_in("miniadmin", PASSWORD, "10.0.0.9", change(sessions.new_device())))


def test_one_place_never_fills_the_queue(config: Config):
    sessions = Sessions(replace(config, admin=replace(config.admin, password_hash=hash_of(PASSWORD, cost=9))), forget)

    async def flood() -> tuple[list[object], Session]:
        wrong = [sessions.log_in("miniadmin", "wrong", "10.0.1.1") for _ in range(20)]
        flood = asyncio.gather(*wrong, return_exceptions=True)
        await asyncio.sleep(0)
        right = await sessions.log_in("miniadmin", PASSWORD, "10.0.0.9")
        return await flood, right

    refusals, session = asyncio.run(flood())
    assert [str(error) for error in refusals].count(WRONG) == 5
    assert session.username == "miniadmin"
    sessions.close()
