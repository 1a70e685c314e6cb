"""How this machine's commands ask the running panel: over its own API, with a token that config.toml's secret signs."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.machine.health import own_connection
from minipanel.models.answers import ErrorAnswer
from minipanel.models.quote import escape
from minipanel.sentence import Sentence
from minipanel.services.local_token import local_token

SILENCE_SECONDS = 10.0
"""A panel silent for this long counts as not answering; a stream has an event at least every 5 s."""

_SENTENCE_CHARACTERS = 300

T = TypeVar("T")


class NoAnswer(CommandError):
    """The panel of this configuration does not answer: it is stopped, it hangs, or something else answers."""


class Refused(CommandError):
    """The panel answered with an error. `said`: the panel's sentence."""

    def __init__(self, english: str | Sentence, /, said: str, **values: object) -> None:
        super().__init__(english, **values)
        self.said = said


class PanelClient:
    """Asks the panel that runs with this configuration. Every failure is a CommandError of one sentence.

    `who`: the user it acts for; without a name, the token only reads.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.time, who: str = "") -> None:
        self._server = config.server
        self._config_path = config.path
        self._clock = clock
        self._who = who

    @property
    def url(self) -> str:
        """The panel's URL."""
        return self._server.local_url

    def get(self, path: str, kind: type[T]) -> T:
        """Return the answer at a path. Raises NoAnswer, Refused."""
        return self.send("GET", path, kind)

    def send(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: dict[str, object] | None = None,
        seconds: float = SILENCE_SECONDS,
    ) -> T:
        """Return the answer to a request with a JSON body. Raises NoAnswer, Refused."""
        with self.asked(path, method, body, seconds) as response:
            return self.decoded(self.read(response.read), kind)

    @contextmanager
    def asked(
        self,
        path: str,
        method: str = "GET",
        body: dict[str, object] | None = None,
        seconds: float = SILENCE_SECONDS,
    ) -> Iterator[http.client.HTTPResponse]:
        """Yield the successful answer to a request, to be read with `read`. Raises NoAnswer, Refused."""
        connection = own_connection(self.url, seconds)
        try:
            yield self._ask(connection, method, path, body)
        finally:
            connection.close()

    def read(self, read: Callable[..., bytes], *size: int) -> bytes:
        """Return the body of an answer. Raises NoAnswer."""
        try:
            return read(*size)
        except (OSError, http.client.HTTPException) as error:
            raise self._trouble(error, SILENCE_SECONDS) from None

    def decoded(self, data: bytes, kind: type[T]) -> T:
        """Return the decoded body. Raises NoAnswer if it has another form."""
        try:
            return msgspec.json.decode(data, type=kind)
        except ValueError:
            raise NoAnswer(
                "{url} gives an answer that this version can't read: restart the panel, or stop whatever else "
                "uses its port.",
                url=self.url,
            ) from None

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: dict[str, object] | None
    ) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {local_token(self._server.jwt_secret, self._clock(), self._who)}"}
        content = None
        if body is not None:
            content = msgspec.json.encode(body)
            headers["Content-Type"] = "application/json"
        try:
            connection.connect()
            self._refuse_another_certificate(connection)
            connection.request(method, path, content, headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise self._trouble(error, connection.timeout or SILENCE_SECONDS) from None
        if response.status != 200:
            raise self._refusal(response)
        return response

    def _refuse_another_certificate(self, connection: http.client.HTTPConnection) -> None:
        # This needs no CA: the certificate is compared with the one in config.toml.
        if isinstance(connection.sock, ssl.SSLSocket) and self._server.tls_certificate is not None:
            shown = connection.sock.getpeercert(binary_form=True)
            if shown != _first_certificate(self._server.tls_certificate):
                raise NoAnswer(
                    "{url} presents another certificate than {certificate}: restart the panel.",
                    url=self.url,
                    certificate=self._server.tls_certificate,
                )

    def _trouble(self, error: Exception, seconds: float) -> NoAnswer:
        if isinstance(error, TimeoutError):
            return NoAnswer(
                "{where} did not answer within {seconds} seconds.", where=self.url, seconds=f"{seconds:.0f}"
            )
        if isinstance(error, OSError):
            what = error.strerror or str(error)
            return NoAnswer(
                "{url} can't be reached: {what}. Start the panel (systemctl start minipanel), "
                "or name its configuration with --config.",
                url=self.url,
                what=what,
            )
        return NoAnswer("{url} answers, but is not a MiniPanel.", url=self.url)

    def _refusal(self, response: http.client.HTTPResponse) -> CommandError:
        if response.status == 401:
            return NoAnswer(
                "{url} does not accept the token that {path} signs: it runs with another "
                "configuration, or has not read this one since its jwt_secret changed (systemctl reload minipanel).",
                url=self.url,
                path=self._config_path,
            )
        try:
            said = escape(msgspec.json.decode(response.read(), type=ErrorAnswer).error, _SENTENCE_CHARACTERS)
        except (OSError, ValueError, http.client.HTTPException):
            return NoAnswer("{url} answers, but is not a MiniPanel.", url=self.url)
        return Refused("{url} answers {status}: {answer}", said, url=self.url, status=response.status, answer=said)


def _first_certificate(path: Path) -> bytes:
    """Return the certificate that a server with this PEM file presents, in DER."""
    text = path.read_text("ascii", "replace")
    end = "-----END CERTIFICATE-----"
    start = text.find("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(text[start : text.find(end) + len(end)])
