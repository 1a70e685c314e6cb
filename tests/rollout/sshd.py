"""Starts a real sshd for a test, on IPv4 and IPv6 loopback, with its own keys."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

START_SECONDS = 10
USER = "clusteradmin"
"""A user that only the sshd of running_sshd_of_user() knows."""

OWN_WORLD = """\
set -eu
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
mount --bind "$1/sudoers" /etc/sudoers
mount -t tmpfs -o mode=755 tmpfs /opt
mount -t tmpfs -o mode=755 tmpfs /mnt
cp "$1/root.pub" /mnt/keys
chmod 644 /mnt/keys
shift
exec "$@"
"""
"""Runs in its own mount namespace, so this machine's users, sudoers and /opt are never touched."""


def missing_sshd() -> str | None:
    """Return why sshd can't be started for root's login here, None if it can."""
    if os.geteuid() != 0:
        return "sshd lets root in only where root runs it"
    if _program() is None or shutil.which("ssh") is None:
        return "ssh or sshd is not installed"
    return None


def missing_sudo() -> str | None:
    """Return why sshd can't be started for another user with sudo here, None if it can."""
    return missing_sshd() or (None if shutil.which("sudo") else "sudo is not installed")


@contextmanager
def running_sshd(folder: Path) -> Iterator[str]:
    """Run sshd while the block runs; yield the lines of ssh_config with which root can log in, whatever the host."""
    port = _write_files(folder, keys=folder / "root.pub")
    with _running(folder, port, []):
        yield _access(folder, port)


@contextmanager
def running_sshd_of_user(folder: Path) -> Iterator[str]:
    """The same for USER, who is not root. folder/sudoers, which may change later, is the sudoers file there."""
    port = _write_files(folder, keys=Path("/mnt/keys"))
    number = 64321
    user = f"{USER}:x:{number}:{number}::/mnt:/bin/sh\n"
    (folder / "passwd").write_text(Path("/etc/passwd").read_text() + user)
    (folder / "shadow").write_text(Path("/etc/shadow").read_text() + f"{USER}:*:20000::::::\n")
    (folder / "sudoers").write_text("")
    for name in ("shadow", "sudoers"):
        (folder / name).chmod(0o440)
    world = ["unshare", "--mount", "--propagation", "private", "sh", "-c", OWN_WORLD, "sh", str(folder)]
    with _running(folder, port, world):
        yield _access(folder, port)


def _write_files(folder: Path, keys: Path) -> int:
    port = free_port()
    for name in ("host", "root"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd needs it, and no service may have made it
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nListenAddress ::1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {keys}\nStrictModes no\nPasswordAuthentication no\nUsePAM no\n"
        "MaxStartups 200\n"
    )
    return port


def _access(folder: Path, port: int) -> str:
    return f"Host *\n    Port {port}\n    IdentityFile {folder}/root\n    UserKnownHostsFile {folder}/known_hosts\n"


@contextmanager
def _running(folder: Path, port: int, world: list[str]) -> Iterator[None]:
    log = folder / "sshd.log"
    process = subprocess.Popen([*world, str(_program()), "-D", "-f", str(folder / "sshd_config"), "-E", str(log)])
    try:
        _wait_until_it_listens(port, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _program() -> str | None:
    # sshd must be started by its full path, and may be in a folder that a user's PATH lacks.
    return shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _wait_until_it_listens(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"sshd did not start: {log.read_text() if log.exists() else ''}")
