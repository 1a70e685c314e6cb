"""The node names, addresses and URLs that config.toml may contain."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

HOSTNAME_ALLOWED = (
    "a hostname: letters, digits, hyphens, underscores and dots, at most 253 characters, and not only digits and dots"
)
NODE_NAME_ALLOWED = (
    "a hostname, or a name of at most 64 letters of any script, digits, spaces and -_.:()/#+ that begins with a letter "
    "or a digit, and not only digits and dots"
)
ADDRESS_ALLOWED = "an IPv4 or IPv6 address"
NODE_ADDRESS_ALLOWED = "the IPv4 or IPv6 address of one machine"
URL_ALLOWED = "an address such as http://10.0.0.1:8080, with http or https and a host"

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_URL_CHARACTERS = re.compile(r"[!-~]+")
_HOSTNAME_MAX_CHARACTERS = 253
_NODE_NAME_MAX_CHARACTERS = 64
_NODE_NAME_SIGNS = " -_.:()/#+"
_BROADCAST = ip_address("255.255.255.255")


def is_hostname(text: str) -> bool:
    """Return whether the text is a hostname (RFC 1123). Underscores are allowed, because clusters use them.

    A text of digits and dots alone is refused: it would be read as an address, or as a node's id in the API.
    """
    if len(text) > _HOSTNAME_MAX_CHARACTERS or not text.strip("0123456789."):
        return False
    return all(_LABEL.fullmatch(label) for label in text.split("."))


def parse_node_name(text: str) -> str | None:
    """Return a node's name in Unicode's form NFC, in which equal names have equal bytes; None if it is not a name.

    Names are for people, so 计算节点 3 is valid. Not allowed are the characters that node sets are written with, those
    that a terminal or a journal would act on, and digits that only programs read as numbers (１２).
    """
    name = unicodedata.normalize("NFC", text)
    if is_hostname(name):
        return name
    is_one = 0 < len(name) <= _NODE_NAME_MAX_CHARACTERS and name[0].isalnum() and name.strip() == name
    return name if is_one and name.strip("0123456789.") and all(map(_may_be_in_name, name)) else None


def _may_be_in_name(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _NODE_NAME_SIGNS
    return unicodedata.category(character)[0] in "LMP"


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address, an IPv4-mapped IPv6 one as IPv4 (RFC 4291, 2.5.5.2); None for any other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


def parse_node_address(text: str) -> str | None:
    """Return the address of one machine in its normal form; None for multicast, broadcast, 0.0.0.0 and other texts."""
    address = parse_address(text)
    if address is None or address.is_multicast or address.is_unspecified or address == _BROADCAST:
        return None
    return str(address)


def parse_url(text: str) -> str | None:
    """Return the URL without a slash at its end; None unless it is http or https with a host."""
    if not _URL_CHARACTERS.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        return text.rstrip("/") if _is_plain(parts) else None
    except ValueError:  # a port over 65535, a bracket left open
        return None


def _is_plain(parts: SplitResult) -> bool:
    """Return whether a URL has a scheme and a host, and no account, query or port 0. Raises ValueError."""
    has_host = parts.scheme in ("http", "https") and is_host(parts.hostname or "")
    return has_host and parts.port != 0 and not (parts.username or parts.password or parts.query or parts.fragment)


def is_host(text: str) -> bool:
    """Return whether the text is an address or a hostname."""
    return parse_address(text) is not None or is_hostname(text)
