"""[[alerts.channel]]: what it accepts, and one sentence, without its secrets, for anything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.alerts.channel_config import ChannelConfig
from minipanel.alerts.channels.made import audiences_of, channels_of
from minipanel.alerts.config import ALERTS, SMTP, AlertsConfig
from minipanel.config import check_config
from minipanel.doctor.checks.configuration import HIDDEN, differing_keys
from minipanel.errors import ConfigError
from minipanel.models.alert import PANEL, Alert, Bad
from minipanel.models.node import Node
from minipanel.sections import ROOMS, read_what_can_be
from minipanel.translations.language import translator
from tests.panel.test_config_reading import GOOD

HOOK = "https://hooks.example.org/T0/s3cret?key=s3cret"


def read(folder: Path, *channels: str, mail: str = "") -> AlertsConfig:
    sections = "\n".join(f"[[alerts.channel]]\n{each}" for each in channels)
    return check_config(f"{GOOD}\n[alerts]\n{mail}\n{sections}", folder / "config.toml", (ALERTS, SMTP)).of(ALERTS)


def sentence(folder: Path, *channels: str, mail: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, *channels, mail=mail)
    said = str(caught.value)
    assert "\n" not in said
    assert "s3cret" not in said
    return said.removeprefix(f"{folder}/config.toml: ")


def test_each_kind_is_read_and_made(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    (tmp_path / "url").write_text(HOOK + "\n")
    alerts = read(
        tmp_path,
        'name = "people"\nkind = "mail"\nto = ["night@example.org"]\nseverity = "critical"\nnodes = "node[1-2]"',
        f'name = "hook"\nkind = "webhook"\nurl = "{HOOK}"\nsecret_file = "secret"',
        'name = "page"\nkind = "exec"\ncommand = ["/usr/local/bin/page", "-q", "a b"]',
        'name = "wx"\nkind = "wecom"\nurl_file = "url"',
        f'name = "ding"\nkind = "dingtalk"\nurl = "{HOOK}"\nsecret_file = "secret"',
        f'name = "fei"\nkind = "feishu"\nurl = "{HOOK}"',
        mail='mail = ["ops@example.org"]',
    )
    assert alerts.channel[0] == ChannelConfig(
        "people", "mail", ("night@example.org",), severity="critical", nodes=("node1", "node2")
    )
    made = channels_of(alerts, SMTP.default, 8080)
    assert {name: type(each).__name__ for name, each in made.items()} == {
        "mail": "Mail",
        "people": "Mail",
        "hook": "Webhook",
        "page": "Execute",
        "wx": "WeCom",
        "ding": "DingTalk",
        "fei": "Feishu",
    }
    assert channels_of(alerts, SMTP.default, 8080) == made


def test_a_channel_is_for_its_nodes_and_severities_alone() -> None:
    alerts = AlertsConfig(
        mail=("a@b",), channel=(ChannelConfig("c", "mail", ("a@b",), severity="critical", nodes=("n1", "gone")),)
    )
    everyone, few = audiences_of(alerts, [Node(7, "n1", "10.0.0.1", "n1", True), Node(8, "n2", "10.0.0.2", "n2", True)])
    about = [
        Alert("hot", node_id, severity, 0, 0, 0, Bad())  # type: ignore[arg-type]
        for node_id in (7, 8, PANEL)
        for severity in ("critical", "warning")
    ]
    assert [everyone.wants(alert) for alert in about] == [True] * 6
    assert [few.wants(alert) for alert in about] == [True, False, False, False, False, False]


WECOM = f'name = "x"\nkind = "wecom"\nurl = "{HOOK}"'
WHERE = "in [[alerts.channel]] number 1"


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ('name = "x"', f'kind is missing {WHERE}; it must be one of "mail", "webhook"'),
        ('kind = "mail"', f"name is missing {WHERE}; it must be 1 to 32 letters"),
        ('name = "a b"\nkind = "mail"\nto = ["a@b"]', f'name {WHERE} is "a b"; it must be 1 to 32 letters'),
        ('name = "x"\nkind = "sms"', f'kind {WHERE} is "sms"; it must be one of "mail", "webhook"'),
        ('name = "x"\nkind = "mail"', f"to is missing {WHERE}; it must be an array of mail addresses"),
        ('name = "x"\nkind = "mail"\nto = ["a"]', f'to {WHERE} is ["a"]; it must be an array of mail addresses'),
        ('name = "x"\nkind = "exec"', f"command is missing {WHERE}; it must be an array of a program's absolute path"),
        ('name = "x"\nkind = "exec"\ncommand = ["page"]', f'command {WHERE} is ["page"]; it must be an array'),
        ('name = "x"\nkind = "exec"\ncommand = "/bin/page -q"', "it must be an array of a program's absolute path"),
        ('name = "x"\nkind = "webhook"', f"url is missing {WHERE}; one of url and url_file must be set"),
        (f'name = "x"\nkind = "webhook"\nurl = "{HOOK}"\nurl_file = "u"', "url and url_file are both set"),
        ('name = "x"\nkind = "webhook"\nurl = "s3cret"', f"url {WHERE} has no scheme; it must be an address"),
        ('name = "x"\nkind = "webhook"\nurl = "ftp://h/s3cret"', f'url {WHERE} has the scheme "ftp"; it must be an'),
        ('name = "x"\nkind = "webhook"\nurl = "https://a:s3cret@h/"', f"url {WHERE} has a user or a password in it"),
        ('name = "x"\nkind = "webhook"\nurl = "https:///s3cret"', f"url {WHERE} has an impossible host"),
        ('name = "x"\nkind = "webhook"\nurl = "https://h:0/s3cret"', f"url {WHERE} has an impossible host, port 0"),
        ('name = "x"\nkind = "webhook"\nurl = "https://h:99999/s3cret"', f"url {WHERE} is not an address"),
        ('name = "x"\nkind = "webhook"\nurl = "http://169.254.169.254/s3cret"', f"url {WHERE} has a link-local host"),
        ('name = "x"\nkind = "webhook"\nurl = "http://[::ffff:a9fe:a9fe]/"', f"url {WHERE} has a link-local host"),
        ('name = "x"\nkind = "webhook"\nurl = "http://[fe80::1%25eth0]/"', f"url {WHERE} has "),
        ('name = "x"\nkind = "webhook"\nurl = 3', f"url {WHERE} is not text; it must be an address"),
        ('name = "x"\nkind = "webhook"\nurl = "https://h/\\u00e9"', f"url {WHERE} has characters that no address has"),
        (f'{WECOM}\nsecret_file = "s"', f'secret_file {WHERE} is not for kind "wecom"'),
        ('name = "x"\nkind = "mail"\nto = ["a@b"]\nurl = "https://h/"', f'url {WHERE} is not for kind "mail", which'),
        (f'{WECOM}\nseverity = "info"', 'is "info"; it must be "critical" or'),
        (f'{WECOM}\nnodes = "a["', f'nodes {WHERE} is "a["; it must be a node set'),
        (f'{WECOM}\nafter = "30m"', f'unknown key "after" {WHERE}'),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence(channel: str, said: str, tmp_path: Path) -> None:
    assert said in sentence(tmp_path, channel)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    hook = f'name = "x"\nkind = "webhook"\nurl = "{HOOK}"\n'
    (tmp_path / "empty").write_text("\nsecond\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "bad").write_text("ftp://h/s3cret")
    os.mkfifo(tmp_path / "pipe")
    assert f"secret_file {WHERE} is {tmp_path}/none, which can't be read: No such" in sentence(
        tmp_path, hook + 'secret_file = "none"'
    )
    assert "whose first line is empty" in sentence(tmp_path, hook + 'secret_file = "empty"')
    assert "which is not UTF-8 text" in sentence(tmp_path, hook + 'secret_file = "bytes"')
    assert "which can't be read: it is not a file" in sentence(tmp_path, hook + 'secret_file = "pipe"')
    assert "which can't be read" in sentence(tmp_path, hook + 'ca_file = "none"')
    assert 'bad, whose first line has the scheme "ftp"; it must be' in sentence(
        tmp_path, 'name = "x"\nkind = "wecom"\nurl_file = "bad"'
    )


def test_two_channels_of_one_name_are_refused_and_so_is_the_name_of_mail(tmp_path: Path) -> None:
    one = f'name = "X"\nkind = "wecom"\nurl = "{HOOK}"'
    other = one.replace("X", "x")
    assert 'number 2 is "x", the name of that in [[alerts.channel]] number 1 too' in sentence(tmp_path, one, other)
    mail = one.replace("X", "mail")
    assert 'is "mail", the name of mail in [alerts] too' in sentence(tmp_path, mail, mail='mail = ["a@b"]')
    assert read(tmp_path, mail).channel[0].name == "mail"
    many = [one.replace("X", f"c{i}") for i in range(17)]
    assert "number 17 is one too many; at most 16 channels are allowed" in sentence(tmp_path, *many)


def test_neither_the_heartbeat_nor_a_channel_is_shown_by_the_doctor(tmp_path: Path) -> None:
    channel = f'[[alerts.channel]]\nname = "x"\nkind = "wecom"\nurl = "{HOOK}"'
    text = f'{GOOD}\n[alerts]\nheartbeat = "{HOOK}"\n{channel}'
    path = tmp_path / "config.toml"
    path.write_text(text)
    for config in (check_config(text, path, ROOMS), read_what_can_be(path)):
        lines = differing_keys(config)
        assert [line for line in lines if "alerts" in line] == [
            f"[alerts] heartbeat = {HIDDEN}",
            "[[alerts.channel]] 1",
        ]
        assert "s3cret" not in "".join(lines)


def test_readers_of_chinese_get_the_sentences_in_chinese(tmp_path: Path) -> None:
    say = translator({"LANG": "zh_CN.UTF-8"})
    for channel, chinese in {
        'name = "x"\nkind = "webhook"\nurl = "ftp://h/"': (
            '第 1 个 [[alerts.channel]] 中 url 的协议为 "ftp"；须为形如 https://hooks.example.org/… 的地址，'
            "含 http 或 https 和主机，不含用户名或密码。"
        ),
        f'{WECOM}\nsecret_file = "s"': (
            '第 1 个 [[alerts.channel]] 中的 secret_file 不适用于 kind "wecom"，后者可用的键：ca_file, url, url_file。'
        ),
        'name = "x"\nkind = "exec"': "第 1 个 [[alerts.channel]] 中缺少 command；须为由程序的绝对路径和参数组成的数组",
    }.items():
        assert chinese in say(f"/c: {sentence(tmp_path, channel)}")
