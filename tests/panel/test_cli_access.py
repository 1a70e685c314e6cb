"""`minipanel access`: users, sessions, API tokens, wall screens, the audit; with and without a running panel."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from minipanel.access.keys import is_whole
from minipanel.commands.access_audit import show_audit
from minipanel.commands.access_keys import add_kiosk, add_token, list_keys, remove_key
from minipanel.commands.access_sessions import end_sessions, list_sessions
from minipanel.commands.access_users import PasswordSource, add_account, change_password, list_users, remove_account
from minipanel.config import Config, load_config
from minipanel.database.store import Store
from minipanel.errors import CommandError, ConfigError
from tests.panel.commands import log_in, run, running_panel, written_config
from tests.panel.example import PASSWORD

FILE = "password"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / FILE).write_text("a good password\n")
    return written_config(tmp_path)


@pytest.fixture
def database(config: Config) -> Path:
    Store(config.database.path).close()
    return config.database.path


def file_of(config: Config) -> PasswordSource:
    return PasswordSource(file=config.path.parent / FILE)


def refused(command: Callable[..., None], *arguments: Any) -> str:
    with pytest.raises((CommandError, ConfigError)) as caught:
        command(*arguments)
    return str(caught.value)


def enter(config: Config, name: str, password: str) -> httpx.Response:
    login = {"username": name, "password": password}
    return httpx.post(f"{config.server.url}/api/auth/login", json=login, timeout=10)


def me(config: Config, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{config.server.url}/api/auth/me", headers=headers, timeout=10).status_code


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """A reload takes a moment."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_running_panel_follows_each_command(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with running_panel(config) as panel:
        add_account(config.path, "vera", "viewer", file_of(config))
        until(lambda: enter(config, "vera", "a good password").status_code == 200)
        old = enter(config, "vera", "a good password").json()["token"]
        admin = log_in(config.server.url, PASSWORD).json()["token"]

        list_sessions(config.path, as_json=True)
        told = json.loads(capsys.readouterr().out.partition("\n")[2])
        assert sorted(row["username"] for row in told) == ["miniadmin", "vera", "vera"]
        assert all("account" not in row and row["address"] == "127.0.0.1" for row in told)

        end_sessions(config.path, None, "vera")
        until(lambda: me(config, old) == 401)
        assert me(config, admin) == 200
        (row,) = [row for row in told if row["username"] == "miniadmin"]
        end_sessions(config.path, row["id"], None)
        until(lambda: me(config, admin) == 401)

        (config.path.parent / FILE).write_text("another password\n")
        change_password(config.path, "vera", file_of(config))
        until(lambda: enter(config, "vera", "another password").status_code == 200)
        token = enter(config, "vera", "another password").json()["token"]
        remove_account(config.path, "vera")
        until(lambda: me(config, token) == 401)
        assert load_config(config.path).users == ()

        capsys.readouterr()
        add_token(config.path, "scripts", "read", 7)
        secret = capsys.readouterr().out.strip()
        until(lambda: me(config, secret) == 200)
        remove_key(config.path, "token", "scripts")
        until(lambda: me(config, secret) == 401)

        capsys.readouterr()
        add_kiosk(config.path, "hall", 7)
        link = capsys.readouterr().out.strip()
        assert link.startswith(f"{config.server.url}/kiosk#mpk_")
        body = {"secret": link.partition("#")[2]}
        until(lambda: httpx.post(f"{config.server.url}/api/auth/kiosk", json=body).status_code == 200)
        panel.stop()
    capsys.readouterr()
    show_audit(config.path, 1, as_json=False)
    lines = [line[18:] for line in capsys.readouterr().out.splitlines()]
    who = re.escape(os.environ.get("SUDO_USER") or "root") if os.geteuid() == 0 else ".+"
    assert any(re.fullmatch(f"{who} added the user vera, from the command line.", line) for line in lines)
    assert any(line.startswith("The link of the wall screen hall was opened at 127.0.0.1.") for line in lines)
    assert any(" ended a session of vera, from the command line. (" in line for line in lines)


def test_only_the_secret_goes_to_standard_output_and_the_words_to_stderr(
    config: Config, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_token(config.path, "grafana", "metrics", 365)
    out, err = capsys.readouterr()
    assert is_whole(out.removesuffix("\n"))
    assert re.fullmatch(
        r"The API token grafana is valid until \d{4}-\d\d-\d\d and may read GET /metrics\. It is shown only here\. "
        r"No panel is running; it takes effect when one starts\.\n",
        err,
    )
    list_keys(config.path, "token", as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["scope"], row["last_used_at"]) == ("grafana", "metrics", None)
    assert "digest" not in row
    list_keys(config.path, "token", as_json=False)
    assert re.search(
        r"^NAME +SCOPE +CREATED BY +VALID UNTIL +LAST USED +FROM\ngrafana +metrics +", capsys.readouterr().out
    )


def content(config: Config) -> tuple[str, list[Any]]:
    with closing(sqlite3.connect(config.database.path)) as connection:
        rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("access_keys", "audit")]
    return config.path.read_text(), rows


@pytest.mark.parametrize(
    ("command", "arguments", "sentence"),
    [
        (add_token, ("x", "write", 1), "The scope is 'write'; it must be metrics or read."),
        (add_token, ("x", "", 1), "The scope is ''; it must be metrics or read."),
        (add_token, ("x", "read", 0), "The number of days is 0; it must be 1 to 3650."),
        (add_token, ("x", "read", 3651), "The number of days is 3651; it must be 1 to 3650."),
        (add_token, ("", "read", 1), "The name is ''; it must be 1 to 64 printable characters without spaces around"),
        (add_token, ("a\x1b", "read", 1), "The name is 'a\\x1b'; it must be 1 to 64 printable characters without"),
        (add_token, ("there", "read", 1), "There is already an API token 'there'; remove it, or choose another name."),
        (add_kiosk, ("there", 1), "There is already a wall screen 'there'; remove it, or choose another name."),
        (add_kiosk, ("x", -1), "The number of days is -1; it must be 1 to 3650."),
        (remove_key, ("token", "x"), "There is no API token 'x'; nothing was changed."),
        (remove_key, ("kiosk", "x\n"), "There is no wall screen 'x\\n'; nothing was changed."),
        (end_sessions, ("x", None), "There is no session 'x'; nothing was changed."),
        (end_sessions, (None, "x"), "'x' has no session; nothing was changed."),
        (end_sessions, (None, None), "Give the ID of one session, or --user NAME for all of a user."),
        (end_sessions, ("x", "x"), "Give the ID of one session, or --user NAME for all of a user."),
        (show_audit, (0, False), "--days is 0; it must be from 1 to 400."),
        (show_audit, (401, False), "--days is 401; it must be from 1 to 400."),
    ],
    ids=range(17),
)
def test_bad_input_is_one_sentence_and_nothing_changes(
    config: Config, database: Path, command: Callable[..., None], arguments: tuple[Any, ...], sentence: str
) -> None:
    add_token(config.path, "there", "read", 1)
    add_kiosk(config.path, "there", 1)
    before = content(config)
    assert refused(command, config.path, *arguments).startswith(sentence)
    assert content(config) == before


@pytest.mark.parametrize(
    ("name", "role", "sentence"),
    [
        ("miniadmin", "viewer", "already has a user miniadmin; nothing was changed."),
        ("MiniAdmin", "viewer", "already has a user MiniAdmin; nothing was changed."),
        ("vera", "root", "The role is 'root'; it must be viewer or admin."),
        ("vera", "", "The role is ''; it must be viewer or admin."),
        ("", "viewer", "The name is ''; it must be 1 to 64 printable characters without spaces around them."),
        ("v\n", "viewer", "The name is 'v\\n'; it must be 1 to 64 printable characters without spaces around them."),
        ("v" * 65, "viewer", "it must be 1 to 64 printable characters without spaces around them."),
    ],
    ids=range(7),
)
def test_a_user_that_can_not_be_is_one_sentence(config: Config, name: str, role: str, sentence: str) -> None:
    before = config.path.read_text()
    assert sentence in refused(add_account, config.path, name, role, file_of(config))
    assert config.path.read_text() == before


def test_a_password_that_can_not_be_or_be_read_changes_nothing(config: Config) -> None:
    before = config.path.read_text()
    (config.path.parent / FILE).write_text("short\n")
    assert refused(add_account, config.path, "vera", "viewer", file_of(config)).startswith("The password has 5 char")
    missing = PasswordSource(file=config.path.parent / "nowhere")
    assert "can't be read from" in refused(add_account, config.path, "vera", "viewer", missing)
    both = PasswordSource(from_stdin=True, file=config.path.parent / FILE)
    assert "can't be combined" in refused(change_password, config.path, None, both)
    assert "has no user 'nobody'; nothing" in refused(change_password, config.path, "nobody", file_of(config))
    assert "is the account of [admin]" in refused(remove_account, config.path, "miniadmin")
    assert "has no user 'nobody'; nothing was changed." in refused(remove_account, config.path, "nobody")
    assert config.path.read_text() == before


def test_the_comments_of_the_configuration_stay(config: Config) -> None:
    before = config.path.read_text()
    add_account(config.path, "vera", "admin", file_of(config))
    change_password(config.path, "vera", file_of(config))
    assert [(each.name, each.role) for each in load_config(config.path).users] == [("vera", "admin")]
    remove_account(config.path, "vera")
    assert config.path.read_text() == before


def test_users_are_listed(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    add_account(config.path, "vera", "viewer", file_of(config))
    capsys.readouterr()
    list_users(config.path, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == [{"name": "miniadmin", "role": "admin"}, {"name": "vera", "role": "viewer"}]
    list_users(config.path, as_json=False)
    assert capsys.readouterr().out == "NAME       ROLE\nminiadmin  admin\nvera       viewer\n"


def test_without_a_database_nothing_is_made_that_would_be_roots(config: Config) -> None:
    sentence = f"There is no database {config.database.path} yet; the panel makes it at its first start."
    assert refused(add_token, config.path, "x", "read", 1) == sentence
    assert refused(list_sessions, config.path, False) == sentence
    add_account(config.path, "vera", "viewer", file_of(config))
    assert sorted(path.name for path in config.path.parent.iterdir()) == ["config.toml", FILE]


def test_a_database_of_an_earlier_version_is_left_to_the_panel(config: Config, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DELETE FROM applied_migrations")
        connection.commit()
    assert refused(add_token, config.path, "x", "read", 1) == (
        f"The database {database} is of an earlier version; start the panel of this one first."
    )


def test_files_that_root_writes_beside_the_database_belong_to_its_owner(config: Config, database: Path) -> None:
    if os.geteuid() == 0:
        os.chown(config.path.parent, 12345, 12345)
        os.chown(database, 12345, 12345)
    add_token(config.path, "x", "read", 1)
    owners = {path.stat().st_uid for path in database.parent.glob("data.db*")}
    assert owners == {database.stat().st_uid}


def test_a_locked_database_is_one_sentence(config: Config, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minipanel.database.connection.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "is locked by another program" in refused(add_token, config.path, "x", "read", 1)


def test_the_commands_speak_chinese(
    config: Config, database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    add_token(config.path, "grafana", "metrics", 1)
    assert "API 令牌 grafana 可读取 GET /metrics，有效期至 " in capsys.readouterr().err
    assert refused(add_token, config.path, "grafana", "metrics", 1) == (
        "已有 API 令牌 'grafana'；请先移除它，或换一个名称。"
    )
    assert refused(add_token, config.path, "x", "write", 1) == "权限范围 'write' 无效；须为 metrics 或 read。"
    add_account(config.path, "vera", "viewer", file_of(config))
    assert "中添加用户 vera（viewer）。面板未运行；下次启动时生效。" in capsys.readouterr().out
    show_audit(config.path, 1, as_json=False)
    assert "创建了 API 令牌 grafana，来自命令行。" in capsys.readouterr().out
    (config.path.parent / FILE).write_text("short\n")
    assert refused(change_password, config.path, None, file_of(config)) == "密码只有 5 个字符；至少需要 8 个。"


def test_a_token_can_go_straight_into_a_file(config: Config, database: Path) -> None:
    done = run("access", "tokens", "add", "grafana", "--scope", "metrics", "--config", config.path)
    assert (done.returncode, is_whole(done.stdout.strip())) == (0, True)
    done = run("access", "tokens", "add", "grafana", "--scope", "metrics", "--config", config.path)
    assert (done.returncode, done.stdout) == (1, "")


def test_a_password_can_come_from_standard_input(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("access", "users", "add", "vera", "--stdin", "--config", config.path, stdin=b"a good password\n")
    assert (done.returncode, done.stderr) == (0, "")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    sentence = "There is no terminal to type a password on; use --stdin or --password-file."
    assert refused(change_password, config.path, "vera", PasswordSource()) == sentence


def test_nothing_in_the_database_acts_on_the_terminal(
    config: Config, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_token(config.path, "grafana", "read", 30)
    evil, until = "\x1b]0;pwned\x07\x1b[2J", int(time.time()) + 999
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE access_keys SET created_by = ?1, last_address = ?1", (evil,))
        connection.execute("UPDATE audit SET who = ?1, subject = ?1", (evil,))
        row = ("1", evil, "", 1, until, 1, evil, evil)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    capsys.readouterr()
    list_keys(config.path, "token", False)
    list_sessions(config.path, False)
    show_audit(config.path, 1, False)
    shown = capsys.readouterr().out
    assert shown.count(r"\x1b]0;pwned") >= 5
    assert "\x1b" not in shown
    assert "\x07" not in shown
