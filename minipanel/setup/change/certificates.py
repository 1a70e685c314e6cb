"""The panel's certificate: the site's own, copied to where the service can read it, or one made by openssl with a
CA."""

from __future__ import annotations

import tempfile
from ipaddress import ip_address
from pathlib import Path

from minipanel.config.writing import replace_file
from minipanel.models.names import parse_address
from minipanel.setup.ask.answers import Certificates, SelfMade
from minipanel.setup.change.account import ROOT, Account, dress
from minipanel.setup.places import CA, CA_KEY, CERTIFICATE, KEY
from minipanel.setup.system import System

DAYS = 3650
"""A cluster's lifetime. An expired certificate would silence all agents at once."""

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256")


def lay_certificates(tls: Certificates | SelfMade, home: Path, account: Account, system: System) -> None:
    """Put certificate, key and CA below `home`, /etc/minipanel. Raises CommandError, ConfigError, OSError."""
    folder = (home / CERTIFICATE).parent
    folder.mkdir(exist_ok=True)
    dress(folder, ROOT, account.gid, 0o750)
    if isinstance(tls, SelfMade):
        _make(tls, home, account, system)
        return
    authority = None if tls.ca is None else tls.ca.read_text()
    _lay(home / CERTIFICATE, tls.certificate.read_text(), account, 0o644)
    _lay(home / KEY, tls.key.read_text(), account, 0o640)
    # The CA made here is no longer used. Its key must not sign for a later CA.
    for name in (CA, CA_KEY):
        (home / name).unlink(missing_ok=True)
    if authority is not None:
        _lay(home / CA, authority, account, 0o644)


def _make(tls: SelfMade, home: Path, account: Account, system: System) -> None:
    """Make a certificate, and a CA unless there is one: agents that trust the present CA need no change."""
    with tempfile.TemporaryDirectory(dir=(home / CERTIFICATE).parent) as name:
        part = Path(name)
        if not ((home / CA).exists() and (home / CA_KEY).exists()):
            _make_ca(part, system, tls.names[0])
            _lay(home / CA_KEY, (part / "ca-key.pem").read_text(), account, 0o600)
            _lay(home / CA, (part / "ca.pem").read_text(), account, 0o644)
        _make_certificate(part, home, system, tls.names)
        _lay(home / KEY, (part / "key.pem").read_text(), account, 0o640)
        _lay(home / CERTIFICATE, (part / "panel.pem").read_text(), account, 0o644)


def _make_ca(part: Path, system: System, name: str) -> None:
    (part / "ca.cnf").write_text(CA_REQUEST)
    words = ("req", "-x509", "-new", *CURVE, "-days", str(DAYS), "-config", str(part / "ca.cnf"))
    subject = ("-subj", f"/O=MiniPanel/CN=MiniPanel CA of {name}"[:70])
    system.must_run("openssl", *words, *subject, "-keyout", str(part / "ca-key.pem"), "-out", str(part / "ca.pem"))


def _make_certificate(part: Path, home: Path, system: System, names: tuple[str, ...]) -> None:
    (part / "panel.cnf").write_text(PANEL_REQUEST.format(names=alternative_names(names)))
    words = ("req", "-new", *CURVE, "-config", str(part / "panel.cnf"), "-subj", f"/O=MiniPanel/CN={names[0]}"[:70])
    system.must_run("openssl", *words, "-keyout", str(part / "key.pem"), "-out", str(part / "panel.csr"))
    signed_by = ("-CA", str(home / CA), "-CAkey", str(home / CA_KEY), "-CAcreateserial")
    serial = ("-CAserial", str(part / "serial"), "-days", str(DAYS), "-sha256")
    extensions = ("-extfile", str(part / "panel.cnf"), "-extensions", "panel")
    system.must_run(
        "openssl", "x509", "-req", "-in", str(part / "panel.csr"), *signed_by, *serial, *extensions,
        "-out", str(part / "panel.pem"),
    )  # fmt: skip


def alternative_names(names: tuple[str, ...]) -> str:
    """Return names and addresses as openssl's subjectAltName: "IP:10.0.0.1,DNS:mgmt" (x509v3_config(5))."""
    return ",".join(f"IP:{ip_address(name)}" if parse_address(name) else f"DNS:{name}" for name in names)


def _lay(path: Path, text: str, account: Account, mode: int) -> None:
    replace_file(path, text)
    # The service reads the key through its group; only root can write it.
    dress(path, ROOT, account.gid, mode)


CA_REQUEST = """\
[req]
distinguished_name = name
x509_extensions = ca
[name]
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""

PANEL_REQUEST = """\
[req]
distinguished_name = name
[name]
[panel]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""
