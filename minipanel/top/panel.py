"""The running panel as this command reads it: an answer, or the stream of events, with a token of this machine."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.models.answers import ErrorAnswer, Realtime, RealtimeOne
from minipanel.models.quote import escape
from minipanel.services.local_token import LIFE_SECONDS, local_token

SILENCE_SECONDS = 10.0
"""An event comes at least every 5 s: a stream that says nothing for this long is none."""

RENEW_SECONDS = LIFE_SECONDS - 10
"""The panel ends a stream whose token has expired; it is opened anew before."""

_READ_BYTES = 1 << 16
_EVENT = re.compile(rb"event: (\w+)\ndata: (.*)\n?")
_SENTENCE_CHARACTERS = 300

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """What the stream sent: all nodes (`is_snapshot`), or those that changed."""

    is_snapshot: bool
    realtime: Realtime


class PanelReader:
    """Reads from the panel that runs with this configuration. Whatever fails is a CommandError, one sentence."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        self._server = config.server
        self._config_path = config.path
        self._clock = clock

    @property
    def url(self) -> str:
        """Where the panel is asked."""
        return self._server.local_url

    def realtime(self) -> Realtime:
        """Return the newest sample of every node."""
        return self._answer("/api/metrics/realtime", Realtime)

    def last_hour(self, node_id: int) -> RealtimeOne:
        """Return one node with the samples of its last hour."""
        return self._answer(f"/api/metrics/realtime/{node_id}", RealtimeOne)

    def events(self) -> Iterator[Event]:
        """Yield the stream's events, a snapshot first, until its token must be renewed: then it is opened anew.

        Raises CommandError when the panel ends it before.
        """
        renewal = time.monotonic() + RENEW_SECONDS
        connection = self._connection()
        try:
            response = self._ask(connection, "/api/metrics/stream")
            for name, data in sse_events(lambda: self._read(response.read1, _READ_BYTES)):
                yield Event(name == "snapshot", self._decoded(data, Realtime))
                if time.monotonic() > renewal:
                    return
            if time.monotonic() < renewal:
                raise CommandError(f"{self.url} has ended the stream: the panel was stopped or restarted.")
        finally:
            connection.close()

    def _answer(self, path: str, kind: type[T]) -> T:
        connection = self._connection()
        try:
            return self._decoded(self._read(self._ask(connection, path).read), kind)
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        token = local_token(self._server.jwt_secret, self._clock())
        try:
            connection.connect()
            self._refuse_another_certificate(connection)
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise self._trouble(error) from None
        if response.status != 200:
            raise CommandError(self._refusal(response))
        return response

    def _read(self, read: Callable[..., bytes], *size: int) -> bytes:
        try:
            return read(*size)
        except (OSError, http.client.HTTPException) as error:
            raise self._trouble(error) from None

    def _decoded(self, data: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except ValueError:
            raise CommandError(
                f"{self.url} answers what this version can't read: restart the panel, or end what else uses its port."
            ) from None

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=SILENCE_SECONDS)
        # No authority need know the certificate, and none names this address: it is compared with config.toml's own.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(host, parts.port, timeout=SILENCE_SECONDS, context=context)

    def _refuse_another_certificate(self, connection: http.client.HTTPConnection) -> None:
        if isinstance(connection.sock, ssl.SSLSocket) and self._server.tls_certificate is not None:
            shown = connection.sock.getpeercert(binary_form=True)
            if shown != _first_certificate(self._server.tls_certificate):
                raise CommandError(
                    f"{self.url} shows another certificate than {self._server.tls_certificate}: restart the panel."
                )

    def _trouble(self, error: Exception) -> CommandError:
        if isinstance(error, TimeoutError):
            return CommandError(f"{self.url} gives no answer within {SILENCE_SECONDS:.0f} seconds.")
        if isinstance(error, OSError):
            what = error.strerror or str(error)
            return CommandError(
                f"{self.url} can't be reached: {what}. Start the panel (systemctl start minipanel), "
                "or name its configuration with --config."
            )
        return CommandError(f"{self.url} answers, but is no MiniPanel.")

    def _refusal(self, response: http.client.HTTPResponse) -> str:
        if response.status == 401:
            return (
                f"{self.url} does not take the token that {self._config_path} signs: it runs with another "
                "configuration, or has not read this one since its jwt_secret changed (systemctl reload minipanel)."
            )
        try:
            said = msgspec.json.decode(response.read(), type=ErrorAnswer).error
        except (OSError, ValueError, http.client.HTTPException):
            return f"{self.url} answers, but is no MiniPanel."
        return f"{self.url} answers {response.status}: {escape(said, _SENTENCE_CHARACTERS)}"


def sse_events(read: Callable[[], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the data of each Server-Sent Event (HTML Standard, 9.2.6) until `read` returns nothing."""
    parts: list[bytes] = []
    while part := read():
        parts.append(part)
        if b"\n\n" not in part and not part.startswith(b"\n"):
            continue  # joined only once an event may be whole: a snapshot comes in many parts
        *whole, rest = b"".join(parts).split(b"\n\n")
        parts = [rest]
        for text in whole:
            if found := _EVENT.fullmatch(text):
                yield found[1].decode(), found[2]


def _first_certificate(path: Path) -> bytes:
    """Return the certificate that a server of this PEM file shows, in DER."""
    text = path.read_text("ascii", "replace")
    end = "-----END CERTIFICATE-----"
    start = text.find("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(text[start : text.find(end) + len(end)])
