"""Reads when a certificate expires from its file. Python's ssl says that only about a certificate that it verified."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from pathlib import Path

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

_SEQUENCE, _CONTEXT_0, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18
"""Tags of DER (X.690)."""


def ends_at(path: Path) -> int:
    """Return when the first of a file's certificates expires, Unix seconds. From then on agents refuse the chain.

    Raises OSError, and ValueError if the file has no certificate or an incomplete one.
    """
    found = _PEM.findall(path.read_text("ascii", errors="replace"))
    if not found:
        raise ValueError(f"{path} holds no certificate in PEM.")
    try:
        return min(not_after(ssl.PEM_cert_to_DER_cert(each)) for each in found)
    except IndexError:
        raise ValueError(f"{path} holds a certificate that is cut off.") from None


def not_after(certificate: bytes) -> int:
    """Return when a certificate in DER expires, Unix seconds (RFC 5280, section 4.1).

    Raises ValueError or IndexError for anything but a certificate.
    """
    fields = _items(_value(_value(certificate, _SEQUENCE), _SEQUENCE))
    if fields[0][0] == _CONTEXT_0:  # the version, which version 1 leaves out
        fields = fields[1:]
    tag, text = _items(fields[3][1])[1]
    if tag == _UTC_TIME:  # the year has two digits: 50 is 1950
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError(f"A certificate ends at a time of type {tag}.")
    return int(datetime.strptime(text.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp())


def _value(der: bytes, tag: int) -> bytes:
    found, value = _items(der)[0]
    if found != tag:
        raise ValueError(f"A certificate has a field of type {found} in place of {tag}.")
    return value


def _items(der: bytes) -> list[tuple[int, bytes]]:
    """Return the tag and value of each item in a sequence of DER. Raises IndexError if one is cut off."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        if at + length > len(der):
            raise IndexError
        found.append((tag, der[at : at + length]))
        at += length
    return found
