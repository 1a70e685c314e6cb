"""A group robot of DingTalk (钉钉自定义机器人): open.dingtalk.com/document/robots/custom-robot-access."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.robot import PER_MINUTE, ask, text_of
from minipanel.alerts.channels.secret import Source, secret_of
from minipanel.alerts.outbox import Letter

TEXT_BYTES = 18_000
"""A request may have up to 20,000 bytes."""


@dataclass(frozen=True, slots=True)
class DingTalk:
    """The address contains the token and, if "加签" is set, the signature. An errcode other than 0 is a refusal."""

    name: str
    url: Source
    secret_file: Path | None
    caller: Caller
    per_minute: int = PER_MINUTE
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def send(self, letter: Letter) -> str:
        """POST the letter as text; return the answer. Raises NotSent."""
        url = self.url.read()
        if self.secret_file is not None:
            url += ("&" if "?" in url else "?") + signed(secret_of(self.secret_file), int(self.clock() * 1000))
        content = {"msgtype": "text", "text": {"content": text_of(letter, TEXT_BYTES)}}
        return ask(self.caller, url, content, letter.key, ("errcode",))


def signed(secret: str, milliseconds: int) -> str:
    """Return timestamp and signature for the address: HMAC of both lines, with the secret as key."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"
