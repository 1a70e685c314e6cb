"""[alerts] of config.toml: how people are notified, and rules that a site changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from minipanel.alerts.channel_config import ChannelConfig, check_files, read_channels, target
from minipanel.alerts.rules.all import BY_NAME
from minipanel.config import kinds
from minipanel.config.section import Key, Section
from minipanel.config.table import Table
from minipanel.models.alert import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """One [[alerts.rule]]. `nodes`: the nodes it is for; None for all. `parameters`: the rule's own."""

    name: str
    nodes: tuple[str, ...] | None
    severity: Severity
    is_on: bool
    parameters: Any


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """[alerts]."""

    enabled: Annotated[
        bool,
        Key(
            kinds.flag(),
            "With `false`, the panel looks for nothing and reports nothing.",
            "`false` 表示不检查，也不通知。",
        ),
    ] = True
    name: Annotated[
        str | None,
        Key(
            kinds.short_text(64),
            "What messages call this cluster.",
            "消息中显示的集群名称。",
            words=("the machine's name", "本机的主机名"),
        ),
    ] = None
    language: Annotated[
        Literal["en", "zh"], Key(kinds.choice("en", "zh"), "The language of messages.", "消息的语言。")
    ] = "en"
    mail: Annotated[
        tuple[str, ...],
        Key(kinds.mail_addresses(), "Who gets mail.", "邮件的收件人。"),
    ] = ()
    heartbeat: Annotated[
        str | None,
        Key(
            target(),
            "The panel calls it each minute while it works, so that another service notices when it stops.",
            "心跳地址：面板正常保存数据并检查告警时，每分钟访问一次；停止访问后由外部服务发现。",
        ),
    ] = None
    channel: Annotated[
        tuple[ChannelConfig, ...],
        Key(
            kinds.tables("alerts.channel", is_secret=True),
            "More channels, each a section `[[alerts.channel]]`, below.",
            "更多通知渠道，每个渠道一节 `[[alerts.channel]]`，见下。",
            default=(),
        ),
    ] = ()
    rule: Annotated[
        tuple[RuleConfig, ...],
        Key(
            kinds.tables("alerts.rule"),
            "What differs from the built-in rules, each a section `[[alerts.rule]]`: see Alerts.",
            "按本集群需要调整的规则，每条规则一节 `[[alerts.rule]]`，见《告警》。",
            default=(),
        ),
    ] = ()

    @property
    def reaches_somebody(self) -> bool:
        """Whether any channel is set. Alerts are in the journal and on the page in any case."""
        return bool(self.mail or self.channel)


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """[alerts.smtp]: the mail server."""

    host: Annotated[
        str,
        Key(
            kinds.host(),
            "The mail server.",
            "邮件服务器。",
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Key(kinds.whole_number(1, 65535), "Its port.", "邮件服务器的端口。")] = 25
    security: Annotated[
        Literal["none", "starttls", "tls"],
        Key(kinds.choice("none", "starttls", "tls"), "How the connection is encrypted.", "连接的加密方式。"),
    ] = "none"
    sender: Annotated[
        str | None,
        Key(
            kinds.mail_address(),
            "The sender of mail.",
            "发件人。",
            words=("minipanel@ the machine's name", "minipanel@本机主机名"),
        ),
    ] = None
    username: Annotated[str | None, Key(kinds.short_text(255), "For a login.", "登录邮件服务器的账号。")] = None
    password_file: Annotated[
        Path | None, Key(kinds.file_path(), "Its first line is the password.", "密码文件，取第一行。")
    ] = None
    ca_file: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "CA certificates to trust instead of the system's.",
            "信任的 CA 证书，代替系统自带的。",
        ),
    ] = None


def _finish(table: Table, alerts: AlertsConfig) -> AlertsConfig:
    items: Any = alerts.rule
    channels: Any = alerts.channel
    return replace(
        alerts,
        rule=_rules(table.path, items),
        channel=read_channels(table.path, channels, has_mail=bool(alerts.mail)),
    )


_NAME = kinds.choice(*BY_NAME)
_SEVERITY = kinds.choice(*SEVERITIES)


def _rules(path: Path, items: Sequence[dict[str, object]]) -> tuple[RuleConfig, ...]:
    """Return the rules in these sections. Raises ConfigError, also for a section that would have no effect."""
    rules: list[RuleConfig] = []
    for number, item in enumerate(items, 1):
        rule = _rule(path, _place(number), item)
        same = {place: each for place, each in enumerate(rules, 1) if each.name == rule.name and _covers(each, rule)}
        taken = {name for each in same.values() for name in each.nodes or ()}
        if same and taken.issuperset(rule.nodes or ()):
            raise Table(path, _place(number), item, item).error(
                "{place} has no effect: {other} sets the rule {name} for the same nodes; write both as one section",
                place=_place(number),
                other=_place(next(iter(same))),
                name=rule.name,
            )
        rules.append(rule)
    return tuple(rules)


def _covers(one: RuleConfig, other: RuleConfig) -> bool:
    """Return whether both are for all nodes, or name the same ones."""
    if one.nodes is None or other.nodes is None:
        return one.nodes is other.nodes
    return not set(one.nodes).isdisjoint(other.nodes)


def _place(number: int) -> str:
    return f"[[alerts.rule]] number {number}"


def _rule(path: Path, place: str, item: dict[str, object]) -> RuleConfig:
    named = Table(path, place, {key: item[key] for key in item if key == "name"}, ["name"])
    rule = BY_NAME[str(named.read("name", _NAME))]
    section = Section("alerts.rule", rule.parameters)
    table = Table(path, place, item, ["name", "nodes", "severity", "enabled", *section.keys])
    nodes = None
    if "nodes" in table and rule.is_about_panel:
        raise table.error(
            "nodes in {place} is not for the rule {name}, which is about the panel itself", place=place, name=rule.name
        )
    if "nodes" in table:
        nodes = table.read("nodes", kinds.node_set())
    severity = table.read("severity", _SEVERITY) if "severity" in table else rule.severity
    is_on = bool(table.read("enabled", kinds.flag())) if "enabled" in table else True
    return RuleConfig(rule.name, nodes, severity, is_on, section.read(table))  # type: ignore[arg-type]


ALERTS = Section("alerts", AlertsConfig, _finish)


def _check_login(table: Table, smtp: SmtpConfig) -> SmtpConfig:
    if smtp.username is not None and smtp.password_file is None:
        raise table.missing("password_file", "the path of a file whose first line is the password of username")
    check_files(table, {"password_file": smtp.password_file}, smtp.ca_file)
    return smtp


SMTP = Section("alerts.smtp", SmtpConfig, _check_login)
