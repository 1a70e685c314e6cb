"""Creates the channels of config.toml, and decides who each one is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minipanel.alerts.announcer import Audience
from minipanel.alerts.channel_config import MAIL_CHANNEL, ChannelConfig
from minipanel.alerts.channels.dingtalk import DingTalk
from minipanel.alerts.channels.execute import Execute
from minipanel.alerts.channels.feishu import Feishu
from minipanel.alerts.channels.http import Caller
from minipanel.alerts.channels.mail import Mail, MailServer
from minipanel.alerts.channels.secret import Source
from minipanel.alerts.channels.webhook import Webhook
from minipanel.alerts.channels.wecom import WeCom
from minipanel.alerts.config import AlertsConfig, SmtpConfig
from minipanel.alerts.outbox import Channel
from minipanel.models.node import Node


def channels_of(alerts: AlertsConfig, smtp: SmtpConfig, own_port: int) -> dict[str, Channel]:
    """Return the channels by name; the one of `[alerts] mail` is first."""
    server = MailServer(
        smtp.host, smtp.port, smtp.security, smtp.sender or "", smtp.username, smtp.password_file, smtp.ca_file
    )
    first: dict[str, Channel] = {MAIL_CHANNEL: Mail(MAIL_CHANNEL, alerts.mail, server)} if alerts.mail else {}
    return first | {each.name: _channel(each, server, own_port) for each in alerts.channel}


def _channel(config: ChannelConfig, server: MailServer, own_port: int) -> Channel:
    source, caller = Source(config.url, config.url_file), Caller(own_port, config.ca_file)
    match config.kind:
        case "mail":
            return Mail(config.name, config.to, server)
        case "exec":
            return Execute(config.name, config.command)
        case "wecom":
            return WeCom(config.name, source, caller)
        case "dingtalk":
            return DingTalk(config.name, source, config.secret_file, caller)
        case "feishu":
            return Feishu(config.name, source, config.secret_file, caller)
        case "webhook":
            return Webhook(config.name, source, config.secret_file, caller)


def audiences_of(alerts: AlertsConfig, nodes: Sequence[Node]) -> list[Audience]:
    """Return who each channel is for."""
    ids = {name.lower(): node.id for node in nodes for name in (node.hostname, node.name)}
    first = [Audience(MAIL_CHANNEL)] if alerts.mail else []
    return first + [Audience(each.name, each.severity, _ids(each.nodes, ids)) for each in alerts.channel]


def _ids(names: Sequence[str] | None, ids: Mapping[str, int]) -> frozenset[int] | None:
    if names is None:
        return None
    return frozenset(ids[name.lower()] for name in names if name.lower() in ids)
