"""Looks at what the panel depends on, without changing it: each answers None, or one sentence about the trouble."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
from pathlib import Path

from minipanel_agent import munge
from minipanel_agent.munge import MungeError

from minipanel.config import ServerConfig
from minipanel.errors import CommandError

ANSWER_SECONDS = 3.0
LITTLE_SPACE_BYTES = 64 * 2**20
"""With less than this a disk counts as full: the write-ahead log alone may need as much."""

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where "any address" is reached
_HEALTH_MAX_BYTES = 4096


def munge_trouble(socket: str | None) -> str | None:
    """Make a credential and read it, as agent and panel do."""
    payload = munge.payload_of(b"probe")
    try:
        credential = munge.decode(munge.encode(payload, socket), socket)
    except MungeError as error:
        return str(error)
    if credential.status != munge.OK:
        return f"munged does not accept its own credential: {credential.message}."
    return None if credential.payload == payload else "munged gives back another payload than it was given."


def disk_trouble(path: Path) -> str | None:
    """Look whether a database at this path can be written and grow."""
    for place in (path, path.parent):
        # root may write whatever the mode says, but not to a disk that is read-only.
        if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
            return f"{place} can't be written: it, or its disk, is read-only."
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < LITTLE_SPACE_BYTES:
        return f"The disk of {path.parent} is full: {free_bytes // 2**20} MB are free."
    return None


def panel_version(server: ServerConfig) -> str:
    """Return the version that the panel at this port answers with. Raises CommandError: why there is none."""
    where = local_address(server)
    connection = _connection(server)
    try:
        connection.request("GET", "/api/health")
        response = connection.getresponse()
        answer = json.loads(response.read(_HEALTH_MAX_BYTES))
    except TimeoutError:
        raise CommandError(f"{where} gives no answer within {ANSWER_SECONDS:.0f} seconds.") from None
    except OSError as error:
        raise CommandError(f"{where} can't be reached: {error.strerror or error}.") from None
    except (http.client.HTTPException, ValueError):
        raise CommandError(f"{where} answers, but is no MiniPanel.") from None
    finally:
        connection.close()
    if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
        raise CommandError(f"{where} answers, but is no MiniPanel.")
    return str(answer["version"])


def local_address(server: ServerConfig) -> str:
    """Return the address that the panel has for this machine: http://127.0.0.1:8080."""
    host = _local_host(server)
    scheme = "https" if server.tls_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{server.port}"


def _connection(server: ServerConfig) -> http.client.HTTPConnection:
    host = _local_host(server)
    if server.tls_certificate is None:
        return http.client.HTTPConnection(host, server.port, timeout=ANSWER_SECONDS)
    # It is this machine that is asked, and by an address that no certificate names.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, server.port, timeout=ANSWER_SECONDS, context=context)


def _local_host(server: ServerConfig) -> str:
    return _THIS_MACHINE.get(server.host, server.host)
