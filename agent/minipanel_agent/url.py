"""The panel's address, taken apart."""

from typing import Tuple

DEFAULT_PORTS = {"http": 80, "https": 443}

NOT_IN_AN_ADDRESS = frozenset('?#@\\"<>^`{|}%')
"""No user, query or fragment: the agent would not use them. No escapes: hosts and paths of panels need none."""


class Url:
    """Parts of an address. host: without brackets; authority: host and port as written; path: without a last "/"."""

    __slots__ = ("authority", "host", "path", "port", "scheme", "text")

    def __init__(self, text: str, scheme: str, authority: str, host: str, port: int, path: str) -> None:
        self.text = text
        self.scheme = scheme
        self.authority = authority
        self.host = host
        self.port = port
        self.path = path


def parse_url(text: str) -> Url:
    """Return the parts of http://10.0.0.1:8080, https://head/minipanel or http://[fd00::1]:8080/.

    Raises ValueError for anything else. Not urllib, which accepts almost anything. Syntax: RFC 3986, section 3.
    """
    if not all("!" <= sign <= "~" and sign not in NOT_IN_AN_ADDRESS for sign in text):
        raise ValueError("characters that an address must not have")
    scheme, _, rest = text.partition("://")
    authority, _, path = rest.partition("/")
    if scheme not in DEFAULT_PORTS:
        raise ValueError("neither http:// nor https://")
    host, port = _split(authority, DEFAULT_PORTS[scheme])
    if not host or not 0 < port < 65536:
        raise ValueError("no host, or no port from 1 to 65535")
    return Url(text, scheme, authority, host, port, ("/" + path).rstrip("/"))


def _split(authority: str, default_port: int) -> Tuple[str, int]:
    """Return host and port of 10.0.0.1:8080, head or [fd00::1]:8080; host "" or port 0 if it is none of these."""
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        is_host = bracket and ":" in host
    else:
        host, colon, port = authority.partition(":")
        rest = colon + port
        is_host = "]" not in host
    if not is_host:
        return "", 0
    if not rest:
        return host, default_port
    return host, int(rest[1:]) if rest.startswith(":") and rest[1:].isdigit() else 0
