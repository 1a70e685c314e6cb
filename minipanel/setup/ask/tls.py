"""The question of HTTPS: none, an own certificate, or a CA and a certificate made here."""

from __future__ import annotations

import ssl
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup.ask.answers import Certificates, SelfMade, Tls
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import Translate

CHOICES = ("no", "own", "self-made")


def ask_tls(screen: Screen, request: Request, system: System, names: tuple[str, ...]) -> Tls:
    """Return what is wanted. `names`: what a certificate made here must name, addresses among them."""
    t = screen.t

    def parse(text: str) -> str:
        if text not in CHOICES:
            raise CommandError(t("HTTPS is one of: {choices}.", choices=", ".join(CHOICES)))
        if text == "self-made" and not system.has("openssl"):
            raise CommandError(t("A certificate is made by openssl, which is not installed: dnf install openssl"))
        return text

    given = request.tls or ("own" if request.tls_certificate else None)
    if given is None and screen.is_guided:
        screen.say(t("HTTPS: no; own: your certificate and key; self-made: a CA and a certificate made here."))
    choice = screen.ask(t("HTTPS (no, own, self-made)"), given, "no", parse)
    if choice == "own":
        return _ask_files(screen, request)
    return SelfMade(names) if choice == "self-made" else None


def _ask_files(screen: Screen, request: Request) -> Certificates:
    t = screen.t
    while True:
        certificate = screen.ask(
            t("Certificate, with its chain (PEM file)"), _text(request.tls_certificate), "", lambda text: _file(text, t)
        )
        key = screen.ask(
            t("Its key, not encrypted (PEM file)"), _text(request.tls_key), "", lambda text: _file(text, t)
        )
        try:
            refuse_bad_pair(certificate, key, t)
            break
        except CommandError as error:
            if not screen.is_guided or request.tls_certificate or request.tls_key:
                raise
            screen.say(str(error))
    question = t("CA that the agents are to trust (PEM file; Enter: those of their system)")
    ca = screen.ask(question, _text(request.tls_ca), "", lambda text: _file(text, t) if text else None)
    return Certificates(certificate, key, ca)


def refuse_bad_pair(certificate: Path, key: Path, t: Translate) -> None:
    """Raise CommandError when the two can't be used together."""
    try:
        # An empty password: OpenSSL would ask for that of an encrypted key at the terminal, and wait.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or error
        message = t("{certificate} and {key} can't be used together ({reason}).",
                    certificate=certificate, key=key, reason=reason)  # fmt: skip
        raise CommandError(message) from None


def _file(text: str, t: Translate) -> Path:
    path = Path(text).absolute()
    if not text or not path.is_file():
        raise CommandError(t("There is no file {path}.", path=text or '""'))
    return path


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
