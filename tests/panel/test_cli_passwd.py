"""`minipanel passwd`: the account's password, typed or read, and never shown."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

import bcrypt
import pytest

from minipanel.config import Config, load_config
from tests.panel.commands import at_terminal, command, log_in, run, running_panel, written_config
from tests.panel.example import PASSWORD


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def is_password(config: Config, password: str) -> bool:
    return bcrypt.checkpw(password.encode(), load_config(config.path).admin.password_hash.encode())


def test_a_password_from_stdin_is_set(config: Config) -> None:
    done = run("passwd", "--stdin", "--config", config.path, stdin="密码密码 123\n".encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert "The password of miniadmin is set; this user's sessions end." in done.stdout
    assert "密码" not in done.stdout
    assert is_password(config, "密码密码 123")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        (b"", "The password has 0 characters; it must have at least 8."),
        (b"seven77\n", "The password has 7 characters; it must have at least 8."),
        (b"x" * 73, "The password has 73 bytes in UTF-8; at most 72 are allowed."),
        ("密".encode() * 25, "The password has 75 bytes in UTF-8; at most 72 are allowed."),
        (b"tab\tulator", "The password holds characters that can't be typed into the page; use printable ones."),
        (b"caf\xe9caf\xe9", "The password in standard input is not UTF-8 text."),
    ],
)
def test_a_password_that_can_not_be_one_is_one_sentence(config: Config, password: bytes, sentence: str) -> None:
    done = run("passwd", "--stdin", "--config", config.path, stdin=password)
    assert (done.returncode, done.stderr) == (1, sentence + "\n")
    assert is_password(config, PASSWORD)


def test_without_a_terminal_it_points_to_stdin(config: Config) -> None:
    done = run("passwd", "--config", config.path)
    assert (done.returncode, done.stderr) == (
        1,
        "There is no terminal to type a password on; use --stdin or --password-file.\n",
    )


def typed(config: Config, *answers: bytes) -> tuple[int, str]:
    """Answer the questions at a terminal. Returns the exit code and what the terminal showed."""
    process, master = at_terminal(command("passwd", "--config", config.path))
    shown = b""
    for answer in answers:
        shown += read_until(master, b": ")
        time.sleep(0.1)  # getpass empties the input when it turns off the echo
        os.write(master, answer)
    shown += read_until(master, b"\0")
    os.close(master)
    return process.wait(20), shown.decode()


def read_until(master: int, mark: bytes) -> bytes:
    shown = b""
    while not shown.endswith(mark):
        assert select.select([master], [], [], 20)[0], f"nothing more than {shown!r}"
        try:
            shown += os.read(master, 1000)
        except OSError:  # the other end has closed
            break
    return shown


def test_a_password_is_asked_for_twice_and_not_shown(config: Config) -> None:
    code, shown = typed(config, b"a new secret\n", b"a new secret\n")
    assert code == 0, shown
    assert "New password for miniadmin: " in shown
    assert "secret" not in shown
    assert is_password(config, "a new secret")


def test_two_different_answers_change_nothing(config: Config) -> None:
    code, shown = typed(config, b"a new secret\n", b"a new sercet\n")
    assert code == 1
    assert "The two passwords differ; nothing was changed." in shown
    assert is_password(config, PASSWORD)


@pytest.mark.parametrize(("key", "word"), [(b"\x03", "Interrupted."), (b"\x04", "Aborted!")], ids=["Ctrl-C", "Ctrl-D"])
def test_answering_no_changes_nothing(config: Config, key: bytes, word: str) -> None:
    code, shown = typed(config, b"a new secret\n", key)
    assert code == 1
    assert shown.splitlines()[-1] == word
    assert "Traceback" not in shown
    assert is_password(config, PASSWORD)


def test_a_running_panel_takes_the_new_password_only(config: Config) -> None:
    with running_panel(config) as panel:
        assert log_in(config.server.url, PASSWORD).status_code == 200
        assert run("passwd", "--stdin", "--config", config.path, stdin=b"a new secret").returncode == 0
        panel.wait_for("The configuration was reloaded")
        assert log_in(config.server.url, PASSWORD).status_code == 401
        assert log_in(config.server.url, "a new secret").status_code == 200
