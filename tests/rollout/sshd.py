"""Starts a real sshd on loopback for a test, IPv4 and IPv6, with keys of its own."""

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


def missing_sshd() -> str | None:
    """Return why no sshd for root's login can be started here, None where one can."""
    if os.geteuid() != 0:
        return "sshd lets root in only where root runs it"
    if _program() is None or shutil.which("ssh") is None:
        return "ssh or sshd is not installed"
    return None


@contextmanager
def running_sshd(folder: Path) -> Iterator[str]:
    """Run sshd while the block runs; gives the lines of ssh_config by which root gets in, whatever the host is."""
    port = free_port()
    for name in ("host", "root"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd's own, where no service has made it
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nListenAddress ::1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/root.pub\nStrictModes no\nPasswordAuthentication no\nUsePAM no\n"
        "MaxStartups 200\n"
    )
    log = folder / "sshd.log"
    process = subprocess.Popen([str(_program()), "-D", "-f", str(folder / "sshd_config"), "-E", str(log)])
    try:
        _wait_until_it_listens(port, log)
        yield f"Host *\n    Port {port}\n    IdentityFile {folder}/root\n    UserKnownHostsFile {folder}/known_hosts\n"
    finally:
        process.terminate()
        process.wait(10)


def _program() -> str | None:
    # sshd wants to be started by its whole path, and may lie where a user's PATH does not look.
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
