"""[[alerts.channel]] of config.toml: a further way to notify people, for some severities and nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from minipanel.alerts.channels.target import TARGET_ALLOWED, refusal_of
from minipanel.config import kinds
from minipanel.config.kinds import Kind, NotAcceptable
from minipanel.config.section import Key, Section
from minipanel.config.table import Table, shown

MAX_CHANNELS = 16
MAIL_CHANNEL = "mail"
"""The name of the channel of `[alerts] mail`."""

ChannelKind = Literal["mail", "webhook", "exec", "wecom", "dingtalk", "feishu"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_SECRET_FILE_BYTES = 4096


def target() -> Kind:
    """Return the kind of an address to post to. It may contain a token, so no error shows it."""

    def parse(value: object, _: Path) -> str:
        why = refusal_of(value) if isinstance(value, str) else "is not text"
        if why is not None:
            raise NotAcceptable(why)
        return str(value)

    return Kind(TARGET_ALLOWED, parse, is_secret=True)


def _name() -> Kind:
    return kinds.text(
        "1 to 32 letters, digits, dots, hyphens and underscores, such as night-shift",
        lambda value: value if _NAME.fullmatch(value) else None,
    )


def _command() -> Kind:
    def parse(value: object, _: Path) -> tuple[str, ...] | None:
        is_good = (
            isinstance(value, list)
            and 0 < len(value) <= 64
            and all(isinstance(word, str) and "\0" not in word and len(word) <= 1024 for word in value)
        )
        return tuple(value) if is_good and isinstance(value, list) and value[0].startswith("/") else None

    return Kind(
        'an array of a program\'s absolute path and its arguments, such as ["/usr/local/bin/page", "-q"]', parse
    )


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One [[alerts.channel]]. `nodes`: the nodes it is for; None for all, and for the panel itself."""

    name: Annotated[str, Key(_name(), "What the channel is called.", "渠道的名称。", words=("required", "必填"))]
    kind: Annotated[
        ChannelKind,
        Key(
            kinds.choice("mail", "webhook", "exec", "wecom", "dingtalk", "feishu"),
            'How it sends: `"mail"`, `"webhook"`, `"exec"`, `"wecom"`, `"dingtalk"` or `"feishu"`.',
            '发送方式：`"mail"`、`"webhook"`、`"exec"`、`"wecom"`、`"dingtalk"` 或 `"feishu"`。',
            words=("required", "必填"),
        ),
    ]
    to: Annotated[
        tuple[str, ...],
        Key(kinds.mail_addresses(), "`mail`: who gets it.", "`mail`：收件人。"),
    ] = ()
    url: Annotated[
        str | None,
        Key(target(), "`webhook` and robots: where to post to.", "`webhook` 和机器人：发送到的地址。"),
    ] = None
    url_file: Annotated[
        Path | None,
        Key(kinds.file_path(), "The same, from the first line of a file.", "同上，取文件第一行。"),
    ] = None
    command: Annotated[
        tuple[str, ...],
        Key(
            _command(),
            "`exec`: the program, by its absolute path, and its arguments.",
            "`exec`：程序的绝对路径和参数。",
        ),
    ] = ()
    secret_file: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "`webhook`, `dingtalk`, `feishu`: its first line signs each message.",
            "`webhook`、`dingtalk`、`feishu`：签名密钥文件，取第一行。",
        ),
    ] = None
    ca_file: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "`webhook` and robots: CA certificates to trust instead of the system's.",
            "`webhook` 和机器人：信任的 CA 证书，代替系统自带的。",
        ),
    ] = None
    severity: Annotated[
        Literal["critical", "warning"],
        Key(
            kinds.choice("critical", "warning"),
            'The lowest severity that it sends; `"warning"` includes critical.',
            '从哪个级别起发送；`"warning"` 表示警告和严重都发送。',
        ),
    ] = "warning"
    nodes: Annotated[
        tuple[str, ...] | None,
        Key(
            kinds.node_set(),
            "The nodes that it is about, as a node set.",
            "只发送这些节点的告警，用节点集表示。",
            words=("all, and the panel itself", "所有节点和面板自身"),
        ),
    ] = None


_KEYS_OF: dict[str, frozenset[str]] = {
    "mail": frozenset({"to"}),
    "webhook": frozenset({"url", "url_file", "secret_file", "ca_file"}),
    "exec": frozenset({"command"}),
    "wecom": frozenset({"url", "url_file", "ca_file"}),
    "dingtalk": frozenset({"url", "url_file", "secret_file", "ca_file"}),
    "feishu": frozenset({"url", "url_file", "secret_file", "ca_file"}),
}
_OF_ALL = frozenset({"name", "kind", "severity", "nodes"})


def _check(table: Table, channel: ChannelConfig) -> ChannelConfig:
    keys = _KEYS_OF[channel.kind]
    strange = next((key for key in CHANNEL.keys if key in table and key not in keys | _OF_ALL), None)
    if strange is not None:
        raise table.error(
            '{key} in {place} is not for kind "{kind}", which has {keys}',
            key=strange,
            place=table.place,
            kind=channel.kind,
            keys=", ".join(sorted(keys)),
        )
    if channel.kind == "mail" and not channel.to:
        raise table.missing("to", kinds.mail_addresses().allowed + ", one at least")
    if channel.kind == "exec" and not channel.command:
        raise table.missing("command", _command().allowed)
    if "url" in keys:
        _check_url(table, channel)
    check_files(table, {"secret_file": channel.secret_file}, channel.ca_file)
    return channel


def check_files(table: Table, secrets: Mapping[str, Path | None], ca_file: Path | None) -> None:
    """Refuse files that can't be read, and secrets with an empty first line. Raises ConfigError."""
    for key, path in secrets.items():
        if path is not None and not _first_line(table, key, path):
            raise table.error(
                "{key} in {place} is {file}, whose first line is empty", key=key, place=table.place, file=path
            )
    if ca_file is not None:
        _first_line(table, "ca_file", ca_file)


def _check_url(table: Table, channel: ChannelConfig) -> None:
    if (channel.url is None) == (channel.url_file is None):
        what = "is missing" if channel.url is None else "and url_file are both set"
        raise table.error(f"url {what} in {{place}}; one of url and url_file must be set", place=table.place)
    if channel.url_file is not None:
        why = refusal_of(_first_line(table, "url_file", channel.url_file))
        if why is not None:
            raise table.error(
                "url_file in {place} is {file}, whose first line {why}; it must be {allowed}",
                place=table.place,
                file=channel.url_file,
                why=why,
                allowed=TARGET_ALLOWED,
            )


def _first_line(table: Table, key: str, path: Path) -> str:
    try:
        return first_line(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise table.error(
            "{key} in {place} is {file}, which can't be read: {reason}",
            key=key,
            place=table.place,
            file=path,
            reason=why,
        ) from None
    except UnicodeDecodeError:
        raise table.error(
            "{key} in {place} is {file}, which is not UTF-8 text", key=key, place=table.place, file=path
        ) from None


def first_line(path: Path) -> str:
    """Return the first line of a file with a secret. Raises OSError, UnicodeDecodeError."""
    if path.exists() and not path.is_file():  # reading a pipe would block
        raise OSError(0, "it is not a file")
    with path.open("rb") as file:
        return file.readline(_SECRET_FILE_BYTES).decode("utf-8").strip()


CHANNEL = Section("alerts.channel", ChannelConfig, _check)


def read_channels(path: Path, items: Iterable[dict[str, object]], has_mail: bool) -> tuple[ChannelConfig, ...]:
    """Return the channels in the sections. `has_mail`: `[alerts] mail` uses its name. Raises ConfigError."""
    places = {MAIL_CHANNEL: "[alerts]"} if has_mail else {}
    channels = []
    for number, item in enumerate(items, 1):
        table = Table(path, f"[[alerts.channel]] number {number}", item, CHANNEL.keys)
        if number > MAX_CHANNELS:
            raise table.error(
                "{place} is one too many; at most {most} channels are allowed", place=table.place, most=MAX_CHANNELS
            )
        channel = CHANNEL.read(table)
        other = places.setdefault(channel.name.lower(), table.place)
        if other is not table.place:
            by = "mail in [alerts]" if other == "[alerts]" else "that in {other}"
            sentence = f"name in {{place}} is {{name}}, the name of {by} too; each channel must have its own"
            raise table.error(sentence, place=table.place, name=shown(channel.name), other=other)
        channels.append(channel)
    return tuple(channels)
