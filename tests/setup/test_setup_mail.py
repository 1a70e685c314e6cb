"""Where mail about alerts goes: asked once, written to config.toml, and tried with a message once the panel runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.alerts.config import ALERTS
from minipanel.errors import CommandError, ConfigError
from minipanel.sections import load_config
from minipanel.setup import run
from minipanel.setup.alert_mail import send_test_message
from minipanel.setup.ask.questions import ask_mail
from minipanel.setup.request import Request
from tests.alerts.smtp import Postbox, postbox
from tests.panel.commands import running_panel, written_config
from tests.setup.installing import CONFIG, NETWORK, screen, set_up
from tests.setup.machine import Machine, TypingScreen, needs_root
from tests.setup.panel_stub import PanelStub

NOBODY = TypingScreen(is_guided=False)
GUIDED = Request(is_guided=True)
OPS = ("ops@example.org",)
NOWHERE = "  alerts    go nowhere: set [alerts] mail"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("", ()),
        ("none", ()),
        (" , ", ()),
        ("ops@example.org", OPS),
        ("ops@example.org,boss@mgmt", (*OPS, "boss@mgmt")),
        ("ops@example.org, boss@mgmt ,ops@example.org,", (*OPS, "boss@mgmt")),
        ("ops@example.org，boss@mgmt；root@mgmt", (*OPS, "boss@mgmt", "root@mgmt")),
    ],
)
def test_what_is_typed_or_given_are_addresses(text: str, addresses: tuple[str, ...]) -> None:
    assert ask_mail(TypingScreen(text), GUIDED, ()) == addresses
    assert ask_mail(NOBODY, Request(mail=text), OPS) == addresses


def test_enter_is_nobody_at_first_and_what_is_set_later() -> None:
    twice = ("ops@example.org", "ops@example.org")  # as if somebody wrote it by hand: no change
    for there in ((), OPS, twice):
        assert ask_mail(TypingScreen(""), GUIDED, there) == there
        assert ask_mail(NOBODY, Request(), there) == there
    shown = TypingScreen("none")
    assert ask_mail(shown, GUIDED, OPS) == ()
    assert shown.shown == ["Mail addresses for alerts (none: nobody) [ops@example.org]: "]


@pytest.mark.parametrize(
    "text",
    [
        "ops",
        "ops@",
        "@example.org",
        "Ops <ops@example.org>",
        "ops@example.org\x1b[2J",
        "ops@例.org",
        "a@b@c",
        "'a'@b c",
    ],
)
def test_what_is_no_address_is_asked_again_or_refused(text: str) -> None:
    asked = TypingScreen(text, "ops@example.org")
    assert ask_mail(asked, GUIDED, ()) == OPS
    assert "\x1b" not in "".join(asked.shown)
    with pytest.raises(CommandError, match=r"is not a mail address such as ops@example\.org"):
        ask_mail(NOBODY, Request(mail=text), ())


def nobody(_: Path) -> int:
    raise AssertionError("no agent had to be told")


@needs_root
def test_a_first_one_writes_it_and_sends_a_message(machine: Machine, stub: PanelStub, whole: Path) -> None:
    code, shown = set_up(machine, stub, None, roll_out=False, mail="ops@example.org,boss@mgmt")
    assert code == 0
    assert stub.tested == ["mail"]
    assert "  alerts         mail to ops@example.org, boss@mgmt" in shown.splitlines()
    assert "  alerts    mail to ops@example.org, boss@mgmt" in shown.splitlines()
    assert "    The mail server accepted it: 250 taken" in shown
    text = machine.read(CONFIG)
    assert '[alerts]\n# Who gets mail.\nmail = ["ops@example.org", "boss@mgmt"]\n\n# One [[nodes]]' in text
    assert load_config(machine.root / CONFIG[1:]).of(ALERTS).mail == ("ops@example.org", "boss@mgmt")


@needs_root
def test_without_an_address_nothing_is_sent_and_one_line_says_so(
    machine: Machine, stub: PanelStub, whole: Path
) -> None:
    shown = set_up(machine, stub, None, roll_out=False)[1]
    assert shown.splitlines().count(NOWHERE) == 1
    assert shown.count("alerts") == 2  # in that line
    assert stub.tested == []
    assert "[alerts]" not in machine.read(CONFIG)


@needs_root
def test_a_message_that_fails_fails_nothing(machine: Machine, stub: PanelStub, whole: Path) -> None:
    stub.refusal = "The mail server 127.0.0.1:25 can't be reached: Connection refused."
    code, shown = set_up(machine, stub, None, roll_out=False, mail="ops@example.org")
    assert code == 0
    assert (
        f"    {stub.refusal}\n"
        "    Set the mail server in [alerts.smtp] of /etc/minipanel/config.toml, then try it:\n"
        "    systemctl reload minipanel; minipanel alerts test\n"
    ) in shown
    assert "  alerts    mail to ops@example.org: the test message failed, see above" in shown.splitlines()


@needs_root
def test_it_is_changed_and_cleared_and_all_else_stays(machine: Machine, stub: PanelStub, whole: Path) -> None:
    set_up(machine, stub, None, roll_out=False)
    own = '\n# by night\n[[alerts.channel]]\nname = "night"\nkind = "mail"\nto = ["night@mgmt"]\n'
    machine.write(CONFIG, machine.read(CONFIG) + own)
    before = machine.read(CONFIG)
    shown = set_up(machine, stub, nobody, mail="ops@example.org")[1]
    assert "mail alerts to  nobody  →  ops@example.org" in shown
    assert stub.tested == ["mail"]
    assert load_config(machine.root / CONFIG[1:]).of(ALERTS).mail == OPS
    assert before.removesuffix(own) in machine.read(CONFIG)
    assert 'to = ["night@mgmt"]' in machine.read(CONFIG)
    # The same again, and an upgrade: nothing is sent, nothing changes.
    text = machine.read(CONFIG)
    for asked in ({"mail": "ops@example.org"}, {}):
        assert "stay as they are" in set_up(machine, stub, lambda _: 0, **asked)[1]
    assert machine.read(CONFIG) == text
    shown = set_up(machine, stub, nobody, mail="")[1]
    assert "mail alerts to  ops@example.org  →  nobody" in shown
    assert stub.tested == ["mail"]
    assert "go nowhere" not in shown  # the night channel is left
    assert load_config(machine.root / CONFIG[1:]).of(ALERTS).mail == ()


@needs_root
def test_a_channel_that_has_its_name_is_named(machine: Machine, stub: PanelStub, whole: Path) -> None:
    set_up(machine, stub, None, roll_out=False)
    own = '\n[[alerts.channel]]\nname = "mail"\nkind = "mail"\nto = ["night@mgmt"]\n'
    machine.write(CONFIG, machine.read(CONFIG) + own)
    before = machine.read(CONFIG)
    with pytest.raises(ConfigError, match=r"/etc/minipanel/config\.toml: name in .* each channel must have its own"):
        set_up(machine, stub, nobody, mail="ops@example.org")
    assert machine.read(CONFIG) == before


@needs_root
def test_a_person_sees_who_gets_it_and_names_another(machine: Machine, stub: PanelStub, whole: Path) -> None:
    set_up(machine, stub, None, roll_out=False, mail="ops@example.org")
    typed = TypingScreen("y", *[""] * 8, "boss@mgmt", "y")
    request = Request(is_guided=True)
    assert run.set_up(request, machine.system, typed, NETWORK, nobody) == 0
    assert typed.left == []
    assert "mail alerts to ops@example.org" in [" ".join(line.split()) for line in typed.shown]
    assert "Mail addresses for alerts (none: nobody) [ops@example.org]: " in typed.shown
    assert load_config(machine.root / CONFIG[1:]).of(ALERTS).mail == ("boss@mgmt",)
    assert stub.tested == ["mail", "mail"]


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


def test_the_running_panel_sends_the_message_to_the_mail_server(tmp_path: Path, box: Postbox) -> None:
    path = written_config(tmp_path).path
    with path.open("a") as file:
        file.write(f'[alerts]\nmail = ["ops@example.org"]\n[alerts.smtp]\nport = {box.port}\n')
    config = load_config(path)
    shown = screen()
    assert not send_test_message(config, shown)
    assert "can't be reached: Connection refused. Start the panel" in shown.shown[1]
    with running_panel(config):
        shown = screen()
        assert send_test_message(config, shown)
        assert shown.shown[1:] == ["    The mail server accepted it: 250 taken"]
        (mail,) = box.mails
        assert mail["To"] == "ops@example.org"
        box.answers = ["554 not \x1b[2Jfrom you"]
        shown = screen()
        assert not send_test_message(config, shown)
        assert shown.shown[1].startswith(f"    The mail server 127.0.0.1:{box.port} answered 554 not ")
        assert "\x1b" not in "".join(shown.shown)
        assert shown.shown[-1] == "    systemctl reload minipanel; minipanel alerts test"
