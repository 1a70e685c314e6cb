"""MUNGE credentials for wrong clocks. The storm's munged all use the machine's clock.

On a node whose clock is off, munged would stamp with that clock. So these credentials are made here, and the panel's
munged refuses them on its own. On a panel whose clock is off, munged would judge by that clock. So its verdict is
corrected here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from base64 import b64encode
from pathlib import Path

from minipanel_agent import munge
from minipanel_agent.munge import Credential

from storm.clock import machine_time

TTL_SECONDS = 300
"""How old a credential may be, or how far ahead: munged's default (munge(7))."""

_encode, _decode = munge.encode, munge.decode

_VERSION, _NO_CIPHER, _SHA256, _NOT_ZIPPED = 3, 0, 5, 0
_ANYBODY = 2**32 - 1


class Mint:
    """Makes credentials as the munged of a node whose clock may be off."""

    def __init__(self, socket: str, key_file: Path) -> None:
        """socket, key_file: those of the storm's munged."""
        self._socket = socket
        self._key = key_file.read_bytes()

    def encode(self, payload: bytes, ahead_seconds: float) -> str:
        """Return a fresh credential. Raises MungeError as munge.encode does, because it always asks munged."""
        credential = _encode(payload, self._socket)
        return stamped(payload, self._key, int(machine_time() + ahead_seconds)) if ahead_seconds else credential

    def authorization(self, body: bytes, ahead_seconds: float) -> str:
        """Return the header's value for a body. Raises MungeError."""
        return "MUNGE " + self.encode(munge.payload_of(body), ahead_seconds)


def stamped(payload: bytes, key: bytes, made: int) -> str:
    """Return a credential made at this time, in Unix seconds, by this process's user at 127.0.0.1.

    The format is that of MUNGE's credential version 3 (munge's enc.c), with SHA-256 and without a cipher.
    """
    outer = bytes((_VERSION, _NO_CIPHER, _SHA256, _NOT_ZIPPED, 0))
    origin = bytes((4, 127, 0, 0, 1))
    numbers = (made, TTL_SECONDS, os.geteuid(), os.getegid(), _ANYBODY, _ANYBODY, len(payload))
    inner = os.urandom(8) + origin + struct.pack(">7I", *numbers) + payload
    mac_key = hashlib.sha1(key + b"2").digest()
    mac = hmac.digest(mac_key, outer + inner, "sha256")
    return f"MUNGE:{b64encode(outer + mac + inner).decode()}:"


def decode(text: str, socket: str | None, ahead_seconds: float) -> Credential:
    """Decode a credential as munged would if its clock was this far ahead. Raises MungeError."""
    credential = _decode(text, socket)
    if ahead_seconds and credential.encode_time:
        credential.decode_time += int(ahead_seconds)
        credential.status, credential.message = _verdict(credential)
    return credential


def _verdict(credential: Credential) -> tuple[int, str]:
    age_seconds = credential.decode_time - credential.encode_time
    if credential.status == munge.REPLAYED:
        return credential.status, credential.message
    if age_seconds > TTL_SECONDS:
        return munge.EXPIRED, "Expired credential"
    if age_seconds < -TTL_SECONDS:
        return munge.REWOUND, "Rewound credential"
    return munge.OK, ""
