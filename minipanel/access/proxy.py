"""Single sign-on: reads the user that a trusted proxy names in a header (`[server] user_header`)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from minipanel.config import ServerConfig
from minipanel.errors import NotAllowed
from minipanel.machine.addresses import LocalAddresses, normalise
from minipanel.models.quote import quote

SECRET_HEADER = "X-MiniPanel-Proxy-Secret"

LOCAL = LocalAddresses()
"""Any user of this machine can connect from these."""


def named_user(server: ServerConfig, peer: str, names: Sequence[str], secrets: Sequence[str]) -> str | None:
    """Return the user's name in the header; None without the header or if it is empty.

    `peer`: the other end of the connection itself, because anyone can write X-Forwarded-For. `names`, `secrets`: all
    values of user_header and of X-MiniPanel-Proxy-Secret.
    Raises NotAllowed for a header that anyone could have sent, instead of ignoring it.
    """
    header = server.user_header
    if header is None or not any(names):
        return None
    peer = normalise(peer)
    if peer not in server.trusted_proxies:
        raise NotAllowed(
            "{header} is accepted from trusted_proxies only, and {peer} is not one of them.",
            header=header,
            peer=quote(peer),
        )
    if server.user_header_secret is not None:
        if len(secrets) != 1 or not _is_same(secrets[0], server.user_header_secret):
            raise NotAllowed(
                "{header} came without the proxy's secret in {secret_header}.",
                header=header,
                secret_header=SECRET_HEADER,
            )
    elif peer in LOCAL:
        raise NotAllowed(
            "{header} came from this machine, where every user could send it: set user_header_secret in [server].",
            header=header,
        )
    if len(names) != 1:
        raise NotAllowed(
            "{header} came {count} times; the proxy must set it, not add to it.", header=header, count=len(names)
        )
    return _decoded(names[0], header)


def _decoded(name: str, header: str) -> str:
    """Return a header's value decoded as UTF-8; the server decodes headers as Latin-1 (RFC 9110, 5.5)."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise NotAllowed("{header} is not UTF-8; the proxy must send the name in it.", header=header) from None


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("latin-1", "replace"), expected.encode())
