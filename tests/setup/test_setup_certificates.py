"""The panel's certificate: one made by a real openssl, which clients that know its CA trust; or the site's own."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from minipanel.setup.ask.answers import Certificates, SelfMade
from minipanel.setup.change.account import Account
from minipanel.setup.change.certificates import alternative_names, lay_certificates
from tests.setup.machine import Machine, needs_root

pytestmark = needs_root

ACCOUNT = Account(4242, 4243)
NAMES = ("10.0.0.1", "mgmt.cluster.test", "mgmt", "localhost", "127.0.0.1", "::1")


@pytest.fixture
def folder(machine: Machine) -> Path:
    path = machine.root / "etc/minipanel"
    path.mkdir(parents=True)
    return path


def handshake(folder: Path, name: str) -> None:
    """Connect like an agent that knows the CA and uses this name for the panel. Raises ssl.SSLError."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "tls/panel.pem", folder / "tls/panel-key.pem")
    client = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=accept, args=(server, theirs))
    thread.start()
    try:
        with ours, client.wrap_socket(ours, server_hostname=name):
            pass
    finally:
        thread.join()


def accept(context: ssl.SSLContext, connection: socket.socket) -> None:
    try:
        with connection, context.wrap_socket(connection, server_side=True):
            pass
    except OSError:  # the client has refused
        pass


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_knows_the_ca_trusts_the_panel_under_each_of_its_names(
    machine: Machine, folder: Path, name: str
) -> None:
    lay_certificates(SelfMade(NAMES), folder, ACCOUNT, machine.system)
    handshake(folder, name)


def test_the_panel_is_not_trusted_by_another_name(machine: Machine, folder: Path) -> None:
    lay_certificates(SelfMade(NAMES), folder, ACCOUNT, machine.system)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(folder, "10.0.0.2")


def test_a_second_certificate_is_by_the_same_ca(machine: Machine, folder: Path) -> None:
    lay_certificates(SelfMade(NAMES), folder, ACCOUNT, machine.system)
    ca, certificate = (folder / "ca.pem").read_text(), (folder / "tls/panel.pem").read_text()
    lay_certificates(SelfMade((*NAMES, "10.0.0.2")), folder, ACCOUNT, machine.system)
    assert (folder / "ca.pem").read_text() == ca
    assert (folder / "tls/panel.pem").read_text() != certificate
    handshake(folder, "10.0.0.2")


def test_nothing_is_left_of_the_making_and_the_cas_key_is_roots(machine: Machine, folder: Path) -> None:
    lay_certificates(SelfMade(NAMES), folder, ACCOUNT, machine.system)
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (folder / "tls").iterdir()}
    assert files == {"ca-key.pem": 0o600, "panel-key.pem": 0o640, "panel.pem": 0o644}
    assert stat.S_IMODE((folder / "tls").stat().st_mode) == 0o750


def test_both_certificates_last_as_long_as_a_cluster(machine: Machine, folder: Path) -> None:
    lay_certificates(SelfMade(NAMES), folder, ACCOUNT, machine.system)
    nine_years = str(9 * 365 * 24 * 3600)
    for name in ("ca.pem", "tls/panel.pem"):
        subprocess.run(["openssl", "x509", "-checkend", nine_years, "-noout", "-in", folder / name], check=True)


def test_an_own_certificate_is_put_where_the_service_reads_it(machine: Machine, folder: Path, tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem", "ca.pem"):
        (tmp_path / name).write_text(f"text of {name}")
    own = Certificates(tmp_path / "c.pem", tmp_path / "k.pem", tmp_path / "ca.pem")
    lay_certificates(own, folder, ACCOUNT, machine.system)
    assert (folder / "tls/panel.pem").read_text() == "text of c.pem"
    assert (folder / "ca.pem").read_text() == "text of ca.pem"
    key = folder / "tls/panel-key.pem"
    assert (key.stat().st_uid, key.stat().st_gid, stat.S_IMODE(key.stat().st_mode)) == (0, 4243, 0o640)


def test_addresses_and_names_are_distinguished() -> None:
    assert alternative_names(("10.0.0.1", "mgmt", "FD00::1")) == "IP:10.0.0.1,DNS:mgmt,IP:fd00::1"
