"""A group robot of WeCom (企业微信群机器人): developer.work.weixin.qq.com/document/path/91770."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.robot import PER_MINUTE, ask, text_of
from minipanel.alerts.channels.secret import Source
from minipanel.alerts.outbox import Letter

TEXT_BYTES = 2048


@dataclass(frozen=True, slots=True)
class WeCom:
    """The address contains the key; there is no signature. An errcode other than 0 is a refusal."""

    name: str
    url: Source
    caller: Caller
    per_minute: int = PER_MINUTE

    def send(self, letter: Letter) -> str:
        """POST the letter as text; return the answer. Raises NotSent."""
        content = {"msgtype": "text", "text": {"content": text_of(letter, TEXT_BYTES)}}
        return ask(self.caller, self.url.read(), content, letter.key, ("errcode",))
