"""The panel's certificate, tried as an agent tries it: by a handshake with itself, in memory."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.system import System
from minipanel.translations.language import Translate

SOON_DAYS = 30
DAY_SECONDS = 86_400
CA = "ca.pem"
"""Beside config.toml: what the roll-out takes to the agents by itself."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """`ends_at`: Unix seconds, None where openssl can't tell. `unusable`, `distrusted`: OpenSSL's words."""

    path: Path
    name: str
    ends_at: float | None
    unusable: str | None
    distrusted: str | None
    is_self_made: bool


def look_at_certificate(subject: Subject) -> Iterator[Check]:
    """Nothing where the panel speaks http."""
    server = subject.config.server
    if server.tls_certificate is None or server.tls_key is None:
        return
    folder = subject.config.path.parent
    ca = folder / CA
    unusable = distrusted = None
    try:
        distrusted = distrust(server.tls_certificate, server.tls_key, ca if ca.exists() else None, subject.host)
    except PermissionError:
        raise
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        unusable = str(getattr(error, "reason", None) or error)
    facts = CertificateFacts(
        server.tls_certificate,
        subject.host,
        read_end(server.tls_certificate, subject.system),
        unusable,
        distrusted,
        (folder / "tls" / "ca-key.pem").exists(),
    )
    yield from judge_certificate(facts, time.time(), subject.t)


def read_end(certificate: Path, system: System) -> float | None:
    """Return until when a certificate is good: "notAfter=Nov 23 10:00:00 2036 GMT" (openssl-x509(1))."""
    shown = system.run("openssl", "x509", "-noout", "-enddate", "-in", str(certificate)).stdout
    try:
        return float(ssl.cert_time_to_seconds(shown.strip().removeprefix("notAfter=")))
    except ValueError:
        return None


def distrust(certificate: Path, key: Path, ca: Path | None, name: str) -> str | None:
    """Return why a client does not trust the certificate for this name, None where it does. ca: None, the system's.

    Raises OSError or ValueError when certificate and key can't be used at all.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # An empty password: OpenSSL would ask for that of an encrypted key at the terminal, and wait.
    server.load_cert_chain(certificate, key, password="")
    client = ssl.create_default_context(cafile=None if ca is None else str(ca))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for end in ends * 4:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    return None


def judge_certificate(facts: CertificateFacts, now: float, t: Translate) -> Iterator[Check]:
    """One line: what of it stops the agents first."""
    what, path = t("certificate"), facts.path
    renew = (
        "minipanel setup --tls self-made"
        if facts.is_self_made
        else "minipanel setup --tls own --tls-certificate FILE --tls-key FILE"
    )
    end = "" if facts.ends_at is None else time.strftime("%Y-%m-%d", time.gmtime(facts.ends_at))
    days = None if facts.ends_at is None else (facts.ends_at - now) / DAY_SECONDS
    if facts.unusable is not None:
        yield Check(what, Verdict.FIX, t("{path} can't be used: {reason}", path=path, reason=facts.unusable), renew)
    elif days is not None and days < 0:
        yield Check(what, Verdict.FIX, t("{path} ran out on {day}", path=path, day=end), renew)
    elif facts.distrusted is not None:
        detail = t("no agent will trust {path} for {name}: {reason}", path=path, name=facts.name,
                   reason=facts.distrusted)  # fmt: skip
        yield Check(what, Verdict.FIX, detail, renew)
    elif days is not None and days < SOON_DAYS:
        detail = t("{path} runs out in {days} days, on {day}", path=path, days=int(days), day=end)
        yield Check(what, Verdict.WARNING, detail, renew)
    else:
        yield Check(what, Verdict.OK, t("good for {name} until {day}", name=facts.name, day=end or "?"))
