"""A certificate as agents will see it: a whole handshake in memory, as strict as the strictest Python among nodes."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.translations.language import Translate

SOON_SECONDS = 30 * 86400

TURNS = 10
"""More than enough: each side needs three turns for a handshake."""


def refuse_for_agents(certificate: Path, key: Path, ca: Path | None, host: str, t: Translate) -> int:
    """Return when the certificate, or a CA in its file, expires, in Unix seconds. Raises CommandError, a sentence.

    `ca`: the CAs that agents trust, None for their system's, assumed to be the same as this machine's. `host`: the name
    or address by which they connect.
    """
    server = _server(certificate, key, t)
    try:
        client = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except OSError as error:  # includes ssl.SSLError
        reason = getattr(error, "reason", None) or error
        raise CommandError(t("{path} is not a CA in PEM ({reason}).", path=ca, reason=reason)) from None
    # Strictness is the default from Python 3.13 on. Before that, a chain may not end at a trusted intermediate.
    client.verify_flags = (client.verify_flags | ssl.VERIFY_X509_STRICT) & ~ssl.VERIFY_X509_PARTIAL_CHAIN
    client.hostname_checks_common_name = False
    try:
        ends = _shake_hands(server, client, host)
    except ssl.SSLCertVerificationError as error:
        if any(end < time.time() for end in _only_authority_ends(client, ca)):
            raise CommandError(t("The CA {path} has expired.", path=ca)) from None
        raise CommandError(_reason(error, certificate, ca, host, t)) from None
    return min([ends, *_only_authority_ends(client, ca)])


def ends_soon(ends: int, t: Translate) -> str:
    """Return a warning if a certificate expires within 30 days, else ""."""
    if ends > time.time() + SOON_SECONDS:
        return ""
    day = time.strftime("%Y-%m-%d", time.gmtime(ends))
    return t("The certificate, or its CA, expires on {day}; after that agents can't report.", day=day)


def _server(certificate: Path, key: Path, t: Translate) -> ssl.SSLContext:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The password is empty, or OpenSSL would ask at the terminal for that of an encrypted key, and wait.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        message = t("{certificate} and {key} can't be used together ({reason}).",
                    certificate=certificate, key=key, reason=reason)  # fmt: skip
        raise CommandError(message) from None
    return context


def _only_authority_ends(client: ssl.SSLContext, ca: Path | None) -> list[int]:
    """Return when the CA expires, if there is only one. Of several, nothing here says which issued the certificate."""
    authorities = [] if ca is None else client.get_ca_certs()
    return [int(ssl.cert_time_to_seconds(str(one["notAfter"]))) for one in authorities] if len(authorities) == 1 else []


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> int:
    """Return when the server's certificate expires. Raises ssl.SSLError of the client's side."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(TURNS):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            if side is ours:
                facts = ours.getpeercert() or {}
                return int(ssl.cert_time_to_seconds(str(facts["notAfter"])))
    raise ssl.SSLError("the handshake does not end")


def _reason(error: ssl.SSLCertVerificationError, certificate: Path, ca: Path | None, host: str, t: Translate) -> str:
    match error.verify_code:  # OpenSSL's X509_V_ERR_... (x509_vfy.h)
        case 9:
            return t("The certificate {path} is not valid yet.", path=certificate)
        case 10:
            return t("The certificate {path} has expired.", path=certificate)
        case 62 | 64:
            return t("The certificate {path} does not name {host}, which agents connect to, in its "
                     "subjectAltName.", path=certificate, host=host)  # fmt: skip
    trusted = t("the CAs of this system; name another with --tls-ca") if ca is None else str(ca)
    return t("Agents, or those with Python 3.13, would refuse the certificate {path} ({reason}); they trust {ca}.",
             path=certificate, ca=trusted, reason=error.verify_message)  # fmt: skip
