"""Certificates of a site's own CA, made by a real openssl: good ones, and each kind that agents refuse."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY_USAGE = "keyUsage = critical, keyCertSign, cRLSign\n"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Pair:
    """A certificate, its key, and the CA that signed it."""

    certificate: Path
    key: Path
    ca: Path

    @property
    def options(self) -> list[str]:
        """The set-up's options for it."""
        return [
            "--tls", "own", "--tls-certificate", str(self.certificate), "--tls-key", str(self.key),
            "--tls-ca", str(self.ca),
        ]  # fmt: skip


def make_pair(
    folder: Path, names: str, key_usage: str = KEY_USAGE, start: str = "20200101000000Z", end: str = "20500101000000Z"
) -> Pair:
    """Make a CA and a certificate for these names ("IP:10.0.0.1,DNS:mgmt"), valid from and to these times."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "ca.cnf", f"[req]\ndistinguished_name=n\nx509_extensions=e\n[n]\n[e]\n{key_usage}"
           "basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash\n")  # fmt: skip
    _openssl(folder, "req", "-x509", "-new", *NEW_KEY, "-days", "9000", "-config", "ca.cnf", "-subj", "/CN=site CA",
             "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    _write(folder / "panel.cnf", "[req]\ndistinguished_name=n\n[n]\n[ca]\ndefault_ca=d\n[d]\ndatabase=index\n"
           "serial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nx509_extensions=e\nunique_subject=no\n"
           f"[p]\ncommonName=supplied\n[e]\nsubjectAltName={names}\nauthorityKeyIdentifier=keyid\n"
           "basicConstraints = critical, CA:FALSE\n")  # fmt: skip
    _write(folder / "index", "")
    _write(folder / "serial", "01\n")
    _openssl(folder, "req", "-new", *NEW_KEY, "-config", "panel.cnf", "-subj", "/CN=panel",
             "-keyout", "panel.key", "-out", "panel.csr")  # fmt: skip
    _openssl(folder, "ca", "-batch", "-config", "panel.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext",
             "-in", "panel.csr", "-out", "panel.pem", "-startdate", start, "-enddate", end)  # fmt: skip
    return Pair(folder / "panel.pem", folder / "panel.key", folder / "ca.pem")


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
