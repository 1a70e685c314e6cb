"""One HTTP request to an untrusted machine: no redirects, no link-local address, limited size and time."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from minipanel import __version__
from minipanel.alerts.channels.deadline import Deadline
from minipanel.alerts.channels.target import is_link_local
from minipanel.alerts.outbox import NotSent
from minipanel.models.quote import escape
from minipanel.sentence import Sentence

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
ANSWER_BYTES = 16_384
SAID_CHARACTERS = 200

Resolve = Callable[[str, int], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its HTTP status, and the beginning of its body. `where`: the host and port."""

    where: str
    status: int
    reason: str
    body: bytes

    @property
    def said(self) -> str:
        """The answer in one line, for an administrator."""
        text = " ".join(self.body.decode("utf-8", "replace").split())
        line = f"{self.status} {self.reason}".strip() + (f": {text}" if text else "")
        return escape(line, SAID_CHARACTERS)


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return the result of getaddrinfo(3)."""
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes requests. `own_port`: the panel's port, which is never contacted on this machine."""

    own_port: int = 0
    ca_file: Path | None = None
    total_seconds: float = TOTAL_SECONDS
    resolve: Resolve = field(default=resolve, compare=False)

    def ask(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an answer with a status from 200 to 299. Raises NotSent, without the path, which is secret.

        Checks the certificate, and ignores proxies in the environment.
        """
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        where = f"{parts.hostname}:{port}"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"User-Agent": f"MiniPanel/{__version__}", "Accept": "*/*", "Connection": "close", **(headers or {})}
        with Deadline(self.total_seconds) as deadline:
            try:
                answer = self._answer(deadline, method, parts.scheme, str(parts.hostname), port, path, body, sent)
            except NotSent:
                raise
            except (TimeoutError, OSError, http.client.HTTPException, ValueError) as error:
                raise NotSent(_sentence(error, where, deadline, self.total_seconds)) from None
            if deadline.is_over:
                raise NotSent(
                    "{where} did not answer within {seconds} seconds.", where=where, seconds=f"{self.total_seconds:g}"
                )
        if 300 <= answer.status < 400:
            raise NotSent(
                "{where} answered {status}, another address; redirects are not followed.",
                where=where,
                status=answer.status,
            )
        if not 200 <= answer.status < 300:
            raise NotSent("{where} answered {answer}", where=where, answer=answer.said)
        return answer

    def _answer(
        self,
        deadline: Deadline,
        method: str,
        scheme: str,
        host: str,
        port: int,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        opened = self._open(host, port, deadline)
        try:
            if scheme == "https":
                context = ssl.create_default_context(cafile=self.ca_file)
                wrapped = context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)
                opened = deadline.guard(wrapped)
                wrapped.do_handshake()
            connection = http.client.HTTPConnection(host, port)
            connection.sock = opened
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return Answer(f"{host}:{port}", response.status, escape(response.reason, 40), response.read(ANSWER_BYTES))
        finally:
            opened.close()

    def _open(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """Connect to an allowed address of the host. The address that was checked is the one connected to."""
        trouble: OSError | None = None
        for family, kind, protocol, _, address in self.resolve(host, port):
            _refuse(host, port, ip_address(str(address[0]).partition("%")[0]))
            opened = socket.socket(family, kind, protocol)
            deadline.guard(opened)
            opened.settimeout(min(CONNECT_SECONDS, self.total_seconds))
            try:
                opened.connect(address)
                peer, own = opened.getpeername(), opened.getsockname()
                _refuse(host, port, ip_address(str(peer[0]).partition("%")[0]))
                if self.own_port and peer[1] == self.own_port and _is_here(peer[0], own[0]):
                    raise NotSent("{host}:{port} is the panel itself.", host=host, port=port)
            except OSError as error:
                opened.close()
                trouble = error
                if deadline.is_over:
                    break
                continue
            except NotSent:
                opened.close()
                raise
            opened.settimeout(self.total_seconds)
            return opened
        raise trouble or OSError(0, "no address")


def _refuse(host: str, port: int, address: IPv4Address | IPv6Address) -> None:
    if is_link_local(address):
        raise NotSent(
            "{host}:{port} has the link-local address {address}, which the panel does not contact.",
            host=host,
            port=port,
            address=address,
        )


def _is_here(peer: str, own: str) -> bool:
    """Return whether the other end is this machine: it has the address of this end, or a loopback address."""
    address = ip_address(peer.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return peer == own or address.is_loopback or (mapped is not None and mapped.is_loopback)


def _sentence(error: Exception, where: str, deadline: Deadline, seconds: float) -> Sentence:
    if deadline.is_over or isinstance(error, TimeoutError):
        return Sentence("{where} did not answer within {seconds} seconds.", where=where, seconds=f"{seconds:g}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Sentence(
            "The certificate of {where} is not trusted: {reason}.",
            where=where,
            reason=escape(error.verify_message, 120),
        )
    if isinstance(error, ssl.SSLError):
        return Sentence(
            "TLS with {where} failed: {reason}.", where=where, reason=escape(error.reason or str(error), 120)
        )
    if isinstance(error, socket.gaierror):
        return Sentence(
            "The name of {where} can't be looked up: {reason}.",
            where=where,
            reason=escape(error.strerror or str(error), 120),
        )
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError):
        return Sentence("{where} closed the connection.", where=where)
    if isinstance(error, OSError):
        return Sentence(
            "{where} can't be reached: {reason}.", where=where, reason=escape(error.strerror or str(error), 120)
        )
    return Sentence("{where} does not speak HTTP: {reason}.", where=where, reason=escape(str(error), 80))
