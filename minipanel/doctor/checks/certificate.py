"""The panel's certificate, tested as the set-up tests it: with a handshake as strict as an agent's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minipanel.doctor.subject import Subject, refuse_unseen
from minipanel.errors import CommandError
from minipanel.setup.look.certificate import SOON_SECONDS, refuse_for_agents
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.places import CA, CA_KEY
from minipanel.translations.language import Translate

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """`ends_at`: when the certificate or its CA expires, Unix seconds; None if agents refuse it, as `trouble` says."""

    path: Path
    name: str
    ends_at: int | None
    trouble: str | None
    is_self_made: bool


def look_at_certificate(subject: Subject) -> Iterator[Check]:
    """Test the certificate. No line if the panel uses plain HTTP."""
    server = subject.config.server
    if server.tls_certificate is None or server.tls_key is None:
        return
    folder = subject.config.path.parent
    refuse_unseen(server.tls_key)
    ca = folder / CA if (folder / CA).exists() else None
    ends_at = trouble = None
    try:
        ends_at = refuse_for_agents(server.tls_certificate, server.tls_key, ca, subject.host, subject.t)
    except CommandError as error:
        trouble = str(error)
    is_self_made = (folder / CA_KEY).exists()
    facts = CertificateFacts(server.tls_certificate, subject.host, ends_at, trouble, is_self_made)
    yield judge_certificate(facts, time.time(), subject.t)


def judge_certificate(facts: CertificateFacts, now: float, t: Translate) -> Check:
    """Return whether agents refuse the certificate, soon will, or accept it."""
    what = t("certificate")
    renew = (
        "minipanel setup --tls self-made"
        if facts.is_self_made
        else "minipanel setup --tls own --tls-certificate FILE --tls-key FILE"
    )
    if facts.ends_at is None:
        return Check(what, Verdict.FIX, facts.trouble or "", renew)
    day = time.strftime("%Y-%m-%d", time.gmtime(facts.ends_at))
    if facts.ends_at > now + SOON_SECONDS:
        return Check(what, Verdict.OK, t("good for {name} until {day}", name=facts.name, day=day))
    days = int((facts.ends_at - now) / DAY_SECONDS)
    detail = t("{path}, or its CA, expires in {days} days, on {day}", path=facts.path, days=days, day=day)
    return Check(what, Verdict.WARNING, detail, renew)
