"""Robots of group chats: stand-ins that check what the real ones document, and answer like them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from minipanel.alerts.channels.dingtalk import DingTalk
from minipanel.alerts.channels.feishu import Feishu
from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.robot import cut, text_of
from minipanel.alerts.channels.secret import Source
from minipanel.alerts.channels.wecom import WeCom
from minipanel.alerts.outbox import Channel, Letter, NotSent
from tests.alerts.hooks import LETTER, Got, hook

NOW = 1_790_000_123.456
TEXT = "[c1] 严重 cn[01-02] 失去联系\nhttps://panel/alerts"
SECRET = "SEC0123"


def wecom(got: Got) -> tuple[int, bytes]:
    """Answer like WeCom: always 200; text.content has at most 2,048 bytes."""
    content = got.json["text"]["content"]
    if got.json["msgtype"] != "text" or "key" not in parse_qs(urlsplit(got.path).query):
        return 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'
    if len(content.encode()) > 2048:
        return 200, b'{"errcode":40058,"errmsg":"content exceed max length"}'
    return 200, b'{"errcode":0,"errmsg":"ok"}'


def dingtalk(got: Got) -> tuple[int, bytes]:
    """Answer like DingTalk: the signature is in the address, its time in milliseconds, within an hour."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(got.path).query).items()}
    text = f"{query.get('timestamp')}\n{SECRET}"
    sign = base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()).decode()
    is_late = abs(int(query.get("timestamp", "0")) - NOW * 1000) > 3_600_000
    if query.get("access_token") != "t" or is_late or query.get("sign") != sign:
        return 200, b'{"errcode":310000,"errmsg":"sign not match"}'
    assert got.json["msgtype"] == "text"
    return 200, b'{"errcode":0,"errmsg":"ok"}'


def feishu(got: Got) -> tuple[int, bytes]:
    """Answer like Feishu: the signature is in the body, its time in seconds, within an hour; the key is both lines."""
    said = got.json
    key = f"{said.get('timestamp')}\n{SECRET}"
    sign = base64.b64encode(hmac.new(key.encode(), b"", hashlib.sha256).digest()).decode()
    if abs(int(said.get("timestamp", "0")) - NOW) > 3600 or said.get("sign") != sign:
        return 200, b'{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour"}'
    assert said["msg_type"] == "text"
    return 200, b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'


def secret_in(folder: Path, secret: str = SECRET) -> Path:
    path = folder / "secret"
    path.write_text(secret + "\n")
    return path


def robot(kind: str, url: str, secret: Path | None) -> Channel:
    if kind == "wecom":
        return WeCom("r", Source(f"{url}/cgi-bin/webhook/send?key=k"), Caller())
    if kind == "dingtalk":
        return DingTalk("r", Source(f"{url}/robot/send?access_token=t"), secret, Caller(), clock=lambda: NOW)
    return Feishu("r", Source(f"{url}/open-apis/bot/v2/hook/t"), secret, Caller(), clock=lambda: NOW)


STANDS_IN: dict[str, Callable[[Got], tuple[int, bytes]]] = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}


@pytest.mark.parametrize("kind", STANDS_IN)
def test_the_robot_takes_the_message(kind: str, tmp_path: Path) -> None:
    with hook() as it:
        it.answer = STANDS_IN[kind]
        said = robot(kind, f"http://127.0.0.1:{it.port}", secret_in(tmp_path)).send(LETTER)
    assert said.startswith("200 OK: {")
    (got,) = it.got
    assert (got.json.get("text") or got.json["content"]) in ({"content": TEXT}, {"text": TEXT})
    assert got.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("dingtalk", "refused it with 310000: sign not match"),
        ("feishu", "refused it with 19021: sign match fail or timestamp is not within one hour"),
    ],
)
def test_a_wrong_secret_is_refused_with_what_the_robot_says(kind: str, sentence: str, tmp_path: Path) -> None:
    with hook() as it:
        it.answer = STANDS_IN[kind]
        with pytest.raises(NotSent) as caught:
            robot(kind, f"http://127.0.0.1:{it.port}", secret_in(tmp_path, "wrong")).send(LETTER)
    assert str(caught.value) == f"127.0.0.1:{it.port} {sentence}"


@pytest.mark.parametrize("kind", STANDS_IN)
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"errcode":45009,"errmsg":"api freq out of limit","code":45009}', "refused it with 45009: api freq"),
        (b"<html>portal</html>", "does not answer as such a robot does: 200 OK: <html>portal</html>"),
        (b"[0]", "does not answer as such a robot does"),
        (b"{}", "does not answer as such a robot does"),
        (b'{"errcode":"\\u001b[1m","code":"\\u001b[1m"}', "refused it with \\x1b[1m: "),
        (b"[" * 100_000, "does not answer as such a robot does"),
    ],
)
def test_an_error_that_comes_as_200_is_a_failure(kind: str, body: bytes, sentence: str) -> None:
    with hook() as it:
        it.body = body
        with pytest.raises(NotSent) as caught:
            robot(kind, f"http://127.0.0.1:{it.port}", None).send(LETTER)
    assert sentence in str(caught.value)
    assert str(caught.value).isprintable()


def long_letter(lines: int, characters: int) -> Letter:
    body = "\n".join([*("严" * characters for _ in range(lines)), "https://panel/alerts"])
    return Letter("k", "s", body, "hot", 0, json.dumps({"cluster": "c1"}))


def test_a_long_message_fits_into_wecoms_bytes_and_keeps_its_link() -> None:
    with hook() as it:
        it.answer = wecom
        robot("wecom", f"http://127.0.0.1:{it.port}", None).send(long_letter(9, 95))
    lines = it.got[0].json["text"]["content"].split("\n")
    assert lines[-2:] == ["…", "https://panel/alerts"]
    assert len(lines) >= 7
    assert len("\n".join(lines).encode()) > 1700


def test_a_text_is_cut_between_characters_and_never_longer_than_allowed() -> None:
    for limit in range(40, 400):
        assert len(text_of(long_letter(3, 40), limit).encode()) <= limit
    assert cut("严重", 5) == "…"
    assert cut("严重严重", 9) == "严重…"
    assert cut("严重", 6) == "严重"
