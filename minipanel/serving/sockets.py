"""Opens the panel's listening socket, and explains why that fails."""

from __future__ import annotations

import errno
import resource
import socket
import ssl

from minipanel.config import ServerConfig
from minipanel.errors import CommandError, ConfigError

_MEANINGS = {
    errno.EADDRINUSE: "{host} port {port} is in use by another program; stop that one or choose another port.",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine, so port {port} can't be opened there.",
    errno.EACCES: "{host} port {port} needs more privileges; ports below 1024 are reserved for root.",
}


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, not yet listening. Raises CommandError with a sentence that names both."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without this, connections of a panel that just stopped would block the next one for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        meaning = _MEANINGS.get(error.errno or 0, "{host} port {port} can't be used: {reason}.")
        raise CommandError(meaning, host=_shown(host), port=port, reason=error.strerror) from None
    return listener


def refuse_bad_tls(server: ServerConfig) -> None:
    """Raise ConfigError if the certificate and its key can't be used together."""
    if server.tls_certificate is None or server.tls_key is None:
        return
    try:
        # With an empty password: otherwise OpenSSL asks for an encrypted key's password at the terminal, and waits.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.tls_certificate, server.tls_key, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or error
        raise ConfigError(
            "tls_certificate {certificate} and tls_key {key} in [server] can't be used "
            "({reason}); they must be a certificate and its own unencrypted key, both PEM.",
            certificate=server.tls_certificate,
            key=server.tls_key,
            reason=reason,
        ) from None


def allow_many_connections() -> None:
    """Raise the limit of open files as far as allowed. Each agent keeps a connection, and the limit is often 1024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
