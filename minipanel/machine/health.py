"""Checks what the panel depends on, without changing anything."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from minipanel_agent import munge
from minipanel_agent.munge import MungeError

from minipanel.errors import CommandError
from minipanel.models.megabytes import megabytes

ANSWER_SECONDS = 3.0
LITTLE_SPACE_BYTES = 64 * 2**20
"""A disk with less free space counts as full: the write-ahead log alone may need this much."""

_HEALTH_MAX_BYTES = 4096


def munge_trouble(socket: str | None) -> str | None:
    """Encode and decode a credential, as agent and panel do. Returns a sentence if that fails, None if it works."""
    payload = munge.payload_of(b"probe")
    try:
        credential = munge.decode(munge.encode(payload, socket), socket)
    except MungeError as error:
        return str(error)
    if credential.status != munge.OK:
        return f"munged does not accept its own credential: {credential.message}."
    return None if credential.payload == payload else "munged returned another payload than it was given."


def disk_trouble(path: Path) -> str | None:
    """Return why a database at this path can't be written or can't grow, as a sentence; None if it can."""
    for place in (path, path.parent):
        # root may write whatever the mode says, but not to a read-only disk.
        if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
            return f"{place} can't be written: it, or its disk, is read-only."
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < LITTLE_SPACE_BYTES:
        return f"The disk of {path.parent} is full: {megabytes(free_bytes)} MB are free."
    return None


def panel_version(url: str) -> str:
    """Return the version of the panel at this URL. Raises CommandError, with the reason, if no panel answers."""
    connection = own_connection(url, ANSWER_SECONDS)
    try:
        connection.request("GET", "/api/health")
        response = connection.getresponse()
        answer = json.loads(response.read(_HEALTH_MAX_BYTES))
    except TimeoutError:
        raise CommandError(
            "{where} did not answer within {seconds} seconds.", where=url, seconds=f"{ANSWER_SECONDS:.0f}"
        ) from None
    except OSError as error:
        raise CommandError("{where} can't be reached: {reason}.", where=url, reason=error.strerror or error) from None
    except (http.client.HTTPException, ValueError):
        raise CommandError("{url} answers, but is not a MiniPanel.", url=url) from None
    finally:
        connection.close()
    if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
        raise CommandError("{url} answers, but is not a MiniPanel.", url=url)
    return str(answer["version"])


def own_connection(url: str, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to the panel of this machine, not yet opened. Each wait on it ends after `seconds`.

    With HTTPS, any certificate is accepted: the connection stays on this machine, and no certificate names its address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
