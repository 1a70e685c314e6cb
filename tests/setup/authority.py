"""Certificates of a site's own CA, made by a real openssl: valid ones, and each kind that agents refuse."""

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
    folder: Path,
    names: str,
    key_usage: str = KEY_USAGE,
    start: str = "20200101000000Z",
    end: str = "20500101000000Z",
    ca_end: str = "20500101000000Z",
) -> Pair:
    """Make a CA and a certificate for these names ("IP:10.0.0.1,DNS:mgmt"), valid between these times.

    ca_end: until when the CA is valid.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    _sign(folder, "ca", f"{key_usage}basicConstraints = critical, CA:TRUE\n", "20200101000000Z", ca_end)
    leaf = f"subjectAltName = {names}\nauthorityKeyIdentifier = keyid\nbasicConstraints = critical, CA:FALSE\n"
    _sign(folder, "panel", leaf, start, end)
    return Pair(folder / "panel.pem", folder / "panel.key", folder / "ca.pem")


def _sign(folder: Path, name: str, extensions: str, start: str, end: str) -> None:
    """Make <name>.key and <name>.pem, signed by the folder's CA; "ca" signs itself. `openssl ca` accepts any times."""
    (folder / f"{name}.cnf").write_text(
        "[req]\ndistinguished_name=n\n[n]\n[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\nunique_subject=no\n[p]\ncommonName=supplied\n"
        f"[e]\nsubjectKeyIdentifier = hash\n{extensions}"
    )
    _openssl(folder, "req", "-new", *NEW_KEY, "-config", f"{name}.cnf", "-subj", f"/CN={name} of {folder.name}",
             "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    signer = ("-selfsign", "-keyfile", "ca.key") if name == "ca" else ("-cert", "ca.pem", "-keyfile", "ca.key")
    _openssl(folder, "ca", "-batch", "-config", f"{name}.cnf", *signer, "-notext", "-in", f"{name}.csr",
             "-out", f"{name}.pem", "-startdate", start, "-enddate", end)  # fmt: skip


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
