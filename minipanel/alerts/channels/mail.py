"""Mail by SMTP (RFC 5321): plain, STARTTLS or TLS, with a login where there is one."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from minipanel.alerts.outbox import Letter, NotSent
from minipanel.models.quote import escape

TIMEOUT_SECONDS = 20.0
"""For each answer of the server. A server that drips its answers is bounded by the outbox's own look at the thread."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """[alerts.smtp]. `password_file`: its first line."""

    host: str = "127.0.0.1"
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = ""
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A channel of mail to some people."""

    name: str
    to: Sequence[str]
    server: MailServer
    timeout_seconds: float = TIMEOUT_SECONDS

    def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server. Raises NotSent with what the server said."""
        message = self._message(letter)
        try:
            with self._connected() as smtp:
                smtp.send_message(message, self._sender(), list(self.to))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise NotSent(f"{self._where} refused the recipients: {code} {_text(said)}.") from None
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"{self._where} answered {error.smtp_code} {_text(error.smtp_error)}.") from None
        except smtplib.SMTPServerDisconnected as error:
            # smtplib makes this of a time-out as well, and names it only in words.
            is_silent = isinstance(error.__context__, TimeoutError)
            raise NotSent(self._silent() if is_silent else f"{self._where} broke off the connection.") from None
        except smtplib.SMTPException as error:
            raise NotSent(f"{self._where}: {escape(str(error), 160)}.") from None
        except ssl.SSLError as error:
            raise NotSent(f"{self._where}: TLS failed: {escape(error.reason or str(error), 120)}.") from None
        except TimeoutError:
            raise NotSent(self._silent()) from None
        except OSError as error:
            raise NotSent(f"{self._where} can't be reached: {escape(error.strerror or str(error), 120)}.") from None

    @property
    def _where(self) -> str:
        return f"The mail server {escape(self.server.host)}:{self.server.port}"

    def _silent(self) -> str:
        return f"{self._where} did not answer for {self.timeout_seconds:g} seconds."

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
            # So that out-of-office replies stay away (RFC 3834).
            message["Auto-Submitted"] = "auto-generated"
        except (ValueError, HeaderParseError) as error:
            raise NotSent(f"The mail can't be made: {escape(str(error), 120)}.") from None
        message.set_content(letter.body + "\n", charset="utf-8")
        return message

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context(cafile=server.ca_file) if server.security != "none" else None
        smtp: smtplib.SMTP
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=self.timeout_seconds, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self.timeout_seconds)
        try:
            if server.security == "starttls":
                smtp.starttls(context=context)
            if server.username is not None:
                smtp.login(server.username, self._password())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _password(self) -> str:
        path = self.server.password_file
        if path is None:
            return ""
        try:
            return path.read_text("utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise NotSent(f"The password file {path} can't be read: {escape(str(error), 80)}.") from None


def _text(said: bytes | str) -> str:
    return escape(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, 120)
