"""Where messages may be posted: http or https, no account in the address, and never a link-local address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from minipanel.models.names import is_host
from minipanel.models.quote import escape

TARGET_ALLOWED = "an address such as https://hooks.example.org/…, with http or https, a host, and no user or password"

MAX_CHARACTERS = 2048

_NAT64 = ip_network("64:ff9b::/96")


def refusal_of(url: str) -> str | None:
    """Return what is wrong with an address ("has the scheme ftp"), None if nothing is. Shows none of its secrets."""
    if not (url.isascii() and url.isprintable() and " " not in url and len(url) <= MAX_CHARACTERS):
        return f"has characters that no address has, or more than {MAX_CHARACTERS} of them"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port over 65535, an unclosed bracket
        return "is not an address"
    if not parts.scheme:
        return "has no scheme"
    if parts.scheme not in ("http", "https"):
        return f'has the scheme "{escape(parts.scheme, 20)}"'
    if parts.username is not None or parts.password is not None:
        return "has a user or a password in it"
    if not is_host(host) or port == 0 or parts.fragment:
        return "has an impossible host, port 0, or a part after #"
    try:
        is_bad = is_link_local(ip_address(host.partition("%")[0]))
    except ValueError:
        return None
    return "has a link-local host" if is_bad else None


def is_link_local(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is link-local (RFC 3927, RFC 4291), even inside an IPv6 address.

    Clouds serve a machine's secrets at such addresses.
    """
    if address.is_link_local:
        return True
    if isinstance(address, IPv4Address):
        return False
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64 or int(address) >> 32 == 0:  # NAT64 (RFC 6052), and IPv4-compatible
        inner.append(low)
    return any(each is not None and each.is_link_local for each in inner)
