"""A real SMTP server on loopback whose behaviour a test sets."""

from __future__ import annotations

import asyncio
import ctypes
import email
import email.policy
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_port


class Postbox:
    """Keeps what was delivered. `answers`: replies to the next mails instead of accepting them.

    `refuses`: replies to recipients; `recipients`: those who were accepted.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.refuses: dict[str, str] = {}
        self.recipients: list[str] = []
        self.hangs = False
        self.drops = False
        self.was_encrypted = False
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.hangs:
            await asyncio.sleep(60)
        if self.drops:
            assert server.transport is not None
            server.transport.abort()
            return "250 never seen"
        if self.answers:
            return self.answers.pop(0)
        self.was_encrypted = session.ssl is not None
        parsed = email.message_from_bytes(bytes(envelope.content or b""), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "250 taken"


@contextmanager
def postbox(**options: Any) -> Iterator[Postbox]:
    """Run a server on a free port of loopback; options are aiosmtpd's."""
    box = Postbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


CLONE_NEWNET = 0x40000000


@contextmanager
def postbox_within(namespace: str, port: int = 25) -> Iterator[Postbox]:
    """Run a server on the loopback of another network namespace, given by its path. Needs root."""
    box = Postbox()
    box.port = port
    controller = Controller(box, hostname="127.0.0.1", port=port)
    # The server runs in its own thread, and a new thread starts in the namespace of its parent.
    with ThreadPoolExecutor(1, initializer=_enter, initargs=(namespace,)) as inside:
        inside.submit(controller.start).result()
        try:
            yield box
        finally:
            inside.submit(controller.stop).result()


def _enter(namespace: str) -> None:
    with Path(namespace).open("rb") as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns", namespace)


def only(username: str, password: str) -> Any:
    """Return an authenticator that knows one account."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        is_right = data == LoginPassword(username.encode(), password.encode())
        return AuthResult(success=is_right, handled=is_right)

    return check


def certificate(folder: Path) -> tuple[Path, Path, ssl.SSLContext]:
    """Return a self-signed certificate and key for localhost, and a server's context with them."""
    made, key = folder / "smtp.crt", folder / "smtp.key"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    form = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", names]
    subprocess.run(["openssl", "req", *form, "-keyout", key, "-out", made], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made, key)
    return made, key, context
