"""Whether a panel could start: the set-up runs this in the service's place before it stops the running one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bcrypt
import pytest

from minipanel.errors import CommandError, ConfigError
from minipanel.serving.check import check as check_config
from tests.setup.machine import needs_root

NOBODY = 65534
HASH = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()


def config_file(folder: Path, more: str = "", port: int = 8080) -> Path:
    (folder / "data").mkdir(exist_ok=True)
    path = folder / "config.toml"
    path.write_text(
        f'[server]\nhost = "127.0.0.1"\nport = {port}\nurl = "http://10.0.0.1:8080"\njwt_secret = "{"x" * 40}"\n{more}'
        f'[admin]\nusername = "chief"\npassword_hash = "{HASH}"\n[database]\npath = "data/data.db"\n'
        '[agents]\nauth = "munge"\n'
    )
    return path


def check(path: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "minipanel.serving.check", "--config", str(path), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip()


def test_a_configuration_with_which_a_panel_could_start_passes_and_leaves_nothing(tmp_path: Path) -> None:
    assert check(config_file(tmp_path)) == (0, "")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_taken_port_is_reported_if_the_port_is_checked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        path = config_file(tmp_path, port=port)
        assert check(path)[0] == 0
        code, said = check(path, "--bind")
    assert code == 1
    assert f"127.0.0.1 port {port} is in use by another program" in said


def test_a_database_without_a_folder_is_reported(tmp_path: Path) -> None:
    path = config_file(tmp_path)
    (tmp_path / "data").rmdir()
    code, said = check(path)
    assert code == 1
    assert said.startswith(f"The database's folder {tmp_path}/data can't be written: ")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Open files as another user would; the interpreter itself may be where that user can't read."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@needs_root
def test_what_the_panels_user_can_not_read_or_write_is_reported(tmp_path: Path) -> None:
    for folder in tmp_path.parents:
        if folder.stat().st_mode & 0o011 != 0o011:
            folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    path = config_file(tmp_path)
    with pytest.raises(CommandError, match="can't be written: Permission denied"), as_nobody():
        check_config(path, is_binding=False)
    key = tmp_path / "key.pem"
    key.write_text("secret")
    key.chmod(0o600)
    config_file(tmp_path, 'tls_certificate = "config.toml"\ntls_key = "key.pem"\n')
    with pytest.raises(ConfigError, match=r"tls_key in .* which can't be read: Permission denied"), as_nobody():
        check_config(path, is_binding=False)
