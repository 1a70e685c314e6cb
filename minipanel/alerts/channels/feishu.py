"""A group robot of Feishu or Lark (飞书自定义机器人): open.feishu.cn/document/client-docs/bot-v3/add-custom-bot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.robot import PER_MINUTE, ask, text_of
from minipanel.alerts.channels.secret import Source, secret_of
from minipanel.alerts.outbox import Letter

TEXT_BYTES = 18_000
"""A request may have 20 KB."""


@dataclass(frozen=True, slots=True)
class Feishu:
    """The address contains the token, the body the signature. A code other than 0 is a refusal."""

    name: str
    url: Source
    secret_file: Path | None
    caller: Caller
    per_minute: int = PER_MINUTE
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def send(self, letter: Letter) -> str:
        """POST the letter as text; return the answer. Raises NotSent."""
        content: dict[str, object] = {"msg_type": "text", "content": {"text": text_of(letter, TEXT_BYTES)}}
        if self.secret_file is not None:
            now = int(self.clock())
            content |= {"timestamp": str(now), "sign": signature(secret_of(self.secret_file), now)}
        # Robots created before 2022 answer with StatusCode alone.
        return ask(self.caller, self.url.read(), content, letter.key, ("code", "StatusCode"))


def signature(secret: str, seconds: int) -> str:
    """Return the signature. Unlike DingTalk's, the key is both lines and the text is empty."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
