"""The test message, sent once the panel runs: whether the mail server accepts mail about alerts."""

from __future__ import annotations

from minipanel.alerts.channel_config import MAIL_CHANNEL
from minipanel.alerts.config import ALERTS
from minipanel.config import Config
from minipanel.machine.who import command_user
from minipanel.models.alert_answers import TestAnswer
from minipanel.models.quote import escape
from minipanel.services.panel_client import NoAnswer, PanelClient, Refused
from minipanel.setup import places
from minipanel.setup.screen import Screen

TEST_SECONDS = 120.0
"""A mail server may be slow to answer."""

SHOWN_CHARACTERS = 300


def send_test_message(config: Config, screen: Screen) -> bool:
    """Have the running panel send the message, and show the result. Returns whether the mail server accepted it."""
    t = screen.t
    client = PanelClient(config, who=command_user())
    asked: dict[str, object] = {"channel": MAIL_CHANNEL}
    addresses = ", ".join(config.of(ALERTS).mail)
    try:
        with screen.step(t("sending a test message to {addresses}", addresses=addresses)):
            answer = client.send("POST", "/api/alerts/test", TestAnswer, asked, TEST_SECONDS)
    except (NoAnswer, Refused) as error:
        why = error.said if isinstance(error, Refused) else str(error)
        screen.say(
            f"    {t(why)}",
            "    " + t("Set the mail server in [alerts.smtp] of {path}, then try it:", path=places.CONFIG),
            "    systemctl reload minipanel; minipanel alerts test",
        )
        return False
    said = escape(answer.said or "", SHOWN_CHARACTERS)
    screen.say("    " + t("The mail server accepted it: {said}", said=said))
    return True
