"""What robots of group chats share: a limited text, 20 messages a minute, and errors with status 200."""

from __future__ import annotations

import json
from collections.abc import Mapping

from minipanel.alerts.channels.http import Answer, Caller
from minipanel.alerts.outbox import Letter, NotSent
from minipanel.models.quote import escape

PER_MINUTE = 20
"""WeCom and DingTalk accept 20 messages a minute; DingTalk then refuses all for ten minutes. Feishu accepts 100."""


def ask(caller: Caller, url: str, content: Mapping[str, object], key: str, codes: tuple[str, ...]) -> str:
    """POST a message; return the answer. Raises NotSent if none of the `codes` in the answer is 0.

    The robots ignore the header, but a proxy in front of them may not.
    """
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
    return _judge(caller.ask("POST", url, body, headers), codes)


def _judge(answer: Answer, codes: tuple[str, ...]) -> str:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):  # thousands of brackets
        said = None
    code = next((said[name] for name in codes if name in said), None) if isinstance(said, dict) else None
    if code is None:
        raise NotSent("{where} does not answer as such a robot does: {answer}", where=answer.where, answer=answer.said)
    if code != 0:
        words = said.get("errmsg") or said.get("msg") or said.get("StatusMessage") or ""
        raise NotSent(
            "{where} refused it with {code}: {words}",
            where=answer.where,
            code=escape(str(code), 20),
            words=escape(str(words), 120),
        )
    return answer.said


def text_of(letter: Letter, limit_bytes: int) -> str:
    """Return the letter as one text of at most that many bytes in UTF-8.

    If it is too long, lines before the last one, the link, are dropped.
    """
    cluster = json.loads(letter.details).get("cluster", "")
    first, *lines = (f"[{cluster}] {letter.body}" if cluster else letter.body).split("\n")
    last = lines[-1:]
    for count in range(len(lines), 0, -1):
        left = lines if count == len(lines) else [*lines[: count - 1], "…", *last]
        text = "\n".join([first, *left])
        if _size(text) <= limit_bytes:
            return text
    return cut(first, limit_bytes)


def cut(text: str, limit_bytes: int) -> str:
    """Return the text, cut between two characters to that many bytes in UTF-8: "严重" to 4 -> "严"."""
    if _size(text) <= limit_bytes:
        return text
    return text.encode()[: limit_bytes - 3].decode("utf-8", "ignore") + "…"


def _size(text: str) -> int:
    return len(text.encode())
