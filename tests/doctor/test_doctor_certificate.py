"""The doctor on the panel's certificate: tried with a handshake, like an agent's."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

from minipanel.doctor.checks.certificate import DAY_SECONDS, CertificateFacts, judge_certificate, look_at_certificate
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, WARNING, english, only, subject_of
from tests.panel.example import config_in
from tests.setup.machine import Machine


def made(folder: Path, name: str = "IP:10.0.0.1", days: int = 365) -> None:
    """Make certificate and key; the certificate is its own CA."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", str(days), "-subj", "/CN=panel", "-addext", f"subjectAltName={name}"]
    command += ["-addext", "keyUsage=critical,keyCertSign,digitalSignature"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "panel.pem")]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "ca.pem").write_text((folder / "panel.pem").read_text())


def subject_with(folder: Path, machine: Machine, host: str = "10.0.0.1") -> Subject:
    config = config_in(folder)
    server = replace(
        config.server,
        url=f"https://{host}:8080",
        tls_certificate=folder / "panel.pem",
        tls_key=folder / "key.pem",
    )
    return subject_of(folder, machine, replace(config, server=server))


def test_a_good_certificate_is_reported_with_its_name_and_its_end(tmp_path: Path, machine: Machine) -> None:
    made(tmp_path)
    check = only(look_at_certificate(subject_with(tmp_path, machine)))
    end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 365 * DAY_SECONDS))
    assert check == Check("certificate", OK, f"good for 10.0.0.1 until {end}")


def test_a_panel_that_speaks_http_has_no_certificate_to_look_at(tmp_path: Path, machine: Machine) -> None:
    assert list(look_at_certificate(subject_of(tmp_path, machine))) == []


def test_a_certificate_about_to_end_is_warned_of(tmp_path: Path, machine: Machine) -> None:
    made(tmp_path, days=10)
    check = only(look_at_certificate(subject_with(tmp_path, machine)))
    assert check.verdict is WARNING
    assert "or its CA, expires in 9 days, on 20" in check.detail
    assert check.remedy == "minipanel setup --tls own --tls-certificate FILE --tls-key FILE"


def test_a_self_made_certificate_is_made_again_by_the_set_up() -> None:
    facts = CertificateFacts(Path("panel.pem"), "10.0.0.1", None, "The certificate panel.pem has expired.", True)
    check = judge_certificate(facts, 1_700_000_000.0, english)
    assert check == Check(
        "certificate", FIX, "The certificate panel.pem has expired.", "minipanel setup --tls self-made"
    )


def test_a_certificate_for_another_name_is_reported_with_the_panels_name(tmp_path: Path, machine: Machine) -> None:
    made(tmp_path, "IP:10.0.0.9")
    check = only(look_at_certificate(subject_with(tmp_path, machine)))
    assert check.verdict is FIX
    assert check.detail.startswith(f"The certificate {tmp_path}/panel.pem does not name 10.0.0.1")


def test_a_certificate_of_another_authority_is_reported(tmp_path: Path, machine: Machine) -> None:
    made(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    made(other)
    (tmp_path / "ca.pem").write_text((other / "panel.pem").read_text())
    check = only(look_at_certificate(subject_with(tmp_path, machine)))
    assert check.verdict is FIX
    assert "would refuse the certificate" in check.detail


def test_a_key_of_another_certificate_is_reported(tmp_path: Path, machine: Machine) -> None:
    made(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    made(other)
    (tmp_path / "key.pem").write_text((other / "key.pem").read_text())
    check = only(look_at_certificate(subject_with(tmp_path, machine)))
    assert check.verdict is FIX
    assert "can't be used together (KEY_VALUES_MISMATCH)" in check.detail
