"""What the panel reports to systemd, on a real datagram socket in place of systemd's."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config
from tests.panel.commands import START_SECONDS, running, running_panel, written_config
from tests.panel.olddatabase import make_old

CREDENTIALS = struct.Struct("3i")  # ucred of unix(7): process, user, group


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


class Systemd:
    """The end of the socket that systemd reads. `name`: as in NOTIFY_SOCKET."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self._socket.settimeout(START_SECONDS)

    def hear(self) -> tuple[str, int]:
        """Return the next state and the process that reports it."""
        state, ((_, _, sender),), _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
        return state.decode(), CREDENTIALS.unpack(sender)[0]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["in a folder", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Systemd]:
    is_abstract = request.param == "abstract"
    listening = Systemd(f"@minipanel-test/{os.getpid()}" if is_abstract else str(tmp_path / "notify"))
    yield listening
    listening.close()


def test_systemd_hears_when_the_port_answers_and_when_the_panel_stops(config: Config, systemd: Systemd) -> None:
    log = config.path.parent / "log"
    with running("serve", "--config", config.path, log=log, NOTIFY_SOCKET=systemd.name) as panel:
        # The started process itself must report: NotifyAccess=main accepts no other.
        assert systemd.hear() == ("READY=1", panel.process.pid)
        assert httpx.get(f"{config.server.url}/api/health").status_code == 200
        panel.stop()
        assert systemd.hear() == ("STOPPING=1", panel.process.pid)


def test_systemd_shows_how_far_the_copy_is_that_is_made_before_the_database_is_changed(
    tmp_path: Path, config: Config
) -> None:
    make_old(config.database.path, 1, range(1, 4), 1_700_000_100)
    systemd, log = Systemd(str(tmp_path / "notify")), config.path.parent / "log"
    with running("serve", "--config", config.path, log=log, NOTIFY_SOCKET=systemd.name) as panel:
        heard = [systemd.hear()[0]]
        while heard[-1] != "READY=1":
            heard.append(systemd.hear()[0])
        panel.stop()
        assert "Checking the copy of the database, then changing it." in panel.output
    assert heard == ["STATUS=Checking the copy of the database, then changing it", "STATUS=", "READY=1"]
    systemd.close()


@pytest.mark.parametrize("is_good", [True, False], ids=["good", "bad"])
def test_a_reload_ends_for_systemd_whatever_comes_of_it(tmp_path: Path, config: Config, is_good: bool) -> None:
    systemd, log = Systemd(str(tmp_path / "notify")), config.path.parent / "log"
    with running("serve", "--config", config.path, log=log, NOTIFY_SOCKET=systemd.name) as panel:
        assert systemd.hear()[0] == "READY=1"
        if not is_good:
            config.path.write_text("nonsense")
        panel.process.send_signal(signal.SIGHUP)
        assert [systemd.hear()[0] for _ in range(2)] == ["RELOADING=1", "READY=1"]
        panel.wait_for("was reloaded" if is_good else "The panel keeps its old configuration.")
        panel.stop()
    systemd.close()


def test_a_socket_that_nobody_reads_does_not_end_the_panel(tmp_path: Path, config: Config) -> None:
    with running_panel(config, NOTIFY_SOCKET=str(tmp_path / "gone")) as panel:
        panel.wait_for(f"systemd could not be told READY=1 at {tmp_path}/gone: No such file or directory.")
        assert httpx.get(f"{config.server.url}/api/health").status_code == 200
        panel.stop()
