"""[alerts]: what it accepts, and one sentence for anything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.alerts.config import ALERTS, SMTP, AlertsConfig
from minipanel.alerts.rules.hot import HotParameters
from minipanel.config import Config, check_config
from minipanel.errors import ConfigError
from tests.panel.test_config_reading import GOOD

PATH = Path("/etc/minipanel/config.toml")


def read(text: str) -> Config:
    return check_config(f"{GOOD}\n{text}", PATH, (ALERTS, SMTP))


def test_without_a_line_alerts_are_on_and_go_to_the_page() -> None:
    assert read("").of(ALERTS) == AlertsConfig()
    assert AlertsConfig().enabled


def test_a_rule_may_be_set_for_some_nodes() -> None:
    (rule,) = read('[[alerts.rule]]\nname = "hot"\nnodes = "gpu[1-2]"\nabove = 85\nfor = "2m"').of(ALERTS).rule
    assert (rule.nodes, rule.severity) == (("gpu1", "gpu2"), "critical")
    assert rule.parameters == HotParameters(above=85, for_=120)


def test_a_rule_may_be_set_for_all_nodes_and_otherwise_for_some() -> None:
    sections = ['nodes = "a[1-9]"', "above = 80", 'nodes = "a[8-20]"', 'nodes = "b1"']
    text = "\n".join(f'[[alerts.rule]]\nname = "hot"\n{section}' for section in sections)
    assert [rule.nodes is None for rule in read(text).of(ALERTS).rule] == [False, True, False, False]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[[alerts.rule]]\nname = "warm"',
            'name in [[alerts.rule]] number 1 is "warm"; it must be one of "panel", "many-down"',
        ),
        ("[[alerts.rule]]\nabove = 1", "name is missing in [[alerts.rule]] number 1"),
        ('[[alerts.rule]]\nname = "hot"\nabove = "x"', 'above in [[alerts.rule]] number 1 is "x"; it must be a number'),
        (
            '[[alerts.rule]]\nname = "hot"\nabov = 9',
            'unknown key "abov" in [[alerts.rule]] number 1; did you mean above?',
        ),
        (
            '[[alerts.rule]]\nname = "hot"\nnodes = "a["',
            'nodes in [[alerts.rule]] number 1 is "a["; it must be a node set',
        ),
        (
            '[[alerts.rule]]\nname = "disk"\nnodes = "node1"\nfree_below = 20',
            "nodes in [[alerts.rule]] number 1 is not for the rule disk, which is about the panel itself",
        ),
        (
            '[[alerts.rule]]\nname = "hot"\nabove = 80\n[[alerts.rule]]\nname = "hot"\nfor = "5m"',
            "[[alerts.rule]] number 2 has no effect: [[alerts.rule]] number 1 sets the rule hot for the same nodes",
        ),
        (
            '[[alerts.rule]]\nname = "hot"\nnodes = "a[1-9]"\n[[alerts.rule]]\nname = "hot"\nnodes = "a[3-4]"',
            "[[alerts.rule]] number 2 has no effect",
        ),
        (
            '[[alerts.rule]]\nname = "hot"\nseverity = "bad"',
            'is "bad"; it must be one of "critical", "warning", "info"',
        ),
        ('[[alerts.rule]]\nname = "node-down"\nfor = "10s"', 'is "10s"; it must be a time from 1m to 1d'),
        ('[alerts]\nmail = ["a b"]', 'mail in [alerts] is ["a b"]; it must be an array of mail addresses'),
        ('[alerts]\nmail = ["a@b\\nBcc: c@d"]', "it must be an array of mail addresses"),
        ("[alerts]\nrule = 3", "rule in [alerts] is 3; it must be a list of sections [[alerts.rule]]"),
        ('[alerts.smtp]\nsecurity = "ssl"', 'security in [alerts.smtp] is "ssl"; it must be one of "none", '),
        ('[alerts.smtp]\nhost = "a b"', 'host in [alerts.smtp] is "a b"; it must be a hostname or an address'),
    ],
)
def test_an_error_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    assert sentence in str(error.value)
    assert str(error.value).count("\n") == 0


def test_a_password_file_that_cannot_be_read_is_one_sentence_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").write_text("")
    (tmp_path / "bundle").write_text("\n# our CA\n")
    for name, why in {
        "none": "which can't be read: No such file or directory.",
        "pipe": "which can't be read: it is not a file.",
        "empty": "whose first line is empty.",
    }.items():
        text = f'[alerts.smtp]\nusername = "u"\npassword_file = "{tmp_path}/{name}"'
        with pytest.raises(ConfigError) as error:
            read(text)
        assert str(error.value) == f"{PATH}: password_file in [alerts.smtp] is {tmp_path}/{name}, {why}"
    assert read(f'[alerts.smtp]\nca_file = "{tmp_path}/bundle"').of(SMTP).ca_file == tmp_path / "bundle"
