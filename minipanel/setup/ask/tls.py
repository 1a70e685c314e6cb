"""The question about HTTPS: none, the site's certificate, or a CA and certificate made here; tested as agents would."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup.ask.answers import Certificates, Kept, SelfMade, Tls, kind_of
from minipanel.setup.look.certificate import ends_soon, refuse_for_agents
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import Translate

CHOICES = ("no", "own", "self-made")


def ask_tls(screen: Screen, request: Request, system: System, names: tuple[str, ...], present: Tls = None) -> Tls:
    """Return the choice. `present`: the current one. Raises CommandError for a certificate that agents would refuse.

    `names`: what a certificate made here must name, addresses included. The first is the name that agents use.
    """
    t = screen.t

    def parse(text: str) -> str:
        if text not in CHOICES:
            raise CommandError(t("HTTPS is one of: {choices}.", choices=", ".join(CHOICES)))
        if text == "self-made" and not system.has("openssl"):
            raise CommandError(t("Making a certificate needs openssl, which is not installed: dnf install openssl"))
        return text

    given = _given_choice(request, t)
    if given is None and screen.is_guided:
        screen.say(t("HTTPS: no; own: your certificate and key; self-made: a CA and a certificate made here."))
    choice = screen.ask(t("HTTPS (no, own, self-made)"), given, kind_of(present), parse)
    there = present if isinstance(present, Kept) and present.kind == choice else None
    if choice == "own":
        return _ask_own(screen, request, names[0], there)
    if choice == "no":
        return None
    return there if there is not None and _is_good(there.files, names[0], t) else SelfMade(names)


def _given_choice(request: Request, t: Translate) -> str | None:
    """Return the choice made by options: a file means the site's certificate.

    Raises CommandError for a contradiction.
    """
    files = {
        "--tls-certificate": request.tls_certificate,
        "--tls-key": request.tls_key,
        "--tls-ca": request.tls_ca,
    }
    options = [option for option, path in files.items() if path is not None]
    if options and request.tls not in (None, "own"):
        raise CommandError(t("{option} is for --tls own, not for --tls {choice}.",
                             option=options[0], choice=request.tls))  # fmt: skip
    return "own" if options else request.tls


def _is_good(files: Certificates, host: str, t: Translate) -> bool:
    """Return whether agents accept the certificate made here, and for long. Otherwise the same CA makes a new one."""
    try:
        return not ends_soon(refuse_for_agents(files.certificate, files.key, files.ca, host, t), t)
    except CommandError:
        return False


def _ask_own(screen: Screen, request: Request, host: str, present: Kept | None) -> Certificates | Kept:
    t = screen.t
    is_given = bool(request.tls_certificate or request.tls_key)
    if not screen.is_guided and present is None and not (request.tls_certificate and request.tls_key):
        raise CommandError(t("--tls own needs --tls-certificate FILE and --tls-key FILE."))
    while True:
        files = _ask_files(screen, request, None if present is None else present.files)
        try:
            files, ends = _tried(files, request, host, present, t)
            break
        except CommandError as error:
            if not screen.is_guided or is_given:
                raise
            screen.say(str(error))
    warning = ends_soon(ends, t)
    if warning:
        screen.say(warning)
    return present if present is not None and _are_same(files, present.files) else files


def _ask_files(screen: Screen, request: Request, present: Certificates | None) -> Certificates:
    t = screen.t

    def ask(question: str, given: Path | None, default: Path | None) -> Path:
        return screen.ask(question, _text(given), _text(default) or "", lambda text: _file(text, t))

    there = (None, None, None) if present is None else (present.certificate, present.key, present.ca)
    certificate = ask(t("Certificate, with its chain (PEM file)"), request.tls_certificate, there[0])
    key = ask(t("Its key, not encrypted (PEM file)"), request.tls_key, there[1])
    question = t("CA that the agents trust (PEM file; Enter: those of their system)")
    if there[2] is not None:
        question = t("CA that the agents trust (PEM file)")
    default = _text(there[2]) or ""
    ca = screen.ask(question, _text(request.tls_ca), default, lambda text: _file(text, t) if text else None)
    return Certificates(certificate, key, ca)


def _tried(
    files: Certificates, request: Request, host: str, present: Kept | None, t: Translate
) -> tuple[Certificates, int]:
    """Return the files and when they expire. If the CA present does not fit, the system's CAs may."""
    try:
        return files, refuse_for_agents(files.certificate, files.key, files.ca, host, t)
    except CommandError:
        if request.tls_ca is not None or present is None or files.ca is None:
            raise
        other = replace(files, ca=None)
        try:
            return other, refuse_for_agents(other.certificate, other.key, None, host, t)
        except CommandError:
            pass
        raise


def _are_same(one: Certificates, other: Certificates) -> bool:
    pairs = ((one.certificate, other.certificate), (one.key, other.key), (one.ca, other.ca))
    return all((a and a.read_bytes()) == (b and b.read_bytes()) for a, b in pairs)


def _file(text: str, t: Translate) -> Path:
    path = Path(text).absolute()
    if not text or not path.is_file():
        raise CommandError(t("There is no file {path}.", path=text or '""'))
    return path


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
