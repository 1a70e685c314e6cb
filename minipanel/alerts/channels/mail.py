"""Mail by SMTP (RFC 5321): plain, STARTTLS or TLS, with a login if one is set."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, TypeVar

from minipanel.alerts.channels.deadline import Deadline
from minipanel.alerts.channels.secret import secret_of
from minipanel.alerts.outbox import Letter, NotSent
from minipanel.models.quote import escape
from minipanel.sentence import Sentence

TIMEOUT_SECONDS = 20.0
"""For each answer of the server."""

TOTAL_SECONDS = 45.0
"""For everything together: a server that sends a byte now and then restarts the time of each answer."""

REMEMBERED_LETTERS = 100
T = TypeVar("T", bound=smtplib.SMTP)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailServer:
    """[alerts.smtp]. `password_file`: its first line is the password."""

    host: str = "127.0.0.1"
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = ""
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail channel to some people. `taken`: by key, who already got a letter that others have yet to get."""

    name: str
    to: Sequence[str]
    server: MailServer
    timeout_seconds: float = TIMEOUT_SECONDS
    total_seconds: float = TOTAL_SECONDS
    per_minute: int = 0
    taken: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def send(self, letter: Letter) -> str:
        """Hand the letter to the mail server, and return its answer. Raises NotSent with the server's answer.

        People for whom the server accepted it at an earlier try, while it refused others for now, don't get it again.
        """
        message = self._message(letter)
        with Deadline(self.total_seconds) as deadline:
            try:
                return self._deliver(message, letter.key, deadline)
            except (smtplib.SMTPException, OSError) as error:
                raise NotSent(self._sentence(error, deadline)) from None

    def _deliver(self, message: EmailMessage, key: str, deadline: Deadline) -> str:
        left = [each for each in self.to if each not in self.taken.get(key, ())]
        with self._connected(deadline) as smtp:
            smtp.ehlo_or_helo_if_needed()
            _expect(smtp.mail(self._sender()))
            refused: dict[str, tuple[int, bytes]] = {}
            for address in left:
                code, said = smtp.rcpt(address)
                if code not in (250, 251):
                    refused[address] = (code, said)
            if len(refused) < len(left):
                answer = _expect(smtp.data(message.as_bytes()))
            elif key in self.taken and all(code >= 500 for code, _ in refused.values()):
                answer = "accepted before"  # by all others, so nobody is left to try again
            else:
                raise smtplib.SMTPRecipientsRefused(refused)
        return self._judge(key, [each for each in left if each not in refused], refused, answer)

    def _judge(self, key: str, got_it: Sequence[str], refused: Mapping[str, tuple[int, bytes]], answer: str) -> str:
        """Return the answer unless someone must be tried again (RFC 5321, 4.2.1: 4xx is temporary, 5xx permanent)."""
        for address, (code, said) in refused.items():
            log.warning("%s refused %s: %d %s", self._where, escape(address), code, _text(said))
        later = next((each for each in refused.items() if each[1][0] < 500), None)
        if later is None:
            self.taken.pop(key, None)
            return f"{answer}; refused {', '.join(map(escape, refused))}" if refused else answer
        while len(self.taken) >= REMEMBERED_LETTERS:
            self.taken.pop(next(iter(self.taken)))
        self.taken[key] = self.taken.get(key, frozenset()) | frozenset(got_it)
        address, (code, said) = later
        raise NotSent(
            "{where} accepted it for others and refused {address}: {code} {answer}.",
            where=self._where,
            address=escape(address),
            code=code,
            answer=_text(said),
        )

    def _sentence(self, error: Exception, deadline: Deadline) -> Sentence:
        """Return what went wrong, in one sentence."""
        where = self._where
        if deadline.is_over:
            return Sentence(
                "{name} did not finish within {seconds} seconds.", name=where, seconds=f"{self.total_seconds:g}"
            )
        match error:
            case smtplib.SMTPRecipientsRefused():
                code, said = next(iter(error.recipients.values()))
                return Sentence(
                    "{where} refused the recipients: {code} {said}.", where=where, code=code, said=_text(said)
                )
            case smtplib.SMTPResponseException():
                return Sentence(
                    "{where} answered {code} {said}.", where=where, code=error.smtp_code, said=_text(error.smtp_error)
                )
            case smtplib.SMTPServerDisconnected():
                # smtplib turns a time-out into this too, and only its text says so.
                is_silent = isinstance(error.__context__, TimeoutError)
                return self._silent() if is_silent else Sentence("{where} closed the connection.", where=where)
            case smtplib.SMTPException():
                return Sentence("{where}: {reason}.", where=where, reason=escape(str(error), 160))
            case ssl.SSLError():
                return Sentence(
                    "{where}: TLS failed: {reason}.", where=where, reason=escape(error.reason or str(error), 120)
                )
            case TimeoutError():
                return self._silent()
            case ConnectionResetError():
                return Sentence("{where} closed the connection.", where=where)
            case OSError():
                return Sentence(
                    "{where} can't be reached: {reason}.", where=where, reason=escape(error.strerror or str(error), 120)
                )
        return Sentence("{where}: {reason}.", where=where, reason=escape(str(error), 160))

    @property
    def _where(self) -> Sentence:
        return Sentence("The mail server {where}", where=f"{escape(self.server.host)}:{self.server.port}")

    def _silent(self) -> Sentence:
        return Sentence(
            "{where} did not answer for {seconds} seconds.", where=self._where, seconds=f"{self.timeout_seconds:g}"
        )

    def _sender(self) -> str:
        return self.server.sender or f"minipanel@{socket.gethostname()}"

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP_POLICY)
        try:
            message["From"] = self._sender()
            message["To"] = ", ".join(self.to)
            message["Subject"] = " ".join(letter.subject.split())
            message["Date"] = format_datetime(datetime.fromtimestamp(letter.made_at, UTC))
            message["Message-ID"] = f"<minipanel-{letter.key}@{socket.gethostname()}>"
            # Suppresses out-of-office replies (RFC 3834).
            message["Auto-Submitted"] = "auto-generated"
        except (ValueError, HeaderParseError) as error:
            raise NotSent("The mail can't be made: {reason}.", reason=escape(str(error), 120)) from None
        message.set_content(letter.body + "\n", charset="utf-8", cte="quoted-printable")  # for 7-bit relays
        return message

    def _connected(self, deadline: Deadline) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context(cafile=server.ca_file) if server.security != "none" else None
        smtp: smtplib.SMTP
        if server.security == "tls":
            secure = _guarded(smtplib.SMTP_SSL, deadline)
            smtp = secure(server.host, server.port, timeout=self.timeout_seconds, context=context)
        else:
            smtp = _guarded(smtplib.SMTP, deadline)(server.host, server.port, timeout=self.timeout_seconds)
        try:
            if server.security == "starttls":
                smtp.starttls(context=context)
                assert smtp.sock is not None
                deadline.guard(smtp.sock)
            if server.username is not None:
                smtp.login(server.username, self._password())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _password(self) -> str:
        return "" if self.server.password_file is None else secret_of(self.server.password_file)


def _text(said: bytes | str) -> str:
    return escape(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, 120)


def _expect(reply: tuple[int, bytes], wanted: int = 250) -> str:
    """Return the server's answer. Raises SMTPResponseException for another code."""
    code, said = reply
    if code != wanted:
        raise smtplib.SMTPResponseException(code, said)
    return f"{code} {_text(said)}"


def _guarded(of: type[T], deadline: Deadline) -> type[T]:
    """Return smtplib's class with its socket under the deadline from the start, before anything is read from it."""

    class Guarded(of):  # type: ignore[misc, valid-type]
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            opened: socket.socket = super()._get_socket(host, port, timeout)
            return deadline.guard(opened)

    return Guarded
