"""A webhook: the message as JSON, signed if there is a secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.secret import Source, secret_of
from minipanel.alerts.outbox import Letter

DOCUMENT_VERSION = 1
"""Increased when a field is removed or changes its meaning; new fields don't change it."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A channel that POSTs document() to `url`."""

    name: str
    url: Source
    secret_file: Path | None = None
    caller: Caller = field(default_factory=Caller)
    per_minute: int = 0
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def send(self, letter: Letter) -> str:
        """POST the letter; return the answer. Raises NotSent."""
        body = json.dumps(document(letter), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.key}
        if self.secret_file is not None:
            now = str(int(self.clock()))
            headers["X-MiniPanel-Timestamp"] = now
            headers["X-MiniPanel-Signature"] = f"sha256={signature(secret_of(self.secret_file), now, body)}"
        return self.caller.ask("POST", self.url.read(), body, headers).said


def document(letter: Letter) -> dict[str, object]:
    """Return the letter as JSON for webhooks and programs; docs/alerts.md has an example."""
    return {
        "version": DOCUMENT_VERSION,
        "key": letter.key,
        "rule": letter.rule,
        "subject": letter.subject,
        "text": letter.body,
        "made_at": letter.made_at,
        **json.loads(letter.details),
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 (RFC 2104) of "timestamp.body" in hexadecimal, a common scheme for webhooks."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
